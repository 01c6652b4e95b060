/** An event as it is passed on. */

export interface ForwardMessage {
  readonly channel: "forward";
  readonly eventId: string;
  /** JSON: type, timestamp, data, and the order where it is wanted. The stored event gives the same bytes. */
  readonly body: string;
  /** The order as JSON, the one part of the body that is stored with the row; null: none. */
  readonly order: string | null;
}
