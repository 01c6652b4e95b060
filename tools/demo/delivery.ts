/** One request to the receiver, and the answer that it must get. */

export const WEBHOOK_PATH = "/api/webhooks/ce";

/** What must become of it. */
export type Outcome = "applied" | "ignored" | "quarantined" | "conflict" | "refused";

export interface Delivery {
  readonly outcome: Outcome;
  /** What is special about it, in a few words; "event" where nothing is. */
  readonly what: string;
  readonly method: "POST" | "GET";
  readonly path: string;
  readonly body: string;
  readonly signature: string | null;
  /** The event's own id; null where the body has none, or none that may be believed. */
  readonly eventId: string | null;
  /** The answer that it must get. */
  readonly status: number;
}

export interface Answer {
  readonly delivery: Delivery;
  readonly status: number;
  /** The parsed JSON body, or its text where it is none. */
  readonly body: unknown;
}
