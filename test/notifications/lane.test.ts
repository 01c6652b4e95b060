/** Rate and concurrency of one channel, with a clock that jumps to the next task to wake up. */
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/notifications/channels/channel";
import { type Lane, type LaneReport, runLane } from "../../src/notifications/lane";
import type { OutgoingMessage } from "../../src/notifications/outcome";
import { NOW } from "../support/rows";

function outgoing(number: number): OutgoingMessage {
  return {
    row: {
      id: `order_confirmed/ORD-${number}/email`,
      template: "order_confirmed",
      channel: "email",
      order_number: null,
      subject_id: null,
      event_id: null,
      recipient: null,
      error: null,
      attempts: 1,
      due_at: NOW,
      next_attempt_at: NOW,
      reason: null,
      created_at: NOW,
      happened_at: NOW,
      context: null,
      rendered: null,
      in_flight: 1,
      twin_notified: 0,
      resends: 0,
      unanswered: 0,
      environment: null,
      endpoint: null,
      lane_place: null,
      attempt_log: null,
      claimed: true,
    },
    message: { channel: "sms", to: "+919812345678", text: "x" },
    firstAttemptAt: NOW,
    recipient: null,
    orderNumber: null,
    tracking: null,
  };
}

interface Ran extends LaneReport {
  /** The start of each request, in milliseconds from the beginning. */
  readonly starts: readonly number[];
  readonly mostAtOnce: number;
}

/** Each request takes `tookMs`; `answer` is the provider's answer to the n-th. */
async function run(
  count: number,
  { connectMs = 0, ...lane }: Pick<Lane, "gapMs"> & { readonly connectMs?: number },
  tookMs: number,
  answer: (call: number) => Outcome = () => ({ kind: "sent", providerMessageId: null }),
): Promise<Ran> {
  const beganMs = Date.parse(NOW);
  let nowMs = beganMs;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      sleepers.push({ atMs: nowMs + ms, wake });
    });
  const starts: number[] = [];
  let under = 0;
  let mostAtOnce = 0;
  const send = async (): Promise<Outcome> => {
    starts.push(nowMs - beganMs);
    under += 1;
    mostAtOnce = Math.max(mostAtOnce, under);
    const call = starts.length;
    await sleep(tookMs);
    under -= 1;
    return answer(call);
  };
  const check = () => Promise.resolve(null);
  let isOver = false;
  const messages = Array.from({ length: count }, (_, index) => outgoing(index));
  const running = runLane(
    {
      takesKey: true,
      startMs: 0,
      concurrency: 4,
      claimedAtMs: beganMs,
      connect: async () => {
        if (connectMs > 0) await sleep(connectMs);
        return () => undefined;
      },
      check,
      ...lane,
      send,
    },
    messages,
    { now: () => new Date(nowMs), random: () => 0, sleep, timeoutMs: 10_000 },
  ).finally(() => {
    isOver = true;
  });
  for (;;) {
    // Tasks that can continue do so first; then the clock moves to the next sleeping task.
    await new Promise((resolve) => setTimeout(resolve));
    if (isOver) break;
    sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = sleepers.shift();
    nowMs = Math.max(nowMs, next?.atMs ?? nowMs);
    next?.wake();
  }
  return { ...(await running), starts, mostAtOnce };
}

const gapsOf = (starts: readonly number[]): readonly number[] =>
  starts.slice(1).map((start, index) => start - (starts[index] ?? 0));

describe("a channel", () => {
  it("has four requests under way at most", async () => {
    const ran = await run(12, { gapMs: 0 }, 100);
    expect(ran.mostAtOnce).toBe(4);
    expect(ran.starts).toEqual([0, 0, 0, 0, 100, 100, 100, 100, 200, 200, 200, 200]);
    expect(ran.settled.every((one) => one.outcome.status === "sent")).toBe(true);
  });

  it("starts no two requests nearer than its provider wishes", async () => {
    const ran = await run(12, { gapMs: 500 }, 100);
    expect(new Set(gapsOf(ran.starts))).toEqual(new Set([500]));
    expect(ran.mostAtOnce).toBe(1);
  });

  it("leaves for the next run what does not fit into its lease, due at once", async () => {
    const ran = await run(60, { gapMs: 1_000 }, 100);
    expect(Math.max(...ran.starts)).toBeLessThanOrEqual(45_000);
    expect(ran.starts).toHaveLength(46);
    const rest = ran.settled.filter((one) => one.outcome.status === "pending");
    expect(rest).toHaveLength(14);
    expect(rest.every((one) => one.outcome.error === null)).toBe(true);
  });

  it("asks nothing once the lease has nearly run out while it waited for a connection", async () => {
    const ran = await run(2, { gapMs: 0, connectMs: 45_001 }, 100);
    expect(ran.starts).toEqual([]);
    expect(ran.settled.map(({ outcome }) => [outcome.status, outcome.error])).toEqual([
      ["pending", null],
      ["pending", null],
    ]);
    expect((await run(2, { gapMs: 0, connectMs: 44_000 }, 100)).starts).toEqual([44_000, 44_000]);
  });

  it("goes on slower after each 429, and waits as long as it was asked to", async () => {
    const slowDown: Outcome = { kind: "retry", error: "429", retryAfterMs: 3_000 };
    const ran = await run(10, { gapMs: 0 }, 100, (call) =>
      call === 1 ? slowDown : { kind: "sent", providerMessageId: null },
    );
    // Four requests were in progress at the first answer.
    expect(ran.starts.slice(0, 5)).toEqual([0, 0, 0, 0, 3_100]);
    expect(new Set(gapsOf(ran.starts.slice(4)))).toEqual(new Set([500]));
    expect(ran.settled.filter((one) => one.outcome.status === "pending")).toHaveLength(1);
  });
});
