/** The preparations of `npm start`: a secret that is generated once and never overwritten, and a free port. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { quietLine } from "../../tools/start/log-lines.ts";
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

await test("what happens is a line in words; a request is one only if it was refused", () => {
  const shown = (line: string): string | null => stripVTControlCharacters(quietLine(line) ?? "–");
  const received = { level: "info", event: "received", ids: ["evt_1", "evt_2"], repeats: [] };
  assert.equal(shown(JSON.stringify(received)), "  received     ids evt_1 evt_2");
  const dispatched = { level: "info", event: "dispatched", claimed: 9, sent: 0, suppressed: 9 };
  assert.equal(shown(JSON.stringify(dispatched)), "  dispatched   claimed 9, suppressed 9");
  const failed = { level: "error", event: "event_failed", id: "evt_\u001b[2J", error: "D1" };
  assert.equal(shown(JSON.stringify(failed)), "  event failed id evt_\\u001b[2J, error D1");
  const warning = '{"level":"warn","event":"refused","malformed signature":1}';
  const sign = "\u001b[33m▲ \u001b[43;33m[\u001b[43;30mWARNING\u001b[43;33m]\u001b[0m ";
  assert.equal(
    shown(`${sign}\u001b[1m${warning}\u001b[0m`),
    "  refused      malformed signature 1",
  );
  assert.equal(shown(""), "–");
  assert.equal(shown("[wrangler:info] POST /api/webhooks/ce 200 OK (3ms)"), "–");
  assert.equal(shown("[wrangler:info] QUEUE ce-events 11/11 (115ms)"), "–");
  const refused = "POST /api/webhooks/ce 401 Unauthorized (3ms)";
  assert.equal(shown(`[wrangler:info] ${refused}`), `  ${refused}`);
  for (const line of ["✘ [ERROR] Build failed", '{"level":"odd"}', "42"])
    assert.equal(shown(line), line);
});
