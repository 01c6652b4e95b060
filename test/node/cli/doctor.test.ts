/** The doctor's report about deliveries that do not arrive: refused by the receiver, or stopped before it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEndpoint } from "../../../cli/doctor/endpoint.ts";
import { createHttp } from "../../../cli/api/http.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { sign, SIGNATURE_HEADER } from "../../../testbed/stories/index.ts";
import { type Fake, startProxy, startStranger } from "./proxy.ts";
import { openShop, SECRET, TOKEN } from "./run.ts";

const shop = await openShop();
const { receiver } = shop;

const PATH = "/api/webhooks/ce";

async function deliver(body: string, secret: string): Promise<number> {
  const headers = { [SIGNATURE_HEADER]: await sign(body, secret) };
  return (await fetch(receiver.url + PATH, { method: "POST", headers, body })).status;
}

/** The text of a page of the console. */
async function readPage(path: string): Promise<string> {
  const signedIn = await fetch(`${receiver.url}/console/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token: TOKEN }),
  });
  const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const answer = await fetch(receiver.url + path, { headers: { cookie } });
  assert.equal(answer.status, 200, path);
  return (await answer.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

await test("the doctor's own probes are refused and not counted", async () => {
  const { code, stdout } = await shop.run("doctor --no-wrangler");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /✓ signatures .*\(401\)[^]*✓ deliveries +none was refused/);
  const wrong = await shop.run("doctor --no-wrangler --secret wrong");
  assert.match(wrong.stdout, /✗ secret [^]*✓ deliveries +none was refused/);
  await shop.sweep();
  assert.deepEqual(await receiver.query("SELECT * FROM refused_deliveries"), []);
});

await test("with another secret in Commerce Engine, doctor and overview each say what is wrong", async () => {
  for (let index = 0; index < 12; index += 1) {
    assert.equal(await deliver(JSON.stringify({ index }), "another secret"), 401);
  }
  await shop.sweep();
  const [doctor, json, overview] = await Promise.all([
    shop.run("doctor --no-wrangler"),
    shop.run("doctor --no-wrangler --json"),
    readPage("/console"),
  ]);
  assert.equal(doctor.code, 1);
  assert.match(
    doctor.stdout,
    /✗ deliveries +12 refused in the last hour: wrong signature\. .*No event came in that time\.\n +Is CE_WEBHOOK_SECRET .*Deliveries are refused/,
  );
  assert.match(json.stdout, /"check": "deliveries",\s+"state": "fail"/);
  assert.match(
    overview,
    /12 deliveries refused in the last hour: wrong signature\. No event came in that time\. Is CE_WEBHOOK_SECRET/,
  );
  const alerts = await receiver.query<{ id: string }>("SELECT id FROM notifications");
  assert.equal(alerts.length, 1);
  assert.match(alerts[0]?.id ?? "", /^alert\/wrong_signatures\//);
});

await test("beside events that come in, refusals are to know of and no failure", async () => {
  const event = { id: "evt_1", event_type: "order.created", data: { order_number: "ORD-1" } };
  assert.equal(await deliver(JSON.stringify(event), SECRET), 200);
  const { code, stdout } = await shop.run("doctor --no-wrangler");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /! deliveries +12 refused in the last hour: wrong signature/);
  assert.doesNotMatch(stdout, /No event came/);
});

await test("an older receiver does not count, and is not said to be sound", async () => {
  const older = await startProxy(
    receiver.url,
    () => null,
    (path, body) =>
      path === "/api/admin/health" ? body.replace(/,"refused_last_hour".*\}$/, "}") : body,
  );
  const { code, stdout } = await shop.run(["doctor", "--no-wrangler", "--url", older.url]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /- deliveries +this version of the receiver does not count/);
  await older.close();
});

const page = "<!doctype html><title>Just a moment...</title>";
const html = { "content-type": "text/html; charset=UTF-8" };
const ray = { "cf-ray": "8a1b2c3d4e5f6a7b-DEL" };
const stops: readonly (readonly [name: string, fake: Fake, said: RegExp])[] = [
  [
    "a challenge",
    { status: 403, body: page, headers: { ...html, ...ray, "cf-mitigated": "challenge" } },
    /Cloudflare answers with a challenge \(403\).*Ray ID 8a1b2c3d4e5f6a7b$/,
  ],
  [
    "a challenge that calls itself a rate limit",
    { status: 429, headers: { "cf-mitigated": "challenge" } },
    /challenge \(429\)$/,
  ],
  [
    "a block in one line",
    { status: 403, body: "error code: 1020", headers: { "content-type": "text/plain", ...ray } },
    /Cloudflare blocks the request \(403, error 1020\)/,
  ],
  ["a block page", { status: 403, body: page, headers: html }, /a block page answers \(403\)$/],
  ["an old challenge", { status: 503, body: page, headers: html }, /a block page answers \(503\)$/],
  [
    "Access",
    {
      status: 302,
      headers: { location: "https://team.cloudflareaccess.com/cdn-cgi/access/login/x" },
    },
    /Cloudflare Access asks to sign in \(302\)$/,
  ],
];

const now = (): Date => new Date();

await test("a secret that staging lacks is not set for production", async () => {
  const json = { "content-type": "application/json" };
  const fake = { status: 503, body: '{"error":"not configured"}', headers: json };
  const stranger = await startProxy(receiver.url, ({ path }) => (path === PATH ? fake : null));
  const settings = loadSettings({ url: stranger.url, secret: SECRET }, {});
  const http = createHttp(new AbortController().signal);
  const { findings } = await checkEndpoint({ http, now }, settings, "staging");
  const fixes = findings.filter(({ state }) => state === "fail").map(({ fix }) => fix);
  assert.deepEqual(fixes, ["npx wrangler secret put CE_WEBHOOK_SECRET --env staging"]);
  await stranger.close();
});

for (const [name, fake, said] of stops) {
  await test(`${name} before the webhook path is told apart from an answer`, async () => {
    const stranger = await startProxy(receiver.url, ({ path }) => (path === PATH ? fake : null));
    const settings = loadSettings({ url: stranger.url, secret: SECRET }, {});
    const http = createHttp(new AbortController().signal);
    const { findings } = await checkEndpoint({ http, now }, settings, "production");
    const [first, ...others] = findings.filter(({ state }) => state === "fail");
    assert.match(first?.detail ?? "", said);
    assert.match(first?.fix ?? "", /Bot Fight Mode.*\/api\/webhooks\/.*A block page answers/);
    assert.deepEqual(others, []);
    await stranger.close();
  });
}

await test("what stands before everything is found as well, by the command", async () => {
  const stranger = await startStranger({
    status: 403,
    body: page,
    headers: { ...html, "cf-mitigated": "challenge" },
  });
  const { code, stdout } = await shop.run(["doctor", "--no-wrangler", "--url", stranger.url]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /! receiver +\S+\/health does not reach it: Cloudflare answers with a challenge/,
  );
  assert.match(stdout, /✗ signatures +deliveries do not reach the receiver: Cloudflare answers/);
  await stranger.close();
});

await test("only signed deliveries may be stopped, too", async () => {
  let posts = 0;
  const stranger = await startProxy(receiver.url, ({ path }) => {
    if (path !== PATH) return null;
    posts += 1;
    return posts === 1 ? null : { status: 403, body: page, headers: html };
  });
  const settings = loadSettings({ url: stranger.url, secret: SECRET }, {});
  const http = createHttp(new AbortController().signal);
  const { findings } = await checkEndpoint({ http, now }, settings, "production");
  const failed = findings.filter(({ state }) => state === "fail");
  assert.deepEqual(
    failed.map(({ check }) => check),
    ["secret"],
  );
  assert.match(failed[0]?.detail ?? "", /signed delivery does not reach .*a block page/);
  await stranger.close();
});

await shop.close();
