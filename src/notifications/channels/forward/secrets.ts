/**
 * The secrets of endpoints. None is stored: each is derived from FORWARD_SECRET, the endpoint's id and the version
 * of its secret, so it can be shown again, and a new version is a new secret.
 */
import { ROTATION_MS } from "../../../limits";

/** Decodes a Standard Webhooks secret; config.ts has checked that it is one. */
export function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(secret.replace(/^whsec_/, ""));
}

/** The data that the secret of an endpoint depends on. */
export interface SecretOwner {
  readonly id: string;
  readonly secret_version: number;
  /** ISO time; null if the secret was never rotated. */
  readonly rotated_at: string | null;
}

const SECRET_BITS = 256;

/** HKDF-SHA256 (RFC 5869), without a salt: the key is random already. In the form of Standard Webhooks. */
export async function deriveSecret(
  forwardSecret: string,
  id: string,
  version: number,
): Promise<string> {
  const key = await crypto.subtle.importKey("raw", secretBytes(forwardSecret), "HKDF", false, [
    "deriveBits",
  ]);
  const info = new TextEncoder().encode(`ce-webhooks/forward/${id}/${String(version)}`);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const bits = await crypto.subtle.deriveBits(algorithm, key, SECRET_BITS);
  return `whsec_${new Uint8Array(bits).toBase64()}`;
}

/** The secrets that sign at `nowMs`, newest first. For a day after a rotation, the previous one signs too. */
export async function signingSecrets(
  forwardSecret: string,
  { id, secret_version: version, rotated_at: rotatedAt }: SecretOwner,
  nowMs: number,
): Promise<readonly string[]> {
  const isRotating = rotatedAt !== null && nowMs - Date.parse(rotatedAt) < ROTATION_MS;
  const versions = isRotating && version > 1 ? [version, version - 1] : [version];
  return await Promise.all(versions.map((one) => deriveSecret(forwardSecret, id, one)));
}
