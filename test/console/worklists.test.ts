/** The lists of orders that wait for a person: the page, the overview, the API, and when an order leaves them. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { apply, fetchWith } from "../support/receiver";

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
    expect(page).toMatch(/Undelivered<b> 1<\/b>/);
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
