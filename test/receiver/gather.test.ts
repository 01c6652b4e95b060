/** Group commit: items that wait together are written together, and no item suffers for another one. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PUSH_ABANDONED_MS } from "../../src/limits";
import { type Caller, gather, type GatherOptions } from "../../src/receiver/gather";
import { followTogether } from "../../src/receiver/shared-writes";
import { Breaker } from "../faults/faulty";
import { clearTables } from "../support/rows";
import { fetchWith, ORIGIN, rows, WEBHOOKS } from "../support/receiver";
import { event, order, sign } from "../support/events";

beforeEach(clearTables);
afterEach(() => void vi.restoreAllMocks());

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Doubles numbers, and records their groups. */
function doubling(over: Partial<GatherOptions<number, number>> = {}) {
  const groups: (readonly number[])[] = [];
  const alone: number[] = [];
  const followed: number[] = [];
  const call = gather<number, number>({
    together: async (items) => {
      groups.push(items);
      await pause(10);
      return items.map((item) => item * 2);
    },
    after: (items) => Promise.resolve(void followed.push(...items)),
    alone: (item) => {
      alone.push(item);
      return Promise.resolve(item * 2);
    },
    keyOf: (item) => (item < 0 ? null : String(item)),
    sizeOf: () => 1,
    maxSize: 100,
    maxItems: 8,
    apartMs: 0,
    maxWrites: 1,
    lookEveryMs: 1,
    ...over,
  });
  return { call, groups, alone, followed };
}

/** Its clock does not move: a caller that waits for the time waits without end, however slow the machine is. */
const caller = (over: Partial<Caller> = {}): Caller => ({
  background: (work) => void work.catch(() => undefined),
  patienceMs: 500,
  nowMs: () => 0,
  isAwaited: () => true,
  ...over,
});

/** Callers with a clock that the test moves. */
function createClock(): { caller: (over?: Partial<Caller>) => Caller; pass: (ms: number) => void } {
  let ms = 0;
  return {
    caller: (over = {}) => caller({ nowMs: () => ms, ...over }),
    pass: (more) => void (ms += more),
  };
}

