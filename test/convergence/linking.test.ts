/**
 * Links to orders, rule by rule: each case in every order of arrival, one event per batch and all in one batch. Random
 * histories miss some of these cases.
 */
import { describe, expect, it } from "vitest";
import { event, inEveryOrder, row } from "./every-order";

const ORDER =
  "SELECT payment_status, paid_micros, refunded_micros FROM orders WHERE order_number = ?1";
const PAYMENT = "SELECT order_number, status FROM payments WHERE payment_id = ?1";

describe("a payment that names no order", () => {
  it("joins the order that lists it, whichever came first", async () => {
    await inEveryOrder(
      [
        event("payment.success", "10:00", { request_number: "P1", amount: 100 }),
        event("order.created", "09:00", {
          order_number: "A",
          payments: [{ request_number: "P1", amount: 100, payment_status: "pending" }],
        }),
      ],
      async () => {
        expect(await row(PAYMENT, "P1")).toEqual({ order_number: "A", status: "success" });
        expect(await row(ORDER, "A")).toEqual({
          payment_status: "success",
          paid_micros: 100_000_000,
          refunded_micros: 0,
        });
      },
    );
  });

  it("waits unlinked while nothing lists it", async () => {
    await inEveryOrder([event("payment.success", "10:00", { request_number: "P1" })], async () => {
      expect(await row(PAYMENT, "P1")).toEqual({ order_number: null, status: "success" });
      expect(await row("SELECT count(*) AS n FROM orders")).toEqual({ n: 0 });
    });
  });

  it("moves to the order that named it last, and leaves nothing behind at the first", async () => {
    await inEveryOrder(
      [
        event("payment.success", "10:00", { request_number: "P1", amount: 100 }),
        event("order.created", "09:00", {
          order_number: "A",
          payments: [{ request_number: "P1", payment_status: "pending" }],
        }),
        event("order.created", "11:00", {
          order_number: "B",
          payments: [{ request_number: "P1", payment_status: "success", amount: 100 }],
        }),
      ],
      async () => {
        expect(await row(ORDER, "A")).toMatchObject({ paid_micros: 0, payment_status: null });
        expect(await row(ORDER, "B")).toMatchObject({ paid_micros: 100_000_000 });
      },
    );
  });
});

describe("two names of one payment", () => {
  const byReference = event("payment.success", "10:00", {
    payment_reference_number: "R1",
    amount: 100,
  });
  const listed = event("order.created", "09:00", {
    order_number: "A",
    payments: [
      {
        request_number: "P1",
        payment_reference_number: "R1",
        amount: 100,
        payment_status: "pending",
      },
    ],
  });

  it("share the link and count once", async () => {
    await inEveryOrder([byReference, listed], async () => {
      expect(await row(PAYMENT, "R1")).toEqual({ order_number: "A", status: "success" });
      expect(await row(PAYMENT, "P1")).toEqual({ order_number: "A", status: "pending" });
      expect(await row(ORDER, "A")).toMatchObject({
        paid_micros: 100_000_000,
        payment_status: "success",
      });
    });
  });

  it("count by the name whose status is more recent", async () => {
    const failed = event("payment.failed", "11:00", { request_number: "P1", amount: 100 });
    await inEveryOrder([byReference, listed, failed], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ paid_micros: 0, payment_status: "failed" });
    });
  });

  it("count the payment, not the alias, on a tie", async () => {
    const both = event("order.created", "09:00", {
      order_number: "A",
      payments: [
        {
          request_number: "P1",
          payment_reference_number: "R1",
          amount: 100,
          payment_status: "success",
        },
        { payment_reference_number: "R1", amount: 7, payment_status: "success" },
      ],
    });
    await inEveryOrder([both], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ paid_micros: 100_000_000 });
    });
  });

  it("part again when the reference changes, and both ends are counted anew", async () => {
    const renamed = event("payment.success", "12:00", {
      request_number: "P1",
      payment_reference_number: "R2",
      amount: 50,
    });
    const named = event("payment.success", "10:30", {
      payment_reference_number: "R1",
      order_number: "A",
      amount: 100,
    });
    await inEveryOrder([listed, named, renamed], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ paid_micros: 150_000_000 });
    });
  });
});

