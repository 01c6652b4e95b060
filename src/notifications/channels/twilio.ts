/**
 * Twilio: POST Messages.json, form-encoded, for every channel that uses it. Twilio accepts no idempotency key, so a
 * message with an unknown outcome is not retried.
 */
import type { TwilioAccount } from "../../config";
import type { ChannelDeps, Connection, Outcome } from "./channel";
import { type Answer, refusalOf, jsonFields, outcomeOf, post, textField } from "./http";

/**
 * Error codes about the sender, not the recipient (twilio.com/docs/api/errors): From is missing, unusable, of another
 * account or not of this channel; or the messaging service is gone or has no number.
 */
const down: ReadonlySet<unknown> = new Set([21603, 21606, 21659, 21660, 21701, 21703, 63007]);

function outcomeOfTwilio(answer: Answer): Outcome {
  if (answer.kind === "answered" && answer.status === 400) {
    const { status, body } = answer;
    if (down.has(jsonFields(body)["code"])) {
      return { kind: "down", ...refusalOf(status, body) };
    }
  }
  return outcomeOf(answer, (body) => textField(body, "sid"));
}

/** A messaging service has a SID; every other sender is a From. */
export type TwilioSender = { readonly From: string } | { readonly MessagingServiceSid: string };

export function twilioSender(from: string): TwilioSender {
  return from.startsWith("MG") ? { MessagingServiceSid: from } : { From: from };
}

/** `formOf`: the fields of the form. */
export function twilioConnection<Message>(
  account: TwilioAccount,
  deps: ChannelDeps,
  formOf: (message: Message) => Record<string, string>,
): Connection<Message> {
  const { accountSid, authToken, baseUrl } = account;
  return {
    takesKey: false,
    // api.twilio.com limits concurrency (error 20429), and queues what a number cannot send at once.
    gapMs: 0,
    send: async (message, _key, signal) => {
      const answer = await post(
        deps,
        () => ({
          url: `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`,
          headers: {
            authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
            "content-type": "application/x-www-form-urlencoded",
          },
          body: new URLSearchParams(formOf(message)).toString(),
        }),
        signal,
      );
      return outcomeOfTwilio(answer);
    },
  };
}
