/** One request to the receiver, and the answer that it must get. */
import type { Form } from "./forms.ts";
import { sign } from "./sign.ts";

export const WEBHOOK_PATH = "/api/webhooks/ce";

/** The outcome that it must have. */
export type Outcome = "applied" | "ignored" | "quarantined" | "conflict" | "refused";

/** How the receiver must understand a body. */
interface Recognized {
  readonly form: Form | "unknown";
  /** Null for a body without a known form. */
  readonly type: string | null;
}

export interface Delivery {
  readonly outcome: Outcome;
  /** Its special property, in a few words; "event" if it has none. */
  readonly what: string;
  readonly method: "POST" | "GET";
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly signature: string | null;
  /** How it must be understood; left out if that is not checked. */
  readonly recognized?: Recognized;
  /** The id that the receiver must give it; null if it must be refused. */
  readonly eventId: string | null;
  /** The answer that it must get. */
  readonly status: number;
}

export interface Answer {
  readonly status: number;
  /** The parsed JSON body, or its text if it is not JSON. */
  readonly body: unknown;
}

export interface Answered extends Answer {
  readonly delivery: Delivery;
}

/** A signed POST of a valid event, with the changes in `special`. */
export async function createDelivery(
  body: Delivery["body"],
  secret: string,
  special: Partial<Delivery>,
): Promise<Delivery> {
  return {
    outcome: "applied",
    what: "event",
    method: "POST",
    path: WEBHOOK_PATH,
    body,
    signature: await sign(body, secret),
    eventId: null,
    status: 200,
    ...special,
  };
}

/** One for each event, in its envelope. */
export async function deliverEvents(
  events: readonly { readonly id: string }[],
  secret: string,
): Promise<readonly Delivery[]> {
  return await Promise.all(
    events.map((event) => createDelivery(JSON.stringify(event), secret, { eventId: event.id })),
  );
}
