/** Events that failed after all retries, on the real D1. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { consumeDeadLetters, type DeadLetterDeps } from "../../src/consumer/dead-letters";
import { admitAndRead, noteFailedTry } from "../../src/store/inbox/inbox";
import { clearTables } from "../support/rows";
import { receivedOf } from "../../src/consumer/deliveries";
import { rows } from "../support/receiver";
import { delivery, failingDatabase, NOW, whole, wholeEvent } from "../support/queue";

beforeEach(clearTables);

interface Handled {
  readonly deps: DeadLetterDeps;
  readonly pushed: string[];
}

function handler(over: Partial<DeadLetterDeps> = {}, now = NOW): Handled {
  const pushed: string[] = [];
  const deps: DeadLetterDeps = {
    db: env.DB,
    now: () => new Date(now),
    random: () => 0,
    options: { timeZone: null },
    push: (message) => Promise.resolve(pushed.push(message)),
    raiseAlert: () => Promise.resolve(),
    wake: () => Promise.resolve(),
    ...over,
  };
  return { deps, pushed };
}

/** Stores an event without applying it. */
async function admit(id: string): Promise<void> {
  const event = receivedOf(wholeEvent(id, { order_number: `ORD-${id}` }), null);
  await admitAndRead(env.DB, [event], []);
}

const lost = "D1_ERROR: Network connection lost.";
const overloaded = "D1_ERROR: D1 DB is overloaded.";
const alerts = () => rows("SELECT id, channel, status FROM notifications ORDER BY id");

describe("a dead letter", () => {
  it("becomes failed with its attempts and last error, and calls a person", async () => {
    await admit("a");
    await noteFailedTry(env.DB, ["a"], "first");
    await noteFailedTry(env.DB, ["a"], "last");
    const letter = delivery('{"id":"a"}');
    await consumeDeadLetters([letter], handler().deps);
    expect(letter.answer()).toBe("acked");
    expect(
      await rows("SELECT status, attempts, error, processed_at, push_at FROM webhook_events"),
    ).toEqual([{ status: "failed", attempts: 2, error: "last", processed_at: NOW, push_at: null }]);
    expect(await alerts()).toEqual([
      { id: "alert/dead_letter/2026-11-24T10/team", channel: "team", status: "pending" },
    ]);
  });

  it("that D1 never saw is stored first, so that it can be replayed", async () => {
    await consumeDeadLetters([delivery(whole("a"))], handler().deps);
    expect(await rows("SELECT id, status, error, payload FROM webhook_events")).toMatchObject([
      { id: "a", status: "failed", error: "given up after the last retry" },
    ]);
  });

  it("calls one person an hour, however many batches the burst fills", async () => {
    for (const batch of ["a", "b", "c"]) {
      const letters = Array.from({ length: 20 }, (_, n) => delivery(whole(`${batch}${String(n)}`)));
      await consumeDeadLetters(letters, handler().deps);
    }
    expect(await alerts()).toHaveLength(1);
    expect(await rows("SELECT count(*) AS n FROM webhook_events")).toEqual([{ n: 60 }]);
    await consumeDeadLetters(
      [delivery(whole("later"))],
      handler({}, "2026-11-24T11:00:00.000Z").deps,
    );
    expect(await alerts()).toHaveLength(2);
  });

  it("of an event that was applied meanwhile changes nothing and calls nobody", async () => {
    await admit("a");
    await env.DB.prepare("UPDATE webhook_events SET status = 'processed'").run();
    const letter = delivery('{"id":"a"}');
    await consumeDeadLetters([letter], handler().deps);
    expect(letter.answer()).toBe("acked");
    expect(await rows("SELECT status FROM webhook_events")).toEqual([{ status: "processed" }]);
    expect(await alerts()).toEqual([]);
  });

  it("fails and calls together or not at all", async () => {
    await admit("a");
    await env.DB.prepare(
      `CREATE TRIGGER refusal BEFORE UPDATE ON webhook_events
       BEGIN SELECT RAISE(ABORT, 'no'); END`,
    ).run();
    const letter = delivery('{"id":"a"}');
    await consumeDeadLetters([letter], handler().deps);
    await env.DB.prepare("DROP TRIGGER refusal").run();
    expect(letter.answer()).toBe(5);
    expect(await alerts()).toEqual([]);
  });
});

describe("while D1 is down", () => {
  it("letters wait, longer with each attempt, up to an hour", async () => {
    const letters = [1, 3, 89].map((attempts) => delivery(whole(`a${String(attempts)}`), attempts));
    const { deps, pushed } = handler({ db: failingDatabase(overloaded) });
    await consumeDeadLetters(letters, deps);
    expect(letters.map(({ answer }) => answer())).toEqual([15, 60, 1_800]);
    expect(pushed).toEqual([]);
  });

  it("a letter near its last retry starts anew on ce-events, as it is", async () => {
    const bodies = [whole("a"), '{"id":"b"}'];
    const letters = bodies.map((body) => delivery(body, 90));
    const { deps, pushed } = handler({ db: failingDatabase(lost) });
    await consumeDeadLetters(letters, deps);
    expect(letters.map(({ answer }) => answer())).toEqual(["acked", "acked"]);
    expect(pushed).toEqual(bodies);
  });

  it("and where the queue does not take it either, it waits on", async () => {
    const letter = delivery(whole("a"), 99);
    const push = () => Promise.reject(new Error("queue down"));
    const { deps } = handler({ db: failingDatabase(lost), push });
    await consumeDeadLetters([letter], deps);
    expect(letter.answer()).toBe(1_800);
  });
});
