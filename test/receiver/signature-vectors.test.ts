/** Signatures that openssl made, verified by the receiver. */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ParsedSignatures,
  parseSignatures,
  type Secrets,
  verifySignature,
} from "../../src/receiver/signature";
import { post } from "../support/receiver";
import vectors from "./vectors/signatures.json";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Parses and verifies like the receiver; also null if the header has no usable value. */
async function verify(
  secrets: Secrets,
  header: string | null,
  body: Uint8Array<ArrayBuffer>,
): Promise<"current" | "previous" | null> {
  const parsed = parseSignatures(header);
  return parsed.ok ? await verifySignature(secrets, parsed.signatures, body) : null;
}

describe("signatures that openssl made", () => {
  test.each(vectors)("$name: valid is $valid", async ({ secret, body, signature, valid }) => {
    const current = new TextDecoder().decode(bytesOf(secret));
    const verified = await verify({ current, previous: null }, signature, bytesOf(body));
    expect(verified).toBe(valid ? "current" : null);
    const response = await post(bytesOf(body), {
      signature,
      vars: { CE_WEBHOOK_SECRET: current },
    });
    // A body with a valid signature may still not be an event.
    expect(valid ? [200, 400] : [401]).toContain(response.status);
  });

  test("there are vectors of both kinds", () => {
    expect(vectors.filter(({ valid }) => valid).length).toBeGreaterThan(30);
    expect(vectors.filter(({ valid }) => !valid).length).toBeGreaterThan(15);
  });

  test("those in base64 hold each of the characters in which its two alphabets differ", () => {
    const text = vectors.map(({ signature }) => signature).join();
    for (const character of "+/-_") expect(text).toContain(character);
  });

  test("each is verified under the previous secret too, and says so", async () => {
    for (const { secret, body, signature, valid } of vectors) {
      const previous = new TextDecoder().decode(bytesOf(secret));
      const secrets = { current: "another secret", previous };
      const verified = await verify(secrets, signature, bytesOf(body));
      expect(verified).toBe(valid ? "previous" : null);
    }
  });

  test("one flipped bit anywhere in a signature is noticed", async () => {
    const [vector] = vectors;
    if (vector === undefined) throw new Error("no vectors");
    const secrets = { current: new TextDecoder().decode(bytesOf(vector.secret)), previous: null };
    const body = bytesOf(vector.body);
    for (let position = 0; position < 64; position += 1) {
      const digit = Number.parseInt(vector.signature.charAt(position), 16);
      const flipped =
        vector.signature.slice(0, position) +
        (digit ^ 1).toString(16) +
        vector.signature.slice(position + 1);
      expect(await verify(secrets, flipped, body)).toBeNull();
    }
  });

  test("one flipped bit anywhere in a body is noticed", async () => {
    const [vector] = vectors;
    if (vector === undefined) throw new Error("no vectors");
    const secrets = { current: new TextDecoder().decode(bytesOf(vector.secret)), previous: null };
    const body = bytesOf(vector.body);
    for (let position = 0; position < body.length; position += 1) {
      const changed = body.map((byte, index) => (index === position ? byte ^ 1 : byte));
      expect(await verify(secrets, vector.signature, changed)).toBeNull();
    }
  });
});

const hex = "0123456789abcdef".repeat(4);
const base64 = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";

function hexOf(parsed: ParsedSignatures): readonly string[] {
  return parsed.ok ? parsed.signatures.map((bytes) => bytes.toHex()) : [];
}

