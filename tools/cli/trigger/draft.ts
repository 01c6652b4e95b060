/** Deliveries before they are sent: an event, in which clothes it comes, and the answer it must get. */
import { WEBHOOK_PATH } from "../../demo/delivery.ts";
import { forge, sign, type StoryEvent } from "../../story/index.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Draft {
  readonly type: string;
  readonly orderNumber: string;
  /** In its envelope. */
  readonly event: Json;
  /** `bare`: only `data` is sent, and the path names the type. `forged`: in every way that there is. */
  readonly dress?: "bare" | "forged";
  /** What is special about it, in a few words. */
  readonly note?: string;
  /** The status that it must be answered with. */
  readonly expects: number;
}

/** A delivery, ready to be sent. */
export interface Prepared {
  readonly type: string;
  readonly orderNumber: string;
  readonly note: string | null;
  readonly path: string;
  readonly body: string;
  readonly signature: string | null;
  readonly expects: number;
}

export function draftOf(event: StoryEvent, orderNumber: string): Draft {
  return { type: event.event_type, orderNumber, event: { ...event }, expects: 200 };
}

/** Writes and signs the body; a forged draft becomes one delivery for each way of forging. */
export async function prepare(draft: Draft, secret: string): Promise<readonly Prepared[]> {
  const { type, orderNumber, event, dress, note = null, expects } = draft;
  const isBare = dress === "bare";
  const body = JSON.stringify(isBare ? event["data"] : event);
  const path = isBare ? `${WEBHOOK_PATH}/${type}` : WEBHOOK_PATH;
  const common = { type, orderNumber, path, expects };
  if (dress === "forged") {
    const forged = await forge(body, secret);
    return forged.map(({ what, ...forgery }) => ({ ...common, ...forgery, note: what }));
  }
  return [{ ...common, note, body, signature: await sign(body, secret) }];
}
