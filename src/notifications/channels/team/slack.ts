/**
 * Sends to the team through a Slack incoming webhook. Slack accepts no idempotency key and answers a plain `ok`, so a
 * message with an unknown outcome is not retried.
 */
import type { TeamConfig } from "../../../config";
import { type ChannelDeps, type Connection, gapAt } from "../channel";
import { outcomeOf, post } from "../http";
import type { TeamMessage } from "./message";

export function slackChannel(config: TeamConfig, deps: ChannelDeps): Connection<TeamMessage> {
  return {
    takesKey: false,
    // "no more than one message per second" (api.slack.com/docs/rate-limits).
    gapMs: gapAt(config.webhookUrl, "hooks.slack.com", 1_000),
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
