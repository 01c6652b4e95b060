/**
 * The lists of orders that wait for a person: the page, the overview, the API, and the moment when an order leaves
 * them.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { apply, fetchWith } from "../support/receiver";
import { seedEvent, seedNotification, seedOrder, seedPayment, seedShipment } from "../support/rows";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };
let cookie = "";

async function read(path: string): Promise<string> {
  const response = await fetchWith(ADMIN, new Request(`${ORIGIN}${path}`, { headers: { cookie } }));
  expect(response.status, path).toBe(200);
  return await response.text();
}

async function list(query: string, status = 200): Promise<readonly string[]> {
  const headers = { authorization: "Bearer let-me-in" };
  const request = new Request(`${ORIGIN}/api/admin/orders?${query}`, { headers });
  const response = await fetchWith(ADMIN, request);
  expect(response.status, query).toBe(status);
  const body = await response.json<{ orders?: { order_number: string }[] }>();
  return (body.orders ?? []).map((order) => order.order_number);
}

const cancelled = (number: string) => ({
  type: "order.cancelled",
  model: orderDetail(number, { status: "cancelled", cancelled_date: "2026-11-20T12:00:00Z" }),
});

beforeAll(async () => {
  const signedIn = await fetchWith(
    ADMIN,
    new Request(`${ORIGIN}/console/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token: "let-me-in" }),
      headers: { origin: ORIGIN },
      redirect: "manual",
    }),
  );
  cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await apply(
    ...["DUE-1", "DUE-2", "DUE-3"].flatMap((number) => [
      event("payment.success", payment(`PAY-${number}`, { order_number: number })),
      event(cancelled(number).type, cancelled(number).model),
    ]),
    event("order.cancelled", cancelled("NEVER-PAID").model),
    event("order.confirmed", orderDetail("FINE-1")),
    ...["BACK-1", "BACK-1"].map((number, index) =>
      event(
        "shipment.updated",
        shipment(`SHP-${String(index)}`, { order_number: number, status: "return_to_origin" }),
      ),
    ),
    event("order.confirmed", orderDetail("BACK-1")),
    event("shipment.updated", shipment("SHP-LOST", { order_number: "SETTLED-1", status: "lost" })),
    event("order.completed", orderDetail("SETTLED-1", { status: "complete" })),
    event("shipment.delivered", shipment("SHP-9", { order_number: "FINE-1" })),
  );
});

describe("the lists", () => {
  it("have the orders that wait, page after page, and no other", async () => {
    expect(await list("list=refunds_due")).toEqual(["DUE-1", "DUE-2", "DUE-3"]);
    expect(await list("list=refunds_due&limit=2")).toEqual(["DUE-1", "DUE-2"]);
    expect(await list("list=refunds_due&limit=2&cursor=DUE-2")).toEqual(["DUE-3"]);
    expect(await list("list=undelivered")).toEqual(["BACK-1"]);
  });

  it("are tabs with their counts, and the overview leads to them", async () => {
    const page = await read("/console/orders?list=refunds_due");
    expect(page).toMatch(/Refunds due<b> 3<\/b>/);
    expect(page).toMatch(/Undelivered and returning<b> 1<\/b>/);
    expect(page).toContain("Refund outstanding");
    expect(page).not.toContain("FINE-1");
    const overview = await read("/console");
    expect(overview).toContain("3 refunds due.");
    expect(overview).toContain("/console/orders?list=undelivered");
  });

  it("are left once the money has gone back, or the parcel has arrived", async () => {
    await apply(
      event(
        "payment.refund.success",
        refund("REF-1", { order_number: "DUE-1", refund_amount: 100_000 }),
      ),
      ...["SHP-0", "SHP-1"].map((id) =>
        event("shipment.delivered", shipment(id, { order_number: "BACK-1", status: "delivered" })),
      ),
    );
    expect(await list("list=refunds_due")).toEqual(["DUE-2", "DUE-3"]);
    expect(await list("list=undelivered")).toEqual([]);
    expect(await read("/console/orders?list=undelivered")).toContain("None.");
  });
});

describe("the orders to be paid", () => {
  const day = 86_400_000;
  const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();
  const bill = { currency: "INR", grand_total_micros: 900, payable_micros: 900 };
  const insert = async (number: string, values: Record<string, string | number | null> = {}) => {
    await seedOrder({ order_number: `PAY-${number}`, order_date: ago(1), ...bill, ...values });
  };
  const of = async (name: string) =>
    (await list(`list=${name}&limit=100`)).filter((number) => number.startsWith("PAY-"));

  beforeAll(async () => {
    await insert("PENDING");
    await insert("FAILED", { payment_status: "failed", status: "awaiting_shipment" });
    await insert("UNKNOWN-WORD", { payment_status: null, status: "newly_invented" });
    await insert("PART", { payment_status: "partially_paid", paid_micros: 300 });
    await insert("STATED-PART", { payment_status: "partially_paid" });
    await insert("PAID", { payment_status: "success", paid_micros: 900 });
    await insert("BY-SNAPSHOT", { payment_status: "success" });
    await insert("FREE", { payable_micros: 0, payment_status: "success" });
    await insert("NO-AMOUNT", { payable_micros: null });
    await insert("COVERED", { paid_micros: 900 });
    await insert("REFUNDED", { paid_micros: 300, refunded_micros: 300 });
    await insert("OLD", { order_date: ago(61) });
    await insert("UNDATED", { order_date: null });
    for (const status of ["draft", "pending", "awaiting_approval", "complete", "cancelled"]) {
      await insert(status, { status });
    }
    await insert("NO-STATUS", { status: null });
    const methods = [
      "COD",
      "cash_on_delivery",
      "Cash on Delivery (COD)",
      "CASH",
      "Cashfree",
      "upi",
    ];
    for (const [index, method] of methods.entries()) {
      const number = `PAY-METHOD-${method}`;
      await insert(`METHOD-${method}`);
      const key = `PAY-METHOD-${String(index)}`;
      await seedPayment({ payment_id: key, order_number: number, method, status: "pending" });
    }
    await insert("CASH-FAILED");
    await seedPayment({
      payment_id: "CASH-FAILED",
      order_number: "PAY-CASH-FAILED",
      method: "cod",
    });
  });

  it("are in the list of what their money says, and no other order is", async () => {
    expect(await of("unpaid")).toEqual([
      "PAY-CASH-FAILED",
      "PAY-FAILED",
      "PAY-METHOD-Cashfree",
      "PAY-METHOD-upi",
      "PAY-PENDING",
      "PAY-UNKNOWN-WORD",
    ]);
    expect(await of("partly_paid")).toEqual(["PAY-PART", "PAY-STATED-PART"]);
  });

  it("leave it once they are paid, cancelled or complete", async () => {
    await env.DB.exec("UPDATE orders SET status = 'cancelled' WHERE order_number = 'PAY-PENDING'");
    await env.DB.exec(
      "UPDATE orders SET payment_status = 'success' WHERE order_number = 'PAY-PART'",
    );
    expect(await of("unpaid")).not.toContain("PAY-PENDING");
    expect(await of("partly_paid")).toEqual(["PAY-STATED-PART"]);
    const page = await read("/console/orders?list=partly_paid");
    expect(page).toContain("To be paid");
    expect(page).toContain("of which a part is still to be paid");
  });
});

describe("stuck parcels", () => {
  const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  const stuck = async () =>
    (await list("list=stuck_shipments&limit=100")).filter((number) => number.startsWith("STUCK-"));
  const parcel = async (
    number: string,
    status: string | null,
    days: number,
    order = "confirmed",
  ) => {
    await seedOrder({ order_number: `STUCK-${number}`, status: order });
    await seedShipment({
      shipment_id: `STUCK-${number}`,
      order_number: `STUCK-${number}`,
      status,
      updated_at: ago(days),
    });
  };

  it("are under way, of open orders, without an event for five days, and not for sixty", async () => {
    const underWay = [
      "shipped",
      "in_transit",
      "out_for_delivery",
      "ready_to_collect",
      "delivery_attempted",
    ];
    for (const status of underWay) await parcel(status, status, 5.01);
    const settled = ["delivered", "cancelled", "lost", "return_to_origin", "undelivered", "packed"];
    for (const status of settled) await parcel(status, status, 6);
    await parcel("NEW", "in_transit", 4.99);
    await parcel("OLD", "in_transit", 60.01);
    await parcel("STILL", "in_transit", 59.99);
    await parcel("COMPLETE", "in_transit", 6, "complete");
    await parcel("CANCELLED", "in_transit", 6, "cancelled");
    await parcel("NO-STATUS", null, 6);
    const expected = [...underWay, "STILL"].map((name) => `STUCK-${name}`).toSorted();
    expect((await stuck()).toSorted()).toEqual(expected);
    const page = await read("/console/orders?list=stuck_shipments");
    expect(page).toMatch(new RegExp(`Stuck parcels<b> ${String(expected.length)}</b>`));
    expect(page).toContain("Last movement");
  });

  it("are not stuck any more once an event about them comes", async () => {
    await apply(
      event("order.confirmed", orderDetail("STUCK-shipped")),
      event(
        "shipment.updated",
        shipment("STUCK-shipped", { order_number: "STUCK-shipped", status: "in_transit" }),
      ),
    );
    expect(await stuck()).not.toContain("STUCK-shipped");
  });
});

it("beside the lists of orders stand the messages and events that wait", async () => {
  await seedNotification({
    id: "order_confirmed/TAB-1/email",
    status: "failed",
    reason: "retries exhausted",
  });
  await seedEvent({ id: "TAB-1", status: "quarantined" });
  const page = await read("/console/orders");
  expect(page).toMatch(/unsent\?reason=retries\+exhausted">Retries exhausted<b> 1<\/b>/);
  expect(page).toMatch(/troubled\?status=quarantined">Quarantined<b> 1<\/b>/);
});

it("a list and a search at once, and a list that there is not, are refused", async () => {
  expect(await list("list=refunds_due&q=DUE", 400)).toEqual([]);
  expect(await list("list=nonsense", 400)).toEqual([]);
});

it("a search for orders is a search for everything", async () => {
  const request = new Request(`${ORIGIN}/console/orders?q=DUE-2`, { headers: { cookie } });
  const response = await fetchWith(ADMIN, new Request(request, { redirect: "manual" }));
  expect(response.headers.get("location")).toBe("/console/search?q=DUE-2");
});

describe("the list of messages", () => {
  it("has those to people, with the status that each tells, apart from forwards", async () => {
    await env.DB.batch(
      [
        `INSERT INTO notifications (id, template, channel, event_id, status, due_at, created_at)
         SELECT 'forward/' || id || '/forward', 'forward', 'forward', id, 'sent', received_at, received_at
         FROM webhook_events WHERE outbox IS NOT NULL`,
        `UPDATE webhook_events SET outbox = json_insert(outbox, '$[#]', 'forward/' || id || '/forward')
         WHERE outbox IS NOT NULL`,
      ].map((sql) => env.DB.prepare(sql)),
    );
    const people = await read("/console/messages");
    expect(people).toContain("shipment: return to origin");
    expect(people).not.toContain("/console/messages/forward%2F");
    expect(people).toMatch(/aria-current="page">To people/);
    const forwards = await read("/console/messages?channel=forward");
    expect(forwards).toContain("/console/messages/forward%2F");
    expect(forwards).not.toContain("shipment: ");
    expect(forwards).toMatch(/aria-current="page">Forwards/);
  });
});
