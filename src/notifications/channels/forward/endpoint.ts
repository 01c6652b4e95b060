/**
 * Events passed on to another system, signed as Standard Webhooks say: the id is the event's, the
 * body never changes between attempts, the signature's time is that of the attempt. 410 means that
 * the endpoint wants nothing more.
 */
import type { ForwardConfig } from "../../../config";
import { hmac, importKey } from "../../../digest";
import type { ChannelDeps, Connection } from "../channel";
import { describeAnswer, outcomeOf, post } from "../http";
import { headerKey } from "../key";
import type { ForwardMessage } from "./message";

/** base64 of a Standard Webhooks secret to its bytes; config.ts has seen that it is one. */
function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(secret.replace(/^whsec_/, ""));
}

/** The header `webhook-signature`: version 1, HMAC-SHA256 over id, time in seconds and body. */
async function sign(secret: string, id: string, seconds: string, body: string): Promise<string> {
  const key = await importKey(secretBytes(secret));
  const mac = await hmac(key, `${id}.${seconds}.${body}`);
  return `v1,${mac.toBase64()}`;
}

/** Without query and credentials: it is stored with each row. */
function publicUrl(config: ForwardConfig): string {
  const { origin, pathname } = new URL(config.url);
  return `${origin}${pathname}`;
}

export function forwardChannel(
  config: ForwardConfig,
  deps: ChannelDeps,
): Connection<ForwardMessage> {
  return {
    endpoint: publicUrl(config),
    takesKey: true,
    gapMs: 0,
    send: async (message, _key, signal) => {
      const id = await headerKey(message.eventId);
      const answer = await post(
        deps,
        async () => {
          const seconds = String(Math.floor(deps.now().getTime() / 1000));
          return {
            url: config.url,
            headers: {
              "content-type": "application/json",
              "webhook-id": id,
              "webhook-timestamp": seconds,
              "webhook-signature": await sign(config.secret, id, seconds, message.body),
            },
            body: message.body,
          };
        },
        signal,
      );
      if (answer.kind === "answered" && answer.status === 410) {
        return { kind: "gone", error: describeAnswer(answer.status, answer.body) };
      }
      return outcomeOf(answer, () => null);
    },
  };
}