describe("a refund that names no order", () => {
  const refund = event("payment.refund.success", "12:00", {
    request_number: "F1",
    payment_reference_number: "R1",
    refund_amount: 40,
  });
  const payment = event("payment.success", "10:00", {
    request_number: "P1",
    payment_reference_number: "R1",
    amount: 100,
  });
  const order = event("order.created", "09:00", {
    order_number: "A",
    payments: [{ request_number: "P1" }],
  });

  it("joins the order of the payment that it refers to, through a payment linked later", async () => {
    await inEveryOrder([refund, payment, order], async () => {
      expect(await row(ORDER, "A")).toMatchObject({
        paid_micros: 100_000_000,
        refunded_micros: 40_000_000,
      });
    });
  });

  it("stays with the order named for it", async () => {
    const named = event("payment.refund.initiated", "11:00", {
      request_number: "F1",
      order_number: "B",
    });
    await inEveryOrder([refund, payment, order, named], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ refunded_micros: 0 });
      expect(await row(ORDER, "B")).toMatchObject({ refunded_micros: 40_000_000 });
    });
  });

  it("joins the lowest order number where several payments have the reference", async () => {
    const other = event("payment.success", "10:30", {
      request_number: "P2",
      payment_reference_number: "R1",
      order_number: "0",
    });
    await inEveryOrder([refund, payment, order, other], async () => {
      expect(await row("SELECT order_number FROM refunds")).toEqual({ order_number: "0" });
    });
  });

  it("follows its payment to another order", async () => {
    const moved = event("order.confirmed", "13:00", {
      order_number: "B",
      payments: [{ request_number: "P1" }],
    });
    await inEveryOrder([refund, payment, order, moved], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ paid_micros: 0, refunded_micros: 0 });
      expect(await row(ORDER, "B")).toMatchObject({
        paid_micros: 100_000_000,
        refunded_micros: 40_000_000,
      });
    });
  });

  it("follows its payment where that is linked under its other name", async () => {
    const alias = event("payment.success", "10:00", {
      request_number: "R1",
      payment_reference_number: "R3",
      amount: 100,
    });
    const following = event("payment.refund.success", "12:00", {
      request_number: "F1",
      payment_reference_number: "R3",
      refund_amount: 40,
    });
    const lists = event("order.created", "09:00", {
      order_number: "A",
      payments: [{ request_number: "P1", payment_reference_number: "R1" }],
    });
    await inEveryOrder([alias, following, lists], async () => {
      expect(await row(ORDER, "A")).toMatchObject({
        paid_micros: 100_000_000,
        refunded_micros: 40_000_000,
      });
    });
  });

  it("leaves the order when its payment changes its reference", async () => {
    const renamed = event("payment.success", "13:00", {
      request_number: "P1",
      payment_reference_number: "R2",
      amount: 100,
    });
    await inEveryOrder([refund, payment, order, renamed], async () => {
      expect(await row("SELECT order_number FROM refunds")).toEqual({ order_number: null });
      expect(await row(ORDER, "A")).toMatchObject({ refunded_micros: 0 });
    });
  });
});

describe("a refund listed among an order's payments", () => {
  it("is a refund: initiated is pending, success counts", async () => {
    await inEveryOrder(
      [
        event("order.cancelled", "12:00", {
          order_number: "A",
          payments: [
            { request_number: "P1", payment_status: "success", amount: 100 },
            {
              request_number: "F1",
              transaction_type: "refund",
              payment_status: "refund_initiated",
              amount: 100,
            },
            {
              request_number: "F2",
              transaction_type: "refund",
              payment_status: "success",
              amount: 30,
            },
          ],
        }),
      ],
      async () => {
        expect(await row("SELECT status FROM refunds WHERE refund_id = 'F1'")).toEqual({
          status: "pending",
        });
        expect(await row(ORDER, "A")).toMatchObject({ refunded_micros: 30_000_000 });
        expect(await row("SELECT count(*) AS n FROM payments")).toEqual({ n: 1 });
      },
    );
  });
});

describe("the order's payment status", () => {
  const failed = event("payment.failed", "11:00", { request_number: "P2", order_number: "A" });
  const paid = event("payment.success", "10:00", {
    request_number: "P1",
    order_number: "A",
    amount: 10,
  });

  it("is that of the payment with the highest stage, not of the latest", async () => {
    await inEveryOrder([failed, paid], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ payment_status: "success" });
    });
  });

  it("is the order's own word where that is at least as recent", async () => {
    const snapshot = event("order.confirmed", "10:30", {
      order_number: "A",
      payment_status: "partially_paid",
    });
    await inEveryOrder([failed, paid, snapshot], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ payment_status: "partially_paid" });
    });
  });

  it("is the payment's where the order's own word is older", async () => {
    const snapshot = event("order.created", "09:30", {
      order_number: "A",
      payment_status: "pending",
    });
    await inEveryOrder([failed, paid, snapshot], async () => {
      expect(await row(ORDER, "A")).toMatchObject({ payment_status: "success" });
    });
  });

  it("is the order's own word where one event says both", async () => {
    const both = event("order.created", "12:00", {
      order_number: "A",
      payment_status: "pending",
      payments: [{ request_number: "P1", payment_status: "success", amount: 10 }],
    });
    await inEveryOrder([both], async () => {
      expect(await row(ORDER, "A")).toMatchObject({
        payment_status: "pending",
        paid_micros: 10_000_000,
      });
    });
  });
});

