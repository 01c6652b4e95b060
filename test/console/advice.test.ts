/** The advice to a person about an event that is not applied, from the body that caused it. */
import { describe, expect, it } from "vitest";
import { adviceFor } from "../../src/console/pages/events/advice";
import { asJudged, interpret } from "../../src/projection/interpret";

const defaults = { country: "IN", timeZone: null } as const;

/** The advice on a body, as the projection interprets it. */
function adviceOn(payload: string): string | null {
  const stored = { id: "evt", typeHint: null, receivedAt: "2026-11-24T10:00:00.000Z", payload };
  const { status, error } = interpret(stored, { ...asJudged(defaults), dedupeDays: 30 });
  expect(status).not.toBe("processed");
  return adviceFor(status, error);
}

const event = (type: string, data: unknown, more: object = {}): string =>
  JSON.stringify({ event_type: type, data, ...more });

describe("what to do", () => {
  it.each([
    ["text that is no JSON", "hello", "find what else sends to this address"],
    ["JSON that is no object", "[1]", "find what else sends to this address"],
    ["an object of no known form", '{"a":1}', "find what else sends to this address"],
    ["data that is no object", event("order.created", "x"), "Correct the value"],
    [
      "a field of the wrong type",
      event("order.created", { order_number: "A", grand_total: "x" }),
      "Correct the value where it comes from",
    ],
    ["no key", event("order.created", { status: "draft" }), "with its number or id"],
    [
      "a refund under a payment's type",
      event("payment.success", { request_number: "P", transaction_type: "refund" }),
      "send it as a refund",
    ],
    ["an unknown type", event("coupon.created", {}), "Once a version of this receiver knows"],
    [
      "an event that is too old",
      event("order.created", { order_number: "A" }, { created_at: "2020-01-01T00:00:00Z" }),
      "raise DEDUPE_DAYS",
    ],
  ])("about %s", (_, payload, expected) => {
    expect(adviceOn(payload)).toContain(expected);
  });

  it("about one that failed is in its error or in the log", () => {
    expect(adviceFor("failed", "D1_ERROR: no such table: orders")).toContain("migrations");
    expect(adviceFor("failed", null)).toContain("the log of that time");
  });

  it("is nothing where the event is applied, or can never be", () => {
    expect(adviceFor("processed", null)).toBeNull();
    expect(adviceFor("ignored", "failed and never taken again")).toBeNull();
  });
});
