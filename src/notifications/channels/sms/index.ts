/** Text messages to customers, through Twilio. What a template gives is the text, fitted (fit.ts). */
import { parseE164 } from "../../../events/formats/phone";
import { phoneIdentifiers } from "../../../projection/patches/contacts";
import type { ChannelDefinition } from "../channel";
import { twilioConnection } from "../twilio";
import { type SmsMessage, storedSms } from "./message";
import { twilioRequest } from "./twilio";

export const sms: ChannelDefinition<string, SmsMessage> = {
  label: "SMS",
  audience: "customer",
  needs: [["TWILIO_ACCOUNT_SID"], ["TWILIO_AUTH_TOKEN"], ["SMS_FROM"]],
  recipient: {
    of: (order) => order.customer_phone,
    parse: parseE164,
    missing: "no phone number known",
    identify: (recipient) => phoneIdentifiers(null, recipient),
  },
  takesKey: false,
  keepsQuietHours: true,
  compose: (text, { recipient }) => ({ channel: "sms", to: recipient, text }),
  stored: storedSms,
  show: ({ text }) => ({ text }),
  connect: ({ sms: settings }, deps) =>
    settings === null
      ? null
      : twilioConnection(settings, deps, (message) => ({ ...twilioRequest(message, settings) })),
};
