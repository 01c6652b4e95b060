/** The form and type of a body: envelope, flat, bare or unknown. */
import { describe, expect, test } from "vitest";
import { eventTypes, findEventType, ownTypes } from "../../src/events/catalog";
import { decodeUtf8, type KnownBody, recognize } from "../../src/events/recognition";

function read(body: unknown, hint: string | null = null) {
  return recognize(typeof body === "string" ? body : JSON.stringify(body), hint);
}

function known(body: unknown, hint: string | null = null): KnownBody {
  const found = read(body, hint);
  if (found.form === "unknown") throw new Error(found.reason);
  return found;
}

function reasonOf(body: unknown, hint: string | null = null): string {
  const found = read(body, hint);
  if (found.form !== "unknown") throw new Error(`it is ${found.form}`);
  return found.reason;
}

describe("an envelope", () => {
  test("carries type, id, order number, times in order, and data untouched", () => {
    const data = { order_number: "O", x: [1, { y: null }] };
    const body = {
      data,
      event_time: "d",
      created_at: "a",
      occurred_at: "c",
      timestamp: "b",
      order_number: "ORD-1",
      event_type: "order.created",
      id: "evt_1",
    };
    expect(known(body)).toEqual({
      form: "envelope",
      type: "order.created",
      row: findEventType("order.created"),
      id: "evt_1",
      times: [
        { field: "created_at", value: "a" },
        { field: "timestamp", value: "b" },
        { field: "occurred_at", value: "c" },
        { field: "event_time", value: "d" },
      ],
      orderNumber: "ORD-1",
      data,
    });
  });

  test.each([
    ["ORDER.Created", "order.created"],
    ["order_created", "order.created"],
    ["order-created", "order.created"],
    ["order/created", "order.created"],
    [" order.created ", "order.created"],
    ["payment-refund-created", "payment.refund.initiated"],
    ["payment.refund.created", "payment.refund.initiated"],
    ["order.canceled", "order.cancelled"],
    ["Shipment.Canceled", "shipment.cancelled"],
  ])("whose type is spelled %s is %s", (name, type) => {
    expect(known({ event_type: name, data: {} })).toMatchObject({ form: "envelope", type });
  });

  test.each(["type", "event", "topic"])(
    "may name its type under %s, where that is one",
    (field) => {
      expect(known({ [field]: "payment.failed", data: {} }).type).toBe("payment.failed");
      expect(known({ [field]: "payment.failed", payload: { a: 1 } })).toMatchObject({
        form: "envelope",
        data: { a: 1 },
      });
      expect(reasonOf({ [field]: "cart.updated", data: {} })).toContain("names no event type");
    },
  );

  test("prefers event_type, and data that is an object", () => {
    const both = { type: "order.created", event_type: "order.cancelled", data: "x", payload: {} };
    expect(known(both)).toMatchObject({ type: "order.cancelled", form: "envelope", data: {} });
  });

  test("of an unknown type keeps it as it was sent; our own two types are unknown there", () => {
    for (const type of ["Cart.Updated", ...ownTypes]) {
      expect(known({ event_type: type, data: {} })).toMatchObject({ type, row: null });
    }
  });

  test("keeps its own type whatever path or header say", () => {
    expect(known({ event_type: "order.created", data: {} }, "order.cancelled")).toMatchObject({
      form: "envelope",
      type: "order.created",
    });
  });

  test.each([null, "text", 7, []])("keeps data that is no object (%j), to say so", (data) => {
    expect(known({ event_type: "order.created", data })).toMatchObject({ form: "envelope", data });
  });

  test.each([
    [42, "42"],
    ["0", "0"],
    [" padded ", " padded "],
    ["x".repeat(513), "x".repeat(513)],
    ["", null],
    ["  ", null],
    [null, null],
    [{}, null],
    [[1], null],
    [false, null],
  ])("with an id of %j has the id %j", (id, expected) => {
    expect(known({ id, event_type: "x", data: {} })).toMatchObject({ id: expected });
  });

  test("keeps every digit of an id that is a long integer", () => {
    for (const id of ["1152921504606846976", "1152921504606846977", "-9007199254740993"]) {
      expect(known(`{"id":${id},"event_type":"order.created","data":{}}`).id).toBe(id);
    }
    expect(known(`{"id": 9007199254740991 ,"event_type":"x","data":{}}`).id).toBe(
      "9007199254740991",
    );
  });
});

