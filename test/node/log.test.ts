/**
 * No log line of the Worker contains personal data, a body or a secret: a shop's day with its invalid deliveries,
 * providers that quote recipients, an erasure and a purge. Then the whole log is searched for every value that was
 * sent.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { planDay } from "../../testbed/deliveries/day.ts";
import { sendAll } from "../../testbed/deliveries/send.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { walk } from "./log/values.ts";

const secrets = {
  CE_WEBHOOK_SECRET: randomBytes(24).toString("hex"),
  ADMIN_TOKEN: randomBytes(24).toString("hex"),
  RESEND_API_KEY: `re_${randomBytes(16).toString("hex")}`,
  TWILIO_AUTH_TOKEN: randomBytes(16).toString("hex"),
};
const entry = z.looseObject({
  level: z.enum(["info", "warn", "error"]),
  event: z.string(),
  ids: z.optional(z.array(z.string())),
  repeats: z.optional(z.array(z.string())),
});
const SETTLED_WITHIN_MS = 15_000;

/** Refuses every request, and quotes it in the answer. */
const provider = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    const said = decodeURIComponent(body.replaceAll("+", " ").replaceAll("%", "%25")).slice(0, 200);
    response.writeHead(422, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: `cannot write to ${said}` }));
  });
});

async function start(): Promise<Receiver> {
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const address = provider.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const base = `http://127.0.0.1:${port}`;
  const settings = {
    ...secrets,
    EMAIL_FROM: "Shop <orders@shop.example>",
    RESEND_BASE_URL: base,
    TWILIO_ACCOUNT_SID: "AC1",
    TWILIO_BASE_URL: base,
    SMS_FROM: "+15550100",
    SLACK_WEBHOOK_URL: `${base}/slack`,
    FORWARD_URL: `${base}/forward`,
    FORWARD_SECRET: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
    RETENTION_DAYS: "1",
  };
  return await startReceiver({ settings, keepsLogs: true });
}

/** The names of all log lines in the sources. */
function lineNames(): readonly string[] {
  const folder = new URL("../../src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .flatMap((source) => [...source.matchAll(/log\.(?:info|warn|error)\(\s*"(\w+)"/g)])
    .map(([, name = ""]) => name);
}

await describe("the log", () => {
  void test("has no line that docs/privacy.md does not list", () => {
    const page = readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8");
    const names = lineNames();
    assert.ok(names.length > 20);
    assert.deepEqual(
      names.filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });

  let receiver: Receiver;
  before(async () => {
    receiver = await start();
  });
  after(async () => {
    await receiver.close();
    provider.close();
  });

  async function settle(): Promise<void> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    while (performance.now() < deadline) {
      const [row] = await receiver.query<{ n: number }>(
        `SELECT (SELECT count(*) FROM webhook_events WHERE status = 'received')
          + (SELECT count(*) FROM notifications WHERE status = 'pending' AND attempts = 0
            AND reason IS NULL AND next_attempt_at <= strftime('%Y-%m-%dT%H:%M:%fZ')) AS n`,
      );
      if (row?.n === 0) return;
      await sleep(100);
    }
  }

  async function ask(path: string, body: object): Promise<void> {
    const response = await fetch(`${receiver.origin}/api/admin${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}` },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path} answered ${response.status}: ${await response.text()}`);
  }

  void test("holds no person, no body and no secret", { timeout: 60_000 }, async () => {
    const secret = secrets.CE_WEBHOOK_SECRET;
    const day = await planDay({ seed: 21, orders: 14, endsAtMs: Date.now(), secret });
    const values = walk(day.stories.flatMap(({ events }) => events));
    const answers = await sendAll(receiver, day.deliveries, 8);
    answers.push(...(await sendAll(receiver, day.conflicts, 1)));
    await settle();
    const people = await receiver.query("SELECT customer_email, customer_phone FROM orders");
    const email = values.emails[0] ?? "";
    await ask("/exports", { email });
    await ask("/erasures", { email });
    await receiver.query("UPDATE webhook_events SET received_at = '2026-01-01T00:00:00.000Z'");
    await receiver.sweep();

    const lines = receiver.logs();
    const entries = lines.map((line) => entry.parse(JSON.parse(line)));
    for (const { event } of entries) assert.match(event, /^[a-z_]+$/);
    const log = lines.join("\n").toLowerCase();
    assert.ok(values.all.length > 40, "the stories name people");
    // The search would find these values: the tables contain them.
    const held = JSON.stringify(people).toLowerCase();
    assert.ok(values.emails.every((one) => held.includes(one)));
    for (const value of values.all) {
      const at = log.indexOf(value.toLowerCase());
      assert.equal(at, -1, `${value} is logged: ${log.slice(Math.max(0, at - 200), at + 100)}`);
    }
    for (const [name, value] of Object.entries(secrets)) {
      assert.ok(!log.includes(value), `${name} is logged`);
    }
    for (const field of ["order_items", "billing_address", "payload"]) {
      assert.ok(!log.includes(field), `something of a body is logged: ${field}`);
    }
    // Every accepted event is named, and there is a line for each action.
    const taken = answers.filter(({ status }) => status === 200).length;
    const received = entries.filter(({ event }) => event === "received");
    assert.equal(received.flatMap(({ ids }) => ids ?? []).length, taken);
    assert.ok(received.some(({ repeats }) => (repeats ?? []).length > 0));
    for (const event of ["applied", "dispatched", "erased", "purged"]) {
      assert.ok(
        entries.some((one) => one.event === event),
        `no line "${event}"`,
      );
    }
  });
});
