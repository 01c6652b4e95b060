/**
 * Rebuild: stored events through the current code, when the projection has changed. An order is read
 * with every event that patches any of its rows, compared with what the current code makes of them,
 * and only where something differs are its rows cleared and merged again. Slices are bounded and their
 * progress is kept in D1, so a restart goes on where it was. Nobody is notified.
 */
import type { StoredEvent } from "../projection/decoded-event";
import { asJudged, interpret } from "../projection/interpret";
import { type Change, planRebuild, type RebuildPlan } from "../projection/history/rebuild-plan";
import { orderNamedIn, type Patch } from "../projection/registers";
import type { HistoricEvent, StateRow } from "../projection/history/explanation";
import type { StoreDefaults } from "../projection/store-defaults";
import { HISTORY_MAX_EVENTS } from "../limits";
import { log } from "../log";
import { type SuppressionList, loadSuppressionList } from "../store/privacy/suppression-list";
import { keysOf, loadHistory, loadRows } from "../store/state/history";
import { applyRebuild, loadRowsByKeys } from "../store/state/rebuild";
import {
  loadSlice,
  loadUnfinished,
  type Rebuild,
  saveProgress,
} from "../store/state/rebuild-progress";

/** Events read at once; each leads to the whole history of its order. */
const SLICE_EVENTS = 50;
/** Slices in one run of the cron. */
const SLICES_AT_ONCE = 10;
/** How often an order is looked at again because events came in between. */
const LOOKS = 3;

/** Columns whose values stay out of the report: it is kept longer than a person may wish. */
const personal: ReadonlySet<string> = new Set([
  "customer_name",
  "customer_email",
  "customer_phone",
  "customer_id",
  "customer_note",
  "coupon_code",
  "billing_address",
  "shipping_address",
  "metadata",
  "extra",
  "remarks",
  "cancellation_reason",
]);

function mask(value: Change["from"]): string | null {
  return value === null ? null : "(personal)";
}

function masked(change: Change): Change {
  if (!personal.has(change.column)) return change;
  return { ...change, from: mask(change.from), to: mask(change.to) };
}

type KeptEvent = Omit<StoredEvent, "payload"> & { readonly payload: string | null };

/** What an event patches under the current code; nothing where its body is gone. */
function patchesOf(event: KeptEvent, defaults: StoreDefaults): readonly Patch[] {
  const { id, typeHint, receivedAt, payload } = event;
  if (payload === null) return [];
  return interpret({ id, typeHint, receivedAt, payload }, asJudged(defaults)).patches;
}

function asRow({ entity, key }: Patch): StateRow {
  return { entity, key, columns: {} };
}

interface RebuildOptions {
  readonly dryRun: boolean;
  /** ISO time. */
  readonly now: string;
  /** Those that the consumer applies by. */
  readonly defaults: StoreDefaults;
}

/** What is rebuilt together. */
interface Unit {
  /** Null: rows that belong to no order. */
  readonly orderNumber: string | null;
  readonly loadRows: () => Promise<readonly StateRow[]>;
  /** Rows that belong here but may not stand at all. */
  readonly missing: readonly StateRow[];
}

interface Picture {
  readonly rows: readonly StateRow[];
  readonly plan: RebuildPlan;
  /** Who had been erased when it was looked at. */
  readonly listVersion: number;
}

/** Events as they may be applied: without people who were erased. */
async function eraseHistory(
  events: readonly HistoricEvent[],
  list: SuppressionList,
): Promise<readonly HistoricEvent[]> {
  const left = events.map(async (event) => {
    const { payload } = event;
    return payload === null ? event : { ...event, payload: await list.erase(payload) };
  });
  return await Promise.all(left);
}

/**
 * The rows, and every event that patches any of them. The events may patch further payments, refunds
 * and shipments that belong elsewhere; those are read too, since half a history would mislead.
 */
async function look(db: D1Database, unit: Unit, { defaults }: RebuildOptions): Promise<Picture> {
  const { orderNumber } = unit;
  const list = await loadSuppressionList(db);
  const own = await unit.loadRows();
  const first = await loadHistory(db, orderNumber ?? "", keysOf([...own, ...unit.missing]));
  const known = new Set(own.map(({ entity, key }) => `${entity} ${key}`));
  const others = first
    .flatMap((event) => patchesOf(event, defaults))
    .filter(({ entity, key }) => !known.has(`${entity} ${key}`))
    .map(asRow);
  const elsewhere = await loadRowsByKeys(db, keysOf(others));
  const rows = [...own, ...elsewhere.filter(({ entity, key }) => !known.has(`${entity} ${key}`))];
  const all = keysOf([...rows, ...unit.missing, ...others]);
  const read = others.length === 0 ? first : await loadHistory(db, orderNumber ?? "", all);
  const history = await eraseHistory(read, list);
  const whole = history.length < HISTORY_MAX_EVENTS;
  const plan = planRebuild(orderNumber, rows, history, whole, defaults);
  return { rows, plan, listVersion: list.version };
}

