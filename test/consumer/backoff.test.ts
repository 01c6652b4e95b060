/** The delay before the next attempt of an event, by kind of error and number of attempts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryDelaySeconds, type Trouble } from "../../src/consumer/backoff";

const troubles = ["transient", "overload", "data"] as const satisfies readonly Trouble[];
const HOUR_SECONDS = 3_600;
/** The largest number that Math.random can give. */
const ALMOST_ONE = 1 - 2 ** -53;

/** The maximum delay; jitter reduces it by up to a half. */
function whole(trouble: Trouble, attempts: number): number {
  return retryDelaySeconds(trouble, attempts, ALMOST_ONE);
}

describe("the delay before the next try", () => {
  it.each([
    ["transient", [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]],
    ["overload", [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]],
    ["data", [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]],
  ] as const)("after %s trouble doubles up to an hour", (trouble, delays) => {
    expect(delays.map((_, index) => whole(trouble, index + 1))).toEqual(delays);
  });

  it.each(troubles)("after %s trouble lies between the half and the whole, evenly", (trouble) => {
    for (const attempts of [3, 8, 100]) {
      const most = whole(trouble, attempts);
      expect(retryDelaySeconds(trouble, attempts, 0)).toBe(most / 2);
      expect(retryDelaySeconds(trouble, attempts, 0.5)).toBe((most * 3) / 4);
    }
  });

  it("is a whole number of seconds that queues take, whatever the attempts and the luck", () => {
    const attempts = fc.oneof(
      fc.integer({ min: -10, max: 2 ** 31 }),
      fc.constantFrom(0, 1, 100, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY),
    );
    const random = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...troubles), attempts, random, (trouble, count, luck) => {
        const seconds = retryDelaySeconds(trouble, count, luck);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(HOUR_SECONDS);
        // At least a quarter of the whole delay after one attempt less.
        expect(seconds * 2).toBeGreaterThanOrEqual(whole(trouble, count - 1) / 2);
      }),
    );
  });

  it("lets 100 tries outlast days of trouble, and less than the 14 days that a queue keeps", () => {
    for (const trouble of troubles) {
      const least = Array.from({ length: 100 }, (_, n) => retryDelaySeconds(trouble, n + 1, 0));
      const most = Array.from({ length: 100 }, (_, n) => whole(trouble, n + 1));
      const days = (delays: number[]): number => delays.reduce((a, b) => a + b, 0) / 86_400;
      expect(days(least)).toBeGreaterThan(1.5);
      expect(days(most)).toBeLessThan(14);
    }
  });

  it("hurries least when D1 is overloaded", () => {
    for (const attempts of [1, 2, 3, 4, 5, 6]) {
      const delays = troubles.map((trouble) => whole(trouble, attempts));
      expect(Math.max(...delays)).toBe(whole("overload", attempts));
    }
  });
});
