/**
 * The column `rendered` of the outbox: a message as it was first rendered. Every retry sends it unchanged, and a
 * person can look at it. Each channel decides which parts are stored (`stored`).
 */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import type { ChannelDefinition } from "../../notifications/channels/channel";
import { findChannel, type Message } from "../../notifications/channels";

const stored = z.object({
  firstAttemptAt: z.optional(z.string()),
  message: z.looseObject({ channel: z.string() }),
  // A message about a parcel also has `tracking`: the tracking that it showed (store/outbox/tracking.ts reads it).
});

/** SQL for a column `rendered`: 1 if it lacks the time of the first attempt; 0 if it is not JSON. */
export const isUntimed = (column: string): string =>
  `iif(json_valid(${column}), ${column}->>'$.firstAttemptAt' IS NULL, 0)`;

/** The same column without that time: the time for retries starts again. */
export const untimed = (column: string): string =>
  `iif(json_valid(${column}), json_remove(${column}, '$.firstAttemptAt'), ${column})`;

export interface Rendered {
  /** ISO time; retries end RETRY_FOR_MS later. Null if it was held back since: the time starts again. */
  readonly firstAttemptAt: string | null;
  readonly channel: ChannelDefinition<unknown, Message>;
  /** Null if the channel stores none: it is rendered again. */
  readonly message: Message | null;
}

/** Null if nothing was rendered yet, or if it cannot be read. */
export function parseRendered(json: string | null): Rendered | null {
  const parsed = stored.safeParse(parseJson(json));
  if (!parsed.success) return null;
  const { firstAttemptAt = null, message } = parsed.data;
  const channel = findChannel(message.channel);
  if (channel === null) return null;
  if (channel.stored === null) return { firstAttemptAt, channel, message: null };
  const kept = channel.stored.safeParse(message);
  return kept.success ? { firstAttemptAt, channel, message: kept.data } : null;
}

const forwarded = z.object({ message: z.object({ order: z.string() }) });

/** JSON of the order that a forward was rendered with; null if it has none. */
export function renderedOrder(json: string): string | null {
  const parsed = forwarded.safeParse(parseJson(json));
  return parsed.success ? parsed.data.message.order : null;
}
