/** The consumer of wake-up calls, on the real D1. */
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import {
  handleNotificationBatch,
  handleNotificationDeadLetters,
  parseWakeUpCall,
} from "../../src/notifications/consumer";
import { stage } from "./providers";
import { clearTables, readNotification, seedNotification, seedOrder } from "../support/rows";

const QUEUE = "ce-notifications";
const EMAIL = "order_confirmed/ORD-1/email";

function batchOf(...bodies: readonly unknown[]): MessageBatch {
  return createMessageBatch(
    QUEUE,
    bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body })),
  );
}

beforeEach(clearTables);

describe("wake-up calls", () => {
  it("name one id or several; anything else names none", () => {
    expect(parseWakeUpCall({ id: "a" })).toEqual(["a"]);
    expect(parseWakeUpCall({ ids: ["a", "b"] })).toEqual(["a", "b"]);
    for (const body of [null, "a", {}, { id: 7 }, { ids: [7] }, []]) {
      expect(parseWakeUpCall(body)).toEqual([]);
    }
  });

  it("are acked after the run, whatever became of the rows", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stage(() => new Response("", { status: 500 }));
    const batch = batchOf({ id: EMAIL }, { ids: [EMAIL, "unknown"] }, "nonsense");
    await handleNotificationBatch(batch, deps);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.ackAll).toBe(true);
    expect(provider.asked).toHaveLength(1);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", error: "500" });
  });

  it("are retried where D1 could not be asked", async () => {
    const { deps } = stage();
    const broken = new Proxy(deps.db, {
      get: () => () => {
        throw new Error("D1 DB is overloaded");
      },
    });
    const batch = batchOf({ id: EMAIL });
    await handleNotificationBatch(batch, { ...deps, db: broken });
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.ackAll).toBe(false);
    expect(result.retryBatch.retry).toBe(true);
  });

  it("that are dead letters are acked and fail no row", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const batch = batchOf({ id: EMAIL });
    handleNotificationDeadLetters(batch);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.ackAll).toBe(true);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", attempts: 0 });
  });
});
