/** A message to a person on the suppression list is not sent, however late the person was added. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import { suppressionCheck } from "../../src/notifications/suppression";
import { startErasure } from "../../src/store/privacy/erasure";
import { Breaker } from "../faults/faulty";
import { broken } from "../support/receiver";
import { accepts, stage } from "./providers";
import {
  clearTables,
  FAILURE_PRECEDENCE,
  NOW,
  readNotification,
  seedNotification,
  seedOrder,
  seedPayment,
} from "../support/rows";

const EMAIL = "order_confirmed/ORD-1/email";
const SMS = "payment_failed/PAY-1/1/sms";
const SUPPRESSED = { status: "suppressed", reason: "erased", rendered: null, recipient: null };

beforeEach(async () => {
  await clearTables();
  await env.DB.batch(
    ["erased", "erasures", "erasure_orders"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

/** Adds the person to the list; no other step of the erasure is done. */
async function suppress(...identifiers: readonly string[]): Promise<void> {
  await startErasure(env.DB, identifiers, NOW);
}

/** Runs `work` right before the n-th batch of a run, counted from 0. */
function beforeBatch(wanted: number, work: () => Promise<void>): D1Database {
  let batches = 0;
  return new Proxy(env.DB, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (property !== "batch")
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return async (statements: D1PreparedStatement[]) => {
        if (batches === wanted) await work();
        batches += 1;
        return await target.batch(statements);
      };
    },
  });
}

describe("a message that is due", () => {
  it.each([
    ["e-mail", EMAIL, "email:asha@example.com"],
    ["SMS", SMS, "phone:919812345678"],
  ])(
    "by %s to somebody on the list is suppressed, and nothing of it is kept",
    async (_, id, who) => {
      await seedOrder();
      await seedPayment();
      const failure = {
        kind: "payment_failure",
        precedence: FAILURE_PRECEDENCE,
        paymentDate: null,
      } as const;
      if (id === EMAIL) await seedNotification({ id });
      else await seedNotification({ id, subject_id: "PAY-1" }, failure);
      await suppress(who);
      const { deps, provider } = stage();
      expect(await dispatchIds([id], deps)).toMatchObject({ claimed: 1, suppressed: 1, sent: 0 });
      expect(provider.asked).toEqual([]);
      expect(await readNotification(id)).toMatchObject(SUPPRESSED);
    },
  );

  it("to somebody who came onto the list while it was rendered is suppressed", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stage();
    // The first batch reads the facts, the second makes the claim.
    const db = beforeBatch(1, () => suppress("email:asha@example.com"));
    await dispatchIds([EMAIL], { ...deps, db });
    expect(provider.asked).toEqual([]);
    expect(await readNotification(EMAIL)).toMatchObject(SUPPRESSED);
  });

  it("and is tried again to somebody who was erased since its first attempt is suppressed", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    let calls = 0;
    const { deps, provider, advance } = stage((asked) =>
      (calls += 1) === 1 ? new Response("busy", { status: 503 }) : accepts(asked),
    );
    await dispatchIds([EMAIL], deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending" });
    await suppress("email:asha@example.com");
    advance(60_000);
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    expect(await readNotification(EMAIL)).toMatchObject(SUPPRESSED);
  });

  it("to somebody else is sent, in as many round trips as where the list is empty", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const trips = async (): Promise<readonly string[]> => {
      const breaker = new Breaker();
      const { deps } = stage();
      await dispatchIds([EMAIL], { ...deps, db: breaker.database(env.DB) });
      expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
      return breaker.calls;
    };
    expect(await trips()).toEqual(["D1 batch", "D1 batch", "D1 batch"]);
    await suppress("email:tom@other.example");
    await env.DB.prepare(
      "UPDATE notifications SET status = 'pending', next_attempt_at = ?1, rendered = NULL",
    )
      .bind(NOW)
      .run();
    // This isolate has not read the list yet, so it reads it once.
    expect(await trips()).toHaveLength(4);
  });
});

describe("a message that waits for its place in the lane", () => {
  const outgoing = {
    row: { channel: "email" },
    recipient: "asha@example.com",
    orderNumber: "ORD-1",
  } as const;
  const check = (db: D1Database, nowMs: () => number) =>
    suppressionCheck(db, { listVersion: 0, atMs: 0 }, () => new Date(nowMs()));

  it("is held against the list as it stands then", async () => {
    let nowMs = 0;
    const ask = check(env.DB, () => nowMs);
    expect(await ask(outgoing)).toBeNull();
    await suppress("email:asha@example.com");
    nowMs = 2_001;
    expect(await ask(outgoing)).toEqual({ kind: "suppressed" });
  });

  it("is put back where the list cannot be asked", async () => {
    const ask = check(broken(env.DB), () => 2_001);
    expect(await ask(outgoing)).toMatchObject({ kind: "retry", retryAfterMs: null });
  });
});
