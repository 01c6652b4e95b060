/**
 * The column `rendered` of the outbox: a message as it was first rendered, which every retry sends again
 * and a person can look at. What of it is kept is its channel's business (`stored`).
 */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import type { ChannelDefinition } from "../../notifications/channels/channel";
import { findChannel, type Message } from "../../notifications/channels";

const stored = z.object({
  firstAttemptAt: z.optional(z.string()),
  message: z.looseObject({ channel: z.string() }),
  // Beside them, of a message about a parcel, `tracking`: what it showed (store/outbox/tracking.ts reads it).
});

/** In SQL, from a column `rendered`: whether it does not say when it was first tried. 0 where it is no JSON. */
export const isUntimed = (column: string): string =>
  `iif(json_valid(${column}), ${column}->>'$.firstAttemptAt' IS NULL, 0)`;

/** The same without it: the time for retries starts again. */
export const untimed = (column: string): string =>
  `iif(json_valid(${column}), json_remove(${column}, '$.firstAttemptAt'), ${column})`;

export interface Rendered {
  /** ISO time; retries end RETRY_FOR_MS after it. Null where it was held back since: they start again. */
  readonly firstAttemptAt: string | null;
  readonly channel: ChannelDefinition<unknown, Message>;
  /** Null where the channel keeps none: it is made again. */
  readonly message: Message | null;
}

/** Null where nothing was rendered yet, or it cannot be read. */
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

/** JSON of the order that a forward was rendered with; null where it has none. */
export function renderedOrder(json: string): string | null {
  const parsed = forwarded.safeParse(parseJson(json));
  return parsed.success ? parsed.data.message.order : null;
}
