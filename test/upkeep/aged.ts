/** Events received at any time, settled as the Worker does it, and purges at any later time. */
import { env } from "cloudflare:workers";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { purgeOld, type PurgeReport, type RetentionDeps } from "../../src/upkeep/retention";
import { calmEnv, hand } from "../faults/drive";
import { bucket } from "../support/archive";
import { queued } from "../support/queue";
import { type Row, row } from "../support/receiver";
import { clearTables } from "../support/rows";

export const RECEIVED_AT = "2026-03-01T10:00:00.000Z";

export const days = (time: string, count: number): string => addMs(time, count * DAY_MS);

export async function clearAll(): Promise<void> {
  await clearTables();
  await emptyBucket();
}

/** Files share a Worker, and therefore the objects that others have left in the archive. */
export async function emptyBucket(): Promise<void> {
  const { objects } = await bucket().list();
  await bucket().delete(objects.map(({ key }) => key));
}

export { bucket };

type PutGiven = [key: string, value: ArrayBuffer, options?: R2PutOptions];

/** The archive with one method changed. */
export function changed(
  method: "put" | "get" | "head",
  work: (...given: PutGiven) => Promise<unknown>,
): R2Bucket {
  return new Proxy(bucket(), {
    get: (target, property) => {
      if (property === method) return (...given: PutGiven) => work(...given);
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Without the archive, except in tests that use it. */
export const plainEnv = { ...calmEnv, ARCHIVE: undefined };

export interface SentEvent extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly event_type: string;
}

/** A queue message of an event that only the queue holds. */
export function messageOf(event: SentEvent, receivedAt: string, over: object = {}): string {
  const told = { eventType: event.event_type, receivedAt };
  return JSON.stringify({ ...queued(event.id, JSON.stringify(event), told), ...over });
}

/** Receives and settles events, each at its time. */
export async function settle(...events: readonly (readonly [SentEvent, string])[]): Promise<void> {
  for (let at = 0; at < events.length; at += 100) {
    const slice = events.slice(at, at + 100);
    await hand(
      plainEnv,
      "ce-events",
      slice.map(([event, receivedAt]) => messageOf(event, receivedAt)),
    );
  }
}

let count = 0;

/** An order event with its own id. */
export function told(over: Readonly<Record<string, unknown>> = {}): SentEvent {
  count += 1;
  const id = `evt-${String(count).padStart(4, "0")}`;
  const data = { order_number: `ORD-${String(count)}`, status: "confirmed" };
  const event_type = "order.created";
  return { id, created_at: RECEIVED_AT, data, event_type, ...over };
}

/** A purge as the cron runs it at that time. */
export async function purgeAt(
  now: string,
  over: Partial<RetentionDeps> = {},
): Promise<PurgeReport> {
  return await purgeOld({
    db: env.DB,
    archive: null,
    days: 90,
    dedupeDays: 400,
    maxBytes: 10e9,
    now: () => new Date(now),
    ...over,
  });
}

export async function stored(id: string): Promise<Row | null> {
  const found = await env.DB.prepare("SELECT 1 FROM webhook_events WHERE id = ?1").bind(id).first();
  return found === null
    ? null
    : await row("SELECT rowid AS place, * FROM webhook_events WHERE id = ?1", id);
}
