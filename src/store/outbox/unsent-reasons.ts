/** The condition of the index notifications_unsent, in the words of its migration. */
import { unsentReasons } from "../../notifications/channels/reasons";
import { quoted } from "../quoted";

export const isUnsent = `status IN ('suppressed', 'failed') AND reason IN (${quoted(unsentReasons)})`;
