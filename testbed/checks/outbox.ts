/** Checks the messages to customers and the team: every expected fact, and only while it was true. */
import type { ExpectedMessage, Story, StoryEvent } from "../stories/index.ts";
import { check, type Check, type Evidence } from "./evidence.ts";
import type { NotificationRow } from "./state.ts";

/** The longest time between the check that a message is true and the record that it was sent. */
const GRACE_MS = 10_000;

interface Matched {
  readonly story: Story;
  readonly message: ExpectedMessage;
  readonly rows: readonly NotificationRow[];
}

/** A parcel without an order asks for a review for itself until its order is known. */
function idsOf(story: Story, message: ExpectedMessage): readonly string[] {
  if (message.template !== "review_request") return [message.id];
  const parcels = story.expected.shipments.map(({ id }) => `review_request/shipment:${id}/email`);
  return [message.id, ...parcels];
}

function match({ day, state }: Evidence): readonly Matched[] {
  const rows = new Map(state.notifications.map((row) => [row.id, row]));
  return day.stories.flatMap((story) =>
    story.expected.messages.map((message) => {
      const found = idsOf(story, message).map((id) => rows.get(id));
      return { story, message, rows: found.filter((row) => row !== undefined) };
    }),
  );
}

export function checkFacts(evidence: Evidence): Check {
  const matched = match(evidence);
  const known = new Set(matched.flatMap(({ rows }) => rows.map((row) => row.id)));
  const free = new Set(["forward", "alert", "refund_due", "tracking_changed"]);
  const problems = [
    ...matched.map(({ message, rows }) => (rows.length > 0 ? null : `${message.id} is missing`)),
    ...evidence.state.notifications.map((row) =>
      known.has(row.id) || free.has(row.template) ? null : `${row.id} was never called for`,
    ),
  ];
  return check("the outbox holds every message that was called for, and no other", problems);
}

type ProcessedAt = ReadonlyMap<string, string | null>;

function isAboutMoney({ event_type: type }: StoryEvent): boolean {
  return type.startsWith("order.") || type.startsWith("payment.");
}

/**
 * The time at which the receiver could know that a message was no longer true. Another payment counts only when it is
 * linked to its order, which may need any of the events of the order and its payments.
 */
function knownAt({ story, message }: Matched, processedAt: ProcessedAt): string {
  const ids =
    message.template === "payment_failed"
      ? story.events.filter(isAboutMoney).map((event) => event.id)
      : [message.overtakenBy ?? ""];
  return ids.map((id) => processedAt.get(id) ?? "").reduce((a, b) => (a > b ? a : b), "");
}

function overtakenProblem(row: NotificationRow, known: string): string | null {
  if (row.status === "suppressed") return null;
  if (row.status !== "sent") return `${row.id} is ${row.status}, expected suppressed`;
  const late = Date.parse(row.sent_at ?? "") > Date.parse(known) + GRACE_MS;
  // It was known before the message was written: a race does not explain it.
  return late || known <= row.created_at ? `${row.id} was sent when it was no longer true` : null;
}

function truthProblem(matched: Matched, processedAt: ProcessedAt): string | null {
  const { story, message, rows } = matched;
  for (const row of rows) {
    if (message.delayed && row.status === "pending") continue;
    if (message.overtakenBy === null) {
      const why = row.reason ?? row.error ?? "no reason";
      const expected = message.delayed ? "pending" : "sent";
      if (row.status !== expected)
        return `${row.id} is ${row.status} (${why}), expected ${expected}`;
    } else {
      const problem = overtakenProblem(row, knownAt(matched, processedAt));
      if (problem !== null) return problem;
    }
    const isElsewhere = row.channel === "email" && row.recipient !== story.expected.customerEmail;
    if (row.status === "sent" && isElsewhere) return `${row.id} went to another address`;
  }
  return null;
}

export function checkTruth(evidence: Evidence): Check {
  const processedAt = new Map(evidence.state.events.map((row) => [row.id, row.processed_at]));
  const problems = match(evidence).map((matched) => truthProblem(matched, processedAt));
  return check("what is true was sent, what had become untrue was not", problems);
}