/** A request that dies while it waits: its clock works only this number of times. */
function dying(looks: number): Caller {
  let left = looks;
  return caller({
    nowMs: () => {
      left -= 1;
      if (left < 0) throw new Error("the request is gone");
      return 0;
    },
  });
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describe("a group", () => {
  it("is written at once where nothing is being written, and gathers meanwhile", async () => {
    const { call, groups, alone, followed } = doubling();
    const first = call(0, caller());
    const rest = upTo(6).slice(1);
    const results = await Promise.all([first, ...rest.map((item) => call(item, caller()))]);
    expect(results).toEqual([0, 2, 4, 6, 8, 10]);
    expect(groups).toEqual([[0], [1, 2, 3, 4, 5]]);
    expect(alone).toEqual([]);
    await pause(5);
    expect(followed).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("holds no more than it may; the rest is the next one", async () => {
    const { call, groups, alone } = doubling();
    const results = await Promise.all(upTo(12).map((item) => call(item, caller())));
    expect(results).toEqual(upTo(12).map((item) => item * 2));
    expect(groups.map(({ length }) => length)).toEqual([1, 8, 3]);
    expect(alone).toEqual([]);
  });

  it("holds no more than so much", async () => {
    const { call, groups } = doubling({ sizeOf: (item) => item, maxSize: 10 });
    const results = await Promise.all([1, 4, 5, 2].map((item) => call(item, caller())));
    expect(results).toEqual([2, 8, 10, 4]);
    expect(groups).toEqual([[1], [4, 5], [2]]);
  });

  it("never holds one key twice, nor what has none", async () => {
    const { call, groups, alone } = doubling();
    const results = await Promise.all([5, 7, 7, 8, -1].map((item) => call(item, caller())));
    expect(results).toEqual([10, 14, 14, 16, -2]);
    expect(groups).toEqual([[5], [7], [7, 8]]);
    expect(alone).toEqual([-1]);
  });

  it("is written while others are once the last one began a moment ago, and no more than so many", async () => {
    const ends: (() => void)[] = [];
    const { call, groups } = doubling({
      apartMs: 10,
      maxWrites: 2,
      together: async (items) => {
        groups.push(items);
        await new Promise<void>((resolve) => ends.push(resolve));
        return items.map((item) => item * 2);
      },
    });
    const clock = createClock();
    const all = [call(0, clock.caller())];
    clock.pass(9);
    all.push(call(1, clock.caller()), call(2, clock.caller()));
    await pause(20);
    expect(groups).toEqual([[0]]);
    clock.pass(1);
    await pause(20);
    expect(groups).toEqual([[0], [1, 2]]);
    clock.pass(10);
    all.push(call(3, clock.caller()));
    await pause(20);
    expect(groups).toEqual([[0], [1, 2]]);
    // A slot is free: the next in line go first come, first served.
    ends[0]?.();
    await pause(20);
    expect(groups).toEqual([[0], [1, 2], [3]]);
    for (const end of ends) end();
    expect(await Promise.all(all)).toEqual([0, 2, 4, 6]);
  });

  it("is neither written nor waited for once its request has another answer", async () => {
    let isAwaited = true;
    const { call, groups, alone } = doubling();
    const first = call(1, caller());
    const left = call(2, caller({ isAwaited: () => isAwaited }));
    isAwaited = false;
    await expect(left).rejects.toThrow("no longer awaited");
    expect(await Promise.all([first, call(3, caller())])).toEqual([2, 6]);
    expect(groups).toEqual([[1], [3]]);
    expect(alone).toEqual([]);
  });

  it("goes on without whoever did it alone", async () => {
    const { call, groups, alone } = doubling();
    const first = call(1, caller());
    expect(await call(2, caller({ patienceMs: 0 }))).toBe(4);
    expect(await Promise.all([first, call(3, caller())])).toEqual([2, 6]);
    expect(alone).toEqual([2]);
    expect(groups).toEqual([[1], [3]]);
  });

  it("whose members are gone is written by whoever waits behind it, even for one of them", async () => {
    const { call, groups, alone } = doubling();
    const first = call(1, caller());
    await expect(call(2, dying(1))).rejects.toThrow("gone");
    const rest = [2, 3].map((item) => call(item, caller()));
    expect(await Promise.all([first, ...rest])).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1], [2], [2, 3]]);
    expect(alone).toEqual([]);
  });

  it("whose members have been gone for long is not written", async () => {
    const { call, groups } = doubling();
    const clock = createClock();
    const first = call(1, clock.caller());
    await expect(call(2, dying(1))).rejects.toThrow("gone");
    clock.pass(500);
    expect(await Promise.all([first, call(2, clock.caller())])).toEqual([2, 4]);
    expect(groups).toEqual([[1], [2]]);
  });

  it("is written under what keeps its request alive, and for no longer than that may take", async () => {
    const kept: Promise<unknown>[] = [];
    const background = (work: Promise<unknown>): void => void kept.push(work);
    const { call } = doubling({ together: () => new Promise(() => undefined) });
    const clock = createClock();
    const one = call(1, clock.caller({ background, patienceMs: 20 }));
    clock.pass(20);
    await one;
    expect(kept).toHaveLength(1);
    await Promise.all(kept);
  });

  it("is written by its members once a write that hangs has had its time", async () => {
    let hung = 0;
    const { call, alone } = doubling({
      together: (items) =>
        hung++ === 0 ? new Promise(() => undefined) : Promise.resolve(items.map((n) => n * 2)),
    });
    const clock = createClock();
    const first = call(1, clock.caller({ patienceMs: 100 }));
    clock.pass(60);
    const rest = [2, 3].map((item) => call(item, clock.caller({ patienceMs: 100 })));
    clock.pass(40);
    expect(await Promise.all([first, ...rest])).toEqual([2, 4, 6]);
    expect(alone).toEqual([1]);
  });

  it("is not written beside another one because a write that hung has ended", async () => {
    const ends: (() => void)[] = [];
    const { call, groups } = doubling({
      together: async (items) => {
        groups.push(items);
        await new Promise<void>((resolve) => ends.push(resolve));
        return items.map((item) => item * 2);
      },
    });
    const clock = createClock();
    const slow = call(1, clock.caller({ patienceMs: 40 }));
    clock.pass(40);
    const next = call(2, clock.caller({ patienceMs: 40 }));
    ends[0]?.();
    await slow;
    const last = call(3, clock.caller({ patienceMs: 40 }));
    await pause(20);
    expect(groups).toEqual([[1], [2]]);
    ends[1]?.();
    expect(await next).toBe(4);
    await pause(20);
    ends[2]?.();
    expect(await last).toBe(6);
    expect(groups).toEqual([[1], [2], [3]]);
  });

  it("that nobody waits for any more is not written", async () => {
    const tried: (readonly number[])[] = [];
    const { call } = doubling({
      together: (items) => {
        tried.push(items);
        return new Promise(() => undefined);
      },
    });
    let ms = 0;
    const impatient = caller({ patienceMs: 20, nowMs: () => ms });
    const many = upTo(30).map((item) => call(item, impatient));
    ms = 20;
    await Promise.all(many);
    const last = call(30, impatient);
    await pause(5);
    ms = 40;
    expect(await last).toBe(60);
    expect(tried).toEqual([[0], [30]]);
  });

  it("is asked after less often by those who have waited for long", async () => {
    const { promise: written, resolve: end } = Promise.withResolvers<void>();
    const { call } = doubling({
      together: async (items) => {
        await written;
        return items.map((item) => item * 2);
      },
    });
    const clock = createClock();
    let looks = 0;
    const isAwaited = (): boolean => {
      looks += 1;
      return true;
    };
    const first = call(1, clock.caller());
    const second = call(2, clock.caller({ patienceMs: 500, isAwaited }));
    clock.pass(400);
    await pause(100);
    // One millisecond apart at first, and fifty after so long.
    expect(looks).toBeLessThan(10);
    end();
    expect(await Promise.all([first, second])).toEqual([2, 4]);
  });

  it("that fails leaves each to itself", async () => {
    const { call, alone } = doubling({ together: () => Promise.reject(new Error("one of us")) });
    expect(await Promise.all([1, 2, 3].map((item) => call(item, caller())))).toEqual([2, 4, 6]);
    expect(new Set(alone)).toEqual(new Set([1, 2, 3]));
  });

  it("that hangs costs its members their patience, and those who come later nothing", async () => {
    let hung = 0;
    const { call, alone } = doubling({
      together: (items) =>
        hung++ === 0 ? new Promise(() => undefined) : Promise.resolve(items.map((n) => n * 2)),
    });
    const clock = createClock();
    const impatient = clock.caller({ patienceMs: 40 });
    const first = [1, 2, 3].map((item) => call(item, impatient));
    clock.pass(40);
    expect(await Promise.all(first)).toEqual([2, 4, 6]);
    expect(await call(4, impatient)).toBe(8);
    expect(new Set(alone)).toEqual(new Set([1, 2, 3]));
  });
});