describe("the signature header", () => {
  test.each([
    hex,
    hex.toUpperCase(),
    `sha256=${hex}`,
    `SHA256=${hex}`,
    `v1=${hex}`,
    `v1,${hex}`,
    ` ${hex}\t`,
    base64,
    base64.slice(0, -1),
    `sha256=${base64}`,
    `v1=${base64.slice(0, -1)}`,
    `v1,${base64}`,
    `t=1767225600,v1=${hex}`,
  ])("%j holds one signature", (header) => {
    expect(hexOf(parseSignatures(header))).toEqual([hex]);
  });

  test.each([
    [`${hex},${base64}`, 2],
    [`${hex}, ${base64}`, 2],
    [`v1,${base64} v1,${base64}`, 2],
    [`,, ${hex} ,\t, ${hex},`, 2],
    [`sha256=${hex} nonsense v1=${hex}`, 2],
    [`${hex} `.repeat(8), 8],
    [`v1,${base64} `.repeat(8), 8],
    [`${hex},`.repeat(9), 8],
    [`nonsense `.repeat(7) + hex, 1],
  ])("%j holds several", (header, count) => {
    expect(hexOf(parseSignatures(header))).toEqual(Array.from({ length: count }, () => hex));
  });

  test("a repeated header is several values", () => {
    const headers = new Headers();
    headers.append("x-webhook-signature", "nonsense");
    headers.append("x-webhook-signature", `sha256=${hex}`);
    expect(hexOf(parseSignatures(headers.get("x-webhook-signature")))).toEqual([hex]);
  });

  test.each([null, "", " ", ",", " ,\t, ", `${",".repeat(2_048)}${hex}`])(
    "%j is no signature",
    (header) => {
      expect(parseSignatures(header)).toEqual({ ok: false, reason: "no signature" });
    },
  );

  test.each([
    hex.slice(1),
    `${hex}0`,
    `0x${hex.slice(2)}`,
    `sha1=${hex}`,
    `sha256:${hex}`,
    `sha256=sha256=${hex}`,
    `v1=sha256=${hex}`,
    "v1",
    "v1,",
    "sha256=",
    `${hex}\n`,
    `${hex.slice(0, 62)}zz`,
    `"${hex}"`,
    "٠".repeat(64),
    base64.slice(1),
    `A${base64}`,
    `${base64}=`,
    `=${base64}`,
    base64.replace("8=", "9="),
    `${"-+".repeat(21)}A`,
    `${"_/".repeat(21)}A=`,
    btoa(hex),
    `${"nonsense ".repeat(8)}${hex}`,
    "x".repeat(100_000),
  ])("%j is malformed", (header) => {
    expect(parseSignatures(header)).toEqual({ ok: false, reason: "malformed signature" });
  });
});

describe("any header", () => {
  const secrets = { current: "one secret", previous: "another" };
  const body = bytesOf(btoa("{}"));
  const parameters = { numRuns: Number(env.TEST_RUNS), seed: Number(env.TEST_SEED) };

  const mac = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const written = fc.constantFrom<(bytes: Uint8Array) => string>(
    (bytes) => bytes.toHex(),
    (bytes) => bytes.toHex().toUpperCase(),
    (bytes) => bytes.toBase64(),
    (bytes) => bytes.toBase64({ omitPadding: true }),
    (bytes) => bytes.toBase64({ alphabet: "base64url" }),
    (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true }),
  );
  const prefix = fc.constantFrom("", "sha256=", "v1=", "v1,");
  const value = fc
    .tuple(prefix, written, mac)
    .map(([before, write, bytes]) => `${before}${write(bytes)}`);
  const nonsense = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...Array.from("09afAF+/-_=,; \tv1sha256")) }),
    fc.stringMatching(/^(sha256=|v1[=,])?[A-Za-z0-9+/_-]{40,66}={0,2}$/),
  );
  const separator = fc.constantFrom(",", " ", ", ", "\t", " , ,");
  const list = fc
    .tuple(fc.array(fc.oneof(nonsense, value), { maxLength: 12 }), separator)
    .map(([parts, between]) => parts.join(between));

  test("never throws, and verifies nothing that the secrets have not signed", async () => {
    console.info(`signature headers: seed ${String(parameters.seed)}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(nonsense, list), async (header) => {
        const parsed = parseSignatures(header);
        const signatures = parsed.ok ? parsed.signatures : [];
        expect(signatures.length).toBeLessThanOrEqual(8);
        for (const { length } of signatures) expect(length).toBe(32);
        expect(await verify(secrets, header, body)).toBeNull();
      }),
      parameters,
    );
  });

  test("is verified by the right value among the first eight, however it is written", async () => {
    // The signatures of `{}` that openssl makes with each secret.
    const right = {
      current: "dbc5c00c07aa74dfd80087591bd50996e61d89f13adb7116317609c83a96eb45",
      previous: "1bf5074408c77a095d120b888576ae6aea70cf8416d33f8080f4514d752ff1fa",
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 12, maxLength: 12 }),
        fc.nat({ max: 11 }),
        fc.constantFrom("current", "previous"),
        prefix,
        written,
        separator,
        async (values, place, signer, before, write, between) => {
          const own = `${before}${write(Uint8Array.fromHex(right[signer]))}`;
          const header = values.with(place, own).join(between);
          expect(await verify(secrets, header, body)).toBe(place < 8 ? signer : null);
        },
      ),
      parameters,
    );
  });
});
