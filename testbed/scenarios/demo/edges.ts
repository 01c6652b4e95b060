/** What went out to people, and what came in and was not taken, with the reasons. */
import pc from "picocolors";
import { nameType } from "../../../src/events/form-words.ts";
import type { Evidence } from "../../checks/evidence.ts";
import type { NotificationRow } from "../../checks/state.ts";
import { count, print, printHeading, printTable } from "../../terminal/terminal.ts";

export function reportEdges(evidence: Evidence): void {
  reportMessages(evidence);
  reportRefusals(evidence);
  reportSetAside(evidence);
}

const templates = [
  "order_confirmed",
  "order_cancelled",
  "payment_failed",
  "shipment_update",
  "tracking_changed",
  "review_request",
  "refund_succeeded",
  "refund_due",
  "refund_failed",
  "shipment_cancelled",
  "alert",
  "forward",
];
const channels = ["email", "sms", "team", "forward"];

function rankOf({ template, channel }: NotificationRow): number {
  return templates.indexOf(template) * channels.length + channels.indexOf(channel);
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

function tally(rows: readonly NotificationRow[], status: string): string {
  const number = rows.filter((row) => row.status === status).length;
  return number === 0 ? pc.dim("0") : count(number);
}

function reportMessages({ state, calls }: Evidence): void {
  const sorted = state.notifications.toSorted((a, b) => rankOf(a) - rankOf(b));
  const groups = Map.groupBy(sorted, (row) => `${row.template} ${row.channel}`);
  printHeading("Messages", "to customers, the team and a forward endpoint, all played on loopback");
  printTable(
    [
      { title: "template" },
      { title: "channel" },
      { title: "sent", align: "right" },
      { title: "dropped", align: "right" },
      { title: "waiting", align: "right" },
      { title: "why not sent" },
    ],
    [...groups].map(([name, rows]) => [
      ...name.split(" "),
      tally(rows, "sent"),
      tally(rows, "suppressed"),
      tally(rows, "pending"),
      reasonsOf(rows),
    ]),
  );
  print();
  print("  The whole day arrives within seconds, so most news is overtaken before it can be told.");
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
    [
      { title: "answer" },
      { title: "times", align: "right" },
      { title: "what came" },
      { title: "" },
    ],
    [...groups]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, group]) => {
        const [status = "", what = ""] = name.split("\n");
        const [first] = group;
        return [pc.red(status), count(group.length), what, errorOf(first?.body)];
      }),
  );
}

function errorOf(body: unknown): string {
  return typeof body === "object" && body !== null && "error" in body ? String(body.error) : "";
}

function reportSetAside({ day, state }: Evidence): void {
  const whatOf = new Map(day.deliveries.map(({ eventId, what }) => [eventId, what]));
  const quarantined = state.events.filter((row) => row.status === "quarantined");
  printHeading("Set aside", "authentic and kept, applied to nothing");
  const ignored = state.events.filter((row) => row.status === "ignored");
  const unknown = Map.groupBy(ignored, (row) => nameType(row.event_type));
  const conflicts = new Map(day.conflicts.map(({ eventId, what }) => [eventId, what]));
  const rows = [
    ...quarantined.map((row) => [
      "quarantined",
      nameType(row.event_type),
      row.error ?? whatOf.get(row.id),
    ]),
    ...[...unknown].map(([type, { length }]) => [
      "ignored",
      type,
      `not one of the 14, ${count(length, "time")}`,
    ]),
    ...state.events
      .filter((row) => row.conflicts > 0)
      .map((row) => [
        "conflict",
        nameType(row.event_type),
        `${conflicts.get(row.id) ?? "another body"} under a known id; the first one stands`,
      ]),
  ];
  printTable(
    [{ title: "outcome" }, { title: "event" }, { title: "why" }],
    rows.map(([kind = "", type = "", why = ""]) => [
      pc.yellow(kind),
      type,
      why.replace("Invalid input: ", ""),
    ]),
  );
  const repeats = state.events.reduce((total, row) => total + row.redeliveries, 0);
  print();
  print(`  ${count(repeats, "delivery", "deliveries")} repeated an event and changed nothing.`);
}
