/**
 * Whether a signature is right, and if not, the likely reason: tries common mistakes one by one until one fits.
 * Pure; the receiver's own rule is in src/receiver/signature.ts.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { describeLength, type Reading, readSignature } from "./encodings.ts";

export interface Evidence {
  readonly body: Buffer;
  readonly signature: string;
  readonly secret: string;
  /** During a rotation, the receiver accepts it too. */
  readonly previous: string | null;
}

export interface Verdict {
  readonly isValid: boolean;
  readonly verifiedBy: "current" | "previous" | null;
  /** Why it is wrong, or why a right one is unusual. */
  readonly reason: string | null;
  /** The right one, in hex. */
  readonly expected: string;
}

interface Variant<T> {
  readonly value: T;
  /** Null: as given. */
  readonly oddity: string | null;
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function hmac(body: Buffer, secret: string | Buffer, algorithm = "sha256"): Buffer {
  return createHmac(algorithm, secret).update(body).digest();
}

function secretVariants({ secret, previous }: Evidence): readonly Variant<string | Buffer>[] {
  const variants: Variant<string | Buffer>[] = [
    { value: secret, oddity: null },
    { value: `${secret}\n`, oddity: "the secret has a line break behind it" },
    { value: `"${secret}"`, oddity: "the secret has quotation marks around it" },
    { value: secret.replace(/^whsec_/, ""), oddity: "the secret lacks its whsec_" },
    {
      value: Buffer.from(secret.replace(/^whsec_/, ""), "base64"),
      oddity: "the secret was decoded from base64 first",
    },
    { value: Buffer.from(secret, "hex"), oddity: "the secret was decoded from hex first" },
    { value: "", oddity: "the secret is empty" },
  ];
  if (previous !== null)
    variants.push({ value: previous, oddity: "it is made with the previous secret" });
  return variants;
}

function rewritten(text: string, indent: number): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, indent);
  } catch {
    return null;
  }
}

function bodyVariants({ body }: Evidence): readonly Variant<Buffer>[] {
  const text = body.toString("utf8");
  const of = (value: string | null, oddity: string) =>
    value === null || value === text ? [] : [{ value: Buffer.from(value), oddity }];
  return [
    { value: body, oddity: null },
    ...of(text.replace(/\r?\n$/, ""), "it is for these bytes without the line break at their end"),
    ...of(`${text}\n`, "it is for these bytes with a line break at their end"),
    ...of(text.trim(), "it is for these bytes without the white space around them"),
    ...of(text.replaceAll("\r\n", "\n"), "it is for these bytes with LF in place of CRLF"),
    ...of(text.replaceAll(/\r?\n/g, "\r\n"), "it is for these bytes with CRLF in place of LF"),
    ...of(text.replace(/^\uFEFF/, ""), "it is for these bytes without the byte order mark"),
    ...of(rewritten(text, 0), "it is for the same JSON, written anew without spaces"),
    ...of(rewritten(text, 2), "it is for the same JSON, written anew with indents"),
    ...of(JSON.stringify(text), "it is for this text as a JSON string"),
    {
      value: Buffer.from(text, "latin1"),
      oddity: "it is for these characters as Latin-1 instead of UTF-8",
    },
    {
      value: Buffer.from(text, "utf16le"),
      oddity: "it is for these characters as UTF-16 instead of UTF-8",
    },
    { value: Buffer.alloc(0), oddity: "it is for an empty body" },
  ];
}

function digests(body: Buffer, secret: string | Buffer): readonly Variant<Buffer>[] {
  return [
    { value: hmac(body, secret), oddity: null },
    { value: hmac(body, secret, "sha1"), oddity: "it is an HMAC with SHA-1 instead of SHA-256" },
    {
      value: hmac(body, secret, "sha512"),
      oddity: "it is an HMAC with SHA-512 instead of SHA-256",
    },
    {
      value: createHash("sha256").update(body).digest(),
      oddity: "it is a plain SHA-256 of the body, without the secret",
    },
    {
      value: createHash("sha256").update(secret).update(body).digest(),
      oddity: "it is a plain SHA-256 of secret and body instead of an HMAC",
    },
  ];
}

/** The oddities of the first combination that gives these bytes; null if none does. */
function findOddities(evidence: Evidence, { bytes, oddity }: Reading): readonly string[] | null {
  for (const body of bodyVariants(evidence)) {
    for (const secret of secretVariants(evidence)) {
      for (const digest of digests(body.value, secret.value)) {
        if (!isEqual(digest.value, bytes)) continue;
        const all = [digest.oddity, oddity, secret.oddity, body.oddity];
        return all.filter((one) => one !== null);
      }
    }
  }
  return null;
}

function findReason(evidence: Evidence, expected: string): string {
  for (const reading of readSignature(evidence.signature)) {
    const oddities = findOddities(evidence, reading);
    if (oddities !== null && oddities.length > 0) return oddities.join("; ");
  }
  const given = evidence.signature.trim().toLowerCase();
  if (given.length >= 8 && expected.startsWith(given)) {
    return `it is cut short: ${given.length} of 64 hex digits`;
  }
  const length = describeLength(evidence.signature);
  if (length !== null) return length;
  return "it is made with another secret, or for other bytes; nothing that is often mixed up explains it";
}

export function diagnose(evidence: Evidence): Verdict {
  const { body, signature, secret, previous } = evidence;
  const right = hmac(body, secret);
  const expected = right.toString("hex");
  const given = readSignature(signature).find(({ oddity }) => oddity === null)?.bytes ?? null;
  if (given !== null && isEqual(given, right)) {
    return { isValid: true, verifiedBy: "current", reason: null, expected };
  }
  if (given !== null && previous !== null && isEqual(given, hmac(body, previous))) {
    const reason =
      "it is made with the previous secret, which counts while CE_WEBHOOK_SECRET_PREVIOUS is set";
    return { isValid: true, verifiedBy: "previous", reason, expected };
  }
  return { isValid: false, verifiedBy: null, reason: findReason(evidence, expected), expected };
}
