/**
 * Erases a person, in stages:
 * - the suppression list: new events are stored without the person;
 * - orders: the bodies, rows and messages of each order;
 * - inbox and rows: every other body and row that names the person;
 * - forwards: forwards of other events that show an order of the person;
 * - contacts: the other contacts by which their orders could be found;
 * - archive: files of closed orders, then the archived bodies.
 * Progress is stored in D1, and each step can be repeated. Only keyed hashes of the person remain.
 */
import { eraseBody } from "../events/erased-body";
import { ERASE_OBJECTS, ERASE_RUN_MS } from "../privacy-limits";
import { errorText, log } from "../log";
import type { StoreDefaults } from "../projection/store-defaults";
import { contactsInBody, enteredContacts, rowIdentifier } from "../projection/identifiers";
import { findBegun } from "../store/retention/archive-writes";
import {
  enterOrders,
  loadBodiesOfOrders,
  loadBodiesOfRows,
  loadStretch,
  replaceBodies,
  type RowKey,
  type StoredBody,
} from "../store/privacy/erased-bodies";
import { loadSuppressionList, type SuppressionList } from "../store/privacy/suppression-list";
import {
  type Erasure,
  findPending,
  findUnfinished,
  loadErasure,
  type PendingOrders,
  saveError,
  saveStage,
  startErasure,
  suppressOrders,
  suppressRows,
} from "../store/privacy/erasure";
import { eraseForwardedOrders } from "../store/privacy/forwarded-orders";
import { loadTexts } from "../store/privacy/personal-texts";
import { eraseKeyedRows, eraseRows, forgetContacts } from "../store/privacy/erasure-rows";
import { keyOf } from "../store/closed-orders/keys";
import type { ClosedOrdersService } from "../closed-orders-service";
import type { PutBack } from "../store/closed-orders/archived-orders";
import { hasPersonsArchived } from "../store/closed-orders/closed-files";
import {
  ARCHIVE_PREFIX,
  eraseArchived,
  listObjects,
  repairManifest,
  readObject,
  writeObject,
} from "./archive";

export interface ErasureDeps {
  readonly db: D1Database;
  readonly archive: R2Bucket | null;
  /** Null if no orders are archived. */
  readonly closedOrders?: ClosedOrdersService | null;
  /** Brings back archived rows: they are erased in D1, and archived again. */
  readonly putBack?: PutBack | undefined;
  readonly defaults: StoreDefaults;
  readonly now: () => Date;
}

/** The bodies that name an erased person, without the person. */
async function eraseEach<T extends { readonly payload: string }>(
  bodies: readonly T[],
  list: SuppressionList,
): Promise<readonly T[]> {
  const left = await Promise.all(
    bodies.map(async (body) => ({ body, payload: await list.erase(body.payload) })),
  );
  return left.flatMap(({ body, payload }) =>
    payload === body.payload ? [] : [{ ...body, payload }],
  );
}

async function eraseOrders(deps: ErasureDeps, pending: PendingOrders): Promise<void> {
  const { db } = deps;
  await deps.putBack?.(pending.orders.map(keyOf.order));
  await suppressOrders(db, pending.orders);
  const list = await loadSuppressionList(db);
  const contacts = new Set<string>();
  let events = 0;
  for (let after = 0; ;) {
    const bodies = await loadBodiesOfOrders(db, pending.orders, after);
    const last = bodies.at(-1);
    if (last === undefined) break;
    for (const { payload } of bodies) {
      for (const contact of enteredContacts(payload, deps.defaults)) contacts.add(contact);
    }
    const changed = await eraseEach(bodies, list);
    await replaceBodies(db, changed);
    events += changed.length;
    after = last.place;
  }
  await eraseRows(db, pending, [...contacts], events);
}

/**
 * Erases the orders together; if that fails, one by one, so that an order that cannot be erased does not block the
 * others. Returns the last order that failed, which the next run tries again; null if all succeeded.
 */
