/**
 * A message as it is stored before it is sent: rendered once, so that each retry sends the same bytes. The provider's
 * other data (sender, credentials) is configuration and is read when the message is sent.
 */
import { channels, type Message } from "./channels";
import type { ShipmentFacts } from "./templates/facts";

/** The tracking of a parcel, as a message shows it. */
export type Tracking = Pick<
  ShipmentFacts,
  "shipment_id" | "courier" | "awb_no" | "tracking_url" | "tracking_precedence"
>;

/** For a message whose body is made again from the stored event: the data that the event does not have. */
function leanMessage(message: Message): object {
  const { channel } = message;
  return channel === "forward" && message.order !== null
    ? { channel, order: message.order }
    : { channel };
}

/** For the column `rendered` (store/outbox/rendered.ts). A later change is detected by `tracking`. */
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
