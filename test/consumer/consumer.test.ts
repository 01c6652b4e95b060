/** The consumer: a batch in, an answer for each message out, on the real D1. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { consumeEvents } from "../../src/consumer/consumer";
import { applyBatch } from "../../src/store/state/apply";
import { clearTables } from "../support/rows";
import { Breaker } from "../faults/faulty";
import { rows } from "../support/receiver";
import { consumer, delivery, NOW, whole, wholeEvent } from "../support/queue";
import { encodeMessage } from "../../src/events/queue-message";

beforeEach(clearTables);

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `e${String(n)}`);
const answers = (messages: readonly ReturnType<typeof delivery>[]): unknown[] =>
  messages.map(({ answer }) => answer());

async function statuses(): Promise<unknown[]> {
  return (await rows("SELECT status FROM webhook_events ORDER BY id")).map((row) => row["status"]);
}

describe("a batch", () => {
  it("is applied in two round trips, whatever its size, and acked", async () => {
    const breaker = new Breaker();
    const db = breaker.database(env.DB);
    const messages = ids(100).map((id) => delivery(whole(id)));
    await consumeEvents(messages, consumer({ db, apply: (batch) => applyBatch(db, batch, NOW) }));
    expect(breaker.calls).toEqual(["D1 batch", "D1 batch"]);
    expect(answers(messages)).toEqual(messages.map(() => "acked"));
    expect(await rows("SELECT count(*) AS n FROM orders")).toEqual([{ n: 100 }]);
  });

  it("takes one event that came in many messages once, and acks them all", async () => {
    const messages = [delivery(whole("e")), delivery(whole("e")), delivery('{"id":"e"}')];
    await consumeEvents(messages, consumer());
    expect(answers(messages)).toEqual(["acked", "acked", "acked"]);
    expect(await rows("SELECT id, attempts, conflicts FROM webhook_events")).toEqual([
      { id: "e", attempts: 1, conflicts: 0 },
    ]);
  });

  it("answers nothing before the batch has committed", async () => {
    const messages = ids(3).map((id) => delivery(whole(id)));
    const deps = consumer({
      apply: async (batch) => {
        expect(answers(messages)).toEqual([null, null, null]);
        return await applyBatch(env.DB, batch, NOW);
      },
    });
    await consumeEvents(messages, deps);
    expect(answers(messages)).toEqual(["acked", "acked", "acked"]);
  });

  it("records a second body under one id that only the queue held; the first one stands", async () => {
    const other = encodeMessage(
      wholeEvent("e", { order_number: "ORD-other" }, { bodySha256: "other" }),
    );
    const messages = [delivery(whole("e")), delivery(other)];
    await consumeEvents(messages, consumer());
    expect(answers(messages)).toEqual(["acked", "acked"]);
    expect(await rows("SELECT conflicts, conflict_sha256 FROM webhook_events")).toEqual([
      { conflicts: 1, conflict_sha256: "other" },
    ]);
    expect(await rows("SELECT order_number FROM orders")).toEqual([{ order_number: "ORD-e" }]);
  });

  it("acks an id that nobody knows, and an event whose body is purged", async () => {
    await consumeEvents([delivery(whole("e"))], consumer());
    await env.DB.prepare("UPDATE webhook_events SET payload = NULL, status = 'received'").run();
    const messages = [delivery('{"id":"unknown"}'), delivery('{"id":"e"}')];
    await consumeEvents(messages, consumer());
    expect(answers(messages)).toEqual(["acked", "acked"]);
  });

  it("writes an event again that the inbox once had and has lost, as after a restore", async () => {
    const message = delivery(whole("e", { stored: true }));
    await consumeEvents([message], consumer());
    expect(message.answer()).toBe("acked");
    expect(await statuses()).toEqual(["processed"]);
  });

  it("leaves an event alone that was quarantined, until somebody replays it", async () => {
    const data = { order_number: "ORD-q", grand_total: "a lot" };
    const message = encodeMessage(wholeEvent("q", data));
    await consumeEvents([delivery(message)], consumer());
    const before = await rows("SELECT * FROM webhook_events");
    expect(before).toMatchObject([{ status: "quarantined", attempts: 1 }]);
    const again = delivery(message, 2);
    await consumeEvents([again], consumer());
    expect(again.answer()).toBe("acked");
    expect(await rows("SELECT * FROM webhook_events")).toEqual(before);
  });

  it("applies an event that had been given up on, when a late message brings it", async () => {
    await consumeEvents([delivery(whole("e"))], consumer());
    await env.DB.prepare("UPDATE webhook_events SET status = 'failed'").run();
    await consumeEvents([delivery('{"id":"e"}')], consumer());
    expect(await statuses()).toEqual(["processed"]);
  });
});

describe("trouble", () => {
  it("of the platform gives every message back, sooner the fewer its attempts, with its error", async () => {
    const messages = ids(3).map((id, n) => delivery(whole(id), 1 + n * 3));
    const apply = () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded. Too many"));
    await consumeEvents(messages, consumer({ apply }));
    expect(answers(messages)).toEqual([15, 120, 960]);
    for (const row of await rows("SELECT status, attempts, error FROM webhook_events")) {
      expect(row).toMatchObject({ status: "received", attempts: 1 });
      expect(row["error"]).toContain("overloaded");
    }
  });

  it.each([
    ["a bug of ours", new TypeError("cannot read properties of undefined")],
    ["a row that SQLite refuses", new Error("D1_ERROR: datatype mismatch: SQLITE_MISMATCH")],
  ])("of one event (%s) is found by halving, in a bounded number of batches", async (_w, error) => {
    const messages = ids(100).map((id) => delivery(whole(id)));
    let batches = 0;
    const deps = consumer({
      apply: async (batch) => {
        batches += 1;
        if (batch.verdicts.some(({ id }) => id === "e42")) throw error;
        return await applyBatch(env.DB, batch, NOW);
      },
    });
    await consumeEvents(messages, deps);
    expect(answers(messages)).toEqual(messages.map((_, n) => (n === 42 ? 5 : "acked")));
    expect(batches).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(100)) + 1);
    const waiting = await rows("SELECT id, error FROM webhook_events WHERE status = 'received'");
    expect(waiting).toEqual([{ id: "e42", error: error.message }]);
  });

  it("of a wake-up call or of a note changes no answer", async () => {
    const lost = () => Promise.reject(new Error("D1_ERROR: Network connection lost."));
    const messages = ids(2).map((id) => delivery(whole(id)));
    // The first call reads, the second stores the note.
    const db = new Breaker({ call: 1, fault: "fails before" }).database(env.DB);
    await consumeEvents(messages, consumer({ db, apply: lost }));
    expect(answers(messages)).toEqual([1, 1]);
  });

  it("with a conflict's record gives the batch back before anything is applied", async () => {
    const lost = () => Promise.reject(new Error("D1_ERROR: Network connection lost."));
    const other = whole("e", { bodySha256: "other" });
    const messages = [delivery(whole("e")), delivery(other)];
    await consumeEvents(messages, consumer({ raiseAlert: lost }));
    expect(answers(messages)).toEqual([1, 1]);
    expect(await statuses()).toEqual(["received"]);
  });
});
