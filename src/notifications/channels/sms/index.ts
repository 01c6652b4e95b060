/** Text messages to customers, through Twilio. A template gives the text, already fitted (fit.ts). */
import type { ChannelDefinition } from "../channel";
import { phoneRecipient } from "../phone";
import { twilioConnection } from "../twilio";
import { type SmsMessage, storedSms } from "./message";
import { twilioRequest } from "./twilio";

export const sms: ChannelDefinition<string, SmsMessage> = {
  label: "SMS",
  audience: "customer",
  needs: [["TWILIO_ACCOUNT_SID"], ["TWILIO_AUTH_TOKEN"], ["SMS_FROM"]],
  recipient: phoneRecipient,
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
