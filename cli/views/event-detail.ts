/** One complete event: its status, what it set, what overrides it, its messages, its body. */
import { describeForm, nameType } from "../../src/events/form-words.ts";
import { count } from "../../testbed/terminal/text.ts";
import type { EventDetail } from "../api/answers.ts";
import { parseJson } from "../api/http.ts";
import { fullTime, stateOf, type When } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { aboutOf } from "./events.ts";
import { nameOf } from "./explanation.ts";
import { printFacts, printTitle } from "./facts.ts";
import { printLeftOut } from "./left-out.ts";
import { printMessages } from "./messages.ts";

/** Lines of a body that are shown; --body shows all of it. */
const BODY_LINES = 40;

type Setting = EventDetail["changed"][number];

function groupSettings(settings: readonly Setting[]): readonly (readonly [string, string])[] {
  const groups = Map.groupBy(settings, ({ entity, row_key: key }) => nameOf({ entity, key }));
  return [...groups].map(([name, list]) => [
    name,
    list.map(({ register }) => register.replaceAll("_", " ")).join(", "),
  ]);
}

function printOverridden(out: Output, overridden: EventDetail["overridden"]): void {
  if (overridden.length === 0) return;
  printTitle(out, "Overridden");
  const groups = Map.groupBy(overridden, ({ to, why }) =>
    `${why} ${to === null ? "" : `than ${to}`}`.trim(),
  );
  for (const [why, list] of groups) {
    printFacts(
      out,
      groupSettings(list).map(([name, registers]) => [name, `${registers}: ${why}`]),
    );
  }
}

function printBody({ colours, print }: Output, payload: string): void {
  const parsed = parseJson(payload);
  const lines = (parsed === undefined ? payload : JSON.stringify(parsed, null, 2)).split("\n");
  for (const line of lines.slice(0, BODY_LINES)) print(`  ${line}`);
  const more = lines.length - BODY_LINES;
  if (more > 0) print(colours.dim(`  and ${count(more, "line")} more; --body prints all of it`));
}

export function printEvent(out: Output, event: EventDetail, when: When): void {
  const { colours, print } = out;
  print(
    `${colours.bold(event.id)}  ${nameType(event.event_type)}  ${stateOf(colours, event.status)}`,
  );
  const order = event.order_number ?? "";
  const about = aboutOf(event);
  printFacts(out, [
    ["about", order === "" || order === about ? about : `${about}, order ${order}`],
    ["form", describeForm(event)],
    [
      "happened",
      event.occurred_at === null ? "it does not say" : fullTime(event.occurred_at, when),
    ],
    ["received", fullTime(event.received_at, when)],
    ["applied", event.status === "processed" ? fullTime(event.processed_at, when) : null],
    ["came", event.redeliveries === 0 ? null : `${event.redeliveries + 1} times`],
    ["tries", event.attempts > 1 ? String(event.attempts) : null],
    ["error", event.error === null ? null : colours.yellow(event.error)],
    ["conflict", event.conflicts === 0 ? null : colours.yellow("another body came under this id")],
    ["note", event.notes],
  ]);
  if (event.changed.length > 0) {
    printTitle(out, "Sets");
    printFacts(out, groupSettings(event.changed));
  }
  printOverridden(out, event.overridden);
  printLeftOut(out, event.left_out);
  if (event.notifications.length > 0) {
    printTitle(out, "Messages");
    printMessages(out, event.notifications, when);
  }
  printTitle(out, "Body");
  if (event.payload === null) print(colours.dim("  purged, as RETENTION_DAYS says"));
  else printBody(out, event.payload);
}
