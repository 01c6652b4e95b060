/** The sweep: bounded, oldest first, again after 2, 4, 8 … minutes, safe to run twice at once. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { decodeMessage } from "../../src/events/queue-message";
import { addMs } from "../../src/events/field-formats/time";
import { SWEEP_MAX_ROWS, SWEEP_STRETCH_ROWS } from "../../src/limits";
import { sendTexts } from "../../src/store/inbox/queue";
import { mapChannels } from "../../src/notifications/channels";
import { sweep, type SweepDeps } from "../../src/upkeep/sweep";
import { saveReceived } from "../../src/store/inbox/receipt";
import { foldPatches } from "../../src/projection/fold";
import { applyBatch } from "../../src/store/state/apply";
import { clearTables, seedNotification } from "../support/rows";
import { row, rows } from "../support/receiver";
import { defaults } from "../support/defaults";

const RECEIVED_AT = "2026-11-24T10:00:00.000Z";
const MINUTE_MS = 60_000;

beforeEach(clearTables);

async function receive(id: string, receivedAt = RECEIVED_AT): Promise<void> {
  const about = { subject: null, subjectId: null, orderNumber: null, occurredAt: null };
  const form = { form: "envelope" as const, typeHint: null };
  const kept = { ...form, bodySha256: id, verifiedBy: "current" as const, payload: "{}" };
  await saveReceived(env.DB, { id, eventType: "order.created", receivedAt, ...about, ...kept });
}

/** Many events in one statement, each a second older than the one before. */
async function receiveMany(count: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256, push_at)
     SELECT 'e' || i, 't', ?2, 'received', 'x',
       strftime('%Y-%m-%dT%H:%M:%fZ', ?2, '-' || i || ' seconds') FROM n`,
  )
    .bind(count, RECEIVED_AT)
    .run();
}

interface Swept {
  readonly deps: SweepDeps;
  /** Ids, in the order in which they were pushed. */
  readonly pushed: string[];
  /** Steps of other parts that the sweep calls. */
  readonly steps: string[];
}

function sweeper(now: string, over: Partial<SweepDeps> = {}): Swept {
  const pushed: string[] = [];
  const steps: string[] = [];
  const deps: SweepDeps = {
    db: env.DB,
    archive: null,
    now: () => new Date(now),
    defaults,
    days: 90,
    dedupeDays: 400,
    maxBytes: 10e9,
    silenceMs: null,
    channelSetups: mapChannels(() => ({ state: "off", missing: [] })),
    expected: { environment: "production", canReceive: true },
    raiseAlert: () => Promise.resolve(),
    push: (messages) => {
      pushed.push(...messages.flatMap((text) => decodeMessage(text)?.id ?? []));
      return Promise.resolve();
    },
    dispatch: () => Promise.resolve(void steps.push("dispatch")),
    flushRefusals: () => Promise.resolve(void steps.push("flush refusals")),
    ...over,
  };
  return { deps, pushed, steps };
}

async function sweepAt(now: string): Promise<readonly string[]> {
  const { deps, pushed } = sweeper(now);
  await sweep(deps);
  return pushed;
}

describe("the schedule", () => {
  it("is 1, 2, 4, 8 … minutes, to the millisecond, until it stands at 17 hours", async () => {
    await receive("e");
    let now = RECEIVED_AT;
    const waits: number[] = [];
    for (let minutes = 1; waits.length < 13; minutes = Math.min(minutes * 2, 1_024)) {
      const due = addMs(now, minutes * MINUTE_MS);
      expect(await sweepAt(addMs(due, -1)), `${String(minutes)} minutes, too early`).toEqual([]);
      expect(await sweepAt(due), `${String(minutes)} minutes`).toEqual(["e"]);
      waits.push(minutes);
      now = due;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]);
  });

  it("pushes nothing that has settled", async () => {
    await receive("e");
    await env.DB.prepare("UPDATE webhook_events SET status = 'processed'").run();
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toEqual([]);
  });
});

describe("a run", () => {
  it("pushes at most SWEEP_MAX_ROWS, oldest first, and the rest in the next", async () => {
    await receiveMany(SWEEP_MAX_ROWS + 5);
    const pushed = await sweepAt(RECEIVED_AT);
    const oldestFirst = Array.from({ length: SWEEP_MAX_ROWS + 5 }, (_, n) => `e${String(n + 1)}`);
    oldestFirst.reverse();
    expect(pushed).toEqual(oldestFirst.slice(0, SWEEP_MAX_ROWS));
    expect(await sweepAt(RECEIVED_AT)).toEqual(oldestFirst.slice(SWEEP_MAX_ROWS));
    expect(await sweepAt(RECEIVED_AT)).toEqual([]);
  });

  it("reads through its index: what has settled costs nothing", async () => {
    const plan = await rows(
      `EXPLAIN QUERY PLAN SELECT id FROM webhook_events
       WHERE status = 'received' AND push_at <= 'x' ORDER BY push_at, rowid LIMIT 10`,
    );
    expect(plan.map(({ detail }) => detail)).toEqual([
      "SEARCH webhook_events USING INDEX webhook_events_waiting (push_at<?)",
    ]);
  });

  it("twice at once pushes an event twice at most, and doubles its wait once", async () => {
    await receiveMany(50);
    const runs = [sweeper(RECEIVED_AT), sweeper(RECEIVED_AT), sweeper(addMs(RECEIVED_AT, 900))];
    await Promise.all(runs.map(({ deps }) => sweep(deps)));
    const pushed = runs.flatMap((run) => run.pushed);
    expect(new Set(pushed).size).toBe(50);
    expect(await rows("SELECT DISTINCT pushes FROM webhook_events")).toEqual([{ pushes: 1 }]);
  });

  it("that cannot push defers nothing, and still does the other steps", async () => {
    await receiveMany(3);
    const down = () => Promise.reject(new Error("queue down"));
    const { deps, steps } = sweeper(RECEIVED_AT, { push: down, dispatch: down });
    await sweep(deps);
    expect(steps).toEqual(["flush refusals"]);
    expect(await row("SELECT position FROM cursors WHERE name = 'swept_at'")).toEqual({
      position: Date.parse(RECEIVED_AT),
    });
    expect(await rows("SELECT DISTINCT pushes FROM webhook_events")).toEqual([{ pushes: 0 }]);
    expect(await sweepAt(RECEIVED_AT)).toHaveLength(3);
  });

  it("leaves a stage alone that hangs: people are erased before a rebuild, and it is said that it ran", async () => {
    const order: string[] = [];
    const hang: Partial<D1PreparedStatement> = { first: () => new Promise(() => undefined) };
    const db = new Proxy(env.DB, {
      get: (target, property) => {
        const found: unknown = Reflect.get(target, property);
        if (property !== "prepare") {
          return typeof found === "function" ? (found.bind(target) as unknown) : found;
        }
        return (sql: string): unknown => {
          if (sql.includes("FROM erasures")) order.push("erase");
          if (sql.includes("FROM rebuilds")) order.push("rebuild");
          return sql.includes("FROM rebuilds") ? hang : target.prepare(sql);
        };
      },
    });
    const pause = setTimeout;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const stuck = (): Promise<unknown> => new Promise(() => undefined);
    const state = { isDone: false };
    const runs = async (): Promise<void> => {
      await sweep(sweeper(RECEIVED_AT, { db, dispatch: stuck }).deps);
      state.isDone = true;
    };
    const run = runs();
    while (!state.isDone) {
      vi.advanceTimersByTime(1_000);
      await new Promise((resolve) => pause(resolve, 20));
    }
    vi.useRealTimers();
    await run;
    expect(order.indexOf("erase")).toBeGreaterThanOrEqual(0);
    expect(order.indexOf("rebuild")).toBeGreaterThan(order.lastIndexOf("erase"));
    expect(await row("SELECT position FROM cursors WHERE name = 'swept_at'")).toEqual({
      position: Date.parse(RECEIVED_AT),
    });
  });

  it("ends a walk when its time is over, and goes on with it in the next", async () => {
    await receiveMany(2 * SWEEP_STRETCH_ROWS);
    await env.DB.prepare("UPDATE webhook_events SET push_at = NULL, received_at = ?1")
      .bind(RECEIVED_AT)
      .run();
    let nowMs = Date.parse(addMs(RECEIVED_AT, MINUTE_MS));
    // Each read of the clock is six seconds after the one before.
    const { deps } = sweeper(RECEIVED_AT, { now: () => new Date((nowMs += 6_000)) });
    await sweep(deps);
    expect(await position()).toBe(SWEEP_STRETCH_ROWS);
    await sweepAt(addMs(RECEIVED_AT, 10 * MINUTE_MS));
    expect(await position()).toBe(2 * SWEEP_STRETCH_ROWS);
  });

  it("that dies between push and deferral pushes again: twice is harmless, never is not", async () => {
    await receiveMany(2);
    await env.DB.prepare(
      `CREATE TRIGGER dies BEFORE UPDATE OF pushes ON webhook_events
       BEGIN SELECT RAISE(ABORT, 'died'); END`,
    ).run();
    const { deps, pushed } = sweeper(RECEIVED_AT);
    await sweep(deps);
    await env.DB.prepare("DROP TRIGGER dies").run();
    expect(pushed).toHaveLength(2);
    expect(await sweepAt(RECEIVED_AT)).toEqual(pushed);
  });
});

async function settle(id: string): Promise<void> {
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'processed', push_at = NULL WHERE id = ?1",
  )
    .bind(id)
    .run();
}

const position = async (): Promise<unknown> =>
  (await rows("SELECT position FROM cursors WHERE name = 'sweep'"))[0]?.["position"];

describe("the walk", () => {
  it("enters what has settled by itself into no index, and goes on behind it", async () => {
    for (const id of ["a", "b", "c"]) await receive(id);
    await settle("a");
    await settle("c");
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toEqual(["b"]);
    expect(await position()).toBe(3);
    expect(await rows("SELECT id FROM webhook_events WHERE push_at IS NOT NULL")).toEqual([
      { id: "b" },
    ]);
  });

  it("stops before what is under way, and comes back for it", async () => {
    await receive("old");
    await receive("young", addMs(RECEIVED_AT, 1));
    await receive("held by the queue meanwhile", addMs(RECEIVED_AT, -1));
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toEqual([
      "old",
      "held by the queue meanwhile",
    ]);
    expect(await position()).toBe(1);
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS + 1))).toEqual(["young"]);
    expect(await position()).toBe(3);
  });

  it("goes on behind what is young and has settled", async () => {
    for (const id of ["a", "b"]) await receive(id);
    for (const id of ["a", "b"]) await settle(id);
    expect(await sweepAt(addMs(RECEIVED_AT, 1))).toEqual([]);
    expect(await position()).toBe(2);
  });

  it("is held up by no clock that was wrong", async () => {
    await receive("from the future", "2031-01-01T00:00:00.000Z");
    await receive("e");
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toEqual(["from the future", "e"]);
  });

  it("walks stretch after stretch in one run", async () => {
    await receiveMany(2_500);
    await env.DB.prepare("UPDATE webhook_events SET push_at = NULL, received_at = ?1")
      .bind(RECEIVED_AT)
      .run();
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toHaveLength(SWEEP_MAX_ROWS);
    expect(await position()).toBe(2_500);
  });

  it("begins anew where the inbox is shorter than it was, as after a restore", async () => {
    await receive("e");
    await env.DB.prepare("INSERT INTO cursors (name, position) VALUES ('sweep', 900)").run();
    expect(await sweepAt(addMs(RECEIVED_AT, MINUTE_MS))).toEqual(["e"]);
    expect(await position()).toBe(1);
  });
});

describe("a message whose wake-up call was lost", () => {
  const ID = "order_confirmed/ORD-1/email";

  async function messageOf(eventId: string): Promise<void> {
    await seedNotification({ id: ID, event_id: eventId, awaits_sweep: 0 });
    await env.DB.prepare(
      "UPDATE webhook_events SET status = 'processed', outbox = ?2 WHERE id = ?1",
    )
      .bind(eventId, JSON.stringify([ID]))
      .run();
  }

  const marked = async (): Promise<unknown> =>
    (await rows("SELECT awaits_sweep FROM notifications"))[0]?.["awaits_sweep"];

  it("is found through its event by the next run", async () => {
    await receive("e");
    await messageOf("e");
    await sweepAt(addMs(RECEIVED_AT, 1_000));
    expect(await marked()).toBe(1);
  });

  it("is found however late its event is passed", async () => {
    await receive("e");
    await messageOf("e");
    await sweepAt(addMs(RECEIVED_AT, 90 * MINUTE_MS));
    expect(await marked()).toBe(1);
  });

  it("is marked from the start where the walk has passed its event already", async () => {
    await receive("e");
    await sweepAt(addMs(RECEIVED_AT, MINUTE_MS));
    const message = {
      id: ID,
      template: "order_confirmed",
      channel: "email",
      endpoint: null,
      about: "order",
      orderNumber: "ORD-1",
      subjectId: "ORD-1",
      eventId: "e",
      dueAt: RECEIVED_AT,
      happenedAt: RECEIVED_AT,
      delayMs: 0,
      context: { kind: "none" },
    } as const;
    const nothing = {
      patches: foldPatches([]),
      amountClaims: [],
      contacts: [],
      verdicts: [],
      erasedBodies: [],
      alerts: [],
    };
    await applyBatch(env.DB, { ...nothing, outbox: [message] }, addMs(RECEIVED_AT, MINUTE_MS));
    expect(await marked()).toBe(1);
    await env.DB.prepare("DELETE FROM notifications").run();
    await receive("fresh", addMs(RECEIVED_AT, MINUTE_MS));
    const fresh = { ...message, eventId: "fresh" };
    await applyBatch(env.DB, { ...nothing, outbox: [fresh] }, addMs(RECEIVED_AT, MINUTE_MS));
    expect(await marked()).toBe(0);
  });
});

describe("sending texts", () => {
  it("keeps every call within the limits of the queue", async () => {
    const calls: { messages: number; bytes: number }[] = [];
    const queue = new Proxy(env.EVENTS, {
      get: (target, property) => {
        if (property !== "sendBatch") return Reflect.get(target, property) as unknown;
        return (...[batch]: Parameters<Queue["sendBatch"]>) => {
          const bodies = [...batch].map(({ body }) => new TextEncoder().encode(String(body)));
          const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
          calls.push({ messages: bodies.length, bytes });
          return Promise.resolve({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } });
        };
      },
    });
    const small = Array.from({ length: 250 }, (_, n) => JSON.stringify({ id: `e${String(n)}` }));
    const long = Array.from({ length: 9 }, (_, n) => JSON.stringify({ id: "ß".repeat(3e4 + n) }));
    await sendTexts(queue, [...small, ...long]);
    expect(calls.reduce((sum, { messages }) => sum + messages, 0)).toBe(259);
    for (const { messages, bytes } of calls) {
      expect(messages).toBeLessThanOrEqual(100);
      expect(bytes).toBeLessThanOrEqual(256_000);
    }
    await sendTexts(queue, []);
    expect(calls.every(({ messages }) => messages > 0)).toBe(true);
  });
});
