/** An event as it is passed on. */

export interface ForwardMessage {
  readonly channel: "forward";
  readonly eventId: string;
  /** JSON: type, timestamp, data. Not stored with the row: the stored event gives the same bytes. */
  readonly body: string;
}
