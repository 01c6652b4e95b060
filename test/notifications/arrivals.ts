/**
 * Events as they arrive, through the real consumer into real D1, and dispatches until nothing is left
 * to be told: the whole way of a fact but for HTTP and queues.
 */
import { env } from "cloudflare:workers";
import { consumeEvents, type ConsumerDeps } from "../../src/consumer/consumer";
import type { Delivery } from "../../src/consumer/deliveries";
import { addMs, dayOf } from "../../src/events/time";
import { encodeMessage } from "../../src/events/queue-message";
import { dispatchDue, type DispatchDeps } from "../../src/notifications/dispatch";
import { applyBatch } from "../../src/store/apply";
import { nobody } from "../../src/store/erased";
import { admitAndRead, noteFailedTry, recordConflicts } from "../../src/store/inbox";
import { markStanding } from "../../src/store/waiting";
import type { EventBody } from "../support/events";
import type { Stage } from "./providers";
import { NOW, readNotifications, type StoredNotification } from "../support/rows";
import { defaults } from "../support/defaults";

const DAY_MS = 86_400_000;

const tables = [
  "notifications",
  "orders",
  "payments",
  "refunds",
  "shipments",
  "webhook_events",
  "disputed_links",
  "rebuilds",
  "rebuild_changes",
  "cursors",
];

export async function clearAll(): Promise<void> {
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

function consumerDeps(now: string, forwardEvents: boolean): ConsumerDeps {
  return {
    options: { ...defaults, forwardEvents, reviewDelayMs: DAY_MS, dayOf, dedupeDays: 400 },
    random: () => 0.5,
    erased: () => nobody,
    storeErased: () => Promise.resolve(),
    admitAndRead: (missing, queries) => admitAndRead(env.DB, missing, queries),
    apply: (batch) => applyBatch(env.DB, batch, now),
    noteFailedTry: (id, error) => noteFailedTry(env.DB, id, error),
    reportConflicts: (conflicts) => recordConflicts(env.DB, conflicts),
    wake: () => Promise.resolve(),
  };
}

function delivery(event: EventBody, now: string): Delivery & { acked: boolean } {
  const payload = JSON.stringify(event);
  const id = event.id ?? "";
  return {
    id,
    attempts: 1,
    body: encodeMessage({
      id,
      eventType: event.event_type,
      typeHint: null,
      receivedAt: now,
      bodySha256: payload,
      verifiedBy: "current",
      stored: false,
      payload,
    }),
    acked: false,
    ack() {
      this.acked = true;
    },
    retry() {
      throw new Error(`event ${id} was given back`);
    },
  };
}

export interface Arrival {
  /** ISO time of receipt, and the clock of the consumer. */
  readonly now?: string;
  readonly forwardEvents?: boolean;
}

/**
 * One batch of events, applied. What was applied before is set back to `received` first, so that a
 * repeat is truly merged again and not only recognised.
 */
export async function arrive(batch: readonly EventBody[], arrival: Arrival = {}): Promise<void> {
  const { now = NOW, forwardEvents = false } = arrival;
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'received' WHERE id IN (SELECT value FROM json_each(?1))",
  )
    .bind(JSON.stringify(batch.map(({ id }) => id)))
    .run();
  const deliveries = batch.map((event) => delivery(event, now));
  await consumeEvents(deliveries, consumerDeps(now, forwardEvents));
  for (const { id, acked } of deliveries) if (!acked) throw new Error(`${id} was not acked`);
}

/** The cron: nobody looks more often for what is due. */
const MINUTE_MS = 60_000;

/** What the cron does for messages: marks those that no wake-up call has moved, and sends. */
export async function sweepMessages(deps: DispatchDeps): Promise<void> {
  const now = deps.now().toISOString();
  let more = true;
  while (more) more = await markStanding(deps.db, now, addMs(now, -MINUTE_MS), 1_000);
  await dispatchDue(deps);
}

/** Dispatches, moving the clock to whatever is due next, until nothing is pending before `untilMs`. */
export async function tellAll(stage: Stage, untilMs = 3 * DAY_MS): Promise<void> {
  const endMs = Date.parse(NOW) + untilMs;
  for (let run = 0; run < 5_000; run += 1) {
    await sweepMessages(stage.deps);
    const next = await env.DB.prepare(
      "SELECT min(next_attempt_at) AS at FROM notifications WHERE status = 'pending'",
    ).first<{ at: string | null }>();
    const atMs = Date.parse(next?.at ?? "");
    if (Number.isNaN(atMs) || atMs > endMs) return;
    stage.advance(Math.max(MINUTE_MS, atMs - stage.deps.now().getTime()));
  }
  throw new Error("something is pending for ever");
}

function howItEnded(row: StoredNotification): string {
  return row.reason === null ? row.status : `${row.status}: ${row.reason}`;
}

/** What became of every fact: id -> `sent`, or the status and the reason. */
export async function endings(): Promise<Record<string, string>> {
  const rows = await readNotifications();
  return Object.fromEntries(rows.map((row) => [row.id, howItEnded(row)]));
}
