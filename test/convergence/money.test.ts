/**
 * The amounts of orders as people expect them, in every order of delivery, one event per batch and all in one batch;
 * the reference model must agree each time.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { event, inEveryOrder, row } from "./every-order";
import { clearTables } from "../support/rows";

const sums =
  "SELECT payment_status, paid_micros, refunded_micros, payable_micros FROM orders WHERE order_number = 'A'";
const financial =
  "SELECT financial_status, balance_due FROM order_overview WHERE order_number = 'A'";
const micros = (amount: number): number => amount * 1_000_000;

function payment(id: string, status: string, amount: number): Record<string, unknown> {
  return { request_number: id, order_number: "A", payment_status: status, amount };
}
function refund(over: Record<string, unknown>): Record<string, unknown> {
  return { order_number: "A", refund_amount: 200, payment_reference_number: "REF-1", ...over };
}

describe("what is paid", () => {
  beforeEach(clearTables);

  it("is partial where a part was paid and the rest failed", { timeout: 30_000 }, async () => {
    const told = [
      event("order.confirmed", "09:00", {
        order_number: "A",
        grand_total: 500,
        status: "confirmed",
      }),
      event("payment.success", "10:00", payment("P1", "success", 300)),
      event("payment.failed", "11:00", payment("P2", "failed", 200)),
    ];
    await inEveryOrder(told, async () => {
      expect(await row(sums)).toEqual({
        payment_status: "partially_paid",
        paid_micros: micros(300),
        refunded_micros: 0,
        payable_micros: micros(500),
      });
      expect(await row(financial)).toEqual({
        financial_status: "partially_paid",
        balance_due: 200,
      });
    });
  });

  it.each([
    ["nothing is to be paid", { grand_total: 0 }, [], "success", "paid", 0],
    [
      "nothing is to be paid, whatever a payment says",
      { grand_total: 0 },
      [payment("P1", "failed", 5)],
      "success",
      "paid",
      0,
    ],
    [
      "credit paid the rest",
      { grand_total: 500, to_be_paid: 300, credit_balance_used: 200 },
      [payment("P1", "success", 300)],
      "success",
      "paid",
      0,
    ],
    [
      "points paid the rest",
      { grand_total: 500, to_be_paid: 450, loyalty_points_redeemed: 50 },
      [payment("P1", "success", 450)],
      "success",
      "paid",
      0,
    ],
    [
      "points paid all of it",
      { grand_total: 500, to_be_paid: 0, loyalty_points_redeemed: 500 },
      [],
      "success",
      "paid",
      0,
    ],
    [
      "to_be_paid without credit is not built on",
      { grand_total: 500, to_be_paid: 0 },
      [payment("P1", "success", 300)],
      "partially_paid",
      "partially_paid",
      200,
    ],
    [
      "more was paid than asked",
      { grand_total: 500 },
      [payment("P1", "success", 300), payment("P2", "success", 300)],
      "success",
      "paid",
      0,
    ],
    [
      "it is cancelled before anything was paid",
      { grand_total: 500, status: "cancelled" },
      [payment("P1", "failed", 500)],
      "failed",
      "failed",
      0,
    ],
    [
      "the order itself says that it is paid",
      { grand_total: 500, payment_status: "success" },
      [],
      "success",
      "paid",
      0,
    ],
    ["nothing was tried", { grand_total: 500 }, [], null, "pending", 500],
  ] as const)("where %s", async (_name, order, payments, status, word, balance) => {
    const type = "status" in order ? "order.cancelled" : "order.confirmed";
    const told = [
      event(type, "09:00", { order_number: "A", ...order }),
      ...payments.map((data, n) =>
        event(`payment.${String(data["payment_status"])}`, `1${String(n)}:00`, data),
      ),
    ];
    await inEveryOrder(told, async () => {
      expect(await row(sums)).toMatchObject({ payment_status: status });
      expect(await row(financial)).toEqual({ financial_status: word, balance_due: balance });
    });
  });

  it(
    "stays paid when a payment is settled, in every stage of that",
    { timeout: 30_000 },
    async () => {
      for (const status of [
        "unsettled",
        "partially_settled",
        "settled",
        "refund_initiated",
        "refunded",
      ]) {
        const told = [
          event("order.confirmed", "09:00", { order_number: "A", grand_total: 500 }),
          event("payment.success", "10:00", payment("P1", "success", 500)),
          event("order.completed", "12:00", {
            order_number: "A",
            payments: [{ request_number: "P1", payment_status: status, amount: 500 }],
          }),
        ];
        await inEveryOrder(told, async () => {
          expect(await row(sums)).toMatchObject({
            payment_status: "success",
            paid_micros: micros(500),
          });
          expect(await row("SELECT status FROM payments")).toEqual({ status });
        });
      }
    },
  );

  it("counts two entries that carry no identifier as two", async () => {
    const entry = (amount: number) => ({ payment_status: "success", amount });
    const told = [
      event("order.confirmed", "09:00", {
        order_number: "A",
        grand_total: 500,
        payments: [entry(300), entry(200), { transaction_type: "refund", amount: 5 }],
        shipments: [{ status: "packed" }, { status: "packed" }],
      }),
    ];
    await inEveryOrder(told, async () => {
      expect(await row(sums)).toMatchObject({
        paid_micros: micros(500),
        payment_status: "success",
      });
      const keys =
        "SELECT (SELECT group_concat(payment_id) FROM payments) AS payments, (SELECT group_concat(refund_id) FROM refunds) AS refunds, (SELECT group_concat(shipment_id) FROM shipments) AS shipments";
      expect(await row(keys)).toEqual({ payments: "A,A#2", refunds: "A", shipments: "A,A#2" });
    });
  });
});

describe("what is to be refunded", () => {
  beforeEach(clearTables);
  const due = "SELECT outstanding FROM refunds_due WHERE order_number = 'A'";

  it("is what an event before the cancellation said", { timeout: 30_000 }, async () => {
    const told = [
      event("order.confirmed", "09:00", {
        order_number: "A",
        payment_status: "success",
        cancellation_refund_details: { refundable_amount: 450 },
      }),
      event("payment.success", "10:00", payment("P1", "success", 500)),
      event("order.cancelled", "11:00", { order_number: "A" }),
      event(
        "payment.refund.success",
        "12:00",
        refund({ request_number: "F1", refund_amount: 450 }),
      ),
    ];
    await inEveryOrder(told, async () => {
      expect(await row(due)).toBeNull();
      expect(await row(financial)).toMatchObject({ financial_status: "partially_refunded" });
    });
    await inEveryOrder(told.slice(0, 3), async () => {
      expect(await row(due)).toEqual({ outstanding: 450 });
      expect(await row(financial)).toMatchObject({ financial_status: "refund_due" });
    });
  });

  it("is not nothing because nothing was refundable before it was paid", async () => {
    const details = { refundable_amount: 0 };
    const told = [
      event("order.created", "08:00", { order_number: "A", cancellation_refund_details: details }),
      event("payment.success", "10:00", payment("P1", "success", 500)),
      event("order.cancelled", "11:00", { order_number: "A" }),
    ];
    await inEveryOrder(told, async () => {
      expect(await row(due)).toEqual({ outstanding: 500 });
    });
  });
});

describe("one refund under two names", () => {
  beforeEach(clearTables);
  const paid = event("payment.success", "08:00", {
    ...payment("P1", "success", 500),
    payment_reference_number: "REF-1",
  });
  const numbered = event("payment.refund.success", "10:00", refund({ request_number: "F1" }));
  const unnumbered = event("payment.refund.success", "11:00", refund({}), "by reference");
  const listed = event("order.cancelled", "12:00", {
    order_number: "A",
    payments: [
      {
        transaction_type: "refund",
        amount: 200,
        payment_status: "success",
        payment_reference_number: "REF-1",
      },
    ],
  });

  it.each([
    ["an event by reference alone", [paid, numbered, unnumbered]],
    ["an order event that lists it", [paid, numbered, listed]],
    ["both", [numbered, unnumbered, listed]],
  ])("is counted once: %s", async (_name, told) => {
    await inEveryOrder(told, async () => {
      expect(await row(sums)).toMatchObject({ refunded_micros: micros(200) });
    });
  });

  it("is the one whose status is higher: a failure told later does not count twice", async () => {
    const failed = event("payment.refund.failed", "13:00", refund({}), "failed by reference");
    await inEveryOrder([paid, numbered, failed], async () => {
      expect(await row(sums)).toMatchObject({ refunded_micros: 0 });
    });
  });

  it("is two where both are numbered, of equal amounts too", async () => {
    const second = event("payment.refund.success", "10:30", refund({ request_number: "F2" }), "F2");
    await inEveryOrder([paid, numbered, second], async () => {
      expect(await row(sums)).toMatchObject({ refunded_micros: micros(400) });
    });
    // A third name belongs to one of them, and adds no refund.
    await inEveryOrder([numbered, second, unnumbered], async () => {
      expect(await row(sums)).toMatchObject({ refunded_micros: micros(400) });
    });
  });

  it("is two where the amounts differ", async () => {
    const other = event("payment.refund.success", "11:00", refund({ refund_amount: 50 }), "other");
    await inEveryOrder([paid, numbered, other], async () => {
      expect(await row(sums)).toMatchObject({ refunded_micros: micros(250) });
    });
  });
});
