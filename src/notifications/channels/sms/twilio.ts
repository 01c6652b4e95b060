/**
 * SMS through Twilio: POST Messages.json, form-encoded. Twilio takes no idempotency key, so a
 * message whose outcome is unknown is not repeated.
 */
import type { SmsConfig } from "../../../config";
import type { ChannelDeps, Connection, Outcome } from "../channel";
import { type Answer, describeAnswer, jsonFields, outcomeOf, post, textField } from "../http";
import type { SmsMessage } from "./message";

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

/**
 * Codes that blame the sender and not the recipient (twilio.com/docs/api/errors): no or an unusable
 * From, one of another account, or a messaging service that is gone or has no number.
 */
const down: ReadonlySet<unknown> = new Set([21603, 21606, 21659, 21660, 21701, 21703]);

function outcomeOfTwilio(answer: Answer): Outcome {
  if (answer.kind === "answered" && answer.status === 400) {
    const { status, body } = answer;
    if (down.has(jsonFields(body)["code"])) {
      return { kind: "down", error: describeAnswer(status, body) };
    }
  }
  return outcomeOf(answer, (body) => textField(body, "sid"));
}

export function twilioChannel(config: SmsConfig, deps: ChannelDeps): Connection<SmsMessage> {
  return {
    takesKey: false,
    // api.twilio.com limits concurrency (error 20429), and queues what a number cannot send at once.
    gapMs: 0,
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
      return outcomeOfTwilio(answer);
    },
  };
}
