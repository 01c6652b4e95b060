/** When receipts go straight to the queue: with failing, slow and flapping D1, and with a queue that fails too. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AVOID_D1_MS, RELAPSE_TRIALS, RELAPSE_WITHIN_MS } from "../../src/limits";
import { CircuitBreaker } from "../../src/receiver/circuit-breaker";

const OPEN_MS = AVOID_D1_MS;
const create = (): CircuitBreaker => new CircuitBreaker();

/** A breaker that opened at 0. */
function opened(): CircuitBreaker {
  const breaker = create();
  for (const _ of [1, 2, 3]) breaker.inboxTroubled(0);
  return breaker;
}

describe("closed", () => {
  it("sends receipts to the inbox, and opens after three in a row had trouble", () => {
    const breaker = create();
    expect(breaker.choose(0)).toBe("inbox");
    expect([1, 2, 3].map((ms) => breaker.inboxTroubled(ms))).toEqual([false, false, true]);
    expect(breaker.isOpen).toBe(true);
    expect(breaker.choose(4)).toBe("queue");
  });

  it("forgets trouble once D1 answers in time", () => {
    const breaker = create();
    for (const ms of [1, 2]) breaker.inboxTroubled(ms);
    expect(breaker.inboxAnswered(2)).toBe(false);
    for (const ms of [3, 4]) expect(breaker.inboxTroubled(ms)).toBe(false);
    expect(breaker.choose(5)).toBe("inbox");
  });

  it("does not open while the queue is in trouble, and does once the queue is well", () => {
    const breaker = create();
    breaker.queueFailed(0);
    for (const ms of [1, 2, 3, OPEN_MS - 1]) expect(breaker.inboxTroubled(ms)).toBe(false);
    expect(breaker.inboxTroubled(OPEN_MS)).toBe(true);
  });
});

describe("open", () => {
  it("lets one receipt try D1 every few seconds", () => {
    const breaker = opened();
    const chosen = [1, OPEN_MS - 1, OPEN_MS, OPEN_MS + 1, 2 * OPEN_MS - 1, 2 * OPEN_MS];
    expect(chosen.map((ms) => breaker.choose(ms))).toEqual([
      "queue",
      "queue",
      "inbox",
      "queue",
      "queue",
      "inbox",
    ]);
  });

  it("stays so if the trial has trouble, or ends without an answer", () => {
    const breaker = opened();
    expect(breaker.choose(OPEN_MS)).toBe("inbox");
    expect(breaker.inboxTroubled(OPEN_MS + 200)).toBe(false);
    expect(breaker.choose(OPEN_MS + 201)).toBe("queue");
    expect(breaker.choose(2 * OPEN_MS)).toBe("inbox");
    expect(breaker.choose(2 * OPEN_MS + 1)).toBe("queue");
  });

  it("closes when D1 answers the trial in time", () => {
    const breaker = opened();
    expect(breaker.choose(OPEN_MS)).toBe("inbox");
    expect(breaker.inboxAnswered(OPEN_MS)).toBe(true);
    expect(breaker.choose(OPEN_MS + 1)).toBe("inbox");
    // Three failures again, not one.
    expect(breaker.inboxTroubled(OPEN_MS + 2)).toBe(false);
  });

  it("does not close because of an answer to what was sent before", () => {
    const breaker = create();
    for (const _ of [1, 2, 3]) breaker.inboxTroubled(100);
    expect(breaker.inboxAnswered(99)).toBe(false);
    expect(breaker.choose(101)).toBe("queue");
  });

  it("closes when the queue fails", () => {
    const breaker = opened();
    breaker.queueFailed(10);
    expect(breaker.choose(11)).toBe("inbox");
  });
});

describe("opened again soon after a trial has closed it", () => {
  /** It closed at OPEN_MS, and opened again at `againMs`. */
  function openedAgain(againMs: number): CircuitBreaker {
    const breaker = opened();
    breaker.choose(OPEN_MS);
    breaker.inboxAnswered(OPEN_MS);
    for (const _ of [1, 2, 3]) breaker.inboxTroubled(againMs);
    return breaker;
  }

  /** Trials at the times at which there may be one, after `fromMs`; whether each closes it. */
  function tryIn(breaker: CircuitBreaker, fromMs: number, answers: readonly boolean[]): boolean[] {
    return answers.map((isInTime, index) => {
      const nowMs = fromMs + (index + 1) * OPEN_MS;
      expect(breaker.choose(nowMs)).toBe("inbox");
      expect(breaker.choose(nowMs + 1)).toBe("queue");
      return isInTime ? breaker.inboxAnswered(nowMs) : breaker.inboxTroubled(nowMs + 200);
    });
  }

  const inTime = Array.from({ length: RELAPSE_TRIALS }, () => true);
  const onlyTheLast = inTime.map((_, index) => index === inTime.length - 1);

  it("closes after several trials in a row that are in time", () => {
    expect(tryIn(openedAgain(OPEN_MS + 1), OPEN_MS + 1, inTime)).toEqual(onlyTheLast);
  });

  it("counts anew after a trial that had trouble", () => {
    const breaker = openedAgain(OPEN_MS + 1);
    const answers = [true, true, false, ...inTime];
    const closes = [false, false, false, ...onlyTheLast];
    expect(tryIn(breaker, OPEN_MS + 1, answers)).toEqual(closes);
  });

  it("still expects several when trials have had trouble for long", () => {
    const troubled = Array.from({ length: 2 * (RELAPSE_WITHIN_MS / OPEN_MS) }, () => false);
    expect(tryIn(openedAgain(OPEN_MS + 1), OPEN_MS + 1, [...troubled, ...inTime])).toEqual([
      ...troubled,
      ...onlyTheLast,
    ]);
  });

  it("closes after one if it has been closed for a while", () => {
    const againMs = OPEN_MS + RELAPSE_WITHIN_MS;
    expect(tryIn(openedAgain(againMs), againMs, [true])).toEqual([true]);
  });
});

interface Step {
  readonly afterMs: number;
  readonly isInboxWell: boolean;
  readonly isQueueWell: boolean;
}

/** Runs the steps; returns the times at which a receipt tried D1 although the breaker was open. */
function trialsOf(steps: readonly Step[]): readonly number[] {
  const breaker = create();
  const trials: number[] = [];
  let nowMs = 0;
  for (const { afterMs, isInboxWell, isQueueWell } of steps) {
    nowMs += afterMs;
    const wasOpen = breaker.isOpen;
    if (breaker.choose(nowMs) === "queue") {
      if (!isQueueWell) breaker.queueFailed(nowMs);
      continue;
    }
    if (wasOpen) trials.push(nowMs);
    if (isInboxWell) breaker.inboxAnswered(nowMs);
    else breaker.inboxTroubled(nowMs);
  }
  return trials;
}

describe("whatever happens", () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 2_000 }),
    isInboxWell: fc.boolean(),
    isQueueWell: fc.boolean(),
  });

  it("while it is open D1 gets no more than one receipt in five seconds", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const trials = trialsOf(steps);
        const gaps = trials.slice(1).map((ms, index) => ms - (trials[index] ?? 0));
        expect(Math.min(OPEN_MS, ...gaps)).toBe(OPEN_MS);
      }),
    );
  });
});
