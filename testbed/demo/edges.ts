/** The messages that were sent, and the events that were not applied, with the reasons. */
import { nameType } from "../../src/events/form-words.ts";
import type { Evidence } from "../checks/evidence.ts";
import type { NotificationRow } from "../checks/state.ts";
import { colours, out, print, printHeading } from "../terminal/report.ts";
import { printTable } from "../terminal/table.ts";
import { count } from "../terminal/text.ts";
import { channelNames, templateNames } from "../message-names.ts";

export function reportEdges(evidence: Evidence): void {
  reportMessages(evidence);
  reportRefusals(evidence);
  reportUnapplied(evidence);
}

function rankOf({ template, channel }: NotificationRow): number {
  return templateNames.indexOf(template) * channelNames.length + channelNames.indexOf(channel);
}

function reasonsOf(rows: readonly NotificationRow[]): string {
  const dropped = rows.filter((row) => row.status === "suppressed" || row.status === "failed");
  const reasons = Map.groupBy(dropped, (row) => row.reason ?? row.error ?? "no reason");
  const waiting = rows.some((row) => row.status === "pending" && row.template === "review_request");
  if (waiting) return "due 24 hours after delivery";
  if (reasons.size === 1) return [...reasons.keys()].join();
  return [...reasons]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([reason, { length }]) => `${count(length)} ${reason}`)
    .join(", ");
}

function reportMessages({ state, calls }: Evidence): void {
  const sorted = state.notifications.toSorted((a, b) => rankOf(a) - rankOf(b));
  const groups = Map.groupBy(sorted, (row) => `${row.template} ${row.channel}`);
  const figures = { sent: "sent", dropped: "suppressed", waiting: "pending" };
  printHeading("Messages", "to customers, the team and a forward endpoint, all played on loopback");
  printTable(
    out,
    [
      { title: "template" },
      { title: "channel" },
      ...Object.keys(figures).map((title) => ({ title, align: "right" as const })),
      { title: "why not sent", narrow: "wrap" },
    ],
    [...groups].map(([name, rows]) => [
      ...name.split(" "),
      ...Object.values(figures).map((status) => {
        const number = rows.filter((row) => row.status === status).length;
        return number === 0 ? colours.dim("0") : count(number);
      }),
      reasonsOf(rows),
    ]),
  );
  print();
  print("  The whole day arrives within seconds, so most messages are untrue before they are due.");
  const troubled = calls.filter((call) => call.status >= 500).length;
  if (troubled === 0) return;
  print(
    `  The mail provider had ${count(troubled, "bad moment")} (503); each message was retried.`,
  );
}

function reportRefusals({ answers }: Evidence): void {
  const refused = answers.filter((answer) => answer.delivery.outcome === "refused");
  const groups = Map.groupBy(refused, ({ status, delivery }) => `${status}\n${delivery.what}`);
  const accepted = answers.length - refused.length;
  printHeading("Answers", `${count(accepted)} deliveries taken with 200, the others refused`);
  printTable(
    out,
    [
      { title: "answer" },
      { title: "times", align: "right" },
      { title: "what came" },
      { title: "", narrow: "wrap" },
    ],
    [...groups]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, group]) => {
        const [status = "", what = ""] = name.split("\n");
        return [colours.red(status), count(group.length), what, errorOf(group[0]?.body)];
      }),
  );
}

function errorOf(body: unknown): string {
  return typeof body === "object" && body !== null && "error" in body ? String(body.error) : "";
}

function reportUnapplied({ day, state }: Evidence): void {
  const all = [...day.deliveries, ...day.conflicts];
  const whatOf = new Map(all.map(({ eventId, what }) => [eventId, what]));
  const ignored = Map.groupBy(
    state.events.filter((row) => row.status === "ignored"),
    (row) => nameType(row.event_type),
  );
  const rows: readonly (readonly [string, string, string])[] = [
    ...state.events.flatMap(({ id, status, event_type: type, error }) =>
      status === "quarantined"
        ? ([[status, nameType(type), error ?? whatOf.get(id) ?? ""]] as const)
        : [],
    ),
    ...[...ignored].map(
      ([type, { length }]) =>
        ["ignored", type, `not one of the 14, ${count(length, "time")}`] as const,
    ),
    ...state.events.flatMap(({ id, event_type: type, conflicts }) => {
      const why = `${whatOf.get(id) ?? "another body"} under a known id; the first one stands`;
      return conflicts > 0 ? ([["conflict", nameType(type), why]] as const) : [];
    }),
  ];
  printHeading("Not applied", "signature valid: kept, and applied to nothing");
  printTable(
    out,
    [{ title: "outcome" }, { title: "event" }, { title: "why", narrow: "wrap" }],
    rows.map(([outcome, type, why]) => [
      colours.yellow(outcome),
      type,
      why.replace("Invalid input: ", ""),
    ]),
  );
  const repeats = state.events.reduce((total, row) => total + row.redeliveries, 0);
  print();
  print(`  ${count(repeats, "delivery", "deliveries")} repeated an event and changed nothing.`);
}
