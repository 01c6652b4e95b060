/**
 * Bare bodies: their type is not signed. Whoever captured one may send it again as any other type;
 * nothing may come of it that the body does not say itself.
 */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/projection/interpret";
import { deliver } from "../support/receiver";

const options = { forwardEvents: true, reviewDelayMs: 0, dedupeDays: 400 };

function take(type: string, body: Record<string, unknown>) {
  const payload = JSON.stringify(body);
  const receivedAt = "2026-11-24T00:00:00.000Z";
  return interpret({ id: "sha256:x", eventType: type, receivedAt, payload }, options);
}

const order = { order_number: "Z1", status: "shipped", payment_status: "failed", grand_total: 5 };
const paidOrder = {
  order_number: "Z2",
  status: "confirmed",
  payment_status: "success",
  payments: [],
};
const shipment = { reference_number: "SHP", order_number: "Z1", status: "cancelled", awb_no: "a" };
const payment = { request_number: "P1", order_number: "Z1", payment_status: "success", amount: 5 };
const refund = { request_number: "F1", order_number: "Z1", status: "success", refund_amount: 5 };

describe("a captured bare body", () => {
  it.each([
    ["a shipment as an order", "order.cancelled", shipment],
    ["an order as a shipment", "shipment.updated", order],
    ["an order as a payment that failed", "payment.failed", order],
    ["a paid order as a payment", "payment.success", paidOrder],
    ["a payment as a refund", "payment.refund.success", payment],
    ["a refund as a shipment", "shipment.updated", refund],
    ["a refund as an order", "order.created", refund],
    ["a payment without a status as a success", "payment.success", { request_number: "P1" }],
    [
      "a pending payment as a success",
      "payment.success",
      { ...payment, payment_status: "pending" },
    ],
    ["a sparse shipment as delivered", "shipment.delivered", { reference_number: "S1" }],
    ["a body that names only its order, as a payment", "payment.retried", { order_number: "Z1" }],
  ])("is quarantined: %s", (_name, type, body) => {
    expect(take(type, body)).toMatchObject({ status: "quarantined", patches: [], outbox: [] });
  });

  it.each([
    ["order.confirmed", paidOrder],
    ["order.cancelled", { ...paidOrder, status: "cancelled" }],
    ["order.completed", { ...paidOrder, status: "complete" }],
    ["payment.success", payment],
    ["payment.retried", { request_number: "P1", payment_status: "pending" }],
    ["payment.refund.success", refund],
    ["shipment.cancelled", shipment],
    ["shipment.updated", { reference_number: "S1", status: "in_transit" }],
  ])("is taken as what it is: %s", (type, body) => {
    expect(take(type, body)).toMatchObject({ status: "processed" });
  });

  it("sets no status that it does not say itself", () => {
    const { patches } = take("shipment.updated", {
      reference_number: "S1",
      eta_delivery: "2026-12-01",
    });
    expect(patches.map(({ settings }) => settings.has("status"))).toEqual([false]);
  });
});

describe("an id that is too long", () => {
  it("is stored as its hash, so that another body under it is still a conflict", async () => {
    const id = `long-${"x".repeat(600)}`;
    const first = { id, event_type: "order.created", data: { order_number: "LONG-1" } };
    const { id: stored } = await deliver(first);
    expect(stored).toMatch(/^sha256:[0-9a-f]{64}$/);
    const again = await deliver({ ...first, data: { order_number: "LONG-2" } });
    expect(again).toEqual({ received: true, id: stored, duplicate: true });
    const row = await env.DB.prepare("SELECT conflicts FROM webhook_events WHERE id = ?1")
      .bind(stored)
      .first();
    expect(row).toEqual({ conflicts: 1 });
  });
});
