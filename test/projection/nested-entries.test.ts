/** Entries nested in an order event: their keys, where some of them are invalid, and the dates that they show. */
import { describe, expect, it } from "vitest";
import { ENTRIES_MAX } from "../../src/events/identity";
import { asJudged, interpret } from "../../src/projection/interpret";
import { defaults } from "../support/defaults";

function take(data: object) {
  const payload = JSON.stringify({ id: "e", event_type: "order.completed", data });
  const stored = { id: "e", typeHint: null, receivedAt: "2026-11-24T10:00:00.000Z", payload };
  return interpret(stored, asJudged(defaults));
}

const keysOf = (data: object): readonly string[] =>
  take({ order_number: "N1", status: "complete", ...data })
    .patches.filter(({ entity }) => entity !== "orders")
    .map(({ entity, key }) => `${entity} ${key}`);

describe("nested entries without an identifier", () => {
  const paid = { amount: 5, payment_status: "success" };
  const back = { amount: 5, transaction_type: "refund", payment_status: "success" };
  const parcel = { status: "shipped" };

  it("are numbered by kind", () => {
    const data = { payments: [paid, back, paid, back], shipments: [parcel, parcel] };
    expect(keysOf(data)).toEqual([
      "payments N1",
      "refunds N1",
      "payments N1#2",
      "refunds N1#2",
      "shipments N1",
      "shipments N1#2",
    ]);
  });

  it("keep their keys where one before them is invalid", () => {
    const odd = { amount: "3" };
    const data = {
      payments: [{ ...paid, ...odd }, paid, { ...back, ...odd }, back],
      shipments: [{ ...parcel, awb_no: {} }, parcel],
    };
    expect(keysOf(data)).toEqual(["payments N1#2", "refunds N1#2", "shipments N1#2"]);
  });

  it("are not moved by entries with one, valid or not", () => {
    const named = { ...paid, request_number: "PAY-1" };
    const data = { payments: [named, { ...named, amount: "3" }, paid] };
    expect(keysOf(data)).toEqual(["payments PAY-1", "payments N1"]);
  });
});

describe("the date that an order shows", () => {
  it("is the latest of all entries that are read", () => {
    const payments = Array.from({ length: ENTRIES_MAX }, (_, n) => ({
      request_number: `P${String(n)}`,
      payment_date: n === ENTRIES_MAX - 1 ? "2026-11-23" : "2026-11-20",
    }));
    const { description } = take({ order_number: "N1", status: "complete", payments });
    expect(description.occurredAt).toBe("2026-11-23T00:00:00.000Z");
  });
});
