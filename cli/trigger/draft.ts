/** Deliveries before they are sent: an event, its form, and the answer that it must get. */
import { WEBHOOK_PATH } from "../../testbed/deliveries/delivery.ts";
import { type Enveloped, type Form, forge, sign, writeBody } from "../../testbed/stories/index.ts";

export interface Draft {
  readonly type: string;
  readonly orderNumber: string;
  /** In its envelope, for every form. */
  readonly event: Enveloped;
  readonly form: Form;
  /** True: it is sent once for each kind of forgery. */
  readonly isForged?: boolean;
  /** What is special about it, in a few words. */
  readonly note?: string;
  /** The status that it must be answered with. */
  readonly expects: number;
}

/** A delivery, ready to be sent. */
export interface Prepared {
  readonly type: string;
  readonly orderNumber: string;
  readonly form: Form;
  readonly note: string | null;
  readonly path: string;
  readonly body: string;
  readonly signature: string | null;
  readonly expects: number;
}

/**
 * Writes and signs the body; a forged draft becomes one delivery for each kind of forgery. `isHinted`: the URL also
 * names the type, which is not signed.
 */
export async function prepare(
  draft: Draft,
  secret: string,
  isHinted = false,
): Promise<readonly Prepared[]> {
  const { type, orderNumber, event, form, isForged = false, note = null, expects } = draft;
  const body = writeBody(event, form);
  const path = isHinted ? `${WEBHOOK_PATH}/${encodeURIComponent(type)}` : WEBHOOK_PATH;
  const common = { type, orderNumber, form, path, expects };
  if (isForged) {
    const forged = await forge(body, secret);
    return forged.map(({ what, ...forgery }) => ({ ...common, ...forgery, note: what }));
  }
  return [{ ...common, note, body, signature: await sign(body, secret) }];
}
