/**
 * The column `rendered` of the outbox: a message as it was first rendered, which every retry sends again
 * and a person can look at. What of it is kept is its channel's business (`stored`).
 */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import type { ChannelDefinition } from "../../notifications/channels/channel";
import { findChannel, type Message } from "../../notifications/channels";

const stored = z.object({
  /** ISO time; retries end RETRY_FOR_MS after it. */
  firstAttemptAt: z.string(),
  message: z.looseObject({ channel: z.string() }),
  // Beside them, of a message about a parcel, `tracking`: what it showed (store/outbox/tracking.ts reads it).
});

export interface Rendered {
  readonly firstAttemptAt: string;
  readonly channel: ChannelDefinition<unknown, Message>;
  /** Null where the channel keeps none: it is made again. */
  readonly message: Message | null;
}

/** Null where nothing was rendered yet, or it cannot be read. */
export function parseRendered(json: string | null): Rendered | null {
  const parsed = stored.safeParse(parseJson(json));
  if (!parsed.success) return null;
  const { firstAttemptAt, message } = parsed.data;
  const channel = findChannel(message.channel);
  if (channel === null) return null;
  if (channel.stored === null) return { firstAttemptAt, channel, message: null };
  const kept = channel.stored.safeParse(message);
  return kept.success ? { firstAttemptAt, channel, message: kept.data } : null;
}
