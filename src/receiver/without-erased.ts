/**
 * Events stored without people who were erased. An isolate that has never asked who was writes as if
 * emptyList had been, in a batch that fails where somebody was: so a receipt takes one round trip, and in a
 * shop that has erased somebody the first of an isolate takes two more.
 */
import {
  SuppressionListChanged,
  emptyList,
  rememberSuppressionList,
  rememberNobody,
} from "../store/suppression-list";
import type { Receipt, ReceivedEvent } from "../store/receipt";

/** `isFirst`: fails where anybody was ever erased. */
type Write = (events: readonly ReceivedEvent[], isFirst: boolean) => Promise<readonly Receipt[]>;

export interface Written {
  readonly receipt: Receipt;
  /** As it was stored. */
  readonly event: ReceivedEvent;
}

function pair(events: readonly ReceivedEvent[], receipts: readonly Receipt[]): readonly Written[] {
  return events.flatMap((event, index) => {
    const receipt = receipts[index];
    return receipt === undefined ? [] : [{ receipt, event }];
  });
}

/** Null where somebody was erased; from here on it is known who. */
async function writeFirst(
  db: D1Database,
  nowMs: number,
  write: () => Promise<readonly Receipt[]>,
): Promise<readonly Receipt[] | null> {
  try {
    const receipts = await write();
    rememberNobody(db, nowMs);
    return receipts;
  } catch (error) {
    if (error instanceof SuppressionListChanged) return null;
    throw error;
  }
}

/** In the order of `came`. */
export async function writeWithoutErased(
  db: D1Database,
  nowMs: number,
  came: readonly ReceivedEvent[],
  write: Write,
): Promise<readonly Written[]> {
  if (rememberSuppressionList(db, nowMs) === null) {
    const receipts = await writeFirst(db, nowMs, () => write(came, true));
    if (receipts !== null) return pair(came, receipts);
  }
  const { erase } = rememberSuppressionList(db, nowMs)?.erased ?? emptyList;
  const left = came.map(async (event) => ({ ...event, payload: await erase(event) }));
  const events = await Promise.all(left);
  return pair(events, await write(events, false));
}
