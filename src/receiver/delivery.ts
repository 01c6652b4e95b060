/**
 * A request in; an authentic text, or the reason for its refusal, out. The checks run from cheap to expensive, and
 * nothing is decoded before it is authentic: first the signature header, before any byte of the body is read; then
 * the body up to its limits, the HMAC over it, whether it is empty, and whether it is UTF-8.
 */
import { decodeUtf8 } from "../events/recognition";
import type { RefusalReason } from "../events/refusals";
import { type BodyLimits, readBody } from "./body";
import { parseSignatures, type Secrets, SIGNATURE_HEADER, verifySignature } from "./signature";

export type Delivery =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly payload: string;
      readonly verifiedBy: "current" | "previous";
    }
  | { readonly ok: false; readonly reason: RefusalReason };

export async function readDelivery(
  request: Request,
  secrets: Secrets,
  limits: BodyLimits,
): Promise<Delivery> {
  const parsed = parseSignatures(request.headers.get(SIGNATURE_HEADER));
  if (!parsed.ok) return parsed;
  const body = await readBody(request, limits);
  if (!body.ok) return body;
  const { bytes } = body;
  const verifiedBy = await verifySignature(secrets, parsed.signatures, bytes);
  if (verifiedBy === null) return { ok: false, reason: "wrong signature" };
  if (bytes.length === 0) return { ok: false, reason: "empty" };
  const payload = decodeUtf8(bytes);
  return payload === null
    ? { ok: false, reason: "not text" }
    : { ok: true, bytes, payload, verifiedBy };
}
