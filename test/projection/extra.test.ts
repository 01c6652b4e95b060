/** Fields without a column are kept, bounded, in the row of their subject. */
import { describe, expect, it } from "vitest";
import { eraseBody } from "../../src/events/erased-body";
import { EXTRA_MAX_BYTES } from "../../src/projection/patches/extra";
import { asJudged, interpret } from "../../src/projection/interpret";
import type { Entity } from "../../src/projection/registers";
import { defaults } from "../support/defaults";

function take(body: object | string) {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const stored = { id: "e", typeHint: null, receivedAt: "2026-11-24T10:00:00.000Z", payload };
  return interpret(stored, asJudged(defaults));
}
function extraIn(body: object | string, entity: Entity): unknown {
  const patch = take(body).patches.find((one) => one.entity === entity);
  const json = patch?.settings.get("extra")?.values["extra"];
  return typeof json === "string" ? JSON.parse(json) : json;
}

const order = {
  order_number: "A",
  status: "confirmed",
  grand_total: 5,
  is_cancellation_allowed: true,
  cancellation_refund_details: { refundable_amount: 4, cancellation_charges: 1 },
  loyalty_tier: { name: "gold", points: 12 },
  nothing: null,
  none: [],
};
const rest = {
  is_cancellation_allowed: true,
  cancellation_refund_details: { refundable_amount: 4, cancellation_charges: 1 },
  loyalty_tier: { name: "gold", points: 12 },
};

describe("extra", () => {
  it.each([
    [
      "an envelope",
      { event_type: "order.confirmed", id: "e", created_at: "2026-11-24", data: order },
    ],
    ["a flat body", { event_type: "order.confirmed", id: "e", created_at: "2026-11-24", ...order }],
    ["a bare body", order],
  ])("of %s is what no column holds, and nothing of the envelope", (_name, body) => {
    expect(extraIn(body, "orders")).toEqual(rest);
  });

  it("is kept of payments, refunds and parcels, nested ones too", () => {
    const nested = {
      ...order,
      payments: [
        { request_number: "P", payment_status: "success", upi_id: "a@upi" },
        { request_number: "R", transaction_type: "refund", bank_name: "B" },
      ],
      shipments: [{ reference_number: "S", total_boxes: 2, created_at: "2026-11-20" }],
    };
    expect(extraIn(nested, "payments")).toEqual({ upi_id: "a@upi" });
    expect(extraIn(nested, "refunds")).toEqual({ bank_name: "B" });
    expect(extraIn(nested, "shipments")).toEqual({ total_boxes: 2, created_at: "2026-11-20" });
    const refund = {
      request_number: "R",
      refund_amount: 1,
      status: "success",
      payment_method: "UPI",
    };
    expect(extraIn(refund, "refunds")).toEqual({ payment_method: "UPI" });
  });

  it("has note, coupon, customer and metadata beside it, as columns", () => {
    const told = {
      ...order,
      customer_id: 7,
      customer_note: "Ring twice",
      coupon_code: "DIWALI",
      metadata: { language: "hi" },
    };
    const patch = take(told).patches[0];
    expect(patch?.settings.get("extra")?.values).toMatchObject({
      customer_id: "7",
      customer_note: "Ring twice",
      coupon_code: "DIWALI",
      metadata: '{"language":"hi"}',
    });
  });

  it("keeps what a column holds in part, or does not hold as it came", () => {
    const told = { ...order, loyalty_points_redeemed: 250, metadata: ["a"] };
    expect(extraIn(told, "orders")).toEqual({
      ...rest,
      loyalty_points_redeemed: 250,
      metadata: ["a"],
    });
    const parcel = { reference_number: "S", status: "packed", modified_at: "2026-11-24T09:00:00Z" };
    expect(extraIn(parcel, "shipments")).toEqual({ modified_at: "2026-11-24T09:00:00Z" });
  });

  it("has what a column could not take: of another type, or a time that is none", () => {
    const odd = {
      order_date: "yesterday",
      currency: { name: "Rupee" },
      customer_id: true,
      customer_note: { text: "Ring twice" },
      coupon_code: ["DIWALI"],
    };
    expect(extraIn({ ...order, ...odd }, "orders")).toEqual({ ...rest, ...odd });
    const parcel = {
      reference_number: "S",
      status: "shipped",
      shipped_date: "never",
      delivered_date: "2099-01-01",
      eta_delivery: "in 3 days",
    };
    const { reference_number: _key, status: _status, ...dates } = parcel;
    expect(extraIn(parcel, "shipments")).toEqual(dates);
  });

  it("has the dates and remarks of a payment or refund that states no status", () => {
    const entry = { request_number: "P", payment_date: "2026-11-23", upi_id: "a@upi" };
    const { request_number: _key, ...kept } = entry;
    expect(extraIn({ ...order, payments: [entry] }, "payments")).toEqual(kept);
    const refund = { refund_amount: 1, refund_date: "2026-11-23", refund_remarks: "as asked" };
    expect(extraIn({ request_number: "R", ...refund }, "refunds")).toEqual({
      refund_date: "2026-11-23",
      refund_remarks: "as asked",
    });
  });

  it("has how a nested refund was paid, and an unknown kind of transaction", () => {
    const entry = { request_number: "R", payment_status: "success", payment_method: "UPI" };
    const more = { ...entry, bank_name: "B" };
    const nested = { ...order, payments: [{ ...more, transaction_type: "refund" }] };
    expect(extraIn(nested, "refunds")).toEqual({ payment_method: "UPI", bank_name: "B" });
    const other = { ...order, payments: [{ ...more, transaction_type: "chargeback" }] };
    expect(extraIn(other, "payments")).toEqual({ transaction_type: "chargeback", bank_name: "B" });
  });

  it("is not set by a nested entry that has nothing else: what its own event said stands", () => {
    const refund = { request_number: "R", transaction_type: "refund", payment_method: "UPI" };
    const payment = { request_number: "P", payment_date: "2026-11-23" };
    const nested = { ...order, payments: [refund, payment] };
    expect(extraIn(nested, "refunds")).toBeUndefined();
    expect(extraIn(nested, "payments")).toBeUndefined();
  });

  it("is whole where somebody else typed the word for what is gone", () => {
    const told = { ...order, customer_note: "(erased)", friend: "Quillonia" };
    expect(extraIn(told, "orders")).toEqual({ ...rest, friend: "Quillonia" });
  });

  it("ends at 8 KB, and says what was left out", () => {
    const large = { ...order, story: "x".repeat(EXTRA_MAX_BYTES), short: "kept" };
    expect(extraIn(large, "orders")).toEqual({ ...rest, short: "kept" });
    expect(take(large).notes).toContain("extra: too much to keep, left out story");
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, n) => [`field_${String(n)}`, n]),
    );
    const kept = extraIn({ ...order, ...many }, "orders");
    expect(new TextEncoder().encode(JSON.stringify(kept)).length).toBeLessThanOrEqual(
      EXTRA_MAX_BYTES,
    );
  });

  it("keeps long integers, and survives what is nested too deep", () => {
    expect(
      extraIn('{"order_number":"A","grand_total":5,"n":1152921504606846977}', "orders"),
    ).toEqual({
      n: "1152921504606846977",
    });
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const body = `{"order_number":"A","grand_total":5,"deep":${deep},"short":1}`;
    expect(extraIn(body, "orders")).toEqual({ short: 1 });
  });

  it("of an erased body says only that something was there", () => {
    const told = JSON.stringify({ ...order, customer_note: "Ring twice", friend: "Quillonia" });
    expect(extraIn(eraseBody(told), "orders")).toEqual({});
  });
});
