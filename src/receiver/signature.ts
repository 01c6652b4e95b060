/**
 * The signature over the raw bytes: lower-case hex HMAC-SHA256 under `x-webhook-signature`. WebCrypto
 * compares in constant time; nothing of the body is looked at before it agrees.
 */

const SIGNATURE = /^(?:sha256=)?([0-9a-f]{64})$/i;
const algorithm = { name: "HMAC", hash: "SHA-256" };

/** Imported keys by secret, kept for the life of the isolate. Keys, not promises: a promise belongs
 * to the request that made it. */
const keys = new Map<string, CryptoKey>();

async function importKey(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
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
  const current = await importKey(secrets.current);
  if (await crypto.subtle.verify(algorithm, current, signature, body)) return "current";
  if (secrets.previous === null) return null;
  const previous = await importKey(secrets.previous);
  return (await crypto.subtle.verify(algorithm, previous, signature, body)) ? "previous" : null;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export async function sha256Hex(...parts: readonly Uint8Array[]): Promise<string> {
  const [first, ...rest] = parts;
  const bytes = rest.length === 0 && first !== undefined ? first : joinBytes(parts);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
