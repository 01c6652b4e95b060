/**
 * Forwarding over real sockets to three endpoints: one works, one fails a third of the time and one never answers. Each
 * gets the events of its filter, accepts each id once, with a signature that the public library verifies; the one that
 * hangs does not delay the others.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { createDay, sign } from "../../testbed/stories/index.ts";

const SECRET = "sent-by-commerce-engine";
const TOKEN = "let-me-in";
const settings = {
  CE_WEBHOOK_SECRET: SECRET,
  ADMIN_TOKEN: TOKEN,
  FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};
/** A consumer uses the endpoints that it has read for this time (ENDPOINTS_FRESH_MS), plus a margin. */
const FRESH_MS = 3_500;
/** The additional time of a busy machine; a request that hangs takes ten seconds. */
const NOISE_MS = 3_000;

interface Got {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly atMs: number;
}

interface Listener {
  readonly server: Server;
  readonly url: string;
  /** The accepted events, in order. */
  readonly got: Got[];
  readonly counts: { refused: number; asked: number };
}

/** `answer`: true if it accepts the request. */
async function listen(
  answer: (response: ServerResponse, call: number) => boolean,
): Promise<Listener> {
  const got: Got[] = [];
  const counts = { refused: 0, asked: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      counts.asked += 1;
      if (!answer(response, counts.asked)) {
        counts.refused += 1;
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const body = Buffer.concat(chunks).toString();
      got.push({ id: headers["webhook-id"] ?? "", headers, body, atMs: performance.now() });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { server, url: `http://127.0.0.1:${String(port)}/hooks`, got, counts };
}

function take(response: ServerResponse): true {
  response.end("ok");
  return true;
}

function failAThird(response: ServerResponse, call: number): boolean {
  if (call % 3 !== 0) return take(response);
  response.writeHead(503).end("try again");
  return false;
}

/** The six lines of docs/forwarding.md, run unchanged. */
void test("the docs say how a receiver verifies", async (t) => {
  const page = readFileSync(new URL("../../docs/forwarding.md", import.meta.url), "utf8");
  const [, code = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
  assert.equal(code.trim().split("\n").length, 6);
  const file = new URL(
    `../../node_modules/.forwarding-${String(process.pid)}.mjs`,
    import.meta.url,
  );
  writeFileSync(file, code);
  t.after(() => rmSync(file));
  process.env["CE_FORWARD_SECRET"] = settings.FORWARD_SECRET;
  const { readEvent }: { readEvent: (...given: unknown[]) => unknown } = await import(file.href);
  const body = '{"type":"order.created"}';
  const now = new Date();
  const headers = {
    "webhook-id": "evt-1",
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": new Webhook(settings.FORWARD_SECRET).sign("evt-1", now, body),
  };
  assert.deepEqual(readEvent(body, headers), JSON.parse(body));
  assert.throws(() => readEvent(`${body} `, headers));
});

let receiver: Receiver;
let well: Listener;
let flaky: Listener;
let hanging: Listener;

const added = z.object({ id: z.string() });
const shown = z.object({ secret: z.string() });

async function api<T>(shape: z.ZodType<T>, path: string, body?: object): Promise<T> {
  const response = await fetch(new URL(`/api/admin${path}`, receiver.url), {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
  return shape.parse(await response.json());
}

async function addEndpoint(url: string, ...types: readonly string[]): Promise<string> {
  const { id } = await api(added, "/endpoints", { url, event_types: types });
  return id;
}

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
}

/** Delivers days of orders, one event after the other. */
async function deliver(seed: number): Promise<readonly Sent[]> {
  const day = { seed, orders: 8, endsAtMs: Date.now(), firstNumber: seed * 100 };
  const sent: Sent[] = [];
  for (const event of createDay(day).flatMap((story) => story.events)) {
    const body = JSON.stringify(event);
    sent.push({ id: event.id ?? "", type: event.event_type ?? "", atMs: performance.now() });
    const signature = await sign(body, SECRET);
    assert.equal(await receiver.post("/api/webhooks/ce", body, signature), 200);
  }
  return sent;
}

async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The longest time from delivery to the endpoint, in milliseconds. */
function slowest(sent: readonly Sent[], { got }: Listener): number {
  const arrived = new Map(got.map(({ id, atMs }) => [id, atMs]));
  return Math.max(...sent.map(({ id, atMs }) => (arrived.get(id) ?? Number.NaN) - atMs));
}

const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted();

before(async () => {
  [well, flaky, hanging] = await Promise.all([
    listen(take),
    listen(failAThird),
    // It receives the requests and never answers.
    listen(() => false),
  ]);
  receiver = await startReceiver({ settings, batchTimeoutSeconds: 0.1 });
});

after(async () => {
  for (const { server } of [well, flaky, hanging]) {
    server.closeAllConnections();
    server.close();
  }
  await receiver.close();
});

void test("each endpoint gets the events of its filter, and one that hangs delays no other", async (t) => {
  const wellId = await addEndpoint(well.url, "*");
  const flakyId = await addEndpoint(flaky.url, "payment.*", "order.confirmed");
  await pause(FRESH_MS);
  const alone = await deliver(1);
  await until("all events at the endpoint that works", () => well.got.length === alone.length);

  await addEndpoint(hanging.url, "*");
  await pause(FRESH_MS);
  const beside = await deliver(2);
  const all = [...alone, ...beside];
  await until("all again, beside one that hangs", () => well.got.length === all.length);
  await until("the one that hangs is asked", () => hanging.counts.asked > 0);
  const [before, with_] = [slowest(alone, well), slowest(beside, well)];
  t.diagnostic(
    `slowest forward: ${before.toFixed(0)} ms alone, ${with_.toFixed(0)} ms beside one that hangs`,
  );
  assert.ok(with_ < before + NOISE_MS, `${String(with_)} ms, and ${String(before)} ms alone`);

  const wanted = all.filter(
    ({ type }) => type.startsWith("payment.") || type === "order.confirmed",
  );
  await until(
    "what failed is sent again",
    async () => {
      await receiver.query(
        "UPDATE notifications SET next_attempt_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE endpoint = ?1 AND status = 'pending' AND in_flight = 0 AND next_attempt_at IS NOT NULL",
        flakyId,
      );
      await receiver.sweep();
      return flaky.got.length >= wanted.length;
    },
    60_000,
  );
  assert.ok(flaky.counts.refused > 5, String(flaky.counts.refused));
  assert.deepEqual(sorted(flaky.got.map(({ id }) => id)), sorted(wanted.map(({ id }) => id)));
  assert.deepEqual(sorted(well.got.map(({ id }) => id)), sorted(all.map(({ id }) => id)));

  for (const [id, { got }] of [
    [wellId, well],
    [flakyId, flaky],
  ] as const) {
    const webhook = new Webhook((await api(shown, `/endpoints/${id}/secret`)).secret);
    for (const { headers, body } of got) webhook.verify(body, headers);
    const [first] = got;
    assert.throws(() => webhook.verify(`${first?.body ?? ""} `, first?.headers ?? {}));
  }
});

void test("an endpoint added later gets what was before, on request", async (t) => {
  const later = await listen(take);
  t.after(() => {
    later.server.closeAllConnections();
    later.server.close();
  });
  const id = await addEndpoint(later.url, "order.*");
  const answer = z.object({ count: z.int(), next_cursor: z.null() });
  const path = `/endpoints/${id}/replay`;
  const { count } = await api(answer, path, { dry_run: true });
  assert.ok(count > 10);
  assert.equal((await api(answer, path, {})).count, count);
  await until("the replayed events", async () => {
    await receiver.sweep();
    return later.got.length >= count;
  });
  const firstSeen = well.got.filter(({ body }) => body.startsWith('{"type":"order.'));
  assert.deepEqual(
    sorted(later.got.map(({ id: event }) => event)),
    sorted(firstSeen.map(({ id: event }) => event)),
  );
  const rows = await receiver.query<{ event_id: string }>(
    "SELECT event_id FROM notifications WHERE endpoint = ?1 ORDER BY lane_place",
    id,
  );
  assert.deepEqual(
    later.got.map(({ id: event }) => event),
    rows.map(({ event_id: event }) => event),
  );
});
