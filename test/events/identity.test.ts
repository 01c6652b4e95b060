/** The identity of an event: key, subject, order number and time. */
import { describe, expect, test } from "vitest";
import { identify } from "../../src/events/identity";
import { keyOf } from "../../src/events/keys";
import { recognize } from "../../src/events/recognition";

const RECEIVED = "2026-11-24T12:00:00.000Z";
const frame = { receivedAt: RECEIVED, timeZone: null };

function identityOf(body: object): ReturnType<typeof identify> {
  return identify(recognize(JSON.stringify(body), null), frame);
}

describe("the key of a row", () => {
  const all = {
    request_number: "REQ",
    payment_reference_number: "PREF",
    reference_number: "REF",
    awb_no: "AWB",
    id: "ID",
  };

  test.each([
    ["order", { order_number: "O" }, "O"],
    ["payment", all, "REQ"],
    ["payment", { ...all, request_number: null }, "PREF"],
    ["payment", { ...all, request_number: "", payment_reference_number: " " }, "ID"],
    ["payment", {}, "LAST"],
    ["refund", all, "REQ"],
    ["refund", { ...all, request_number: {} }, "PREF"],
    ["refund", { id: 7 }, "7"],
    ["refund", {}, "LAST"],
    ["shipment", all, "REF"],
    ["shipment", { ...all, reference_number: undefined }, "AWB"],
    ["shipment", { id: "ID" }, "ID"],
    ["shipment", { request_number: "REQ" }, "LAST"],
  ] as const)("of a %s with %j is %s", (subject, data, key) => {
    expect(keyOf(subject, data, "LAST")).toBe(key);
  });

  test("is null where nothing names one", () => {
    for (const subject of ["order", "payment", "refund", "shipment"] as const) {
      expect(keyOf(subject, {}, null)).toBeNull();
    }
  });
});

describe("what an envelope is about", () => {
  test("an order number may stand in data or in the envelope, data first", () => {
    const data = { request_number: "P" };
    expect(identityOf({ event_type: "payment.success", order_number: "E", data })).toMatchObject({
      subject: "payment",
      subjectId: "P",
      orderNumber: "E",
    });
    const both = {
      event_type: "payment.success",
      order_number: "E",
      data: { ...data, order_number: "D" },
    };
    expect(identityOf(both)).toMatchObject({ orderNumber: "D" });
  });

  test("an order may be named by the envelope alone", () => {
    expect(identityOf({ event_type: "order.created", order_number: "E", data: {} })).toMatchObject({
      subject: "order",
      subjectId: "E",
      orderNumber: "E",
    });
  });

  test("an unknown type is about nothing", () => {
    expect(identityOf({ event_type: "cart.updated", data: { order_number: "D" } })).toMatchObject({
      subject: null,
      subjectId: null,
    });
  });

  test.each([undefined, null, [], "text", 7])("data that is %j has no key", (data) => {
    expect(identityOf({ event_type: "payment.success", data })).toMatchObject({
      subject: "payment",
      subjectId: null,
    });
  });
});

describe("when it happened", () => {
  const early = "2026-11-20T10:00:00.000Z";
  const late = "2026-11-21T10:00:00.000Z";

  test.each([
    ["order.created", { modified_at: early, payment_date: early }, null],
    ["payment.success", { payment_date: early, modified_at: late }, early],
    ["payment.retried", { payment_date: early }, early],
    ["payment.refund.success", { refund_date: early, payment_date: late }, early],
    ["shipment.updated", { modified_at: early, created_at: late, shipped_date: late }, early],
    ["shipment.delivered", { delivered_date: early }, null],
    ["cart.updated", { modified_at: early }, null],
  ])("%s without an envelope time: by its own field", (type, data, time) => {
    expect(identityOf({ event_type: type, data }).occurredAt).toBe(time);
  });

  test("the envelope's time comes first", () => {
    const body = { event_type: "payment.success", created_at: late, data: { payment_date: early } };
    expect(identityOf(body).occurredAt).toBe(late);
  });

  test.each(["created_at", "timestamp", "occurred_at", "event_time"])(
    "it may stand under %s",
    (field) => {
      for (const value of [early, Date.parse(early), Date.parse(early) / 1000]) {
        expect(identityOf({ event_type: "order.created", [field]: value, data: {} })).toMatchObject(
          {
            occurredAt: early,
            notes: [],
          },
        );
      }
    },
  );

  test("a time that cannot be believed is noted", () => {
    for (const created_at of ["1999-01-01", "2027-11-20T10:00:00Z", "soon"]) {
      const identity = identityOf({ event_type: "order.created", created_at, data: {} });
      expect(identity.occurredAt).toBeNull();
      expect(identity.notes.join()).toContain("created_at");
    }
  });

  test("a bare body's created_at is the entity's", () => {
    const identity = identityOf({ order_number: "O", status: "draft", created_at: early });
    expect(identity).toMatchObject({ subject: "order", statedAt: null, occurredAt: null });
  });

  test("an order that states none is as old as the latest past date that it shows", () => {
    const shown = {
      order_date: early,
      payments: [{ payment_date: "2026-11-20T11:00:00Z" }, { payment_date: late }, "odd", null],
      shipments: [
        { created_at: "2026-11-20T12:00:00Z", eta_delivery: "2026-11-24T09:00:00Z" },
        { delivered_date: "2099-01-01", shipped_date: "soon", modified_at: "1999-01-01" },
      ],
      estimated_delivery: "2026-11-24T09:00:00Z",
    };
    expect(identityOf({ order_number: "O", status: "confirmed", ...shown })).toMatchObject({
      statedAt: null,
      occurredAt: late,
      notes: [],
    });
    const paid = { ...shown, payment_success_date: "2026-11-22T00:00:00.000Z" };
    const body = { event_type: "order.confirmed", data: { order_number: "O", ...paid } };
    expect(identityOf(body).occurredAt).toBe("2026-11-22T00:00:00.000Z");
    const stated = { ...body, created_at: early };
    expect(identityOf(stated)).toMatchObject({ statedAt: early, occurredAt: early });
    expect(identityOf({ ...body, created_at: "1999-01-01" })).toMatchObject({
      statedAt: null,
      occurredAt: "2026-11-22T00:00:00.000Z",
    });
  });

  test("a refund that is told as a payment has the payment's date", () => {
    const body = { transaction_type: "refund", request_number: "R", payment_date: early };
    expect(identityOf(body)).toMatchObject({
      subject: "refund",
      subjectId: "R",
      occurredAt: early,
    });
  });

  test("it is never the time of receipt", () => {
    expect(identityOf({ event_type: "order.created", data: {} }).occurredAt).toBeNull();
  });
});
