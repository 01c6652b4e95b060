/** The commands that work on a receiver: tail, replay, doctor, simulate; also when they are interrupted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { checkEndpoint } from "../../../cli/doctor/endpoint.ts";
import { createHttp } from "../../../cli/api/http.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { startProxy } from "./proxy.ts";
import { shop } from "./shop.ts";

const { receiver } = shop;

async function count(where: string): Promise<number> {
  const sql = `SELECT count(*) AS n FROM webhook_events WHERE ${where}`;
  return (await receiver.query<{ n: number }>(sql))[0]?.n ?? -1;
}

const lines = (text: string) => text.trim().split("\n");
const seen = z.looseObject({ event_type: z.string(), status: z.string(), id: z.string() });

await test("tail follows what comes, settled, and ends after so many", async () => {
  const tail = shop.start("tail --json --last 1 --count 5");
  const text = shop.start("tail --status quarantined --count 5");
  await Promise.all([tail.prints("Waiting"), text.prints("Waiting")]);
  await shop.run("trigger senseless");
  const [json, plain] = await Promise.all([tail.ended, text.ended]);
  assert.equal(json.code, 0, json.stderr);
  const events = lines(json.stdout).map((line) => seen.parse(JSON.parse(line)));
  assert.equal(events.length, 6);
  assert.deepEqual(
    events.map(({ status }) => status),
    ["processed", ...Array.from({ length: 5 }, () => "quarantined")],
  );
  assert.equal(plain.code, 0, plain.stderr);
  assert.match(plain.stdout, /! quarantined +payment\.success[^\n]*\n +data\.amount: \S/);
});

await test("tail outlives an outage, misses nothing, and Ctrl-C ends it", async () => {
  const proxy = await startProxy(receiver.url);
  const tail = shop.start("tail --json", { env: { CE_WEBHOOKS_URL: proxy.url } });
  await tail.prints("Waiting");
  const outage = proxy.pause(1_000);
  const { stdout } = await shop.run("trigger happy-path --json");
  const sent = stdout.match(/evt_[0-9a-f]{24}/g) ?? [];
  await outage;
  await tail.prints(sent.at(-1) ?? "?");
  tail.child.kill("SIGINT");
  const ended = await tail.ended;
  assert.equal(ended.code, 130);
  assert.match(ended.stderr, /Cannot reach .*asking again[^]*answers again[^]*Stopped/);
  assert.ok(ended.stderr.includes(` ${sent.length} events shown`), ended.stderr);
  const got = lines(ended.stdout).map((line) => seen.parse(JSON.parse(line)).id);
  assert.deepEqual(got, sent);
  await proxy.close();
});

await test("replay counts, asks, and takes again until all are settled", async () => {
  // Enough for more than one slice.
  assert.ok((await count("event_type = 'order.created' AND status = 'processed'")) > 110);
  await receiver.query(
    "UPDATE webhook_events SET status = 'failed' WHERE event_type = 'order.created' AND status = 'processed'",
  );
  const failed = await count("status = 'failed'");
  assert.ok(failed > 110);
  const [dry, unasked] = await Promise.all([
    shop.run("replay --status failed --dry-run"),
    shop.run("replay --status failed"),
  ]);
  assert.equal(dry.stdout.trim(), `${failed} events would be replayed.`);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /^✗ [^\n]*--yes\n$/);
  assert.equal(await count("status = 'failed'"), failed);
  const taken = await shop.run("replay --status failed --yes");
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, new RegExp(`✓ ${failed} events replayed, ${failed} settled`));
  assert.equal(await count("status = 'failed'"), 0);
});

await test("replay says what could not be applied again, and wants to know which events", async () => {
  const [again, none, unknown, empty] = await Promise.all([
    shop.run("replay --status quarantined --type payment.success --yes --json"),
    shop.run("replay"),
    shop.run("replay evt_nobody_knows --yes"),
    shop.run("replay --status failed --order nobody-knows --yes"),
  ]);
  assert.equal(again.code, 1);
  assert.match(again.stdout, /"quarantined": [1-9]/);
  assert.equal(none.code, 2);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /None of these events can be replayed/);
  assert.equal(empty.code, 0, empty.stderr);
  assert.match(empty.stdout, /No failed, quarantined or ignored event fits/);
});

const findings = z.object({
  ok: z.boolean(),
  findings: z.array(z.looseObject({ check: z.string(), state: z.string(), detail: z.string() })),
});

await test("the doctor finds a sound receiver sound, and leaves nothing behind", async () => {
  const before = await count("true");
  const [sound, wrong, blind] = await Promise.all([
    shop.runProcess("doctor --json"),
    shop.run("doctor --no-wrangler --secret wrong"),
    shop.run("doctor --no-wrangler", { env: { ADMIN_TOKEN: "" } }),
  ]);
  const report = findings.parse(JSON.parse(sound.stdout));
  const stateOf = (check: string) => report.findings.find((one) => one.check === check)?.state;
  for (const check of [
    "node",
    "receiver",
    "signatures",
    "secret",
    "admin API",
    "receipt",
    "queue",
    "repeats",
    "clean-up",
  ]) {
    assert.equal(stateOf(check), "ok", `${check}: ${sound.stdout}`);
  }
  // This check is about the developer's own local D1; only its presence is certain.
  assert.notEqual(stateOf("migrations"), undefined);
  assert.equal(await count("true"), before);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /✗ secret +the receiver does not accept the one from --secret\n +\S/);
  const http = createHttp(new AbortController().signal);
  const nowhere = loadSettings({ url: "http://127.0.0.1:9" }, {});
  const { isReachable, findings: shut } = await checkEndpoint(
    { http, now: () => new Date() },
    nowhere,
    "production",
  );
  assert.equal(isReachable, false);
  assert.match(shut[0]?.detail ?? "", /^Cannot reach http:\/\/127\.0\.0\.1:9/);
  assert.equal(blind.code, 0, blind.stdout);
  assert.match(blind.stdout, /✓ secret [^]*- inside/);
});

const simulated = z.looseObject({
  orders: z.number(),
  acknowledged: z.number(),
  applied: z.number(),
  forms: z.record(z.string(), z.number()),
  quarantined: z.number(),
  lost: z.array(z.string()),
  compared: z.number(),
  differing: z.record(z.string(), z.array(z.string())),
});

await test("a simulated store is reconciled, whatever came twice, late or broken", async () => {
  const ended = await shop.runProcess(
    "simulate --orders 12 --duplicates 40 --disorder 40 --faults 20 --seed 3 --json",
  );
  assert.equal(ended.code, 0, ended.stderr + ended.stdout);
  const { orders, acknowledged, applied, lost, compared, differing } = simulated.parse(
    JSON.parse(ended.stdout),
  );
  assert.equal(orders, 12);
  assert.equal(applied, acknowledged);
  assert.deepEqual([lost, differing, compared], [[], {}, 12]);
});

await test("a store is reconciled in every form of delivery", async () => {
  for (const form of ["flat", "bare", "mixed"]) {
    const ended = await shop.run(
      `simulate --orders 10 --duplicates 30 --disorder 50 --faults 20 --seed 3 --form ${form} --json`,
    );
    assert.equal(ended.code, 0, `${form}: ${ended.stderr}${ended.stdout}`);
    const { acknowledged, applied, forms, quarantined, compared } = simulated.parse(
      JSON.parse(ended.stdout),
    );
    assert.equal(applied, acknowledged, form);
    assert.equal(compared, 10, form);
    assert.deepEqual(
      Object.keys(forms).toSorted(),
      form === "mixed" ? ["bare", "envelope", "flat"] : [form],
    );
    assert.ok(quarantined > 0, form);
  }
});

await test("a receiver that loses an event, or keeps a wrong sum, is found out", async () => {
  let swallowed: string | null = null;
  const liar = await startProxy(
    receiver.url,
    ({ method, path, body }) => {
      if (method !== "POST" || path !== "/api/webhooks/ce" || swallowed !== null) return null;
      const { id } = z.looseObject({ id: z.string() }).parse(JSON.parse(body.toString()));
      swallowed = id;
      const receipt = JSON.stringify({ received: true, id, duplicate: false });
      return { status: 200, body: receipt, headers: { "content-type": "application/json" } };
    },
    (path, body) =>
      path.endsWith("-2") ? body.replace(/"paid_micros":\d+/, '"paid_micros":1') : body,
  );
  const ended = await shop.run(
    "simulate --orders 3 --duplicates 0 --faults 0 --seed 3 --patience 1s",
    {
      env: { CE_WEBHOOKS_URL: liar.url },
    },
  );
  assert.equal(ended.code, 1, ended.stderr);
  assert.ok(
    swallowed !== null && ended.stdout.includes(`${String(swallowed)} is lost`),
    ended.stdout,
  );
  assert.match(ended.stdout, /SIM-\d+-2 paid_micros is 1, expected/);
  assert.match(ended.stderr, /does not add up: 1 lost event, \d differing order/);
  await liar.close();
});

await test("Ctrl-C in the middle of sending: nothing more goes out, and it says how far it came", async () => {
  const before = await count("true");
  const sending = shop.start("trigger order.created --count 150 --rate 20");
  await sending.prints(/evt_/);
  sending.child.kill("SIGINT");
  const { code, stderr } = await sending.ended;
  assert.equal(code, 130);
  const [, sent] = /(\d+) of 150 deliveries sent/.exec(stderr) ?? [];
  assert.ok(sent !== undefined, stderr);
  const stored = (await count("true")) - before;
  // The last delivery may have arrived without its answer being read.
  assert.ok(stored - Number(sent) <= 8 && stored < 150, `${stored} stored, ${sent} said`);
});
