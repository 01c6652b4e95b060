/**
 * Forwards events to another system, signed according to Standard Webhooks: the id is the event's, the body never
 * changes between attempts, and the signature has the time of the attempt. 410 means that the endpoint wants no more
 * events.
 */
import { hmac, importKey } from "../../../digest";
import type { ChannelDeps, Connection, Outcome } from "../channel";
import { type Answer, describeAnswer, outcomeOf, post } from "../http";
import { headerKey } from "../key";
import { answerStart } from "./answer-start";
import type { ForwardMessage } from "./message";
import { secretBytes } from "./secrets";

/** The URL, and the secrets that sign: several during a rotation. */
export interface ForwardEndpoint {
  readonly url: string;
  readonly secrets: () => Promise<readonly string[]>;
}

/** The header `webhook-signature`: version 1, HMAC-SHA256 over id, time in seconds and body, for each secret. */
async function sign(
  secrets: readonly string[],
  id: string,
  seconds: string,
  body: string,
): Promise<string> {
  const signatures = secrets.map(async (secret) => {
    const mac = await hmac(await importKey(secretBytes(secret)), `${id}.${seconds}.${body}`);
    return `v1,${mac.toBase64()}`;
  });
  return (await Promise.all(signatures)).join(" ");
}

/** Without query and credentials, since it is stored with each row. */
export function publicUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function outcomeOfForward(answer: Answer, sent: string): Outcome {
  if (answer.kind !== "answered") return outcomeOf(answer, () => null);
  const { status, body } = answer;
  const answered = { status, start: answerStart(body, sent) };
  if (status === 410) return { kind: "gone", error: describeAnswer(status, body), answered };
  return { ...outcomeOf(answer, () => null), answered };
}

export function forwardConnection(
  { url, secrets }: ForwardEndpoint,
  deps: ChannelDeps,
): Connection<ForwardMessage> {
  return {
    endpoint: publicUrl(url),
    takesKey: true,
    gapMs: 0,
    send: async ({ eventId, body }, _key, signal) => {
      const id = await headerKey(eventId);
      const answer = await post(
        deps,
        async () => {
          const seconds = String(Math.floor(deps.now().getTime() / 1000));
          return {
            url,
            headers: {
              "content-type": "application/json",
              "webhook-id": id,
              "webhook-timestamp": seconds,
              "webhook-signature": await sign(await secrets(), id, seconds, body),
            },
            body,
          };
        },
        signal,
      );
      return outcomeOfForward(answer, body);
    },
  };
}