async function eraseWhatCan(deps: ErasureDeps, pending: PendingOrders): Promise<string | null> {
  try {
    await eraseOrders(deps, pending);
    return null;
  } catch (error) {
    if (pending.orders.length > 1) {
      let failed: string | null = null;
      for (const order of pending.orders) {
        failed = (await eraseWhatCan(deps, { ...pending, orders: [order] })) ?? failed;
      }
      return failed;
    }
    const [order = ""] = pending.orders;
    log.error("erasure_stuck", { id: pending.erasureId, error: errorText(error) });
    await saveError(deps.db, pending.erasureId, errorText(error));
    return order;
  }
}

type Progress = Parameters<typeof saveStage>[2];

/**
 * Erases the orders and rows that name the person. An order is the person's own: all of it is erased. A payment,
 * refund or shipment may belong to another person's order: its events and its row are erased.
 */
async function eraseNaming(
  { db }: ErasureDeps,
  { id }: Erasure,
  named: readonly RowKey[],
): Promise<void> {
  const orders = named.filter(({ subject }) => subject === "order");
  await enterOrders(
    db,
    id,
    orders.map(({ key }) => key),
  );
  const rows = named.filter(({ subject }) => subject !== "order");
  if (rows.length === 0) return;
  await suppressRows(
    db,
    rows.map(({ subject, key }) => rowIdentifier(subject, key)),
  );
  for (let after: number | undefined = 0; after !== undefined;) {
    const others: readonly StoredBody[] = await loadBodiesOfRows(db, rows, after);
    await replaceBodies(
      db,
      others.map(({ id, payload }) => ({ id, payload: eraseBody(payload) })),
    );
    after = others.at(-1)?.place;
  }
  await eraseKeyedRows(db, rows);
}

/**
 * Every body of the inbox that was not found through an order. The bodies that name the person are replaced last:
 * a run that is interrupted before that finds the rest through them again.
 */
async function eraseInbox(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  const { db } = deps;
  const { bodies, next } = await loadStretch(db, Number(erasure.place));
  const list = await loadSuppressionList(db);
  const changed = await eraseEach(bodies, list);
  const named = changed.flatMap(({ subject, subjectId: key }) =>
    subject === null || key === null ? [] : [{ subject, key }],
  );
  await eraseNaming(deps, erasure, named);
  await replaceBodies(db, changed);
  const events = changed.length;
  return next === null ? { stage: "rows", place: "", events } : { place: String(next), events };
}

/** Every row of the state: the body that named the person may already be purged. */
async function eraseState(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  const { rows, next } = await loadTexts(deps.db, erasure.place);
  const list = await loadSuppressionList(deps.db);
  const checked = await Promise.all(
    rows.map(async (row) => ({ row, isTheirs: await list.hasAny(contactsInBody(row.texts)) })),
  );
  const named = checked.flatMap(({ row, isTheirs }) => (isTheirs ? [row] : []));
  await eraseNaming(deps, erasure, named);
  return next === null ? { stage: "forwards", place: "" } : { place: next };
}

async function eraseForwards({ db }: ErasureDeps, { id, place }: Erasure): Promise<Progress> {
  const next = await eraseForwardedOrders(db, id, Number(place));
  return next === null ? { stage: "contacts", place: "" } : { place: String(next) };
}

async function eraseContacts(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  const place = await forgetContacts(deps.db, erasure);
  return place === null ? { stage: "archive", place: "" } : { place };
}

/** Returns the number of events that named an erased person. */
async function eraseObject(bucket: R2Bucket, name: string, list: SuppressionList): Promise<number> {
  const object = await readObject(bucket, name);
  if (object === null) return 0;
  const events = await eraseArchived(object.events, list);
  const changed = events.filter(({ payload }, at) => payload !== object.events[at]?.payload).length;
  if (changed > 0) await writeObject(bucket, name, events, object.etag);
  else await repairManifest(bucket, name, object);
  return changed;
}

/** Where the archive stage is: `file:12` while it searches files of closed orders, then the name of an object. */
const FILE_PLACE = "file:";

const keyOfRow: Readonly<Record<string, (key: string) => string>> = {
  payment: keyOf.money,
  refund: keyOf.refund,
  shipment: keyOf.shipment,
};

