/**
 * The signature over the raw bytes: HMAC-SHA256, in the header `x-webhook-signature`. The header is parsed before
 * the body is read, so a request without a usable signature costs nothing more. After the body has been read, the
 * values are compared in constant time.
 */
import { hmac, importKey } from "../digest";
import type { RefusalReason } from "../events/refusals";
import { SIGNATURE_HEADER_MAX_CHARACTERS, SIGNATURES_MAX } from "../limits";

export const SIGNATURE_HEADER = "x-webhook-signature";

const PREFIX = /^(?:sha256|v1)=/i;
/** Standard Webhooks writes `v1,<base64>`: a label before a value, not a value. */
const LABEL = /^v1$/i;

// The last character holds four of the 32 bytes' bits; the other two must be zero.
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=?$/;
const BASE64URL = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]=?$/;

type Bytes = Uint8Array<ArrayBuffer>;

/** The 32 bytes of one value; null if it is in none of the three encodings. */
function decode(value: string): Bytes | null {
  const text = value.replace(PREFIX, "");
  if (HEX.test(text)) return Uint8Array.fromHex(text);
  if (BASE64.test(text)) return Uint8Array.fromBase64(text);
  if (BASE64URL.test(text)) return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  return null;
}

export type ParsedSignatures =
  | { readonly ok: true; readonly signatures: readonly Bytes[] }
  | {
      readonly ok: false;
      readonly reason: Extract<RefusalReason, "no signature" | "malformed signature">;
    };

/**
 * The values of the header, 32 bytes each: hex in either case, base64 or base64url, with or without
 * padding, with `sha256=` or `v1=` before it or not; separated by commas, spaces or a repeated header
 * (which `Headers.get` joins by commas). Values after the eighth are ignored.
 */
export function parseSignatures(header: string | null): ParsedSignatures {
  const read = (header ?? "").slice(0, SIGNATURE_HEADER_MAX_CHARACTERS);
  const parts = read.split(/[, \t]+/).filter((part) => part !== "");
  if (parts.length === 0) return { ok: false, reason: "no signature" };
  const values = parts.filter((part) => !LABEL.test(part)).slice(0, SIGNATURES_MAX);
  const signatures = values.map(decode).filter((bytes) => bytes !== null);
  return signatures.length === 0
    ? { ok: false, reason: "malformed signature" }
    : { ok: true, signatures };
}

/** Imported keys by secret, kept for the life of the isolate. Keys, not promises: a promise belongs
 * to the request that created it. */
const keys = new Map<string, CryptoKey>();

async function keyOf(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = await importKey(secret);
  keys.set(secret, key);
  return key;
}

/** Whether one of the signatures matches the body and this secret. The body is hashed once. */
async function isSigned(
  secret: string,
  signatures: readonly Bytes[],
  body: Bytes,
): Promise<boolean> {
  const expected = await hmac(await keyOf(secret), body);
  return signatures.some((signature) => crypto.subtle.timingSafeEqual(signature, expected));
}

export interface Secrets {
  readonly current: string;
  readonly previous: string | null;
}

/** The secret that signed the body; null if none did. */
export async function verifySignature(
  { current, previous }: Secrets,
  signatures: readonly Bytes[],
  body: Bytes,
): Promise<"current" | "previous" | null> {
  if (await isSigned(current, signatures, body)) return "current";
  if (previous !== null && (await isSigned(previous, signatures, body))) return "previous";
  return null;
}
