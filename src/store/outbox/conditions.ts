/** The conditions of the partial indexes of the outbox, exactly as their migrations state them. */
import { unsentReasons } from "../../notifications/channels/reasons";
import { quoted } from "../quoted";

export const isUnsent = `status IN ('suppressed', 'failed') AND reason IN (${quoted(unsentReasons)})`;

/** Templates that no event asks for: their messages follow from the state, or are alerts. */
export const unasked = ["refund_due", "tracking_changed", "alert"] as const;
export const isUnasked = `template IN (${quoted(unasked)})`;
