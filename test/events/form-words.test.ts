/** The words that describe how a delivery was understood. */
import { describe, expect, it } from "vitest";
import { describeForm, nameType } from "../../src/events/form-words";
import { describe as describeBody, identify } from "../../src/events/identity";
import { recognize } from "../../src/events/recognition";

const frame = { receivedAt: "2026-11-26T10:00:00.000Z", timeZone: null };

function said(payload: object | string, hint: string | null = null): string | null {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const body = recognize(text, hint);
  const { form } = describeBody(body, identify(body, frame));
  return describeForm({ form, type_hint: hint, payload: text });
}

const order = { order_number: "ORD-1", grand_total: 10 };

describe("the words for how a delivery was understood", () => {
  it.each([
    ["envelope · type named by the body", { event_type: "order.confirmed", data: order }],
    ["flat · type named by the body", { event_type: "order.confirmed", ...order }],
    ['bare · type by its status "confirmed"', { ...order, status: "confirmed" }],
    ['bare · type by its status "awaiting_shipment"', { ...order, status: "awaiting_shipment" }],
    ["bare · type by its fields, since it states no status", order],
    ['bare · type by its status "success"', { payment_status: "success", upi_id: "a@upi" }],
    ["unknown: the body is not JSON", "event_type=order.created"],
    ["unknown: the body is JSON, but not an object", "[1]"],
  ])("%s", (words, body) => {
    expect(said(body)).toBe(words);
  });

  it("names a hint where it made the type, and only there", () => {
    const body = { ...order, status: "awaiting_shipment" };
    expect(said(body, "order.confirmed")).toBe(
      "bare · type hinted by the URL or a header: order.confirmed",
    );
    expect(said(body, "order.cancelled")).toBe('bare · type by its status "awaiting_shipment"');
    expect(said({ ...order, status: "confirmed" }, "order.confirmed")).toBe(
      'bare · type by its status "confirmed"',
    );
  });

  it("quotes a status on one line, however long and whatever it holds", () => {
    const status = `a\n\u0007${"x".repeat(500)}`;
    expect(said({ ...order, status })).toMatch(
      /^bare · type by its fields, since its status "a\\n\\u0007x{57}" is unknown$/,
    );
  });

  it("says no more than the form once the body is gone", () => {
    const gone = { type_hint: null, payload: null };
    expect(describeForm({ form: "bare", ...gone })).toBe("bare");
    expect(describeForm({ form: null, ...gone })).toBeNull();
  });

  it("has a name for what has no type", () => {
    expect(nameType(null)).toBe("unknown body");
    expect(nameType("order.created")).toBe("order.created");
  });
});
