/**
 * A backup that can be restored: the export of a database with a shop's day and the oddest bodies, through `ce-webhooks
 * backup`, into an empty database. Every table is compared, and the copy continues to receive.
 */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { sign } from "../../testbed/deliveries/sign.ts";
import { sendEvents } from "../../testbed/deliveries/send.ts";
import { bundleWorker } from "../../testbed/receiver/bundle.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { createDay } from "../../testbed/stories/index.ts";
import { run, runProcess, SECRET, writeScratch } from "./cli/run.ts";

const settings = { CE_WEBHOOK_SECRET: SECRET };
const envelope = (id: string, more: object): object => ({
  id,
  event_type: "order.created",
  created_at: "2026-11-20T10:00:00Z",
  data: { order_number: `ORD-${id}`, ...more },
});

/** Bodies that an export would change, or that could not be imported from it. */
const bodies = {
  large: JSON.stringify(envelope("large", { customer_note: "'é\\n".repeat(150_000) })),
  printed: JSON.stringify(envelope("printed", { customer_note: 'a\\\nb "c"\r\n' }), null, 2),
  windows: JSON.stringify(envelope("windows", { note: "x\ny" }), null, 2).replaceAll("\n", "\r\n"),
  nul: JSON.stringify(envelope("nul", { customer_note: "a\u0000b", coupon_code: "''\u2028" })),
  unknown: "not JSON at all\nbut text",
};

let bundle: string;
let shop: Receiver;
let exported: string;

/** The export that wrangler would write: it runs the same statement on local D1. */
async function exportOf(receiver: Receiver): Promise<string> {
  const dump = (await receiver.db()).prepare("PRAGMA miniflare_d1_export(?,?,?);");
  const [statements = []] = await dump.bind(false, false).raw<string[]>();
  return statements.join("\n");
}

