/**
 * Rebuild: applies stored events with the current code after the projection has changed. An order is read with
 * every event that patches any of its rows, and is compared with what the current code makes of them. Only if
 * something differs are its rows cleared and merged again. Slices are bounded and progress is stored in D1, so an
 * interrupted rebuild continues where it stopped. An order that is too large is left unchanged and named in the
 * report. No message is sent.
 */
import type { StoredEvent } from "../projection/decoded-event";
import { asJudged, interpret } from "../projection/interpret";
import { type Change, planRebuild, type RebuildPlan } from "../projection/history/rebuild-plan";
import { orderNamedIn, type Patch, personalColumns } from "../projection/registers";
import type { HistoricEvent, StateRow } from "../projection/history/explanation";
import type { StoreDefaults } from "../projection/store-defaults";
import {
  REBUILD_LIMITS,
  REBUILD_MAX_ORDERS,
  REBUILD_MAX_PATCHES,
  REBUILD_MAX_SLICES,
  REBUILD_NAMES_MAX,
} from "../limits";
import { log } from "../log";
import { foldPatches } from "../projection/fold";
import { type SuppressionList, loadSuppressionList } from "../store/privacy/suppression-list";
import type { PutBack } from "../store/closed-orders/archived-orders";
import { keyOf, keysTouched } from "../store/closed-orders/keys";
import { loadHistory } from "../store/state/history";
import { keysOf, loadRows } from "../store/state/rows";
import { applyRebuild, loadRowsByKeys } from "../store/state/rebuild";
import {
  loadSlice,
  loadUnfinished,
  type Rebuild,
  saveProgress,
} from "../store/state/rebuild-progress";

/** How often an order is read if events arrive in between. */
const LOOKS = 3;

/** The report leaves out the values of these columns: it may be kept longer than the person's data. */
const personal: ReadonlySet<string> = new Set(Object.values(personalColumns).flat());

function mask(value: Change["from"]): string | null {
  return value === null ? null : "(personal)";
}

function masked(change: Change): Change {
  if (!personal.has(change.column)) return change;
  return { ...change, from: mask(change.from), to: mask(change.to) };
}

type KeptEvent = Omit<StoredEvent, "payload"> & { readonly payload: string | null };

/** The patches of an event under the current code; none if its body is purged. */
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
  /** Without it, a rebuild fails that would change archived rows. */
  readonly putBack?: PutBack | undefined;
  readonly now: string;
  /** The same as the consumer uses. */
  readonly defaults: StoreDefaults;
}

/** The rows that are rebuilt together. */
interface Unit {
  /** Null: rows without an order. */
  readonly orderNumber: string | null;
  /** Null if there are too many. */
  readonly loadRows: () => Promise<readonly StateRow[] | null>;
  /** Rows that belong here and may not exist. */
  readonly missing: readonly StateRow[];
}

async function loadWhole(db: D1Database, orderNumber: string): Promise<readonly StateRow[] | null> {
  const { rows, leftOut } = await loadRows(db, orderNumber, REBUILD_LIMITS);
  return Object.keys(leftOut).length === 0 ? rows : null;
}

interface Picture {
  readonly rows: readonly StateRow[];
  readonly plan: RebuildPlan;
  /** The version of the suppression list at the time of reading. */
  readonly listVersion: number;
}

/** The events without erased persons. */
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
 * The patches of the events; null if there are too many. Counts after each event: one event may list thousands.
 */
function patchesWithin(
  events: readonly KeptEvent[],
  defaults: StoreDefaults,
): readonly Patch[] | null {
  const patches: Patch[] = [];
  for (const event of events) {
    for (const patch of patchesOf(event, defaults)) patches.push(patch);
    if (patches.length > REBUILD_MAX_PATCHES) return null;
  }
  return patches;
}

/**
 * Reads the rows, and every event that patches any of them. The events may also patch payments, refunds and
 * shipments of other orders. Those are read too, because a partial history gives wrong values. Null if it is too
 * large.
 */
