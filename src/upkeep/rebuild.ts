/**
 * Rebuild: stored events through the current code, when the projection has changed. An order is read
 * with every event that patches any of its rows, compared with what the current code makes of them,
 * and only where something differs are its rows cleared and merged again. Slices are bounded and their
 * progress is kept in D1, so a restart goes on where it was. An order too large for that is left as it
 * is, and the report names it. Nobody is notified.
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
import { type SuppressionList, loadSuppressionList } from "../store/privacy/suppression-list";
import { loadHistory } from "../store/state/history";
import { keysOf, loadRows } from "../store/state/rows";
import { applyRebuild, loadRowsByKeys } from "../store/state/rebuild";
import {
  loadSlice,
  loadUnfinished,
  type Rebuild,
  saveProgress,
} from "../store/state/rebuild-progress";

/** How often an order is looked at again because events came in between. */
const LOOKS = 3;

/** Columns whose values stay out of the report: it is kept longer than a person may wish. */
const personal: ReadonlySet<string> = new Set(Object.values(personalColumns).flat());

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
  /** Null where they are too many. */
  readonly loadRows: () => Promise<readonly StateRow[] | null>;
  /** Rows that belong here but may not stand at all. */
  readonly missing: readonly StateRow[];
}

async function loadWhole(db: D1Database, orderNumber: string): Promise<readonly StateRow[] | null> {
  const { rows, leftOut } = await loadRows(db, orderNumber, REBUILD_LIMITS);
  return Object.keys(leftOut).length === 0 ? rows : null;
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

/** What the events patch; null where that is too much. Event by event: one alone may list thousands. */
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
 * The rows, and every event that patches any of them. The events may patch further payments, refunds
 * and shipments that belong elsewhere; those are read too, since half a history would mislead. Null
 * where it is too large to be read.
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
  /** What changed, or would change. */
  readonly changes: readonly Change[];
  /** False where events came in between each time: the rows may still not be what they should. */
  readonly isSettled: boolean;
  /** Orders too large to be rebuilt, which are left as they are; empty text: rows of none. */
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

/** Rebuilds one order. */
export async function rebuildOrder(
  db: D1Database,
  orderNumber: string,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const unit = { orderNumber, loadRows: () => loadWhole(db, orderNumber), missing: [] };
  return await rebuildUnit(db, unit, options);
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

/** Orders that are named by what is too large to be looked at more closely. */
function ordersNamedBy(patches: readonly Patch[]): readonly string[] {
  const named = patches.flatMap((patch) =>
    patch.entity === "orders" ? patch.key : (orderNamedIn(patch) ?? []),
  );
  return [...new Set(named)];
}

/** What the events patch, without events that alone patch too much; those name their orders. */
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

/** Rows of an order, or of none, that events patch. */
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

/** Rebuilds every row that the events patch, together with whatever belongs to the same orders. */
export async function rebuildAround(
  db: D1Database,
  events: readonly KeptEvent[],
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { patches, leftOut } = patchesOfSlice(events, options.defaults);
  const current = await loadRowsByKeys(db, keysOf(patches.map(asRow)));
  if (current === null && events.length > 1) {
    // Too much together: each alone.
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

/** The rebuild with more orders that it has left out. */
function withLeftOut(rebuild: Rebuild, leftOut: readonly string[]): Rebuild {
  if (leftOut.length > 0) log.warn("rebuild_left_out", { id: rebuild.id, orders: leftOut.length });
  const all = [...new Set([...rebuild.leftOut, ...leftOut])];
  return { ...rebuild, leftOut: all.slice(0, REBUILD_NAMES_MAX) };
}

/**
 * Carries the oldest unfinished rebuild on by some slices while there is time, at least by one; returns
 * it, or null where there is none.
 */
export async function continueRebuild(
  db: D1Database,
  now: string,
  defaults: StoreDefaults,
  inTime: () => boolean = () => true,
): Promise<Rebuild | null> {
  let rebuild = await loadUnfinished(db);
  if (rebuild === null) return null;
  const { orderNumber } = rebuild.filter;
  const options = { dryRun: rebuild.dryRun, now, defaults };
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
