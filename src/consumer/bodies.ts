/**
 * The body of each event of a batch, from the inbox or from its message, without people on the suppression list.
 * Events that only the queue had are first written to the inbox, unchanged.
 */
import { isErased } from "../events/erased-body";
import { aboutOf } from "../events/identity";
import type { WholeEvent } from "../events/queue-message";
import { recognize } from "../events/recognition";
import { SHARED_MAX_CHARACTERS } from "../limits";
import { log } from "../log";
import type { StoredEvent } from "../projection/decoded-event";
import { CONTACTS_MAX, namesTooMany, rowIdentifier } from "../projection/identifiers";
import type { StoreDefaults } from "../projection/store-defaults";
import { type Alert, conflictAlert } from "../store/outbox/alerts";
import type { ErasedBody } from "../store/privacy/erased-bodies";
import { admitAndRead, type InboxRow, recordConflicts } from "../store/inbox/inbox";
import type { SuppressionList } from "../store/privacy/suppression-list";
import { giveWay } from "../time-limit";
import { receivedOf, type Work } from "./deliveries";

export interface BodiesDeps {
  readonly db: D1Database;
  readonly options: Pick<StoreDefaults, "timeZone">;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/** Writes the events that only the queue had, and reads what the inbox knows of each event. */
async function readInbox(
  { db, options }: BodiesDeps,
  works: readonly Work[],
): Promise<ReadonlyMap<string, InboxRow>> {
  const admit = async (wholes: readonly WholeEvent[]) => {
    const received = wholes.map((whole) => receivedOf(whole, options.timeZone));
    return await admitAndRead(db, received, queries);
  };
  const queries = works.map(({ id, wholes }) => ({ id, wantsBody: wholes.length === 0 }));
  const missing = works.flatMap(({ wholes }) => wholes.filter(({ stored }) => !stored).slice(0, 1));
  const rows = await admit(missing);
  // The inbox had stored these and no longer has them, as after a restore of D1; the queue still has them.
  const lost = works.flatMap(({ id, wholes }) => (rows.has(id) ? [] : wholes.slice(0, 1)));
  return lost.length === 0 ? rows : await admit(lost);
}

/** The body that is in the inbox, from the message if it contains it. */
function findStoredBody(work: Work, row: InboxRow): string | null {
  const same = work.wholes.find(({ bodySha256 }) => bodySha256 === row.body_sha256);
  return same?.payload ?? row.payload;
}

export type Found =
  | {
      readonly kind: "body";
      readonly work: Work;
      readonly event: StoredEvent;
      /** Its row in the inbox. */
      readonly row: InboxRow;
      /** A person was erased from the body: the rest must be stored. */
      readonly erasedBody: ErasedBody | null;
      /** What could not be held against the list. */
      readonly notes: readonly string[];
    }
  /** Nothing to do: it was settled before, or its body is gone. */
  | { readonly kind: "settled"; readonly work: Work }
  /** Its body did not fit into this slice. */
  | { readonly kind: "deferred"; readonly work: Work };

const tooManyContacts = `it names more than ${String(CONTACTS_MAX)} contacts: the others were not looked for on the suppression list`;

/** Whether an event makes the order that it names a person's: an order's own, or one that is known to be. */
async function isOfTheirOrder(payload: string, list: SuppressionList): Promise<boolean> {
  const { subject, orderNumber } = aboutOf(recognize(payload, null));
  if (orderNumber === null) return false;
  return subject === "order" || (await list.hasAny([rowIdentifier("order", orderNumber)]));
}

async function findBody(
  work: Work,
  row: InboxRow | undefined,
  list: SuppressionList,
): Promise<Found> {
  if (row === undefined) {
    log.error("event_unknown", { id: work.id });
    return { kind: "settled", work };
  }
  if (row.status !== "received" && row.status !== "failed") return { kind: "settled", work };
  if (row.deferred === 1) return { kind: "deferred", work };
  const stored = findStoredBody(work, row);
  if (stored === null) return { kind: "settled", work };
  const { id, type_hint: typeHint, received_at: receivedAt } = row;
  const isLarge = list.version > 0 && stored.length > SHARED_MAX_CHARACTERS;
  if (isLarge) await giveWay();
  const payload = await list.erase(stored);
  if (isLarge) await giveWay();
  const event = { id, typeHint, receivedAt, payload };
  // An erasure that came by may have erased the body in the inbox, and not known its order.
  const isReplaced = payload !== stored || (list.version > 0 && isErased(payload));
  const erasedBody = isReplaced
    ? { id, payload, isOrders: await isOfTheirOrder(payload, list) }
    : null;
  const notes = list.version > 0 && namesTooMany(payload) ? [tooManyContacts] : [];
  return { kind: "body", work, event, row, erasedBody, notes };
}

/** Another body came under a known id. The receiver has counted those that it stored. */
async function reportConflicts(
  { db, raiseAlert }: BodiesDeps,
  works: readonly Work[],
  rows: ReadonlyMap<string, InboxRow>,
): Promise<void> {
  const conflicts = works.flatMap(({ id, wholes }) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    return wholes
      .filter(({ stored, bodySha256 }) => !stored && bodySha256 !== row.body_sha256)
      .map(({ bodySha256 }) => ({ id, sha256: bodySha256 }));
  });
  if (conflicts.length === 0) return;
  await recordConflicts(db, conflicts);
  for (const { id } of conflicts) await raiseAlert(conflictAlert(id));
}

/** The bodies from the inbox and the queue, with the list applied. */
export async function findBodies(
  deps: BodiesDeps,
  works: readonly Work[],
  list: SuppressionList,
): Promise<readonly Found[]> {
  const rows = await readInbox(deps, works);
  await reportConflicts(deps, works, rows);
  const found: Found[] = [];
  // One after the other: a large body is looked through at once, and receipts go in between.
  for (const work of works) found.push(await findBody(work, rows.get(work.id), list));
  return found;
}
