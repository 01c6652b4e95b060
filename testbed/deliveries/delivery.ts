/** One request to the receiver, and the answer that it must get. */

import type { Form } from "../stories/index.ts";

export const WEBHOOK_PATH = "/api/webhooks/ce";

/** What must become of it. */
export type Outcome = "applied" | "ignored" | "quarantined" | "conflict" | "refused";

/** What the receiver must make of a body. */
interface Recognized {
  readonly form: Form | "unknown";
  /** Null for a body of no known form. */
  readonly type: string | null;
}

export interface Delivery {
  readonly outcome: Outcome;
  /** What is special about it, in a few words; "event" where nothing is. */
  readonly what: string;
  readonly method: "POST" | "GET";
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly signature: string | null;
  /** How it must be understood; left out where that is not asked. */
  readonly recognized?: Recognized;
  /** The id that the receiver must give it; null where it is to be refused. */
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