describe("a flat body", () => {
  test("has its type and times beside the model's fields; its id is the event's, never a key", () => {
    const body = {
      event_type: "payment.success",
      id: "evt_1",
      created_at: "2026-11-20T10:00:00Z",
      request_number: "P1",
    };
    expect(known(body)).toMatchObject({
      form: "flat",
      type: "payment.success",
      id: "evt_1",
      times: [{ field: "created_at", value: "2026-11-20T10:00:00Z" }],
    });
    expect(known(body).data).toEqual({ request_number: "P1" });
  });

  test("about a shipment has a created_at of the shipment", () => {
    const body = { event_type: "shipment.updated", created_at: "a", timestamp: "b", awb_no: "W" };
    expect(known(body).times).toEqual([{ field: "timestamp", value: "b" }]);
  });
});

describe("a bare body", () => {
  test("is the data whole; nothing in it is the event's", () => {
    const model = { id: "entity", created_at: "2026-11-20", order_number: "O", status: "draft" };
    expect(known(model)).toEqual({
      form: "bare",
      type: "order.created",
      row: findEventType("order.created"),
      id: null,
      times: [],
      orderNumber: "O",
      data: model,
    });
  });

  test.each([
    // Fields of one model only.
    [{ order_items: [] }, "order.updated"],
    [{ grand_total: 0, payment_status: "success" }, "order.updated"],
    [{ payments: [], order_number: "A", status: "confirmed" }, "order.confirmed"],
    [{ billing_address: {}, status: "complete" }, "order.completed"],
    [{ amount: 5, payment_status: "success" }, "payment.success"],
    [{ payment_date: "x" }, "payment.updated"],
    [{ refund_amount: 5, status: "approved", order_number: "A" }, "payment.refund.initiated"],
    [{ payment_mode: "bank-transfer", status: "success" }, "payment.refund.success"],
    [{ awb_no: "W", status: "delivered" }, "shipment.delivered"],
    [{ shipment_items: [], status: "cancelled", order_number: "A" }, "shipment.cancelled"],
    [{ tracking_url: "https://t.example", status: "ready_to_collect" }, "shipment.updated"],
    // Combinations.
    [{ order_number: "A", status: "cancelled" }, "order.cancelled"],
    [{ order_number: "A", status: "shipped" }, "order.updated"],
    [{ order_number: "A", payment_status: "success" }, "order.updated"],
    [{ order_number: "A", status: "pending", payment_status: "failed" }, "order.created"],
    [{ request_number: "R", status: "failed" }, "payment.refund.failed"],
    [{ order_number: "A", request_number: "R", status: "success" }, "payment.refund.success"],
    [{ payment_reference_number: "R", status: "pending" }, "payment.refund.initiated"],
    [{ request_number: "R", payment_status: "failed" }, "payment.failed"],
    [{ order_number: "A", request_number: "R", payment_status: "pending" }, "payment.retried"],
    [{ payment_status: "settled" }, "payment.success"],
    [{ id: "X", payment_status: "in_doubt" }, "payment.updated"],
    [{ transaction_type: "payment", request_number: "R" }, "payment.updated"],
    [
      { transaction_type: "refund", payment_status: "success", amount: 5 },
      "payment.refund.success",
    ],
    [
      { transaction_type: "refund", payment_status: "refund_initiated" },
      "payment.refund.initiated",
    ],
    [{ reference_number: "S", status: "in_transit" }, "shipment.updated"],
    [{ order_number: "A", reference_number: "S", status: "packed" }, "shipment.created"],
    [{ reference_number: "S" }, "shipment.updated"],
    // Fields that orders also list decide if no field of an order is present.
    [
      { order_number: "A", payment_status: "success", payment_method: "upi", bank_name: "HDFC" },
      "payment.success",
    ],
    [
      { order_number: "A", status: "pending", modified_at: "x", cancellation_reason: "lost" },
      "shipment.updated",
    ],
  ])("%j is %s", (body, type) => {
    expect(known(body)).toMatchObject({ form: "bare", type });
  });

  test.each([
    [{}, "no field of a known model"],
    [{ order_number: "A" }, "no field of a known model"],
    [
      { order_number: "A", customer_email: "a@b.example", metadata: {} },
      "no field of a known model",
    ],
    [{ status: "success" }, "status may belong to: refund, shipment"],
    [{ order_number: "A", request_number: "R" }, "may belong to: payment, refund"],
    [{ request_number: "R", status: "success", payment_status: "success" }, "no known model has"],
    [{ grand_total: 5, refund_amount: 5, status: "success" }, "fields of two models"],
    [{ awb_no: "W", amount: 5 }, "fields of two models"],
    [{ transaction_type: "refund", grand_total: 5 }, "fields of two models"],
    [{ event_type: "", order_number: "A" }, "no field of a known model"],
    [{ event_type: null, data: { order_number: "A" } }, "no field of a known model"],
    [{ Event_Type: "order.created", data: {} }, "no field of a known model"],
  ])("%j is unknown", (body, reason) => {
    expect(reasonOf(body)).toContain(reason);
  });

  test("of no known model still says which order it names", () => {
    expect(read({ order_number: "A", x: 1 })).toMatchObject({ form: "unknown", orderNumber: "A" });
  });
});

