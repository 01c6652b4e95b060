/**
 * The team through a Slack incoming webhook. Slack takes no idempotency key and answers a plain
 * `ok`, so a message whose outcome is unknown is not repeated.
 */
import type { TeamConfig } from "../../config";
import type { TeamMessage } from "../message";
import type { Channel, ChannelDeps } from "./channel";
import { outcomeOf, post } from "./http";
import { gapMsOf } from "./pace";

export function slackChannel(config: TeamConfig, deps: ChannelDeps): Channel<TeamMessage> {
  return {
    takesKey: false,
    gapMs: gapMsOf(config.webhookUrl),
    send: async (message, _key, signal) => {
      const answer = await post(
        deps,
        () => ({
          url: config.webhookUrl,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ text: message.text, blocks: message.blocks }),
        }),
        signal,
      );
      return outcomeOf(answer, () => null);
    },
  };
}
