/**
 * The signature over the raw bytes: lower-case hex HMAC-SHA256 under `x-webhook-signature`. WebCrypto
 * compares in constant time; nothing of the body is looked at before it agrees.
 */
import { importKey, isHmac } from "../digest";

const SIGNATURE = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** Imported keys by secret, kept for the life of the isolate. Keys, not promises: a promise belongs
 * to the request that made it. */
const keys = new Map<string, CryptoKey>();

async function keyOf(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = await importKey(secret);
  keys.set(secret, key);
  return key;
}

/** Strict hex, in either case, with an optional `sha256=` before it; null for anything else. */
export function parseSignature(header: string | null): Uint8Array<ArrayBuffer> | null {
  const hex = header === null ? undefined : SIGNATURE.exec(header)?.[1];
  if (hex === undefined) return null;
  return Uint8Array.fromHex(hex);
}

export interface Secrets {
  readonly current: string;
  readonly previous: string | null;
}

/** Which secret signed the body; null where none did. */
export async function verifySignature(
  secrets: Secrets,
  header: string | null,
  body: Uint8Array<ArrayBuffer>,
): Promise<"current" | "previous" | null> {
  const signature = parseSignature(header);
  if (signature === null) return null;
  const current = await keyOf(secrets.current);
  if (await isHmac(current, signature, body)) return "current";
  if (secrets.previous === null) return null;
  const previous = await keyOf(secrets.previous);
  return (await isHmac(previous, signature, body)) ? "previous" : null;
}