describe("a hint", () => {
  const shipped = { order_number: "A", status: "awaiting_shipment", order_items: [] };

  test("names an order's event that the order has reached already", () => {
    expect(known(shipped, "order.confirmed")).toMatchObject({
      form: "bare",
      type: "order.confirmed",
    });
    expect(known(shipped, "ORDER_CREATED").type).toBe("order.created");
  });

  test.each(["order.completed", "order.cancelled", "payment.success", "shipment.updated", "x", ""])(
    "of %j changes nothing there",
    (hint) => {
      expect(known(shipped, hint).type).toBe("order.updated");
    },
  );

  test("never changes a type that the status means, nor one of another subject", () => {
    for (const hint of eventTypes) {
      expect(known({ ...shipped, status: "cancelled" }, hint).type).toBe("order.cancelled");
      expect(known({ ...shipped, status: "on_the_moon" }, hint).type).toBe("order.updated");
      expect(known({ awb_no: "W", status: "lost" }, hint).type).toBe("shipment.updated");
      expect(known({ amount: 5, payment_status: "odd" }, hint).type).toBe("payment.updated");
    }
  });
});

describe("what is of no known form", () => {
  test.each([
    ["{", "not JSON"],
    ["{'a':1}", "not JSON"],
    ["NaN", "not JSON"],
    ["   ", "not JSON"],
    ["hello", "not JSON"],
    ["[]", "not an object"],
    ["null", "not an object"],
    [`"text"`, "not an object"],
    ["7", "not an object"],
    [`{"__proto__":{"event_type":"x"}}`, "names no event type"],
  ])("%s is %s", (body, problem) => {
    expect(reasonOf(body)).toContain(problem);
  });
});

describe("bytes", () => {
  test("of UTF-8 are text, of anything else nothing", () => {
    expect(decodeUtf8(new TextEncoder().encode("Jörg आशा 🎁"))).toBe("Jörg आशा 🎁");
    expect(decodeUtf8(new Uint8Array(0))).toBe("");
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x80]]) {
      expect(decodeUtf8(new Uint8Array(bytes))).toBeNull();
    }
  });
});
