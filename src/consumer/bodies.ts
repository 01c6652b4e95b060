/**
 * What is to be applied of a batch: the body of each event, from the inbox or from its message, without
 * people who were erased. What only the queue held is written into the inbox on the way.
 */
import { isErased } from "../events/erased-body";
import type { WholeEvent } from "../events/queue-message";
import { log } from "../log";
import type { StoredEvent } from "../projection/decoded-event";
import type { SuppressionList, ErasedBody } from "../store/suppression-list";
import type { InboxQuery, InboxRow } from "../store/inbox";
import type { ReceivedEvent } from "../store/receipt";
import { eraseIn, receivedOf, type Work } from "./deliveries";

export interface BodiesDeps {
  /** Fails where somebody was erased since `listVersion`. */
  readonly admitAndRead: (
    missing: readonly ReceivedEvent[],
    queries: readonly InboxQuery[],
    listVersion: number,
  ) => Promise<ReadonlyMap<string, InboxRow>>;
  /** Stores bodies from which somebody was erased, and has the rest of what is about them erased. */
  readonly storeErased: (bodies: readonly ErasedBody[], listVersion: number) => Promise<void>;
  /** Records and alerts that another body came under a known id. */
  readonly reportConflicts: (
    conflicts: readonly { readonly id: string; readonly sha256: string }[],
  ) => Promise<void>;
}

/** Writes what only the queue held and reads what the inbox knows of each event. */
async function readInbox(
  deps: BodiesDeps,
  works: readonly Work[],
  list: SuppressionList,
): Promise<ReadonlyMap<string, InboxRow>> {
  const queries = works.map(({ id, wholes }) => ({ id, wantsBody: wholes.length === 0 }));
  const read = async (admitted: readonly WholeEvent[]): Promise<ReadonlyMap<string, InboxRow>> => {
    const events = await Promise.all(admitted.map((whole) => eraseIn(receivedOf(whole), list)));
    return await deps.admitAndRead(events, queries, list.version);
  };
  const missing = works.flatMap(({ wholes }) => wholes.filter(({ stored }) => !stored).slice(0, 1));
  const rows = await read(missing);
  // The inbox had taken these and no longer has them, as after a restore: the queue still holds them.
  const lost = works.flatMap(({ id, wholes }) => (rows.has(id) ? [] : wholes.slice(0, 1)));
  return lost.length === 0 ? rows : await read(lost);
}

/** The body that stands in the inbox, from the message where it came along. */
function standingBody(work: Work, row: InboxRow): string | null {
  const same = work.wholes.find(({ bodySha256 }) => bodySha256 === row.body_sha256);
  return same?.payload ?? row.payload;
}

export type Found =
  | {
      readonly kind: "body";
      readonly work: Work;
      readonly event: StoredEvent;
      /** What the inbox says of it. */
      readonly row: InboxRow;
    }
  /** Nothing to do: settled before, or its body is gone. */
  | { readonly kind: "settled"; readonly work: Work }
  /** Its body did not fit into this slice. */
  | { readonly kind: "deferred"; readonly work: Work };

/** What is to be done with an event, with its body as it may be stored. */
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
  const standing = standingBody(work, row);
  if (standing === null) return { kind: "settled", work };
  const { id, type_hint: typeHint, received_at: receivedAt } = row;
  const payload = await list.erase({ payload: standing });
  return { kind: "body", work, event: { id, typeHint, receivedAt, payload }, row };
}

async function reportConflicts(
  deps: BodiesDeps,
  works: readonly Work[],
  rows: ReadonlyMap<string, InboxRow>,
): Promise<void> {
  const conflicts = works.flatMap(({ id, wholes }) => {
    const row = rows.get(id);
    const others = wholes.filter(
      (whole) => row !== undefined && whole.bodySha256 !== row.body_sha256,
    );
    // The receiver has counted those that it stored.
    return others
      .filter(({ stored }) => !stored)
      .map(({ bodySha256 }) => ({ id, sha256: bodySha256 }));
  });
  if (conflicts.length > 0) await deps.reportConflicts(conflicts);
}

/** What the inbox and the queue hold of the events; what is about somebody erased is so from here on. */
export async function findBodies(
  deps: BodiesDeps,
  works: readonly Work[],
  list: SuppressionList,
): Promise<readonly Found[]> {
  const rows = await readInbox(deps, works, list);
  await reportConflicts(deps, works, rows);
  const found = await Promise.all(works.map((work) => findBody(work, rows.get(work.id), list)));
  if (list.version > 0) {
    const bodies = found.flatMap((one) => (one.kind === "body" ? [one.event] : []));
    const touched = bodies.filter(({ payload }) => isErased(payload));
    if (touched.length > 0) await deps.storeErased(touched, list.version);
  }
  return found;
}
