/** The conditions of the outbox's partial indexes, in the words of their migrations. */
import { unsentReasons } from "../../notifications/channels/reasons";
import { quoted } from "../quoted";

export const isUnsent = `status IN ('suppressed', 'failed') AND reason IN (${quoted(unsentReasons)})`;

/** Templates that no event asks for: the state does, or what needs a person. */
export const unasked = ["refund_due", "tracking_changed", "alert"] as const;
export const isUnasked = `template IN (${quoted(unasked)})`;
