/** The explanation of an order: complicated cases, each with its complete answer. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { VIEW_LIMITS } from "../../src/limits";
import { explainOrder } from "../../src/projection/history/explain";
import type { OrderExplanation } from "../../src/projection/history/explanation";
import { loadHistory } from "../../src/store/state/history";
import { keysOf, loadRows } from "../../src/store/state/rows";
import { deliver } from "./deliver";
import { event } from "./every-order";
import { defaults } from "./defaults";
import { clearTables } from "../support/rows";

async function explain(orderNumber: string): Promise<OrderExplanation> {
  const { rows } = await loadRows(env.DB, orderNumber, VIEW_LIMITS);
  const { events } = await loadHistory(env.DB, orderNumber, keysOf(rows), VIEW_LIMITS);
  return explainOrder(orderNumber, { rows, areAllPayments: true }, events, defaults).explained;
}

function outcomes(explanation: OrderExplanation): Record<string, string> {
  return Object.fromEntries(explanation.events.map(({ id, outcome }) => [id, outcome]));
}

function setter(explanation: OrderExplanation, entity: string, register: string): string | null {
  const found = explanation.registers.find((r) => r.entity === entity && r.register === register);
  return found?.setBy ?? null;
}

function loss(explanation: OrderExplanation, id: string, register: string): unknown {
  const settings = explanation.events.find((one) => one.id === id)?.settings ?? [];
  const setting = settings.find((one) => one.register === register);
  return setting === undefined ? undefined : [setting.comparison, setting.against];
}

describe("explaining an order", () => {
  beforeEach(clearTables);

  it("says of each register which event set it", async () => {
    await deliver(
      [
        [
          event("order.created", "09:00", { order_number: "A", grand_total: 10 }, "created"),
          event(
            "order.confirmed",
            "10:00",
            { order_number: "A", status: "confirmed" },
            "confirmed",
          ),
        ],
      ],
      false,
    );
    const explanation = await explain("A");
    expect(setter(explanation, "orders", "status")).toBe("confirmed");
    expect(setter(explanation, "orders", "amounts")).toBe("created");
    expect(setter(explanation, "orders", "customer")).toBeNull();
  });

  it("says why an event is overridden: older, lower stage, lower id", async () => {
    await deliver(
      [
        [
          event("order.confirmed", "09:00", { order_number: "A" }, "older"),
          event("order.confirmed", "10:00", { order_number: "A" }, "stage"),
          event("order.cancelled", "10:00", { order_number: "A" }, "id-1"),
          event("order.cancelled", "10:00", { order_number: "A" }, "id-2"),
          event("order.cancelled", null, { order_number: "A" }, "timeless"),
        ],
      ],
      false,
    );
    const explanation = await explain("A");
    expect(setter(explanation, "orders", "status")).toBe("id-2");
    expect(loss(explanation, "older", "status")).toEqual(["older", "id-2"]);
    expect(loss(explanation, "stage", "status")).toEqual(["lower stage", "id-2"]);
    expect(loss(explanation, "id-1", "status")).toEqual(["lower id", "id-2"]);
    expect(loss(explanation, "timeless", "status")).toEqual(["older", "id-2"]);
    expect(outcomes(explanation)).toMatchObject({
      older: "superseded",
      "id-1": "superseded",
      "id-2": "sets",
    });
  });

  it("says where one that states its time is overridden by one that states none", async () => {
    const order = { order_number: "A", order_date: "2026-03-01T10:00:00Z", status: "confirmed" };
    await deliver(
      [
        [
          event("order.confirmed", "10:00", order, "stated"),
          event("order.confirmed", null, order, "dated"),
        ],
      ],
      false,
    );
    const explanation = await explain("A");
    expect(setter(explanation, "orders", "status")).toBe("dated");
    expect(loss(explanation, "stated", "status")).toEqual(["states its time", "dated"]);
  });

  it("names repeats, and events that were ignored, quarantined, failed or still wait", async () => {
    const wrong = event(
      "order.confirmed",
      "10:00",
      { order_number: "A", grand_total: "ten" },
      "odd",
    );
    await deliver(
      [[event("order.created", "09:00", { order_number: "A" }, "created"), wrong]],
      false,
    );
    await env.DB.batch([
      env.DB.prepare("UPDATE webhook_events SET redeliveries = 3 WHERE id = 'created'"),
      env.DB.prepare(
        `INSERT INTO webhook_events (id, event_type, subject, subject_id, order_number, received_at,
          status, error, body_sha256, payload) VALUES
          ('dead', 'order.confirmed', 'order', 'A', 'A', '2026-03-05', 'failed', 'D1 said no', '', '{}'),
          ('other', 'order.archived', NULL, NULL, 'A', '2026-03-05', 'ignored', 'unknown type', '', '{}'),
          ('late', 'order.confirmed', 'order', 'A', 'A', '2026-03-05', 'received', NULL, '', '{}')`,
      ),
    ]);
    const explanation = await explain("A");
    expect(outcomes(explanation)).toEqual({
      created: "sets",
      odd: "quarantined",
      dead: "failed",
      other: "ignored",
      late: "waiting",
    });
    const [created, odd] = ["created", "odd"].map((id) =>
      explanation.events.find((one) => one.id === id),
    );
    expect(created?.repeats).toBe(3);
    expect(odd?.reason).toContain("data.grand_total");
  });

  it("follows a payment that two orders claimed, from both ends", async () => {
    const claims = (order: string, clock: string): ReturnType<typeof event> =>
      event(
        "order.created",
        clock,
        {
          order_number: order,
          payments: [{ request_number: "P1", payment_status: "success", amount: 5 }],
        },
        `claim-${order}`,
      );
    await deliver([[claims("A", "09:00")], [claims("B", "10:00")]], false);
    const winner = await explain("B");
    expect(setter(winner, "payments", "link")).toBe("claim-B");
    expect(loss(winner, "claim-A", "link")).toEqual(["older", "claim-B"]);
    const overridden = await explain("A");
    expect(overridden.derived).toMatchObject({ payments: [], decidedBy: null });
  });

  it("says which payment decided the payment status, and which name of it does not count", async () => {
    await deliver(
      [
        [
          event(
            "payment.success",
            "10:00",
            { payment_reference_number: "R1", amount: 5 },
            "by-reference",
          ),
          event(
            "order.created",
            "09:00",
            {
              order_number: "A",
              payment_status: "pending",
              payments: [{ request_number: "P1", payment_reference_number: "R1", amount: 5 }],
            },
            "created",
          ),
        ],
      ],
      false,
    );
    const { derived } = await explain("A");
    expect(derived).toMatchObject({
      paymentStatus: "success",
      decidedBy: "payment",
      event: "by-reference",
    });
    expect(derived?.payments).toEqual([
      expect.objectContaining({ paymentId: "P1", countedInstead: "R1" }),
      expect.objectContaining({ paymentId: "R1", countedInstead: null }),
    ]);
  });

  it("says when the order's own word decided", async () => {
    await deliver(
      [
        [
          event("payment.failed", "09:00", { request_number: "P1", order_number: "A" }, "failed"),
          event(
            "order.confirmed",
            "10:00",
            { order_number: "A", payment_status: "success" },
            "word",
          ),
        ],
      ],
      false,
    );
    const { derived } = await explain("A");
    expect(derived).toMatchObject({
      paymentStatus: "success",
      decidedBy: "snapshot",
      event: "word",
    });
  });

  it("keeps the precedence of an event whose body is purged", async () => {
    await deliver([[event("order.created", "09:00", { order_number: "A" }, "gone")]], false);
    await env.DB.prepare("UPDATE webhook_events SET payload = NULL").run();
    const explanation = await explain("A");
    expect(setter(explanation, "orders", "status")).toBe("gone");
    expect(outcomes(explanation)).toEqual({ gone: "purged" });
  });

  it("has nothing to say of an order that nobody named", async () => {
    expect(await explain("nobody")).toEqual({
      orderNumber: "nobody",
      derived: null,
      registers: [],
      events: [],
    });
  });
});
