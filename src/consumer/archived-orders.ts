/**
 * Events about closed orders. A batch that touches archived rows fails as a whole; then their sets of orders are brought
 * back, each in a batch of its own, and the batch is applied again. If one cannot be brought back, the
 * consumer halves the batch until its event is alone, which is retried with the error. Nothing is brought back for the
 * halves: what can be is back already, and a service that does not answer is waited for once.
 */
import { UnreadableArchive } from "../store/closed-orders/archived-orders";
import { keysTouched, touchesArchive } from "../store/closed-orders/keys";
import { closedOrdersAlert } from "../store/outbox/alerts";
import type { Application } from "../store/state/apply";
import type { ConsumerDeps } from "./consumer";

/** How often sets are brought back for one batch: they may be archived again in between. */
const LOOKS = 3;
const STILL_ARCHIVED = "its rows are archived and do not come back: is CLOSED_ORDERS bound?";

/**
 * Applies the batch, if need be after its archived rows were brought back. Throws `UnreadableArchive` if they cannot be.
 * `refused`: they could not be brought back for a larger batch.
 */
export async function applyOnceBack(
  { apply, putBack, raiseAlert }: Pick<ConsumerDeps, "apply" | "putBack" | "raiseAlert">,
  batch: Application,
  listVersion: number,
  refused: UnreadableArchive | null,
): Promise<readonly string[]> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await apply(batch, listVersion);
    } catch (error) {
      if (!touchesArchive(error)) throw error;
      if (refused !== null) throw refused;
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
