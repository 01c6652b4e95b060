/** The ways in which a signature may be written, and the bytes that each gives. */

export interface Reading {
  readonly bytes: Buffer;
  /** Null: as the receiver reads it. */
  readonly oddity: string | null;
}

/** What the receiver accepts: 64 hex digits in either case, with or without `sha256=`. */
const proper = /^(?:sha256=)?([0-9a-f]{64})$/i;
const labels = /^(?:sha1|sha256|sha512|hmac-sha256|v0|v1)[=,]\s*/i;

function readText(text: string, oddity: string | null): readonly Reading[] {
  const because = (what: string) => (oddity === null ? what : `${oddity}, ${what}`);
  if (/^([0-9a-f]{2})+$/i.test(text)) {
    return [{ bytes: Buffer.from(text, "hex"), oddity }];
  }
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return [
      {
        bytes: Buffer.from(text, "base64"),
        oddity: because("it is written in base64 instead of hex"),
      },
    ];
  }
  if (/^[A-Za-z0-9_-]+$/.test(text)) {
    return [
      {
        bytes: Buffer.from(text, "base64url"),
        oddity: because("it is written in base64url instead of hex"),
      },
    ];
  }
  return [];
}

export function readSignature(given: string): readonly Reading[] {
  const text = given.trim();
  const [, hex] = proper.exec(text) ?? [];
  if (hex !== undefined) return [{ bytes: Buffer.from(hex, "hex"), oddity: null }];
  // The format of Stripe and others: t=1700000000,v1=…
  const [, inner] = /^t=\d+,\s*v1=([0-9a-f]+)$/i.exec(text) ?? [];
  if (inner !== undefined) return readText(inner, "it has a time and a version before it");
  if (labels.test(text)) return readText(text.replace(labels, ""), "it has a label before it");
  const unquoted = text.replaceAll(/^["']|["']$/g, "");
  return unquoted === text
    ? readText(text, null)
    : readText(unquoted, "it has quotation marks around it");
}

/** The likely reason from the length alone, if there is no other. */
export function describeLength(given: string): string | null {
  const text = given.trim();
  const digits = text.replace(/^sha256=/i, "");
  if (/^[0-9a-f]{64}$/i.test(digits)) return null;
  if (text === "") return "it is empty";
  if (/^[0-9a-f]+$/i.test(digits)) return `it has ${digits.length} hex digits instead of 64`;
  return "it is not 64 hex digits";
}
