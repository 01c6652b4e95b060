/** What `npm start` prepares: a secret that is made once and never overwritten, a port that is free. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { findPort } from "../../tools/start/port.ts";
import { provideSecret, readLocalConfig } from "../../tools/start/secret.ts";

const folder = mkdtempSync(join(tmpdir(), "ce-start-"));
process.once("exit", () => rmSync(folder, { recursive: true }));

await test("a secret is made once, for its owner's eyes only", () => {
  const file = pathToFileURL(join(folder, "fresh"));
  assert.equal(provideSecret(file), "made");
  const text = readFileSync(file, "utf8");
  assert.match(text, /^CE_WEBHOOK_SECRET=[0-9a-f]{48}$/m);
  assert.match(text, /^ADMIN_TOKEN=[0-9a-f]{48}$/m);
  assert.equal(new Set(text.match(/[0-9a-f]{48}/g)).size, 2);
  assert.ok(readLocalConfig(file).admin.token !== null);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(provideSecret(file), "found");
  assert.equal(readFileSync(file, "utf8"), text);
});

await test("a file of the owner's is never changed", () => {
  for (const [text, state] of [
    ['CE_WEBHOOK_SECRET="mine"\n', "found"],
    ["export CE_WEBHOOK_SECRET=mine\n", "found"],
    ["# CE_WEBHOOK_SECRET=mine\nADMIN_TOKEN=x\n", "missing"],
    ['CE_WEBHOOK_SECRET=""\n', "missing"],
    ["", "missing"],
  ] as const) {
    const path = join(folder, "own");
    writeFileSync(path, text);
    assert.equal(provideSecret(pathToFileURL(path)), state, text);
    assert.equal(readFileSync(path, "utf8"), text);
    const { token } = readLocalConfig(pathToFileURL(path)).admin;
    assert.equal(token !== null, text.includes("ADMIN_TOKEN"));
  }
});

await test("a file that Windows wrote is read; what cannot be used counts as missing", () => {
  const path = join(folder, "windows");
  const file = pathToFileURL(path);
  writeFileSync(path, "\uFEFFCE_WEBHOOK_SECRET=\"schlüssel 🔑\"\r\nADMIN_TOKEN='two words'\r\n");
  const { receipt, admin, problems } = readLocalConfig(file);
  assert.equal(receipt.secrets?.current, "schlüssel 🔑");
  assert.equal(admin.token, "two words");
  assert.deepEqual(problems, []);
  writeFileSync(path, 'CE_WEBHOOK_SECRET="two\r\nlines"\r\nADMIN_TOKEN=schlüssel\r\n');
  assert.equal(provideSecret(file), "missing");
  assert.deepEqual(readLocalConfig(file).problems, [
    "CE_WEBHOOK_SECRET is not usable and is ignored: expected text in one line",
    "ADMIN_TOKEN is not usable and is ignored: expected ASCII characters in one line",
  ]);
});

await test("a port that is taken is passed over", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const found = await findPort(address.port);
  assert.notEqual(found, address.port);
  server.close();
});
