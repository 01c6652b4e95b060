/**
 * Requests that stall, or arrive in very small pieces, over real HTTP: the Worker closes their connections, and its
 * memory hardly rises.
 */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { watchMemory } from "../../testbed/receiver/memory.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { sign, SIGNATURE_HEADER } from "../../testbed/stories/index.ts";

const SECRET = "stalled";
const REQUESTS = 200;
const DECLARED_BYTES = 1_000_000;
/** A twentieth of the bytes that all requests declare. */
const MOST_BYTES = 10_000_000;
/** Long enough for all requests to be open at once. */
const HELD_MS = 400;
const WELL_FORMED = "0".repeat(64);

let receiver: Receiver;

interface End {
  readonly status: number;
  /** From the opening of the connection until the receiver closed it, in milliseconds. */
  readonly closedAfterMs: number;
}

/** Opens a request and lets `write` write to it. The connection stays open until the receiver ends it. */
async function open(
  headers: Readonly<Record<string, string>>,
  write: (socket: Socket) => void,
): Promise<End> {
  const { hostname, port } = receiver.url;
  const startedMs = performance.now();
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("connect", () => {
      socket.write(`POST /api/webhooks/ce HTTP/1.1\r\nHost: receiver.test\r\n`);
      socket.write(`${lines.join("")}\r\n`);
      write(socket);
    });
    socket.on("data", (text: string) => (answer += text));
    socket.on("error", reject);
    socket.on("end", () => {
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      resolve({ status, closedAfterMs: performance.now() - startedMs });
    });
  });
}

/** Declares a body, and sends only one byte of it. */
async function stall(signature: string | null): Promise<End> {
  const length = { "Content-Length": String(DECLARED_BYTES) };
  const signed = signature === null ? {} : { [SIGNATURE_HEADER]: signature };
  return await open({ ...length, ...signed }, (socket) => socket.write("{"));
}

/** Sends an event, with its last byte later than the rest. */
async function deliver(number: number, secret: string, heldMs: number): Promise<number> {
  const data = { order_number: `STALL-${number}`, status: "confirmed" };
  const body = JSON.stringify({ id: `evt_stall_${number}`, event_type: "order.confirmed", data });
  const length = { "Content-Length": String(body.length), Connection: "close" };
  const headers = { ...length, [SIGNATURE_HEADER]: await sign(body, secret) };
  const { status } = await open(headers, (socket) => {
    socket.write(body.slice(0, -1));
    setTimeout(() => socket.write(body.slice(-1)), heldMs);
  });
  return status;
}

/**
 * The runtime keeps about 80 KB for each request that was ever open at once, whatever its content. Only the memory
 * added by stalling is measured, so the same number of requests is first accepted and refused.
 */
async function warmUp(): Promise<void> {
  for (const secret of [SECRET, "other", SECRET, "other", "other"]) {
    const numbers = Array.from({ length: REQUESTS }, (_, n) => n);
    await Promise.all(numbers.map((number) => deliver(number, secret, HELD_MS)));
  }
  await settleEvents(receiver);
}

/** The result of the work, and the rise of the Worker's memory during it, in bytes. */
async function weigh<T>(work: () => Promise<T>): Promise<{ result: T; roseBytes: number }> {
  const watch = watchMemory();
  const idle = watch.now();
  try {
    const result = await work();
    return { result, roseBytes: Math.max(...watch.samples, watch.now()) - idle };
  } finally {
    watch.stop();
  }
}

function check(what: string, roseBytes: number, ends: readonly End[], status: number): void {
  const slowestMs = Math.round(Math.max(...ends.map(({ closedAfterMs }) => closedAfterMs)));
  const rose = `memory rose by ${(roseBytes / 1_000_000).toFixed(1)} MB`;
  console.info(`${what}: ${rose}, closed within ${slowestMs} ms`);
  assert.deepEqual(new Set(ends.map((end) => end.status)), new Set([status]));
  assert.ok(roseBytes < MOST_BYTES, rose);
}

await describe("slow and stalled requests", () => {
  before(async () => {
    receiver = await startReceiver({ settings: { CE_WEBHOOK_SECRET: SECRET } });
    await warmUp();
  });
  after(() => receiver.close());

  void test("without a usable signature they are closed at once", async () => {
    const { result: ends, roseBytes } = await weigh(() =>
      Promise.all(
        Array.from({ length: REQUESTS }, (_, n) => stall(n % 2 === 0 ? null : "nonsense")),
      ),
    );
    check("no usable signature", roseBytes, ends, 401);
    assert.ok(ends.every(({ closedAfterMs }) => closedAfterMs < 5_000));
  });

  void test("with a well-formed signature they are closed after ten seconds", async () => {
    const { result: ends, roseBytes } = await weigh(async () => {
      const stalled = Promise.all(Array.from({ length: REQUESTS }, () => stall(WELL_FORMED)));
      const first = await Promise.race([deliver(REQUESTS, SECRET, 0), stalled]);
      assert.equal(first, 200, "another delivery does not wait for them");
      return await stalled;
    });
    check("a wrong signature", roseBytes, ends, 408);
    const isInTime = ({ closedAfterMs }: End): boolean =>
      closedAfterMs > 9_900 && closedAfterMs < 15_000;
    assert.ok(ends.every(isInTime));
  });

  void test("a body in chunks of one byte takes little more than its size", async () => {
    const headers = {
      "Transfer-Encoding": "chunked",
      Connection: "close",
      [SIGNATURE_HEADER]: WELL_FORMED,
    };
    const body = `${"1\r\nx\r\n".repeat(200_000)}0\r\n\r\n`;
    const { result: end, roseBytes } = await weigh(() =>
      open(headers, (socket) => socket.write(body)),
    );
    check("chunks of one byte", roseBytes, [end], 401);
  });
});
