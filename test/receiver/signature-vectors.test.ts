import { describe, expect, test } from "vitest";
import { parseSignature, verifySignature } from "../../src/receiver/signature";
import { post } from "../support/receiver";
import vectors from "./vectors/signatures.json";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

describe("signatures that openssl made", () => {
  test.each(vectors)("$name: valid is $valid", async ({ secret, body, signature, valid }) => {
    const current = new TextDecoder().decode(bytesOf(secret));
    const verified = await verifySignature({ current, previous: null }, signature, bytesOf(body));
    expect(verified).toBe(valid ? "current" : null);
    const response = await post(bytesOf(body), {
      signature,
      vars: { CE_WEBHOOK_SECRET: current },
    });
    // A valid one may still be no event.
    expect(valid ? [200, 400] : [401]).toContain(response.status);
  });

  test("there are vectors of both kinds", () => {
    expect(vectors.filter(({ valid }) => valid).length).toBeGreaterThan(10);
    expect(vectors.filter(({ valid }) => !valid).length).toBeGreaterThan(8);
  });

  test("each is verified under the previous secret too, and says so", async () => {
    for (const { secret, body, signature, valid } of vectors) {
      const previous = new TextDecoder().decode(bytesOf(secret));
      const secrets = { current: "another secret", previous };
      const verified = await verifySignature(secrets, signature, bytesOf(body));
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
      expect(await verifySignature(secrets, flipped, body)).toBeNull();
    }
  });

  test("one flipped bit anywhere in a body is noticed", async () => {
    const [vector] = vectors;
    if (vector === undefined) throw new Error("no vectors");
    const secrets = { current: new TextDecoder().decode(bytesOf(vector.secret)), previous: null };
    const body = bytesOf(vector.body);
    for (let position = 0; position < body.length; position += 1) {
      const changed = body.map((byte, index) => (index === position ? byte ^ 1 : byte));
      expect(await verifySignature(secrets, vector.signature, changed)).toBeNull();
    }
  });
});

describe("the signature header", () => {
  const hex = "0123456789abcdef".repeat(4);

  test.each([hex, hex.toUpperCase(), `sha256=${hex}`])("%s is read as 32 bytes", (header) => {
    const bytes = parseSignature(header);
    expect(bytes?.length).toBe(32);
    expect(bytes?.slice(0, 3)).toEqual(new Uint8Array([0x01, 0x23, 0x45]));
  });

  test.each([
    null,
    "",
    hex.slice(1),
    `${hex}0`,
    `0x${hex.slice(2)}`,
    `sha1=${hex}`,
    `sha256:${hex}`,
    `sha256=sha256=${hex}`,
    `${hex}\n`,
    ` ${hex}`,
    `${hex.slice(0, 62)}zz`,
    `${hex.slice(0, 63)} `,
    "٠".repeat(64),
  ])("%j is no signature", (header) => {
    expect(parseSignature(header)).toBeNull();
  });
});