/** The next file of closed orders: its rows that name the person are brought back, and erased in D1. */
async function eraseClosedOrders(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  const { db, closedOrders = null } = deps;
  if (closedOrders === null) {
    return (await hasPersonsArchived(db))
      ? { error: "waits until CLOSED_ORDERS is bound: orders are archived" }
      : { place: ARCHIVE_PREFIX };
  }
  const erased = await closedOrders.eraseNextFile(Number(erasure.place.slice(FILE_PLACE.length)));
  switch (erased.outcome) {
    case "waits":
      return { error: erased.reason };
    case "done":
      return { place: ARCHIVE_PREFIX };
    case "searched":
      // Orders are brought back before they are erased.
      await deps.putBack?.(
        erased.named.flatMap(({ subject, key }) => keyOfRow[subject]?.(key) ?? []),
      );
      await eraseNaming(deps, erasure, erased.named);
      return { place: `${FILE_PLACE}${String(erased.id)}` };
  }
}

/**
 * Waits while an object is being written: an attempt that began before the erasure cannot complete (archiving.ts),
 * and a later one writes the object again.
 */
async function eraseArchive(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  const { db, archive } = deps;
  if (erasure.place === "" || erasure.place.startsWith(FILE_PLACE)) {
    return await eraseClosedOrders(deps, erasure);
  }
  if (archive === null) return { stage: "done", place: "" };
  if (erasure.place === ARCHIVE_PREFIX && (await findBegun(db)) !== null) {
    return { error: "waits until an archive object that is being written is complete" };
  }
  const list = await loadSuppressionList(db);
  const { objects, next } = await listObjects(archive, erasure.place, ERASE_OBJECTS);
  let events = 0;
  for (const { name } of objects) events += await eraseObject(archive, name, list);
  return next === null
    ? { stage: "done", place: "", archived_events: events }
    : { place: next, archived_events: events };
}

async function takeStep(deps: ErasureDeps, erasure: Erasure): Promise<Progress> {
  switch (erasure.stage) {
    case "orders":
      return { stage: "inbox", place: "0" };
    case "inbox":
      return await eraseInbox(deps, erasure);
    case "rows":
      return await eraseState(deps, erasure);
    case "forwards":
      return await eraseForwards(deps, erasure);
    case "contacts":
      return await eraseContacts(deps, erasure);
    case "archive":
      return await eraseArchive(deps, erasure);
    case "done":
      return {};
  }
}

/** The run continues after this order; orders up to it cannot be erased now. */
interface Run {
  after: string;
}

/** Takes one step; false if there is nothing to do, or nothing that can be done now. */
async function step(deps: ErasureDeps, run: Run): Promise<boolean> {
  const pending = await findPending(deps.db, run.after);
  if (pending !== null) {
    run.after = (await eraseWhatCan(deps, pending)) ?? run.after;
    return true;
  }
  const erasure = await findUnfinished(deps.db);
  if (erasure === null) return false;
  const now = deps.now().toISOString();
  let progress: Progress;
  try {
    progress = await takeStep(deps, erasure);
  } catch (error) {
    // For example, an object in the archive is damaged, and a person must look at it.
    await saveStage(deps.db, erasure, { error: errorText(error) }, now);
    throw error;
  }
  await saveStage(deps.db, erasure, progress, now);
  if (progress.stage === "done") log.info("erased", { id: erasure.id });
  return progress.error === undefined;
}

/** Continues erasures for about ERASE_RUN_MS. */
export async function continueErasures(deps: ErasureDeps): Promise<void> {
  const endMs = deps.now().getTime() + ERASE_RUN_MS;
  const run: Run = { after: "" };
  while (deps.now().getTime() < endMs && (await step(deps, run))) {
    // The work is in the condition.
  }
}

/** Starts to erase the person with these contacts; a small erasure is complete when this returns. */
export async function erase(deps: ErasureDeps, contacts: readonly string[]): Promise<Erasure> {
  const begun = await startErasure(deps.db, contacts, deps.now().toISOString());
  try {
    await continueErasures(deps);
  } catch (error) {
    log.error("erasure_interrupted", { id: begun.id, error: errorText(error) });
  }
  return (await loadErasure(deps.db, begun.id)) ?? begun;
}