/** Work that records each call. */
function noting() {
  const calls: (readonly string[])[] = [];
  const follow = (items: readonly string[]): Promise<void> => {
    calls.push(items);
    return Promise.resolve();
  };
  return { follow, calls };
}

describe("what follows groups that are close together", () => {
  it("is done in one go", async () => {
    const { follow, calls } = noting();
    const call = followTogether(follow, Date.now);
    await Promise.all([call(["a"]), call([]), call(["b", "c"])]);
    await call([]);
    expect(calls).toEqual([["a", "b", "c"]]);
    await call(["d"]);
    expect(calls).toEqual([["a", "b", "c"], ["d"]]);
  });

  it("waits no longer once it fills a call", async () => {
    const { follow, calls } = noting();
    const call = followTogether(follow, Date.now);
    const first = call(["first"]);
    await call(upTo(99).map(String));
    expect(calls.map(({ length }) => length)).toEqual([100]);
    await first;
    expect(calls).toHaveLength(1);
  });

  it("is not held up by a request that died before it did it", async () => {
    const { follow, calls } = noting();
    let ms = 0;
    const call = followTogether(follow, () => ms);
    void call(["of the dead"]);
    ms = PUSH_ABANDONED_MS;
    await call(["of the living"]);
    expect(calls.flat().toSorted()).toEqual(["of the dead", "of the living"]);
  });
});

async function postAll(values: readonly object[], vars = {}): Promise<readonly Response[]> {
  return await Promise.all(
    values.map(async (value) => {
      const body = JSON.stringify(value);
      const headers = { "x-webhook-signature": await sign(body) };
      const request = new Request(`${ORIGIN}${WEBHOOKS}`, { method: "POST", headers, body });
      return await fetchWith(vars, request);
    }),
  );
}

