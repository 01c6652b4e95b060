/**
 * A message as it is stored before it is sent: rendered once, the same bytes at every retry. What a provider
 * needs beside it (sender, credentials) is configuration and is read when it is sent.
 */
import { channels, type Message } from "./channels";
import type { ShipmentFacts } from "./templates/facts";

/** How a parcel can be followed, as a message shows it. */
export type Tracking = Pick<
  ShipmentFacts,
  "shipment_id" | "courier" | "awb_no" | "tracking_url" | "tracking_precedence"
>;

/** Of a message whose body is made again: what it is made with beside the stored event. */
function leanMessage(message: Message): object {
  const { channel } = message;
  return channel === "forward" && message.order !== null
    ? { channel, order: message.order }
    : { channel };
}

/** For the column `rendered` (store/outbox/rendered.ts); by `tracking` a later change of it is known. */
export function storeRendered(
  message: Message,
  firstAttemptAt: string,
  tracking: Tracking | null,
): string {
  const { channel } = message;
  const kept = channels[channel].stored === null ? leanMessage(message) : message;
  if (tracking === null) return JSON.stringify({ firstAttemptAt, message: kept });
  const { courier, awb_no, tracking_url } = tracking;
  const shown = { courier, awb_no, tracking_url };
  return JSON.stringify({ firstAttemptAt, message: kept, tracking: shown });
}
