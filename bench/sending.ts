/** What became of the messages under a load: how soon they were sent, and whether anybody was told twice. */
import type { RequestKey } from "../testbed/receiver/start.ts";
import type { WorkerServer } from "./servers/workers.ts";
import { type Spread, spreadOf } from "./statistics.ts";

interface Sending {
  /** From arrival to sent, for messages without a delay. Null if nothing was sent. */
  readonly sentMs: Spread | null;
  /** Requests that a provider got again for a message that it had accepted. */
  readonly toldTwice: number;
  /** The keys of these requests, as far as they have one; the first of them. */
  readonly repeatedKeys: readonly string[];
}

/** So many keys show what happened. */
const REPEATED_KEYS_MAX = 20;

/** From the arrival of an event until its message without a delay was sent. */
async function sentTimes(
  server: WorkerServer,
  arrived: ReadonlyMap<string, number>,
): Promise<readonly number[]> {
  const rows = await server.query<{ readonly event_id: string; readonly sent_at: string }>(
    "SELECT event_id, sent_at FROM notifications WHERE status = 'sent' AND template <> 'review_request'",
  );
  return rows.flatMap(({ event_id: id, sent_at: at }) => {
    const arrivedMs = arrived.get(id);
    return arrivedMs === undefined ? [] : [Date.parse(at) - arrivedMs];
  });
}

/** The keys that came before. */
function repeatedIn(taken: readonly RequestKey[]): readonly string[] {
  const seen = new Set<string>();
  return taken.filter((key): key is string => {
    if (key === null) return false;
    const isRepeat = seen.has(key);
    seen.add(key);
    return isRepeat;
  });
}

/**
 * Requests with a key that came before; of providers that take no key, the requests beyond one for each message
 * (`askedWithoutKey`), since two messages may have the same words.
 */
export function countRepeats(taken: readonly RequestKey[], askedWithoutKey: number): number {
  const keyless = taken.filter((key) => key === null).length;
  return repeatedIn(taken).length + Math.max(0, keyless - askedWithoutKey);
}

/**
 * What became of the messages. `warmUps`: requests to providers before the measurement. A message without an answer
 * (`outcome unknown`) may have been asked too.
 */
export async function sendingOf(
  server: WorkerServer,
  arrived: ReadonlyMap<string, number>,
  warmUps: number,
): Promise<Sending> {
  const sent = await sentTimes(server, arrived);
  const [row] = await server.query<{ readonly n: number }>(
    `SELECT count(*) AS n FROM notifications WHERE channel IN ('sms', 'team')
     AND (attempt_log IS NOT NULL OR in_flight = 1 OR reason = 'outcome unknown')`,
  );
  const taken = server.taken().slice(warmUps);
  return {
    sentMs: sent.length === 0 ? null : spreadOf(sent),
    toldTwice: countRepeats(taken, row?.n ?? 0),
    repeatedKeys: repeatedIn(taken).slice(0, REPEATED_KEYS_MAX),
  };
}
