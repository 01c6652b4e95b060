/** Explains why an order has its current values: which event set each field, and which events override the others. */
import { nameType } from "../../src/events/form-words.ts";
import { count, signs } from "../../testbed/terminal/text.ts";
import type { Explanation } from "../api/answers.ts";
import { shortTime, stateOf, type When, zoneName } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable, type TableRow } from "../../testbed/terminal/table.ts";
import { printTitle } from "./facts.ts";
import { printLeftOut } from "./left-out.ts";
import { describeValues } from "./registers.ts";

type Register = Explanation["registers"][number];
type Event = Explanation["events"][number];
type Setting = Event["settings"][number];

const singular: Readonly<Record<string, string>> = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "shipment",
};

export function nameOf({ entity, key }: Pick<Register, "entity" | "key">): string {
  return `${singular[entity] ?? entity} ${key}`;
}

const SHORT_CHARACTERS = 12;

type FindType = (id: string | null) => string;

function typeFinder({ events }: Explanation): FindType {
  const types = new Map(events.map(({ id, eventType }) => [id, nameType(eventType)]));
  return (id) => (id === null ? "" : (types.get(id) ?? "an event that is gone"));
}

function currencyOf({ registers }: Explanation): unknown {
  return registers.find(({ register }) => register === "amounts")?.values["currency"] ?? null;
}

function printRegisters(out: Output, explanation: Explanation, typeOf: FindType, when: When): void {
  const { colours, print } = out;
  const currency = currencyOf(explanation);
  const set = explanation.registers.filter(({ setBy }) => setBy !== null);
  for (const [name, registers] of Map.groupBy(set, nameOf)) {
    print();
    print(colours.bold(name));
    printTable(
      out,
      [
        { title: "field" },
        { title: "value", narrow: "wrap" },
        { title: "set by" },
        { title: "id", narrow: "cut" },
      ],
      registers.map(({ register, values, setBy }) => [
        register.replaceAll("_", " "),
        describeValues(register, values, currency, when),
        typeOf(setBy),
        colours.dim(setBy ?? ""),
      ]),
    );
  }
}

function reasonOf(comparison: string, against: string): string {
  switch (comparison) {
    case "older":
      return `older than ${against}`;
    case "lower stage":
      return `same time as ${against}, which is further along`;
    case "received earlier":
      return `same time and status as ${against}, which came later`;
    case "states its time":
      return `same time and status as ${against}, which states no time of its own`;
    case "imported":
      return `same time and status as ${against}, which was delivered and not imported`;
    case "lower id":
      return `tied with ${against}, by a rule that is the same everywhere`;
    case "not applied":
      return "not applied, although nothing outranks it: see rebuild";
    default:
      return comparison;
  }
}

/** Enough of an id to find it: `evt_4e142de4`, `sha256:4e142de4`. */
function shortId(id: string): string {
  return id.slice(0, id.indexOf(":") + 1 + SHORT_CHARACTERS);
}

function describeSettings(settings: readonly Setting[], rows: number): string {
  const byRow = Map.groupBy(settings, nameOf);
  return [...byRow]
    .map(([name, list]) => {
      const registers = list.map(({ register }) => register.replaceAll("_", " ")).join(", ");
      return rows > 1 ? `${name}: ${registers}` : registers;
    })
    .join("; ");
}

function remarksOf(out: Output, event: Event, typeOf: FindType): readonly TableRow[] {
  const { colours } = out;
  const { settings, reason, repeats, conflicts } = event;
  const rows = new Set(settings.map(nameOf)).size;
  const stands = settings.filter(({ comparison }) => comparison === "stands");
  const overridden = settings.filter(({ comparison }) => comparison !== "stands");
  const groups = Map.groupBy(overridden, ({ comparison, against }) => {
    const against_ = against === null ? "" : `${typeOf(against)} ${shortId(against)}`;
    return reasonOf(comparison, against_);
  });
  const isWhole = stands.length === 0 && groups.size === 1;
  return [
    ...(reason === null ? [] : [colours.yellow(reason)]),
    ...(stands.length === 0 ? [] : [`sets ${describeSettings(stands, rows)}`]),
    ...[...groups].map(([why, list]) =>
      colours.dim(isWhole ? why : `${why}: ${describeSettings(list, rows)}`),
    ),
    ...(conflicts === 0
      ? []
      : [colours.yellow("another body came under this id; the first stands")]),
    ...(repeats === 0 ? [] : [colours.dim(`came ${repeats + 1} times; that changed nothing`)]),
  ].map((remark) => ({ remark }));
}

/** Every event about the order, with its outcome. */
export function printEventList(out: Output, explanation: Explanation, when: When): void {
  const { colours } = out;
  const { events } = explanation;
  const typeOf = typeFinder(explanation);
  printTable(
    out,
    [{ title: "at" }, { title: "outcome" }, { title: "event" }, { title: "id", narrow: "cut" }],
    events.flatMap((event): readonly TableRow[] => [
      [
        event.occurredAt === null ? "no time" : shortTime(event.occurredAt, when),
        stateOf(colours, event.outcome),
        nameType(event.eventType),
        colours.dim(event.id),
      ],
      ...remarksOf(out, event, typeOf),
    ]),
  );
  printLeftOut(out, explanation.leftOut);
}

function describeDecision({ derived }: Explanation, typeOf: FindType): string {
  if (derived === null) return "an event has named it, and nothing more is known";
  const { paymentStatus, decidedBy, event } = derived;
  const status = `payment ${String(paymentStatus ?? "unknown")}`;
  if (decidedBy === null || event === null) return status;
  return decidedBy === "snapshot"
    ? `${status}, as ${typeOf(event)} says`
    : `${status}, by its leading payment (${typeOf(event)})`;
}

export function printExplanation(out: Output, explanation: Explanation, when: When): void {
  const { colours, print } = out;
  const typeOf = typeFinder(explanation);
  const status = explanation.registers.find(
    ({ entity, register }) => entity === "orders" && register === "status",
  )?.values["status"];
  print(
    `${colours.bold(explanation.orderNumber)}  ${String(status ?? "status unknown")} ${signs.dot} ${describeDecision(explanation, typeOf)}`,
  );
  printRegisters(out, explanation, typeOf, when);
  printTitle(
    out,
    count(explanation.events.length, "event"),
    `in the order of their own times, ${zoneName(when)}`,
  );
  printEventList(out, explanation, when);
}
