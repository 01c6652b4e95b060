/** `endpoints`: a person adds, shows, changes, tests and deletes an endpoint. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openShop } from "./run.ts";

const shop = await openShop({ FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });

await test("endpoints adds, shows, edits, pauses, tries and deletes, and says what is wrong", async () => {
  const none = await shop.run("endpoints");
  assert.match(none.stdout + none.stderr, /Nothing is forwarded/);
  const wrong = await shop.runProcess("endpoints add https://erp.test/in --events payments.*");
  assert.equal(wrong.code, 5);
  assert.match(wrong.stderr, /there is no event type payments\.\*; did you mean payment\.\*\?/);
  const inside = await shop.run("endpoints add https://0xa9fea9fe/");
  assert.match(inside.stderr, /url: it is a private, link-local or reserved address/);

  const added = await shop.run("endpoints add https://erp.test/in --events payment.* --order");
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /Its secret: whsec_/);
  const [id = ""] = /ep_[0-9a-f]{8}/.exec(added.stdout) ?? [];
  const secret = await shop.run(`endpoints secret ${id}`);
  assert.ok(added.stdout.includes(secret.stdout.trim()));

  const edited = await shop.run(`endpoints edit ${id} --no-order --rate 60 --events *`);
  assert.match(edited.stdout, /60 requests a minute/);
  assert.ok(!edited.stdout.includes("beside the event"));
  assert.match(
    (await shop.run(`endpoints pause ${id} --reason moving`)).stdout,
    /paused[^]*moving/,
  );
  assert.match((await shop.run("endpoints")).stdout, new RegExp(`${id} +.*paused`));
  assert.match((await shop.run(`endpoints show ${id}`)).stdout, /since +\d{4}-\d\d-\d\d \d\d:/);
  assert.match((await shop.run(`endpoints resume ${id}`)).stdout, /active/);
  assert.match((await shop.run(`endpoints test ${id}`)).stdout, /✓ 200 after \d+ ms/);
  const rotated = await shop.run(`endpoints rotate ${id} --yes --json`);
  assert.match(rotated.stdout, /"previous": ?"whsec_/);

  await shop.run("trigger happy-path");
  await shop.settled();
  // No event is forwarded yet, so the replay finds all events.
  await shop.run(`endpoints pause ${id}`);
  const own = `FROM notifications WHERE endpoint = '${id}'`;
  await shop.receiver.query(`DELETE ${own}`);
  const counted = await shop.run(`endpoints replay ${id} --from 1d --dry-run`);
  assert.match(counted.stdout, /\d+ events would be forwarded/);
  const replayed = await shop.run(`endpoints replay ${id} --yes`);
  assert.match(replayed.stdout, /✓ [1-9]\d* events to be forwarded/);

  const disabled =
    "UPDATE forward_endpoints SET status = 'disabled', status_reason = 'it answered 410'";
  await shop.receiver.query(`${disabled} WHERE id = '${id}'`);
  for (const flag of ["--dry-run", "--yes"]) {
    const refused = await shop.run(`endpoints replay ${id} ${flag}`);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stderr,
      /is disabled \(it answered 410\) and gets nothing: resume it first/,
    );
  }

  const unasked = await shop.runProcess(`endpoints delete ${id}`);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /\d+ pending forwards? would not be sent\..*--yes/);
  assert.equal((await shop.run(`endpoints delete ${id} --yes`)).code, 0);
  assert.equal((await shop.run(`endpoints show ${id}`)).code, 1);
  assert.equal((await shop.run("endpoints pause")).code, 2);
});

await test("doctor says how many endpoints there are, and names those that fail, are paused or disabled", async () => {
  const line = async (): Promise<string> =>
    /^.* endpoints {2,}.*(\n {4,}.*)*/m.exec(
      (await shop.run("doctor --no-wrangler")).stdout,
    )?.[0] ?? "";
  assert.equal(await line(), "");
  await shop.run("endpoints add https://erp.test/in --description ERP");
  assert.match(await line(), /✓ endpoints +1 endpoint, none is failing/);
  const then = new Date(Date.now() - 3 * 3_600_000).toISOString();
  await shop.receiver.query(`UPDATE forward_endpoints SET failing_since = '${then}'`);
  assert.match(await line(), /! endpoints +The endpoint ERP has been failing for 3 hours\./);
  await shop.receiver.query(
    `UPDATE forward_endpoints SET status = 'paused', status_reason = 'it has failed for five days', status_since = '${then}'`,
  );
  const paused = await line();
  assert.match(
    paused,
    /The endpoint ERP has been paused for 3 hours: failing for 3 hours, it has failed for five days\./,
  );
  assert.match(paused, /ce-webhooks endpoints test <id>; then ce-webhooks endpoints resume <id>/);
  await shop.receiver.query(
    "UPDATE forward_endpoints SET status = 'disabled', status_reason = 'it answered 410', status_since = NULL, failing_since = NULL",
  );
  await shop.run("endpoints add https://wms.test/in");
  assert.match(await line(), /! endpoints +The endpoint ERP is disabled: it answered 410\.\n/);
  const { stdout } = await shop.run("doctor --no-wrangler --json");
  assert.match(stdout, /"check": "endpoints",\s+"state": "warn"/);
});

await shop.close();
