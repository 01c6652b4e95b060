/**
 * The token of a link to unsubscribe: `<payload>.<signature>`, both base64url. The payload is a version and the keyed
 * hash of a recipient, so a link names no person; the signature is under LINK_SECRET. It does not expire: a person
 * may unsubscribe with an old message.
 */
import { hmac, importKey } from "./digest";

const VERSION = 1;
/** A recipient's hash has 12 bytes (store/privacy/suppression-list.ts), the signature the first 16 of HMAC-SHA256. */
const SIGNATURE_BYTES = 16;
const form = /^[A-Za-z0-9_-]{18}\.[A-Za-z0-9_-]{22}$/;

/** Signatures of other kinds under this secret are not accepted as a token. */
const PURPOSE = "unsubscribe:";

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

async function sign(secret: string, payload: string): Promise<string> {
  const signature = await hmac(await importKey(secret), PURPOSE + payload);
  return encode(signature.subarray(0, SIGNATURE_BYTES));
}

/** `recipientHash`: 24 hexadecimal digits. */
export async function makeLinkToken(secret: string, recipientHash: string): Promise<string> {
  const payload = encode(new Uint8Array([VERSION, ...Uint8Array.fromHex(recipientHash)]));
  return `${payload}.${await sign(secret, payload)}`;
}

/** The recipient's hash; null if this secret did not sign the token. */
export async function readLinkToken(secret: string, token: string): Promise<string | null> {
  if (!form.test(token)) return null;
  const [payload = "", given = ""] = token.split(".");
  const [one, other] = [given, await sign(secret, payload)].map((text) =>
    new TextEncoder().encode(text),
  );
  if (one === undefined || other === undefined) return null;
  if (!crypto.subtle.timingSafeEqual(one, other)) return null;
  const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
  return bytes[0] === VERSION ? bytes.subarray(1).toHex() : null;
}