async function look(
  db: D1Database,
  unit: Unit,
  { defaults }: RebuildOptions,
): Promise<Picture | null> {
  const orderNumber = unit.orderNumber ?? "";
  const list = await loadSuppressionList(db);
  const own = await unit.loadRows();
  if (own === null) return null;
  const first = await loadHistory(
    db,
    orderNumber,
    keysOf([...own, ...unit.missing]),
    REBUILD_LIMITS,
  );
  const patches = patchesWithin(first.events, defaults);
  if (patches === null) return null;
  const known = new Set(own.map(({ entity, key }) => `${entity} ${key}`));
  const others = patches.filter(({ entity, key }) => !known.has(`${entity} ${key}`)).map(asRow);
  const elsewhere = await loadRowsByKeys(db, keysOf(others));
  if (elsewhere === null) return null;
  const rows = [...own, ...elsewhere.filter(({ entity, key }) => !known.has(`${entity} ${key}`))];
  const all = keysOf([...rows, ...unit.missing, ...others]);
  const read =
    others.length === 0 ? first : await loadHistory(db, orderNumber, all, REBUILD_LIMITS);
  if (patchesWithin(read.events, defaults) === null) return null;
  const history = await eraseHistory(read.events, list);
  const plan = planRebuild(unit.orderNumber, rows, history, read.leftOut === 0, defaults);
  return { rows, plan, listVersion: list.version };
}

export interface Rebuilt {
  /** What changed; in a dry run, what would change. */
  readonly changes: readonly Change[];
  /** False if events arrived during every attempt: the rows may still be wrong. */
  readonly isSettled: boolean;
  /** Orders that are too large and were left unchanged; an empty text stands for rows without an order. */
  readonly leftOut: readonly string[];
}

function isToWrite({ changes, times }: RebuildPlan): boolean {
  return changes.length > 0 || times.length > 0;
}

async function rebuildUnit(db: D1Database, unit: Unit, options: RebuildOptions): Promise<Rebuilt> {
  const tooLarge = { changes: [], isSettled: true, leftOut: [unit.orderNumber ?? ""] };
  const first = await look(db, unit, options);
  if (first === null) return tooLarge;
  const { changes } = first.plan;
  if (options.dryRun) return { changes, isSettled: true, leftOut: [] };
  let picture = first;
  for (let looks = 0; looks < LOOKS && isToWrite(picture.plan); looks += 1) {
    const { rows, plan, listVersion } = picture;
    await applyRebuild(db, rows, plan, options.now, listVersion);
    const next = await look(db, unit, options);
    if (next === null) return { ...tooLarge, changes };
    picture = next;
  }
  return { changes, isSettled: picture.plan.changes.length === 0, leftOut: [] };
}

export async function rebuildOrder(
  db: D1Database,
  orderNumber: string,
  options: RebuildOptions,
): Promise<Rebuilt> {
  await options.putBack?.([keyOf.order(orderNumber)]);
  const unit = { orderNumber, loadRows: () => loadWhole(db, orderNumber), missing: [] };
  return await rebuildUnit(db, unit, options);
}

/** Rows that events patch and that do not exist, by the order that is named for them. */
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

/** The orders that these patches name. */
function ordersNamedBy(patches: readonly Patch[]): readonly string[] {
  const named = patches.flatMap((patch) =>
    patch.entity === "orders" ? patch.key : (orderNamedIn(patch) ?? []),
  );
  return [...new Set(named)];
}

/** The patches of the events. An event with too many patches is left out; its orders are listed. */
function patchesOfSlice(events: readonly KeptEvent[], defaults: StoreDefaults) {
  const patches: Patch[] = [];
  const leftOut: string[] = [];
  for (const event of events) {
    const own = patchesOf(event, defaults);
    if (own.length > REBUILD_LIMITS.rows) leftOut.push(...ordersNamedBy(own));
    else patches.push(...own);
  }
  return { patches, leftOut };
}

/** Groups the patched rows by order; rows without an order form a group of their own. */
function unitsOf(
  db: D1Database,
  patches: readonly Patch[],
  current: readonly StateRow[],
): readonly Unit[] {
  const missing = missingByOrder(patches, current);
  const owners = current.flatMap(({ columns }) => columns["order_number"] ?? []).map(String);
  const units: Unit[] = [...new Set([...ordersNamedBy(patches), ...owners])].map((orderNumber) => ({
    orderNumber,
    loadRows: () => loadWhole(db, orderNumber),
    missing: missing.get(orderNumber) ?? [],
  }));
  const unlinked = current.filter(({ columns }) => columns["order_number"] === null);
  const loose = [...unlinked, ...(missing.get(null) ?? [])];
  if (loose.length > 0) {
    const loadLoose = (): Promise<readonly StateRow[] | null> => loadRowsByKeys(db, keysOf(loose));
    units.unshift({ orderNumber: null, loadRows: loadLoose, missing: missing.get(null) ?? [] });
  }
  return units;
}

