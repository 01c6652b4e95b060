/**
 * Every channel in workerd against a server on loopback that answers as providers do, over real sockets: refusals,
 * pauses, silence, closed connections, and answers that are not HTTP. (Redirects are in
 * test/notifications/channels.test.ts.)
 */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";

const channels = ["email", "sms", "team", "forward"] as const;
type Channel = (typeof channels)[number];
/** The time-out for silence. Other answers get the longer one, because a slow machine must not end them. */
const SILENCE_MS = 300;
const TIMEOUT_MS = 10_000;
/** A status without a body, or with an incomplete one, must arrive in this time. */
const BREAKS_OFF_MS = 1_000;
const patience: Readonly<Record<string, number>> = {
  hang: SILENCE_MS,
  endless: BREAKS_OFF_MS,
  half: BREAKS_OFF_MS,
};

interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const asked: Asked[] = [];

function succeed(url: string, response: ServerResponse): void {
  if (url.endsWith("/emails")) response.end(JSON.stringify({ id: "re_1" }));
  else if (url.endsWith("/Messages.json")) response.writeHead(201).end('{"sid":"SM1"}');
  else response.end("ok");
}

/** The provider's behaviour, by the first part of the path. */
function behave(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  const what = url.split("/")[1] ?? "";
  if (/^\d{3}$/.test(what)) {
    response.writeHead(Number(what)).end('{"code":7,"name":"refused","message":"m"}');
  } else if (what === "ok") succeed(url, response);
  else if (what === "429-seconds") response.writeHead(429, { "retry-after": "7" }).end("slow");
  else if (what === "429-date") {
    const at = new Date(Date.now() + 30_000).toUTCString();
    response.writeHead(429, { "retry-after": at }).end("slow");
  } else if (what === "cut") request.socket.destroy();
  else if (what === "garbage") request.socket.end("\u0000\u0001 this is no HTTP\r\n\r\n");
  else if (what === "half") {
    response.writeHead(200, { "content-length": "100" }).write('{"id":"re_');
    setTimeout(() => request.socket.destroy(), 20);
  } else if (what === "endless") response.writeHead(200).write("x");
  else if (what === "large") response.writeHead(400).end("y".repeat(5_000_000));
  // "hang": no answer at all.
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { url = "", headers } = request;
    asked.push({ url, headers, body: Buffer.concat(chunks).toString() });
    behave(request, response);
  });
});
let origin = "";
let worker: Receiver | null = null;

const outcome = z.object({
  kind: z.string(),
  error: z.string().optional(),
  retryAfterMs: z.number().nullish(),
  providerMessageId: z.string().nullish(),
});
type Outcome = z.infer<typeof outcome>;

async function send(channel: Channel, what: string, at = origin): Promise<Outcome> {
  const timeoutMs = patience[what] ?? TIMEOUT_MS;
  const errand = { channel, origin: `${at}/${what}`, timeoutMs };
  if (worker === null) throw new Error("the Worker did not start");
  const response = await fetch(worker.url, { method: "POST", body: JSON.stringify(errand) });
  assert.equal(response.status, 200, `${channel} ${what}`);
  return outcome.parse(await response.json());
}

async function kindsOf(what: string): Promise<string[]> {
  const kinds: string[] = [];
  for (const channel of channels) kinds.push((await send(channel, what)).kind);
  return kinds;
}

const all = (kind: string): string[] => channels.map(() => kind);

await test("every channel, over sockets", async (t) => {
  t.before(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const entry = "test/notifications/channel-worker.ts";
    worker = await startReceiver({ entry, statements: [], consumes: false });
  });

  t.after(async () => {
    await worker?.close();
    server.closeAllConnections();
    server.close();
  });

  await t.test(
    "a success carries the provider's id, and the request what the provider asks for",
    async () => {
      asked.length = 0;
      const ids = [];
      for (const channel of channels) ids.push((await send(channel, "ok")).providerMessageId);
      assert.deepEqual(ids, ["re_1", "SM1", null, null]);
      const [email, sms, team, forward] = asked;
      assert.equal(email?.headers["idempotency-key"], "order_confirmed/ORD-1/email");
      assert.equal(email.headers.authorization, "Bearer re_key");
      assert.match(email.body, /Ünïcode — ₹/);
      assert.equal(sms?.url, "/ok/2010-04-01/Accounts/AC1/Messages.json");
      assert.equal(new URLSearchParams(sms.body).get("Body"), "hello & good-bye + more");
      assert.equal(team?.headers["content-type"], "application/json");
      const headers = Object.fromEntries(
        Object.entries(forward?.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      const webhook = new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
      assert.deepEqual(webhook.verify(forward?.body ?? "", headers), { type: "order.created" });
    },
  );

  const refusals: readonly [string, readonly string[]][] = [
    ["400", all("rejected")],
    ["404", all("rejected")],
    ["413", all("rejected")],
    ["422", all("rejected")],
    ["large", all("rejected")],
    ["410", ["rejected", "rejected", "rejected", "gone"]],
    ["409", ["retry", "rejected", "rejected", "rejected"]],
    ["401", all("down")],
    ["402", all("down")],
    ["403", all("down")],
    ["429", all("retry")],
    ["500", all("retry")],
    ["503", all("retry")],
    ["504", all("retry")],
    ["half", all("sent")],
    ["endless", all("sent")],
  ];
  for (const [what, kinds] of refusals) {
    await t.test(`${what} means ${[...new Set(kinds)].join(", ")}`, async () => {
      assert.deepEqual(await kindsOf(what), kinds);
    });
  }

  await t.test("Retry-After is read in seconds and as a date", async () => {
    for (const channel of channels) {
      const seconds = await send(channel, "429-seconds");
      assert.equal(seconds.retryAfterMs, 7_000);
      const date = await send(channel, "429-date");
      assert.ok(Math.abs((date.retryAfterMs ?? 0) - 30_000) < 3_000, String(date.retryAfterMs));
    }
  });

  await t.test("silence is unknown, and ends in time", async () => {
    for (const channel of channels) {
      const startedMs = Date.now();
      const kept = await send(channel, "hang");
      assert.deepEqual(kept, { kind: "unknown", error: "no answer in time" });
      assert.ok(Date.now() - startedMs < SILENCE_MS + 5_000);
    }
  });

  await t.test("a connection that is cut, refused, or speaks no HTTP is unknown", async () => {
    for (const channel of channels) {
      const cut = { kind: "unknown", error: "connection cut" };
      assert.deepEqual(await send(channel, "cut"), cut);
      assert.deepEqual(await send(channel, "garbage"), cut);
      assert.deepEqual(await send(channel, "x", "http://127.0.0.1:9"), cut);
    }
  });
});
