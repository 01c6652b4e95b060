/**
 * Events passed on to another system, signed as Standard Webhooks say: the id is the event's, the
 * body never changes between attempts, the signature's time is that of the attempt. 410 means that
 * the endpoint wants nothing more.
 */
import { Webhook } from "standardwebhooks";
import type { ForwardConfig } from "../../config";
import type { ForwardMessage } from "../message";
import type { Channel, ChannelDeps } from "./channel";
import { describeAnswer, outcomeOf, post } from "./http";
import { headerKey } from "./key";

export function forwardChannel(config: ForwardConfig, deps: ChannelDeps): Channel<ForwardMessage> {
  return {
    takesKey: true,
    gapMs: 0,
    send: async (message, _key, signal) => {
      const id = await headerKey(message.eventId);
      const answer = await post(
        deps,
        () => {
          const at = deps.now();
          return {
            url: config.url,
            headers: {
              "content-type": "application/json",
              "webhook-id": id,
              "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
              "webhook-signature": new Webhook(config.secret).sign(id, at, message.body),
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
