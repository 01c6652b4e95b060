/** The recipient of every channel that goes to a telephone: the customer's number in E.164. */
import { parseE164 } from "../../events/field-formats/phone";
import { phoneIdentifiers } from "../../projection/patches/contacts";
import type { RecipientRule } from "./channel";

export const phoneRecipient: RecipientRule = {
  of: (order) => order.customer_phone,
  parse: parseE164,
  missing: "no phone number known",
  identify: (recipient) => phoneIdentifiers(null, recipient),
};