describe("within one event", () => {
  it("the last entry for a row stands, whole", async () => {
    await inEveryOrder(
      [
        event("order.created", "09:00", {
          order_number: "A",
          payments: [
            { request_number: "P1", payment_status: "success", amount: 10, payment_method: "upi" },
            { request_number: "P1", payment_status: "failed" },
          ],
        }),
      ],
      async () => {
        expect(await row("SELECT status, amount_micros, method FROM payments")).toEqual({
          status: "failed",
          amount_micros: null,
          method: null,
        });
      },
    );
  });

  it("an order named for an unknown number makes a stub that later events fill", async () => {
    const shipment = event("shipment.created", "10:00", {
      reference_number: "S1",
      order_number: "A",
    });
    await inEveryOrder([shipment], async () => {
      expect(await row("SELECT order_number, status FROM orders")).toEqual({
        order_number: "A",
        status: null,
      });
    });
    const created = event("order.created", "09:00", { order_number: "A", grand_total: 5 });
    await inEveryOrder([shipment, created], async () => {
      expect(await row("SELECT status, grand_total_micros FROM orders")).toEqual({
        status: "draft",
        grand_total_micros: 5_000_000,
      });
    });
  });
});

describe("events of the same instant", () => {
  it("fall in the order of their stages", async () => {
    const created = event("order.created", "10:00", { order_number: "A" }, "z");
    const confirmed = event("order.confirmed", "10:00", { order_number: "A" }, "y");
    const cancelled = event("order.cancelled", "10:00", { order_number: "A" }, "x");
    await inEveryOrder([created, confirmed, cancelled], async () => {
      expect(await row("SELECT status FROM orders")).toEqual({ status: "cancelled" });
    });
  });

  it("and of the same stage in the order of their ids", async () => {
    const one = event("order.confirmed", "10:00", { order_number: "A", grand_total: 1 }, "evt-1");
    const two = event("order.confirmed", "10:00", { order_number: "A", grand_total: 2 }, "evt-2");
    await inEveryOrder([one, two], async () => {
      expect(await row("SELECT grand_total_micros FROM orders")).toEqual({
        grand_total_micros: 2_000_000,
      });
    });
  });

  it("an event without a time never outranks one with a time", async () => {
    const cancelled = event("order.cancelled", null, { order_number: "A" });
    const created = event("order.created", "10:00", { order_number: "A" });
    await inEveryOrder([cancelled, created], async () => {
      expect(await row("SELECT status FROM orders")).toEqual({ status: "draft" });
    });
  });

  it("a register wins whole: a later event without an address leaves the address alone", async () => {
    const first = event("order.created", "09:00", {
      order_number: "A",
      billing_address: { first_name: "Asha", email: "asha@example.com" },
    });
    const bare = event("order.confirmed", "10:00", { order_number: "A", status: "confirmed" });
    const other = event("order.confirmed", "11:00", {
      order_number: "A",
      customer_email: "new@example.com",
    });
    await inEveryOrder([first, bare], async () => {
      expect(await row("SELECT customer_name, customer_email FROM orders")).toEqual({
        customer_name: "Asha",
        customer_email: "asha@example.com",
      });
    });
    await inEveryOrder([first, bare, other], async () => {
      expect(await row("SELECT customer_name, customer_email FROM orders")).toEqual({
        customer_name: null,
        customer_email: "new@example.com",
      });
    });
  });
});

describe("amounts that contradict each other", () => {
  it("keep the higher id and flag the event", async () => {
    const one = event("payment.success", "10:00", { request_number: "P1", amount: 10 }, "evt-1");
    const two = event("payment.success", "10:00", { request_number: "P1", amount: 20 }, "evt-2");
    await inEveryOrder([one, two], async () => {
      expect(await row("SELECT amount_micros FROM payments")).toEqual({
        amount_micros: 20_000_000,
      });
      expect(
        await row("SELECT count(*) > 0 AS flagged FROM webhook_events WHERE notes LIKE '%amount%'"),
      ).toEqual({ flagged: 1 });
    });
  });
});
