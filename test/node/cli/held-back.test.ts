/**
 * The command line with a receiver outside production that lost a setting, and with the messages that it did not send.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { openShop } from "./run.ts";

// EMAIL_FROM is lost; the allowlist is empty.
const shop = await openShop({ RESEND_API_KEY: "re_1", ENVIRONMENT: "staging" });

await test("the doctor fails where a channel is set up in part, and names the environment", async () => {
  const { code, stdout } = await shop.run("doctor --no-wrangler");
  assert.equal(code, 1, stdout);
  assert.match(stdout, /✗ channels +E-mail is only partly set up: EMAIL_FROM is missing\./);
  assert.equal(stdout.match(/only partly set up/g)?.length, 1, "said once");
  assert.match(stdout, /! environment +staging: no customer's message is sent/);
});

await test("messages that wait for their channel say so", async () => {
  const sent = await shop.run("trigger on-its-way --order HELD-1 --yes");
  assert.equal(sent.code, 0, sent.stdout + sent.stderr);
  await shop.settled();
  await shop.sweep();
  const reason = "channel settings missing";
  const { stdout } = await shop.run(["messages", "--order", "HELD-1", "--reason", reason]);
  assert.match(stdout, /pending +order_confirmed\/HELD-1\/email/);
  assert.match(stdout, /channel settings missing/);
  const doctor = await shop.run("doctor --no-wrangler");
  assert.match(doctor.stdout, /✗ channels .* \d+ messages? held back\./);
});

await test("what was not sent is counted, asked about, and sent together", async () => {
  const all = "SELECT count(*) AS messages FROM notifications WHERE status = 'suppressed'";
  const suppressed = `${all} AND channel = 'sms' AND reason = 'channel not configured'`;
  const pending = `SELECT count(*) AS messages FROM notifications WHERE status = 'pending' AND channel = 'sms'`;
  const count = async (sql: string): Promise<number> =>
    (await shop.receiver.query<{ messages: number }>(sql))[0]?.messages ?? 0;
  const deadline = performance.now() + 20_000;
  while ((await count(pending)) > 0 || (await count(suppressed)) === 0) {
    assert.ok(performance.now() < deadline, "messages still wait");
    await shop.sweep();
  }
  const before = await count(suppressed);
  const counted = await shop.run("resend --channel sms --dry-run --json");
  assert.deepEqual(JSON.parse(counted.stdout), {
    dry_run: true,
    count: before,
    too_old: 0,
    more: false,
  });
  const asked = await shop.runProcess("resend --channel sms");
  assert.notEqual(asked.code, 0, "nobody is there to be asked");
  const sent = await shop.run("resend --channel sms --from 2d --yes");
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout, new RegExp(`${String(before)} messages? due`));
  assert.equal(await count(suppressed), 0);
  const none = await shop.run("resend --channel sms --yes");
  assert.match(none.stdout, /0 messages would be sent/);
  const wrong = await shop.run(["resend", "--reason", "too old"]);
  assert.equal(wrong.code, 2, wrong.stderr);
});

await test("quiet-until counts what waits, asks, sets the moment, and takes it back", async () => {
  const present = "SELECT place FROM cursors WHERE name = 'quiet_until'";
  const until = async (): Promise<string | null | undefined> =>
    (await shop.receiver.query<{ place: string | null }>(present))[0]?.place;
  const dry = await shop.run("quiet-until --dry-run");
  assert.equal(dry.stdout.split("\n")[0], shop.receiver.url);
  assert.match(dry.stdout, /would be suppressed: [1-9]\d* messages? of those that wait now\./);
  assert.match(dry.stdout, /At present nothing is suppressed\./);
  assert.equal(await until(), undefined);
  const asked = await shop.runProcess("quiet-until 2026-11-24T10:00Z");
  assert.notEqual(asked.code, 0, "nobody is there to be asked");
  const set = await shop.run("quiet-until 2026-11-24T10:00Z --yes");
  assert.equal(set.code, 0, set.stderr);
  assert.match(
    set.stdout,
    /✓ Messages about what happened before 2026-11-24 10:00:00 UTC are suppressed/,
  );
  assert.equal(await until(), "2026-11-24T10:00:00.000Z");
  const ahead = await shop.run("quiet-until +2h --yes --json");
  const { messages } = z.looseObject({ messages: z.number() }).parse(JSON.parse(ahead.stdout));
  assert.ok(messages > 0);
  assert.ok(String(await until()) > new Date().toISOString());
  const far = await shop.run("quiet-until +25h --yes");
  assert.notEqual(far.code, 0);
  assert.match(far.stderr, /until: more than a day ahead/);
  const wrong = await shop.run("quiet-until tomorrow");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /It must be a time such as/);
  const off = await shop.run("quiet-until --off");
  assert.match(off.stdout, /✓ Taken back: nothing is suppressed any more/);
  assert.equal(await until(), null);
});

await shop.close();
