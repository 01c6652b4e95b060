/** `endpoints`: added, looked at, changed, tried and deleted, as a person does it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openShop } from "./run.ts";

const shop = await openShop({ FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
after(() => shop.close());

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
  assert.match((await shop.run(`endpoints resume ${id}`)).stdout, /active/);
  assert.match((await shop.run(`endpoints test ${id}`)).stdout, /✓ 200 after \d+ ms/);
  const rotated = await shop.run(`endpoints rotate ${id} --yes --json`);
  assert.match(rotated.stdout, /"previous": ?"whsec_/);

  await shop.run("trigger happy-path");
  await shop.settled();
  // Nothing of it is forwarded yet, so that the replay finds all of it.
  await shop.run(`endpoints pause ${id}`);
  const own = `FROM notifications WHERE endpoint = '${id}'`;
  await shop.receiver.query(`DELETE ${own}`);
  const counted = await shop.run(`endpoints replay ${id} --from 1d --dry-run`);
  assert.match(counted.stdout, /\d+ events would be forwarded/);
  const replayed = await shop.run(`endpoints replay ${id} --yes`);
  assert.match(replayed.stdout, /✓ [1-9]\d* events to be forwarded/);

  const unasked = await shop.runProcess(`endpoints delete ${id}`);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /\d+ pending forwards? would not be sent\..*--yes/);
  assert.equal((await shop.run(`endpoints delete ${id} --yes`)).code, 0);
  assert.equal((await shop.run(`endpoints show ${id}`)).code, 1);
  assert.equal((await shop.run("endpoints pause")).code, 2);
});
