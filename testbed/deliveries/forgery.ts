/** Four ways in which an attacker without the secret might send a body; each must be answered 401. */
import { sign } from "./sign.ts";

export interface Forgery {
  readonly what: string;
  readonly body: string;
  /** Null: no signature is sent. */
  readonly signature: string | null;
}

/** The body with its first amount changed, or with a space at its end if it has no amount. */
function tamper(body: string): string {
  const changed = body.replace(/"(\w*amount)":\s*[\d.]+/, '"$1":999');
  return changed === body ? `${body} ` : changed;
}

export async function forge(body: string, secret: string): Promise<readonly Forgery[]> {
  const signature = await sign(body, secret);
  return [
    { what: "signed with another secret", body, signature: await sign(body, "guess") },
    { what: "no signature", body, signature: null },
    { what: "signature cut short", body, signature: signature.slice(0, 40) },
    { what: "changed after signing", body: tamper(body), signature },
  ];
}