describe("deliveries at the same moment", () => {
  // Even if D1 is slow, no delivery leaves its group.
  const patient = { RECEIPT_TIMEOUT_MS: "60000" };

  it("are all stored and pushed, in fewer statements than there are deliveries", async () => {
    let statements = 0;
    let calls = 0;
    const DB = new Proxy(env.DB, {
      get: (target, property) => {
        if (property === "prepare") statements += 1;
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const taken: string[] = [];
    const accepted = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    const EVENTS = {
      send: (body: string) => {
        calls += 1;
        taken.push(body);
        return Promise.resolve(accepted);
      },
      sendBatch: (messages: readonly { readonly body: string }[]) => {
        calls += 1;
        taken.push(...messages.map(({ body }) => body));
        return Promise.resolve(accepted);
      },
    };
    const values = upTo(40).map((n) => event("order.created", order(`GRP-${String(n)}`)));
    const answers = await postAll(values, { ...patient, DB, EVENTS });
    expect(answers.map(({ status }) => status)).toEqual(values.map(() => 200));
    expect(await rows("SELECT count(*) AS stored FROM webhook_events")).toEqual([{ stored: 40 }]);
    expect(taken).toHaveLength(40);
    expect(statements).toBeLessThan(20);
    expect(calls).toBeLessThan(20);
  });

  it("are stored and logged though the queue refuses them, and the next ones are pushed", async () => {
    const received: string[] = [];
    vi.spyOn(console, "info").mockImplementation((line: unknown) => {
      // Deliveries of an earlier test may still be logged.
      if (String(line).includes("evt_refusable_")) received.push(String(line));
    });
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const taken: string[] = [];
    let refused = 0;
    let isDown = true;
    const EVENTS = {
      sendBatch: (messages: readonly { readonly body: string }[]) => {
        if (isDown) {
          refused += messages.length;
          return Promise.reject(new Error("the queue is down"));
        }
        taken.push(...messages.map(({ body }) => body));
        return Promise.resolve();
      },
    };
    const deliver = async (from: number): Promise<void> => {
      const values = upTo(9).map((n) => {
        const number = `GRP-${String(from + n)}`;
        return event("order.created", order(number), { id: `evt_refusable_${number}` });
      });
      const answers = await postAll(values, { ...patient, EVENTS });
      expect(answers.map(({ status }) => status)).toEqual(values.map(() => 200));
    };
    await deliver(0);
    await vi.waitUntil(() => refused === 9, { timeout: 10_000 });
    isDown = false;
    await deliver(9);
    await vi.waitUntil(() => taken.length === 9, { timeout: 10_000 });
    expect(await rows("SELECT count(*) AS stored FROM webhook_events")).toEqual([{ stored: 18 }]);
    expect(received.length).toBeLessThan(9);
    const logged = received.flatMap((line) => line.match(/evt_refusable_GRP-\d+/g));
    expect(new Set(logged).size).toBe(18);
    expect(logged).toHaveLength(18);
  });

  it("of one event are one event: a single answer says that it is new", async () => {
    const value = event("order.created", order("GRP-SAME"));
    const EVENTS = { send: () => Promise.resolve(), sendBatch: () => Promise.resolve() };
    const answers = await postAll(
      upTo(12).map(() => value),
      { ...patient, EVENTS },
    );
    const receipts = await Promise.all(
      answers.map(async (answer) => await answer.json<{ duplicate: boolean }>()),
    );
    expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await rows("SELECT redeliveries FROM webhook_events")).toEqual([{ redeliveries: 11 }]);
  });

  it("are no repeats of themselves where the answer to the first write is lost", async () => {
    const breaker = new Breaker({ call: 0, fault: "fails after" });
    const EVENTS = { send: () => Promise.resolve(), sendBatch: () => Promise.resolve() };
    const vars = { DB: breaker.database(env.DB), EVENTS };
    const [answer] = await postAll([event("order.created", order("GRP-AGAIN"))], vars);
    expect(await answer?.json()).toMatchObject({ received: true, duplicate: false });
    expect(await rows("SELECT redeliveries FROM webhook_events")).toEqual([{ redeliveries: 0 }]);
  });
});
