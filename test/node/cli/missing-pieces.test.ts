/**
 * A deployment with a missing piece, as the doctor, the console and a monitor see it: the Worker as it is deployed,
 * without a consumer for its queues, without its newest migration, on another environment's database.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { checkInside } from "../../../cli/doctor/inside.ts";
import type { Finding } from "../../../cli/doctor/finding.ts";
import { createApi } from "../../../cli/api/api.ts";
import { createHttp } from "../../../cli/api/http.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { sign } from "../../../testbed/stories/index.ts";
import { migrationNames, migrationStatements } from "../../../testbed/receiver/bundle.ts";
import {
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from "../../../testbed/receiver/start.ts";
import { run, SECRET, TOKEN } from "./run.ts";

async function deploy(
  t: TestContext,
  options: ReceiverOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<Receiver> {
  const own = { CE_WEBHOOK_SECRET: SECRET, ADMIN_TOKEN: TOKEN, ...settings };
  const receiver = await startReceiver({ ...options, settings: own, acceptsMessages: true });
  t.after(() => receiver.close());
  return receiver;
}

async function readDeepHealth({ origin }: Receiver): Promise<readonly [number, string]> {
  const answer = await fetch(`${origin}/health?deep`);
  return [answer.status, await answer.text()];
}

async function readOverview({ origin }: Receiver): Promise<string> {
  const signedIn = await fetch(`${origin}/console/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin },
    body: new URLSearchParams({ token: TOKEN }),
  });
  const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const answer = await fetch(`${origin}/console`, { headers: { cookie } });
  return (await answer.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

/** The doctor's findings inside a receiver, as if it were on another machine. */
async function examine({ origin }: Receiver): Promise<readonly Finding[]> {
  const http = createHttp(new AbortController().signal);
  const api = createApi(http, loadSettings({ url: origin, token: TOKEN }, {}));
  const options = { url: origin, isLocal: false, now: new Date() };
  const { findings } = await checkInside(api, options);
  return findings.filter(({ state }) => state === "fail");
}

const doctor = ({ origin }: Receiver) =>
  run(["doctor", "--no-wrangler", "--url", origin], {
    env: { CE_WEBHOOK_SECRET: SECRET, ADMIN_TOKEN: TOKEN },
  });

const degraded = [503, '{"status":"degraded"}'];

await test("without a cron: said by doctor, overview and deep health until it runs", async (t) => {
  const receiver = await deploy(t, {});
  assert.deepEqual(await readDeepHealth(receiver), degraded);
  assert.deepEqual(
    (await examine(receiver)).map(({ check, detail }) => [check, detail]),
    [["cron", "has never run, expected every minute"]],
  );
  assert.match(await readOverview(receiver), /The cron has never run: stuck events are not/);
  await receiver.sweep();
  assert.deepEqual(await examine(receiver), []);
  const { code, stdout } = await doctor(receiver);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /✓ set-up +no piece is missing/);
});

await test("without consumers: events that the cron has pushed again wait", async (t) => {
  const receiver = await deploy(t, { consumes: false });
  const body = JSON.stringify({
    id: "evt_1",
    event_type: "order.created",
    data: { order_number: "ORD-1" },
  });
  assert.equal(await receiver.post("/api/webhooks/ce", body, await sign(body, SECRET)), 200);
  const minutesLater = (seconds: number) =>
    receiver.query(
      `UPDATE webhook_events SET received_at = strftime('%Y-%m-%dT%H:%M:%fZ', received_at, ?1),
        push_at = strftime('%Y-%m-%dT%H:%M:%fZ', push_at, ?1)`,
      `-${seconds} seconds`,
    );
  await minutesLater(61);
  await receiver.sweep();
  assert.deepEqual(await examine(receiver), []);
  await minutesLater(121);
  const [found, ...others] = await examine(receiver);
  assert.deepEqual(others, []);
  assert.match(found?.detail ?? "", /^Nothing takes events from the queue/);
  assert.match(found?.fix ?? "", /npm run deploy.*Events wait/);
  assert.match(await readOverview(receiver), /Nothing takes events from the queue/);
  assert.deepEqual(await readDeepHealth(receiver), degraded);
  const { code, stdout } = await doctor(receiver);
  assert.equal(code, 1);
  assert.match(stdout, /✗ set-up +Nothing takes events from the queue/);
});

await test("without its newest migration: every side says what to run, and receipt goes on", async (t) => {
  const names = migrationNames();
  const receiver = await deploy(t, { statements: migrationStatements(names.slice(0, -1)) });
  await receiver.sweep();
  const body = JSON.stringify({
    id: "evt_1",
    event_type: "order.created",
    data: { order_number: "ORD-1" },
  });
  assert.equal(await receiver.post("/api/webhooks/ce", body, await sign(body, SECRET)), 200);
  const found = (await examine(receiver)).map(({ detail, fix }) => `${detail} ${fix}`).join("\n");
  // The admin API names it if its own figures do not need it; every page states at least the command to run.
  assert.match(found, /migrations? (is|are) missing/);
  assert.match(found, /npm run db:migrate/);
  assert.match(await readOverview(receiver), /migrations? (is|are) missing.*npm run db:migrate/);
  assert.deepEqual(await readDeepHealth(receiver), degraded);
});

await test("without any migration: every answer says what to run, and events wait in the queue", async (t) => {
  const receiver = await deploy(t, { statements: [] });
  const body = JSON.stringify({
    id: "evt_1",
    event_type: "order.created",
    data: { order_number: "ORD-1" },
  });
  assert.equal(await receiver.post("/api/webhooks/ce", body, await sign(body, SECRET)), 200);
  const [found] = await examine(receiver);
  assert.equal(found?.check, "D1");
  assert.match(found?.detail ?? "", /migrations are missing\. Run: npm run db:migrate/);
  const { origin } = receiver;
  const signIn = await fetch(`${origin}/console/sign-in`, {
    method: "POST",
    headers: { origin },
    body: new URLSearchParams({ token: TOKEN }),
  });
  assert.equal(signIn.status, 503);
  assert.match(await signIn.text(), /migrations are missing\. Run: npm run db:migrate/);
  assert.deepEqual(await readDeepHealth(receiver), degraded);
});

await test("on the database of another environment: said until a person says that it is right", async (t) => {
  const receiver = await deploy(t, {}, { ENVIRONMENT: "staging" });
  await receiver.query(
    "INSERT INTO cursors (name, position, place) VALUES ('environment', 0, 'production')",
  );
  await receiver.sweep();
  const [found] = await examine(receiver);
  assert.match(
    found?.detail ?? "",
    /This Worker is staging, but its database belongs to production/,
  );
  assert.match(await readOverview(receiver), /its database belongs to production/);
  const [alert] = await receiver.query<{ context: string }>(
    "SELECT context FROM notifications WHERE id LIKE 'alert/missing_piece:database/%'",
  );
  assert.match(alert?.context ?? "", /belongs to production/);
  await receiver.query("DELETE FROM cursors WHERE name = 'environment'");
  await receiver.sweep();
  assert.deepEqual(await examine(receiver), []);
});
