/** The retries of a message: delays, Retry-After, and the end after 23 hours. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RETRY_FOR_MS } from "../../src/limits";
import { backoffMs, nextAttemptAt, postponedMs } from "../../src/notifications/backoff";
import { parseRetryAfter } from "../../src/notifications/channels/retry-after";

const FIRST = "2026-11-24T10:00:00.000Z";
const FIRST_MS = Date.parse(FIRST);
const at = (ms: number): string => new Date(FIRST_MS + ms).toISOString();

describe("back-off", () => {
  it("retries first within 30 seconds, then doubles up to an hour", () => {
    expect(backoffMs(0, 0)).toBe(30_000);
    expect(backoffMs(0, 1)).toBe(15_000);
    expect(backoffMs(60_000, 0)).toBe(60_000);
    expect(backoffMs(120_000, 0)).toBe(120_000);
    expect(backoffMs(10 * 3_600_000, 0)).toBe(3_600_000);
  });

  it("always moves on, and never beyond the end", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: RETRY_FOR_MS - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 10 * RETRY_FOR_MS }), { nil: null }),
        (passedMs, random, retryAfterMs) => {
          const now = at(passedMs);
          const next = nextAttemptAt({ firstAttemptAt: FIRST, now, random, retryAfterMs });
          if (next === null) throw new Error("gave up early");
          expect(next > now).toBe(true);
          expect(next <= at(RETRY_FOR_MS)).toBe(true);
          const end = Math.min((retryAfterMs ?? 0) + passedMs, RETRY_FOR_MS);
          expect(Date.parse(next) - FIRST_MS).toBeGreaterThanOrEqual(end);
        },
      ),
    );
  });

  it("ends 23 hours after the first attempt, with a last one at the very end", () => {
    const query = { firstAttemptAt: FIRST, random: 0, retryAfterMs: null };
    expect(nextAttemptAt({ ...query, now: at(RETRY_FOR_MS - 1) })).toBe(at(RETRY_FOR_MS));
    expect(nextAttemptAt({ ...query, now: at(RETRY_FOR_MS) })).toBeNull();
  });

  it("makes twenty to sixty attempts in all, whatever the jitter", () => {
    for (const random of [0, 0.5, 1]) {
      let passedMs = 0;
      let attempts = 1;
      for (;;) {
        const next = nextAttemptAt({
          firstAttemptAt: FIRST,
          now: at(passedMs),
          random,
          retryAfterMs: null,
        });
        if (next === null) break;
        passedMs = Date.parse(next) - FIRST_MS;
        attempts += 1;
      }
      expect(attempts).toBeGreaterThanOrEqual(20);
      expect(attempts).toBeLessThanOrEqual(60);
    }
  });
});

describe("Retry-After", () => {
  it.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["Tue, 24 Nov 2026 10:02:00 GMT", 120_000],
    ["Tue, 24 Nov 2026 09:00:00 GMT", 0],
    ["soon", null],
    ["7.5", null],
    ["-3", null],
    ["", null],
    ["99999999999999", null],
    [null, null],
  ])("%j is %j milliseconds", (value, expected) => {
    expect(parseRetryAfter(value, FIRST_MS)).toBe(expected);
  });
});

describe("what waits for something to happen", () => {
  it("is asked as long again as it has waited, between an hour and a day", () => {
    const hour = 3_600_000;
    expect([0, hour / 2, 5 * hour, 40 * hour].map(postponedMs)).toEqual([
      hour,
      hour,
      5 * hour,
      24 * hour,
    ]);
  });
});
