/** Replay of one event, of a selection, of all failed; an event that fails again is marked as failed again. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { ReplayFilter } from "../../src/store/inbox/waiting";
import { type ReplayDeps, replayEvents } from "../../src/upkeep/replay";
import { sendTexts } from "../../src/store/inbox/queue";
import { calmEnv, hand, whileRefusing } from "../faults/drive";
import { clearTables } from "../support/rows";
import { event } from "../support/events";
import { receiveOnly, rows, settled } from "../support/receiver";

beforeEach(clearTables);

const NOW = "2026-11-24T10:00:00.000Z";

function replayer(over: Partial<ReplayDeps> = {}): { deps: ReplayDeps; pushed: string[] } {
  const pushed: string[] = [];
  const deps: ReplayDeps = {
    db: env.DB,
    now: () => new Date(NOW),
    push: (messages) => Promise.resolve(void pushed.push(...messages)),
    ...over,
  };
  return { deps, pushed };
}

async function seed(id: string, status: string, payload: string | null = "{}"): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256, payload, error,
       attempts, pushes) VALUES (?1, 't', ?2, ?3, 'x', ?4, 'as it was', 3, 5)`,
  )
    .bind(id, NOW, status, payload)
    .run();
}

async function seedAll(): Promise<void> {
  for (const id of ["f1", "f2", "f3"]) await seed(id, "failed");
  for (const id of ["q1", "q2"]) await seed(id, "quarantined");
  await seed("i1", "ignored");
  await seed("p1", "processed");
  await seed("r1", "received");
}

describe("which events are replayed", () => {
  it.each<[string, ReplayFilter, readonly string[]]>([
    ["one", { ids: ["f2"] }, ["f2"]],
    ["a selection", { ids: ["q2", "f1", "i1", "unknown"] }, ["f1", "q2", "i1"]],
    ["a selection of a status", { ids: ["q2", "f1"], status: "failed" }, ["f1"]],
    ["all failed", { status: "failed" }, ["f1", "f2", "f3"]],
    ["all quarantined", { status: "quarantined" }, ["q1", "q2"]],
    ["all ignored", { status: "ignored" }, ["i1"]],
    ["never what was applied or still waits", { ids: ["p1", "r1"] }, []],
    ["nothing where nothing was asked for", {}, []],
  ])("%s", async (_what, filter, expected) => {
    await seedAll();
    const { deps, pushed } = replayer();
    expect((await replayEvents(deps, filter)).toSorted()).toEqual(expected.toSorted());
    expect(pushed.toSorted()).toEqual(expected.map((id) => JSON.stringify({ id })).toSorted());
    const taken = await rows(
      "SELECT id, error, attempts, pushes, push_at FROM webhook_events WHERE push_at IS NOT NULL",
    );
    expect(taken.map(({ id }) => String(id)).toSorted()).toEqual(expected.toSorted());
    for (const row of taken) {
      expect(row).toMatchObject({ error: null, attempts: 3, pushes: 0, push_at: NOW });
    }
  });

  it("step by step, oldest first, until none is left", async () => {
    await seedAll();
    const { deps } = replayer();
    expect(await replayEvents(deps, { status: "failed" }, 2)).toEqual(["f1", "f2"]);
    expect(await replayEvents(deps, { status: "failed" }, 2)).toEqual(["f3"]);
    expect(await replayEvents(deps, { status: "failed" }, 2)).toEqual([]);
  });

  it("not those whose bodies are purged, which do not hide the others either", async () => {
    for (const id of ["gone1", "gone2"]) await seed(id, "failed", null);
    await seed("f1", "failed");
    expect(await replayEvents(replayer().deps, { status: "failed" }, 2)).toEqual(["f1"]);
    expect(await replayEvents(replayer().deps, { ids: ["gone1"] })).toEqual([]);
  });

  it("where the queue is down they stand as received, due at once for the sweep", async () => {
    await seed("f1", "failed");
    const down = () => Promise.reject(new Error("queue down"));
    await expect(replayEvents(replayer({ push: down }).deps, { ids: ["f1"] })).rejects.toThrow(
      "queue down",
    );
    expect(await rows("SELECT status, push_at FROM webhook_events")).toEqual([
      { status: "received", push_at: NOW },
    ]);
  });
});

describe("what becomes of them", () => {
  const refusal = { table: "orders", condition: "true", text: "not yet" };

  /** Fails twice, then goes to the dead-letter queue. */
  async function failTwice(id: string): Promise<void> {
    const body = JSON.stringify({ id });
    await whileRefusing(refusal, async () => {
      for (const attempts of [1, 2]) await hand(calmEnv, "ce-events", [body], attempts);
      await hand(calmEnv, "ce-events-dlq", [body]);
    });
  }

  const state = "SELECT status, attempts, error FROM webhook_events";

  it("one that fails again ends as failed again with the count; once the cause is fixed it is applied", async () => {
    const id = await receiveOnly(event("order.created", { order_number: "ORD-replay" }));
    await failTwice(id);
    const error = "not yet: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)";
    expect(await rows(state)).toEqual([{ status: "failed", attempts: 2, error }]);
    expect(await replayEvents(replayer().deps, { ids: [id] })).toEqual([id]);
    expect(await rows(state)).toEqual([{ status: "received", attempts: 2, error: null }]);
    await failTwice(id);
    expect(await rows(state)).toEqual([{ status: "failed", attempts: 4, error }]);
    const { deps } = replayer({ push: (messages) => sendTexts(env.EVENTS, messages) });
    await replayEvents(deps, { status: "failed" });
    await settled(id);
    expect(await rows(state)).toEqual([{ status: "processed", attempts: 5, error: null }]);
    expect(await rows("SELECT order_number FROM orders")).toEqual([{ order_number: "ORD-replay" }]);
  });
});