export interface Rebuilt {
  /** What changed, or would change. */
  readonly changes: readonly Change[];
  /** False where events came in between each time: the rows may still not be what they should. */
  readonly isSettled: boolean;
}

function isToWrite({ changes, times }: RebuildPlan): boolean {
  return changes.length > 0 || times.length > 0;
}

async function rebuildUnit(db: D1Database, unit: Unit, options: RebuildOptions): Promise<Rebuilt> {
  const first = await look(db, unit, options);
  const { changes } = first.plan;
  if (options.dryRun) return { changes, isSettled: true };
  let picture = first;
  for (let looks = 0; looks < LOOKS && isToWrite(picture.plan); looks += 1) {
    const { rows, plan, listVersion } = picture;
    await applyRebuild(db, rows, plan, options.now, listVersion);
    picture = await look(db, unit, options);
  }
  return { changes, isSettled: picture.plan.changes.length === 0 };
}

/** Rebuilds one order. */
export async function rebuildOrder(
  db: D1Database,
  orderNumber: string,
  options: RebuildOptions,
): Promise<readonly Change[]> {
  const unit = { orderNumber, loadRows: () => loadRows(db, orderNumber), missing: [] };
  return (await rebuildUnit(db, unit, options)).changes;
}

/** Rows that events patch and that do not stand at all, by the order that is named for them. */
function missingByOrder(
  patches: readonly Patch[],
  current: readonly StateRow[],
): ReadonlyMap<string | null, readonly StateRow[]> {
  const known = new Set(current.map(({ entity, key }) => `${entity} ${key}`));
  const missing = new Map<string | null, StateRow[]>();
  for (const patch of patches) {
    if (patch.entity === "orders" || known.has(`${patch.entity} ${patch.key}`)) continue;
    const order = orderNamedIn(patch);
    missing.set(order, [...(missing.get(order) ?? []), asRow(patch)]);
  }
  return missing;
}

/** Rebuilds every row that the events patch, together with whatever belongs to the same orders. */
export async function rebuildAround(
  db: D1Database,
  events: readonly KeptEvent[],
  options: RebuildOptions,
): Promise<Rebuilt> {
  const patches = events.flatMap((event) => patchesOf(event, options.defaults));
  const keys = keysOf(patches.map(asRow));
  const current = await loadRowsByKeys(db, keys);
  const missing = missingByOrder(patches, current);
  const named = patches.flatMap((patch) => orderNamedIn(patch) ?? []);
  const owners = current.flatMap(({ columns }) => columns["order_number"] ?? []).map(String);
  const units: Unit[] = [...new Set([...keys.orders, ...named, ...owners])].map((orderNumber) => ({
    orderNumber,
    loadRows: () => loadRows(db, orderNumber),
    missing: missing.get(orderNumber) ?? [],
  }));
  const unlinked = current.filter(({ columns }) => columns["order_number"] === null);
  const loose = [...unlinked, ...(missing.get(null) ?? [])];
  if (loose.length > 0) {
    const loadLoose = (): Promise<readonly StateRow[]> => loadRowsByKeys(db, keysOf(loose));
    units.push({ orderNumber: null, loadRows: loadLoose, missing: missing.get(null) ?? [] });
  }
  const rebuilt: Rebuilt[] = [];
  for (const unit of units) rebuilt.push(await rebuildUnit(db, unit, options));
  return {
    changes: rebuilt.flatMap(({ changes }) => changes),
    isSettled: rebuilt.every(({ isSettled }) => isSettled),
  };
}

/** Carries the oldest unfinished rebuild on by some slices; returns it, or null where there is none. */
export async function continueRebuild(
  db: D1Database,
  now: string,
  defaults: StoreDefaults,
): Promise<Rebuild | null> {
  let rebuild = await loadUnfinished(db);
  if (rebuild === null) return null;
  const { orderNumber } = rebuild.filter;
  const options = { dryRun: rebuild.dryRun, now, defaults };
  if (orderNumber !== undefined) {
    const changes = await rebuildOrder(db, orderNumber, options);
    rebuild = { ...rebuild, cursor: rebuild.lastEvent, finishedAt: now };
    await saveProgress(db, rebuild, changes.map(masked), now);
    return rebuild;
  }
  for (let slices = 0; slices < SLICES_AT_ONCE && rebuild.finishedAt === null; slices += 1) {
    const slice = await loadSlice(db, rebuild, SLICE_EVENTS);
    const { changes } = await rebuildAround(db, slice, options);
    const last: number = slice.at(-1)?.eventRow ?? rebuild.lastEvent;
    const done = slice.length < SLICE_EVENTS;
    rebuild = {
      ...rebuild,
      cursor: done ? rebuild.lastEvent : last,
      events: rebuild.events + slice.length,
      finishedAt: done ? now : null,
    };
    await saveProgress(db, rebuild, changes.map(masked), now);
  }
  log.info("rebuild", {
    id: rebuild.id,
    events: rebuild.events,
    done: rebuild.finishedAt !== null,
  });
  return rebuild;
}