async function tablesOf({ query }: Receiver): Promise<Readonly<Record<string, readonly object[]>>> {
  const tables = await query<{ readonly name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name`,
  );
  const rows = tables.map(async ({ name }) => {
    const found = await query<object>(`SELECT * FROM "${name}"`);
    return [name, found] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

before(async () => {
  bundle = await bundleWorker("src/index.ts");
  shop = await startReceiver({ bundle, settings, batchTimeoutSeconds: 0.05 });
  const stories = createDay({ seed: 1, orders: 15, endsAtMs: Date.now() - 60_000 });
  await sendEvents(
    shop,
    stories.flatMap(({ events }) => events),
    SECRET,
  );
  for (const body of Object.values(bodies)) {
    const bytes = new TextEncoder().encode(body);
    assert.equal(await shop.post("/api/webhooks/ce", body, await sign(bytes, SECRET)), 200);
  }
  assert.ok(await settleEvents(shop, { patienceMs: 15_000 }));
  // Removed rows leave a gap, and the other rows must keep their positions.
  await shop.query("DELETE FROM webhook_events WHERE rowid IN (3, 5)");
  await shop.sweep();
  exported = writeScratch("export.sql", await exportOf(shop));
});

after(() => shop.close());

/** Each statement is one line, except those that define tables, views and triggers. */
function statementsIn(path: string): string[] {
  const statements: string[] = [];
  let statement = "";
  for (const line of readFileSync(path, "utf8").split("\n")) {
    statement += `${line}\n`;
    const isWhole = /^CREATE TRIGGER/i.test(statement) ? /\bEND;$/i.test(line) : line.endsWith(";");
    if (!isWhole) continue;
    statements.push(statement);
    statement = "";
  }
  return statements;
}

/** The statements of one call: each call costs a round trip to the process that runs D1. */
const IMPORTED_AT_ONCE = 50;

async function importInto({ batch }: Receiver, path: string): Promise<void> {
  const statements = statementsIn(path);
  for (let at = 0; at < statements.length; at += IMPORTED_AT_ONCE) {
    await batch(statements.slice(at, at + IMPORTED_AT_ONCE));
  }
}

await test("an export comes back to the last row, and the copy goes on", async () => {
  const path = writeScratch("backup.sql", "");
  const { code, stdout, stderr } = await runProcess(["backup", exported, "--to", path]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /2 rows longer than D1 takes as one statement/);
  assert.match(stdout, /bodies, each with its SHA-256/);

  const copy = await startReceiver({ bundle, settings, statements: [], batchTimeoutSeconds: 0.05 });
  try {
    await importInto(copy, path);
    const [theirs, ours] = [await tablesOf(copy), await tablesOf(shop)];
    assert.deepEqual(Object.keys(theirs), Object.keys(ours));
    for (const [table, rows] of Object.entries(ours)) assert.deepEqual(theirs[table], rows, table);
    const rowids = "SELECT rowid, id FROM webhook_events ORDER BY id";
    assert.deepEqual(await copy.query(rowids), await shop.query(rowids));

    const late = JSON.stringify(envelope("late", { status: "confirmed" }));
    const signature = await sign(new TextEncoder().encode(late), SECRET);
    assert.equal(await copy.post("/api/webhooks/ce", late, signature), 200);
    assert.ok(await settleEvents(copy, { patienceMs: 15_000 }));
    const found = "SELECT status FROM orders WHERE order_number = 'ORD-late'";
    assert.deepEqual(await copy.query(found), [{ status: "confirmed" }]);
  } finally {
    await copy.close();
  }
});

await test("without it, D1 does not take the export back", async () => {
  const copy = await startReceiver({ bundle, settings, statements: [] });
  try {
    await assert.rejects(importInto(copy, exported), /too long/);
  } finally {
    await copy.close();
  }
});

await test("a body that is not what was received is named", async () => {
  const text = readFileSync(exported, "utf8").replace("'not JSON at all", "'not text at all");
  const path = writeScratch("changed.sql", text);
  const { code, stdout } = await run(["backup", path, "--to", writeScratch("backup-2.sql", "")]);
  assert.equal(code, 1);
  assert.match(stdout, /1 of \d+ bodies changed by the export: sha256:/);
});

await test("a file that is no export of a receiver is refused, and a backup is for its owner's eyes", async () => {
  const to = writeScratch("backup-3.sql", "");
  for (const [text, why] of [
    ["SELECT nonsense", /cannot be taken for an export of D1/],
    ["CREATE TABLE other (id TEXT);\nINSERT INTO other VALUES('a');\n", /no webhook_events/],
    ["", /no webhook_events/],
  ] as const) {
    const { code, stderr } = await run(["backup", writeScratch("wrong.sql", text), "--to", to]);
    assert.equal(code, 2);
    assert.match(stderr, why);
  }
  assert.equal((await run(["backup", "/nowhere.sql", "--to", to])).code, 2);
  assert.equal((await run(["backup", exported, "--to", exported])).code, 2);
  const fresh = `${to}.fresh`;
  assert.equal((await run(["backup", exported, "--to", fresh])).code, 0);
  assert.equal(statSync(fresh).mode & 0o077, 0);
  // An existing backup that others can read is replaced, but only when the new one is complete.
  chmodSync(to, 0o644);
  assert.equal((await run(["backup", exported, "--to", to])).code, 0);
  assert.equal(statSync(to).mode & 0o077, 0);
  const unfinished = readdirSync(dirname(to)).filter((name) => name.includes("unfinished"));
  assert.deepEqual(unfinished, []);
});

await test("a backup goes to no place where it cannot be, and not over the export", async () => {
  const whole = readFileSync(exported, "utf8");
  const detour = join(
    dirname(exported),
    ".",
    "..",
    basename(dirname(exported)),
    basename(exported),
  );
  symlinkSync(exported, `${exported}.link`);
  for (const [to, why] of [
    [detour, /another file than the export/],
    [`${exported}.link`, /another file than the export/],
    [dirname(exported), /is not a file/],
    ["/nowhere/backup.sql", /cannot be written/],
  ] as const) {
    const { code, stderr } = await run(["backup", exported, "--to", to]);
    assert.equal(code, 2);
    assert.match(stderr, why);
  }
  assert.equal(readFileSync(exported, "utf8"), whole);
});
