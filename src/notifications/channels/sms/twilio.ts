/** An SMS as Twilio takes it. */
import type { SmsConfig } from "../../../config";
import { twilioSender, type TwilioSender } from "../twilio";
import type { SmsMessage } from "./message";

/** The form; test/notifications compares its names with the SDK's own type. */
export type TwilioRequest = { readonly To: string; readonly Body: string } & TwilioSender;

export function twilioRequest(message: SmsMessage, config: SmsConfig): TwilioRequest {
  return { To: message.to, Body: message.text, ...twilioSender(config.from) };
}
