/** The vendor's signature: HMAC-SHA256 of the raw body in lower-case hex, made with WebCrypto. */

export const SIGNATURE_HEADER = "x-webhook-signature";

const encoder = new TextEncoder();

/** The signature of a text (as UTF-8) or of bytes. */
export async function sign(
  body: string | Uint8Array<ArrayBuffer>,
  secret: string,
): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign(
    "HMAC",
    key,
    typeof body === "string" ? encoder.encode(body) : body,
  );
  return [...new Uint8Array(signature)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
