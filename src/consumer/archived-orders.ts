/**
 * Events about closed orders. A batch that touches archived rows fails as a whole, and the consumer halves it until
 * that event is alone. Then the whole set of orders is brought back, in a batch of its own, and the event is applied
 * as any other. If that fails, the event is retried with the error.
 */
import { UnreadableArchive } from "../store/closed-orders/archived-orders";
import { keysTouched, touchesArchive } from "../store/closed-orders/keys";
import { closedOrdersAlert } from "../store/outbox/alerts";
import type { Application } from "../store/state/apply";
import type { ConsumerDeps } from "./consumer";

/** How often a set is brought back for one event: it may be archived again in between. */
const LOOKS = 3;
const STILL_ARCHIVED =
  "its rows are archived, and nothing brings them back: is CLOSED_ORDERS bound?";

/** Applies the batch; if it is one event alone, after its archived rows were brought back. */
export async function applyOnceBack(
  { apply, putBack, raiseAlert }: Pick<ConsumerDeps, "apply" | "putBack" | "raiseAlert">,
  batch: Application,
  listVersion: number,
  isAlone: boolean,
): Promise<readonly string[]> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await apply(batch, listVersion);
    } catch (error) {
      if (!isAlone || !touchesArchive(error)) throw error;
      if (looks > LOOKS) {
        await raiseAlert(closedOrdersAlert(STILL_ARCHIVED));
        // Without its cause, whose text alone would be stored with the event.
        // oxlint-disable-next-line eslint/preserve-caught-error
        throw new UnreadableArchive(STILL_ARCHIVED);
      }
      await putBack(keysTouched(batch.patches));
    }
  }
}
