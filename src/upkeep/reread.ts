/**
 * After an upgrade from version 0.2: reads the events that 0.2 stored or applied with the current code, some each
 * minute, and rebuilds the rows that they patch. This includes events that a Worker of 0.2 applies after the
 * migration, either between the two deployments or after a rollback. No message is sent. The result of an event is
 * written to the inbox last, so the next run finds the events that an interrupted run has not finished.
 */
import { RENEW_MAX_STRETCHES, REREAD_RUN_MS } from "../limits";
import { errorText, log } from "../log";
import { asJudged, interpret, type Interpretation } from "../projection/interpret";
import { orderNamedIn } from "../projection/registers";
import type { StoreDefaults } from "../projection/store-defaults";
import { type SuppressionList, loadSuppressionList } from "../store/privacy/suppression-list";
import { keysOf, type RowKeys } from "../store/state/rows";
import { renewRows } from "../store/upgrade-0-2/renewal";
import {
  loadLeftOrders,
  loadUnread,
  saveReread,
  type UnreadEvent,
} from "../store/upgrade-0-2/reread";
import type { PutBack } from "../store/closed-orders/archived-orders";
import { rebuildAround } from "./rebuild";

export interface RereadDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  readonly defaults: StoreDefaults;
  readonly putBack?: PutBack | undefined;
}

/**
 * Renews the rows that a Worker of 0.2 has written; false if there are too many for one run. This comes first:
 * until then, the values of 0.2 override everything that the current code sets.
 */
export async function renew({ db, now }: Pick<RereadDeps, "db" | "now">): Promise<boolean> {
  let rows = 0;
  for (let stretch = 0; stretch < RENEW_MAX_STRETCHES; stretch += 1) {
    const found = await renewRows(db, now().toISOString());
    rows += found;
    if (found === 0) break;
    if (stretch === RENEW_MAX_STRETCHES - 1) return false;
  }
  if (rows > 0) log.info("renewed", { rows });
  return true;
}

type BodiedEvent = UnreadEvent & { readonly payload: string };

interface ReadEvent {
  readonly event: BodiedEvent;
  readonly meaning: Interpretation;
}

function hasBody(event: UnreadEvent): event is BodiedEvent {
  return event.payload !== null;
}

async function readAgain(
  event: BodiedEvent,
  list: SuppressionList,
  defaults: StoreDefaults,
): Promise<ReadEvent> {
  const { id, typeHint, receivedAt } = event;
  const payload = await list.erase(event.payload);
  return { event, meaning: interpret({ id, typeHint, receivedAt, payload }, asJudged(defaults)) };
}

/** The claim of an event, if the inbox may have another one. */
function claimOf({ event: { id, status, statusPrecedence }, meaning }: ReadEvent) {
  if (status === "processed") return { id, precedence: meaning.statusPrecedence };
  return statusPrecedence === null ? [] : { id, precedence: null };
}

/** The rows that the events patch, and every order that was ever named for them. */
async function keysTouched(db: D1Database, applied: readonly ReadEvent[]): Promise<RowKeys> {
  const patches = applied.flatMap(({ meaning }) => meaning.patches);
  const keys = keysOf(patches.map(({ entity, key }) => ({ entity, key, columns: {} })));
  const named = patches.flatMap((patch) => orderNamedIn(patch) ?? []);
  const left = await loadLeftOrders(db, keys);
  return { ...keys, orders: [...new Set([...keys.orders, ...named.map(String), ...left])] };
}

async function rereadTogether(
  { db, now, defaults, putBack }: RereadDeps,
  events: readonly UnreadEvent[],
): Promise<void> {
  const at = now().toISOString();
  const list = await loadSuppressionList(db);
  const read = await Promise.all(
    events.filter(hasBody).map((event) => readAgain(event, list, defaults)),
  );
  const applied = read.filter(({ event }) => event.status === "processed");
  const { isSettled, leftOut } = await rebuildAround(
    db,
    applied.map(({ event }) => event),
    { dryRun: false, now: at, defaults, putBack },
  );
  if (!isSettled) throw new Error("events came in between each time");
  if (leftOut.length > 0) log.warn("reread_left_out", { orders: leftOut.length });
  const result = {
    read: read.map(({ event: { id }, meaning: { description } }) => ({ id, description })),
    claims: read.flatMap(claimOf),
    purged: events.filter((event) => !hasBody(event)),
    keys: await keysTouched(db, applied),
  };
  await saveReread(db, result, at, list.version);
  for (const { event, meaning } of applied) {
    if (meaning.status === "processed") continue;
    log.warn("reread_sets_nothing", { id: event.id, reason: meaning.error });
  }
}

/**
 * Reads the events together; if that fails, one by one, so that an unreadable event does not block the others.
 * Returns the ids that failed.
 */
async function rereadWhatCan(
  deps: RereadDeps,
  events: readonly UnreadEvent[],
): Promise<readonly string[]> {
  try {
    await rereadTogether(deps, events);
    return [];
  } catch (error) {
    const [first, ...rest] = events;
    if (first === undefined) return [];
    if (rest.length === 0) {
      log.error("reread_failed", { id: first.id, error: errorText(error) });
      return [first.id];
    }
    const failed: string[] = [];
    for (const event of events) failed.push(...(await rereadWhatCan(deps, [event])));
    return failed;
  }
}

/** Reads events again for about REREAD_RUN_MS; the next run retries failed ones. */
export async function reread(deps: RereadDeps): Promise<void> {
  const endMs = deps.now().getTime() + REREAD_RUN_MS;
  const failed: string[] = [];
  let count = 0;
  while (deps.now().getTime() < endMs) {
    const events = await loadUnread(deps.db, failed);
    if (events.length === 0) break;
    // 0.2 may have written rows meanwhile; they are renewed before a rebuild uses them.
    if (!(await renew(deps))) break;
    failed.push(...(await rereadWhatCan(deps, events)));
    count += events.length;
  }
  if (count > 0) log.info("reread", { events: count - failed.length, failed: failed.length });
}