/** Rebuilds every row that the events patch, and all other rows of the same orders. */
export async function rebuildAround(
  db: D1Database,
  events: readonly KeptEvent[],
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { patches, leftOut } = patchesOfSlice(events, options.defaults);
  // A dry run too: it compares what is in D1.
  await options.putBack?.(keysTouched(foldPatches(patches)));
  const current = await loadRowsByKeys(db, keysOf(patches.map(asRow)));
  if (current === null && events.length > 1) {
    // Too many rows together: one event at a time.
    const each: Rebuilt[] = [];
    for (const event of events) each.push(await rebuildAround(db, [event], options));
    return joined(each, []);
  }
  if (current === null) return joined([], [...leftOut, ...ordersNamedBy(patches)]);
  const units = unitsOf(db, patches, current);
  const rebuilt: Rebuilt[] = [];
  for (const unit of units.slice(0, REBUILD_MAX_ORDERS)) {
    rebuilt.push(await rebuildUnit(db, unit, options));
  }
  const beyond = units.slice(REBUILD_MAX_ORDERS).map(({ orderNumber }) => orderNumber ?? "");
  return joined(rebuilt, [...leftOut, ...beyond]);
}

function joined(rebuilt: readonly Rebuilt[], leftOut: readonly string[]): Rebuilt {
  return {
    changes: rebuilt.flatMap(({ changes }) => changes),
    isSettled: rebuilt.every(({ isSettled }) => isSettled),
    leftOut: [...new Set([...leftOut, ...rebuilt.flatMap((one) => one.leftOut)])],
  };
}

/** Adds orders to those that the rebuild has left out. */
function withLeftOut(rebuild: Rebuild, leftOut: readonly string[]): Rebuild {
  if (leftOut.length > 0) log.warn("rebuild_left_out", { id: rebuild.id, orders: leftOut.length });
  const all = [...new Set([...rebuild.leftOut, ...leftOut])];
  return { ...rebuild, leftOut: all.slice(0, REBUILD_NAMES_MAX) };
}

/**
 * Continues the oldest unfinished rebuild by at least one slice, and by more while there is time. Returns it, or
 * null if there is none.
 */
export async function continueRebuild(
  db: D1Database,
  now: string,
  defaults: StoreDefaults,
  inTime: () => boolean = () => true,
  putBack?: PutBack,
): Promise<Rebuild | null> {
  let rebuild = await loadUnfinished(db);
  if (rebuild === null) return null;
  const { orderNumber } = rebuild.filter;
  const options = { dryRun: rebuild.dryRun, now, defaults, putBack };
  if (orderNumber !== undefined) {
    const { changes, leftOut } = await rebuildOrder(db, orderNumber, options);
    const done = { ...rebuild, cursor: rebuild.lastEvent, finishedAt: now };
    rebuild = withLeftOut(done, leftOut);
    await saveProgress(db, rebuild, changes.map(masked), now);
    return rebuild;
  }
  for (let slices = 0; slices < REBUILD_MAX_SLICES && rebuild.finishedAt === null; slices += 1) {
    if (slices > 0 && !inTime()) break;
    const { events, isLast } = await loadSlice(db, rebuild);
    const { changes, leftOut } = await rebuildAround(db, events, options);
    const last: number = events.at(-1)?.eventRow ?? rebuild.lastEvent;
    const next: Rebuild = {
      ...rebuild,
      cursor: isLast ? rebuild.lastEvent : last,
      events: rebuild.events + events.length,
      finishedAt: isLast ? now : null,
    };
    rebuild = withLeftOut(next, leftOut);
    await saveProgress(db, rebuild, changes.map(masked), now);
  }
  log.info("rebuild", {
    id: rebuild.id,
    events: rebuild.events,
    done: rebuild.finishedAt !== null,
  });
  return rebuild;
}
