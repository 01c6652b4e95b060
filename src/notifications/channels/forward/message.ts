/** An event as it is forwarded. */

export interface ForwardMessage {
  readonly channel: "forward";
  readonly eventId: string;
  /** JSON: type, timestamp, data, and the order if the endpoint wants it. The stored event gives the same bytes. */
  readonly body: string;
  /** The order as JSON, the only part of the body that is stored with the row; null: none. */
  readonly order: string | null;
}
