/**
 * Applies events through the real consumer to the real D1, and dispatches until no message is left: the whole path of a
 * fact except HTTP and queues.
 */
import { env } from "cloudflare:workers";
import { addMs } from "../../src/events/field-formats/time";
import { dispatchDue, type DispatchDeps } from "../../src/notifications/dispatch";
import { markStuck } from "../../src/store/inbox/waiting";
import type { ForwardTarget } from "../../src/projection/event-filter";
import type { EventBody } from "../support/events";
import { outboxRules } from "../../src/notifications/templates";
import { consumeAll, consumer, forgetVerdicts, options, queued } from "../support/queue";
import { NOW, readNotifications, type StoredNotification } from "../support/rows";
import type { Stage } from "./providers";

const DAY_MS = 86_400_000;

export interface Arrival {
  /** ISO time of receipt, also the clock of the consumer. */
  readonly now?: string;
  readonly forwardTo?: readonly ForwardTarget[];
}

async function apply(
  events: Parameters<typeof consumeAll>[0],
  { now = NOW, forwardTo = [] }: Arrival,
): Promise<void> {
  const interpreted = { ...options, rules: outboxRules, forwardTo, reviewDelayMs: DAY_MS };
  await consumeAll(events, consumer({ options: interpreted, random: () => 0.5 }, now));
}

/** Applies one batch of events. */
export async function arrive(batch: readonly EventBody[], arrival: Arrival = {}): Promise<void> {
  await forgetVerdicts(batch.map(({ id }) => id));
  const events = batch.map((event) => {
    const payload = JSON.stringify(event);
    const receivedAt = arrival.now ?? NOW;
    const told = { eventType: event.event_type, receivedAt, bodySha256: payload };
    return queued(event.id ?? "", payload, told);
  });
  await apply(events, arrival);
}

/** Applies one bare body under this id. */
export async function arriveBare(id: string, body: object): Promise<void> {
  const told = { eventType: "", receivedAt: NOW, bodySha256: id };
  await apply([queued(id, JSON.stringify(body), told)], {});
}

/** The interval of the cron, which is the most frequent check for due messages. */
const MINUTE_MS = 60_000;

/** The cron's work for messages: marks those that no wake-up call has moved, and sends. */
export async function sweepMessages(deps: DispatchDeps): Promise<void> {
  const now = deps.now().toISOString();
  let more = true;
  while (more) more = await markStuck(deps.db, now, addMs(now, -MINUTE_MS), 1_000);
  await dispatchDue(deps);
}

/** Dispatches, moving the clock to the next due time, until no message is pending before `untilMs`. */
export async function tellAll(stage: Stage, untilMs = 3 * DAY_MS): Promise<void> {
  const endMs = Date.parse(NOW) + untilMs;
  for (let run = 0; run < 5_000; run += 1) {
    await sweepMessages(stage.deps);
    const next = await env.DB.prepare(
      "SELECT min(coalesce(next_attempt_at, '')) AS at FROM notifications WHERE status = 'pending'",
    ).first<{ at: string | null }>();
    const at = next?.at ?? null;
    // Messages that wait for an endpoint have no time: each run looks for them.
    const atMs = at === "" ? stage.deps.now().getTime() : Date.parse(at ?? "");
    if (Number.isNaN(atMs) || atMs > endMs) return;
    stage.advance(Math.max(MINUTE_MS, atMs - stage.deps.now().getTime()));
  }
  throw new Error("something is pending for ever");
}

function howItEnded(row: StoredNotification): string {
  return row.reason === null ? row.status : `${row.status}: ${row.reason}`;
}

/** The result of every fact: id -> `sent`, or the status and the reason. */
export async function endings(): Promise<Record<string, string>> {
  const rows = await readNotifications();
  return Object.fromEntries(rows.map((row) => [row.id, howItEnded(row)]));
}
