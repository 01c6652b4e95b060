/**
 * SMS through Twilio: POST Messages.json, form-encoded. Twilio takes no idempotency key, so a
 * message whose outcome is unknown is not repeated.
 */
import type { SmsConfig } from "../../config";
import type { SmsMessage } from "../message";
import type { Channel, ChannelDeps } from "./channel";
import { outcomeOf, post, textField } from "./http";

/** The form; test/notifications holds its names against the SDK's own type. */
export type TwilioRequest = { readonly To: string; readonly Body: string } & (
  | { readonly From: string }
  | { readonly MessagingServiceSid: string }
);

export function twilioRequest(message: SmsMessage, config: SmsConfig): TwilioRequest {
  const sender = config.from.startsWith("MG")
    ? { MessagingServiceSid: config.from }
    : { From: config.from };
  return { To: message.to, Body: message.text, ...sender };
}

export function twilioChannel(config: SmsConfig, deps: ChannelDeps): Channel<SmsMessage> {
  return {
    takesKey: false,
    send: async (message, _key, signal) => {
      const answer = await post(
        deps,
        () => ({
          url: `${config.baseUrl}/2010-04-01/Accounts/${encodeURIComponent(config.accountSid)}/Messages.json`,
          headers: {
            authorization: `Basic ${btoa(`${config.accountSid}:${config.authToken}`)}`,
            "content-type": "application/x-www-form-urlencoded",
          },
          body: new URLSearchParams({ ...twilioRequest(message, config) }).toString(),
        }),
        signal,
      );
      return outcomeOf(answer, (body) => textField(body, "sid"));
    },
  };
}
