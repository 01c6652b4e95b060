/** The body of a request: its limits of size and time, and the release of its reader. */
import { describe, expect, test } from "vitest";
import { readBody } from "../../src/receiver/body";

const LIMITS = { maxBytes: 100_000, timeoutMs: 10_000 };

interface Source {
  readonly body: ReadableStream;
  /** True if the reader has released it. */
  readonly cancelled: () => boolean;
}

/** A body that delivers one chunk per read, then ends, stalls or breaks. */
function source(chunks: readonly Uint8Array[], end: "close" | "stall" | "break"): Source {
  const waiting = chunks.values();
  let cancelled = false;
  const body = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { value } = waiting.next();
      if (value !== undefined) {
        controller.enqueue(value.slice());
      } else if (end === "close") {
        controller.close();
        controller.byobRequest?.respond(0);
      } else if (end === "break") {
        controller.error(new Error("Network connection lost."));
      } else {
        await new Promise(() => undefined);
      }
    },
    cancel() {
      cancelled = true;
    },
  });
  return { body, cancelled: () => cancelled };
}

const headersOf = (length?: number): Headers =>
  new Headers(length === undefined ? {} : { "content-length": String(length) });

/** This number of bytes, each different from its neighbours. */
const numbered = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => index % 251);

function inChunks(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, n) => bytes.slice(n * size, (n + 1) * size));
}

describe("a body", () => {
  test.each([
    [0, 1],
    [1, 1],
    [3_000, 1],
    [8_191, 8_191],
    [8_192, 8_192],
    [8_193, 4_096],
    [50_000, 7_000],
    [100_000, 100_000],
  ])("of %i bytes in chunks of %i comes back as it was sent", async (length, size) => {
    const bytes = numbered(length);
    for (const headers of [headersOf(), headersOf(length)]) {
      const { body } = source(inChunks(bytes, size), "close");
      expect(await readBody({ headers, body }, LIMITS)).toEqual({ ok: true, bytes });
    }
  });

  test("of a request without one has no bytes", async () => {
    const request = new Request("https://receiver.test", { method: "POST" });
    const result = await readBody(request, LIMITS);
    expect(result).toEqual({ ok: true, bytes: new Uint8Array(0) });
  });

  test("is refused by its declared length, without a read", async () => {
    const { body } = source([numbered(10)], "close");
    const result = await readBody({ headers: headersOf(100_001), body }, LIMITS);
    expect(result).toEqual({ ok: false, reason: "too large" });
    expect(body.locked).toBe(false);
  });

  test("is released once it passes the limit", async () => {
    const { body, cancelled } = source(inChunks(numbered(200_000), 5_000), "stall");
    const result = await readBody({ headers: headersOf(), body }, LIMITS);
    expect(result).toEqual({ ok: false, reason: "too large" });
    expect(cancelled()).toBe(true);
  });

  test("that stalls is cut off after the time-out, and released", async () => {
    for (const chunks of [[], [numbered(1)], [numbered(9_000)]]) {
      const { body, cancelled } = source(chunks, "stall");
      const limits = { ...LIMITS, timeoutMs: 30 };
      const startedMs = Date.now();
      const result = await readBody({ headers: headersOf(50_000), body }, limits);
      expect(result).toEqual({ ok: false, reason: "cut off" });
      expect(Date.now() - startedMs).toBeGreaterThanOrEqual(29);
      expect(cancelled()).toBe(true);
    }
  });

  test("that drips is cut off as well: the time is for all of it", async () => {
    const drip = new ReadableStream({
      type: "bytes",
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(new Uint8Array(1));
      },
    });
    const limits = { ...LIMITS, timeoutMs: 50 };
    const result = await readBody({ headers: headersOf(), body: drip }, limits);
    expect(result).toEqual({ ok: false, reason: "cut off" });
  });

  test("whose connection is lost is cut off", async () => {
    const { body } = source([numbered(20)], "break");
    const result = await readBody({ headers: headersOf(), body }, LIMITS);
    expect(result).toEqual({ ok: false, reason: "cut off" });
  });

  test("that ends before its declared length is cut off", async () => {
    const { body } = source([numbered(20)], "close");
    const result = await readBody({ headers: headersOf(21), body }, LIMITS);
    expect(result).toEqual({ ok: false, reason: "cut off" });
  });
});
