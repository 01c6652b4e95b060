/**
 * A message as it is stored and sent: rendered once, the same bytes at every retry. What a provider
 * needs beside it (sender, credentials) is configuration and is read when it is sent.
 */

import type { ShipmentFacts } from "../store/outbox-facts";

export interface EmailMessage {
  readonly channel: "email";
  readonly template: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface SmsMessage {
  readonly channel: "sms";
  readonly to: string;
  readonly text: string;
}

/** A block of Slack's Block Kit; templates/slack.ts makes them, of the types of `@slack/types`. */
type SlackBlock = Readonly<Record<string, unknown>> & { readonly type: string };

export interface TeamMessage {
  readonly channel: "team";
  /** Shown in the notification, and where blocks cannot be. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

export interface ForwardMessage {
  readonly channel: "forward";
  readonly eventId: string;
  /** JSON: type, timestamp, data. Not stored with the row: the stored event gives the same bytes. */
  readonly body: string;
}

export type Message = EmailMessage | SmsMessage | TeamMessage | ForwardMessage;

/** Forward keeps only the time: its body may be a megabyte. */
type Kept = Exclude<Message, ForwardMessage> | Pick<ForwardMessage, "channel">;

/** How a parcel can be followed, as a message shows it. */
export type Tracking = Pick<
  ShipmentFacts,
  "shipment_id" | "courier" | "awb_no" | "tracking_url" | "tracking_precedence"
>;

/** For the column `rendered` (store/rendered.ts); by `tracking` a later change of it is known. */
export function storeRendered(
  message: Message,
  firstAttemptAt: string,
  tracking: Tracking | null,
): string {
  const kept: Kept = message.channel === "forward" ? { channel: message.channel } : message;
  if (tracking === null) return JSON.stringify({ firstAttemptAt, message: kept });
  const { courier, awb_no, tracking_url } = tracking;
  const shown = { courier, awb_no, tracking_url };
  return JSON.stringify({ firstAttemptAt, message: kept, tracking: shown });
}
