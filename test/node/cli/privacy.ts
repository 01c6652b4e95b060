/** The commands about a person, and the archive: export, erase, restore. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as z from "zod/mini";
import { settleMessages } from "../../../testbed/receiver/settle.ts";
import { writeScratch } from "./run.ts";
import { shop } from "./shop.ts";

const { receiver } = shop;
const held = z.looseObject({
  orders: z.array(z.looseObject({ events: z.array(z.unknown()) })),
  archived_events: z.array(z.unknown()),
});

await shop.run("trigger happy-path --seed 77");
await shop.settled();
// All messages are settled, so that two exports are equal. A message whose wake-up call failed waits for the cron.
const onStuck = async (): Promise<true> => {
  await shop.sweep();
  return true;
};
assert.ok(await settleMessages(receiver, { patienceMs: 10_000, onStuck }));
const [latest] = await receiver.query<{ customer_email: string; customer_phone: string }>(
  "SELECT customer_email, customer_phone FROM orders ORDER BY updated_at DESC LIMIT 1",
);
const email = latest?.customer_email ?? "";
const phone = latest?.customer_phone ?? "";

async function bodies(): Promise<number> {
  const [row] = await receiver.query<{ n: number }>(
    "SELECT count(*) AS n FROM webhook_events WHERE payload IS NOT NULL",
  );
  return row?.n ?? -1;
}

await test("export writes what is held, on stdout or into a file that is nobody else's", async () => {
  const plain = await shop.run(["export", email]);
  assert.equal(plain.code, 0, plain.stderr);
  const found = held.parse(JSON.parse(plain.stdout));
  assert.equal(found.orders.length, 1);
  assert.ok((found.orders[0]?.events.length ?? 0) >= 5);
  assert.ok(plain.stdout.includes(phone.slice(-10)));
  const file = writeScratch("person.json", "");
  const written = await shop.run(["export", email, phone, "--to", file]);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /1 order, 0 other events, 0 archived/);
  assert.deepEqual(held.parse(JSON.parse(readFileSync(file, "utf8"))), found);
  const fresh = join(dirname(file), "fresh.json");
  await shop.runProcess(["export", email, "--to", fresh]);
  assert.equal(statSync(fresh).mode & 0o077, 0);
});

await test("erase counts first, asks, and leaves nothing", async () => {
  const dry = await shop.run(["erase", email, "--dry-run", "--json"]);
  assert.deepEqual(Object.keys(z.looseObject({}).parse(JSON.parse(dry.stdout))).toSorted(), [
    "dry_run",
    "events",
    "notifications",
    "orders",
  ]);
  const unasked = await shop.runProcess(["erase", email]);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /Erase this person from 1 order.*No terminal: pass --yes/);
  const done = await shop.run(["erase", email, "--yes"]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stdout,
    /Erased from 1 order, erasure \d+:\n +\d+ events?, \d+ messages?, 0 archived/,
  );
  const after = await shop.run(["export", email]);
  assert.equal(held.parse(JSON.parse(after.stdout)).orders.length, 0);
  const [row] = await receiver.query<{ n: number }>(
    "SELECT count(*) AS n FROM webhook_events WHERE instr(lower(payload), ?1) > 0",
    email.toLowerCase(),
  );
  assert.equal(row?.n, 0);
});

await test("restore puts back what the archive holds", async () => {
  await receiver.query("UPDATE webhook_events SET received_at = '2026-01-15T00:00:00.000Z'");
  const before = await bodies();
  // A round of purges may have ended just before.
  await receiver.query("DELETE FROM cursors WHERE name = 'purge'");
  await shop.sweep();
  assert.ok((await bodies()) < before);
  const dry = await shop.run("restore --dry-run");
  assert.match(dry.stdout, /Would be restored: [\d,]+ events in \d objects?/);
  const none = await shop.run("restore --to 2025-12-31");
  assert.match(none.stdout, /0 events in 0 objects/);
  const done = await shop.runProcess("restore --from 2026-01-15 --to 2026-01-15");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /[\d,]+ bodies put back, 0 purged events made again/);
  assert.equal(await bodies(), before);
});

await test("what cannot be meant is said in one line", async () => {
  const all = await Promise.all([
    shop.run("erase asha"),
    shop.run("export a@b.example c@d.example"),
    shop.run("restore --from yesterday"),
  ]);
  const said = [/asha is neither/, /One address and one number/, /2026-08-25/];
  for (const [index, ended] of all.entries()) {
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, /^✗ [^\n]+\n$/);
    assert.match(ended.stderr, said[index] ?? /never/);
  }
});
