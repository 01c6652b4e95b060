/** `sign` and `verify`: valid signatures are accepted, and the usual mistakes in invalid ones are recognised. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { diagnose } from "../../../cli/signature/diagnose.ts";
import { runProcess, writeScratch } from "./run.ts";

// printf '{"a":"₹"}' | openssl dgst -sha256 -hmac 'shop secret'
const body = '{"a":"₹"}';
const secret = "shop secret";
const right = "23c0643999c6536cee349df3640e2517195d9ac5212c712396cd17fbe446d159";
const flags = ["--secret", secret];

await test("a file and standard input are signed byte for byte", async () => {
  const [piped, file] = await Promise.all([
    runProcess(["sign", ...flags], { input: body }),
    runProcess(["sign", writeScratch("body.json", body), ...flags, "--json"]),
  ]);
  assert.equal(piped.stdout, `${right}\n`);
  assert.deepEqual(JSON.parse(file.stdout), {
    header: "x-webhook-signature",
    signature: right,
    bytes: 11,
  });
});

await test("a right signature ends with 0, a wrong one with 1 and the likely reason", async () => {
  const [good, cut, json] = await Promise.all([
    runProcess(["verify", ...flags, "--signature", `sha256=${right.toUpperCase()}`], {
      input: body,
    }),
    runProcess(["verify", ...flags, "--signature", right.slice(0, 40)], { input: body }),
    runProcess(["verify", ...flags, "--json", "--signature", right], { input: `${body}\n` }),
  ]);
  assert.deepEqual([good.code, cut.code, json.code], [0, 1, 1]);
  assert.match(good.stdout, /right/);
  assert.match(cut.stderr, /^✗ [^\n]*cut short: 40 of 64 hex digits\n$/);
  assert.match(json.stdout, /"valid": false,[^]*without the line break at their end/);
});

await test("bodies that cannot be read are refused in one line", async () => {
  const all = await Promise.all([
    runProcess(["sign", ...flags, "/no/such/file"]),
    runProcess(["sign", ...flags], { input: Buffer.alloc(1_048_577) }),
    runProcess(["sign", "--secret", "two\nlines"], { input: body }),
  ]);
  const said = [/no such file/, /over 1048576 bytes/, /line break/];
  for (const [index, { code, stdout, stderr }] of all.entries()) {
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^✗ [^\n]+\n$/);
    assert.match(stderr, said[index] ?? /never/);
  }
});

const hmac = (text: string | Buffer, key: string | Buffer = secret, algorithm = "sha256") =>
  createHmac(algorithm, key).update(text).digest();

await test("the usual mistakes are told apart", () => {
  const text = '{\r\n  "a": "₹",\r\n  "b": [1, 2]\r\n}\r\n';
  const cases: readonly (readonly [signature: string, reason: RegExp])[] = [
    [hmac(text).toString("base64"), /base64 instead of hex/],
    [hmac(text).toString("base64url"), /base64/],
    [`v1=${hmac(text).toString("hex")}`, /label/],
    [`t=1764000000,v1=${hmac(text).toString("hex")}`, /time and a version/],
    [`"${hmac(text).toString("hex")}"`, /quotation marks around it/],
    [hmac(text, secret, "sha1").toString("hex"), /SHA-1/],
    [hmac(text, secret, "sha512").toString("hex"), /SHA-512/],
    [createHash("sha256").update(text).digest("hex"), /without the secret/],
    [createHash("sha256").update(secret).update(text).digest("hex"), /instead of an HMAC/],
    [hmac(text, `${secret}\n`).toString("hex"), /secret has a line break/],
    [hmac(text, `"${secret}"`).toString("hex"), /secret has quotation marks/],
    [hmac(text.trim()).toString("hex"), /without/],
    [hmac(text.replaceAll("\r\n", "\n")).toString("hex"), /LF in place of CRLF/],
    [hmac(JSON.stringify(JSON.parse(text))).toString("hex"), /written anew without spaces/],
    [hmac(Buffer.from(text, "latin1")).toString("hex"), /Latin-1/],
    [hmac("").toString("hex"), /empty body/],
    [hmac(text, "another").toString("hex"), /another secret, or for other bytes/],
    ["zz", /not 64 hex digits/],
    ["", /empty/],
  ];
  for (const [signature, reason] of cases) {
    const verdict = diagnose({ body: Buffer.from(text), signature, secret, previous: null });
    assert.equal(verdict.isValid, false, signature);
    assert.match(verdict.reason ?? "", reason);
  }
});

await test("the secret before the rotation counts, and is named", () => {
  const evidence = { body: Buffer.from(body), secret: "new", previous: secret };
  const verdict = diagnose({ ...evidence, signature: right });
  assert.deepEqual([verdict.isValid, verdict.verifiedBy], [true, "previous"]);
});
