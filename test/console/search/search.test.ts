/** The search: the terms that people type, and the results. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Found } from "../../../src/store/search/search";
import { signIn } from "../../support/console";
import { event } from "../../support/events";
import { address, orderDetail, payment, refund, shipment } from "../../support/models";
import { apply, fetchWith, receiveOnly, rows } from "../../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const authorization = "Bearer let-me-in";
let cookie = "";

async function search(q: string): Promise<Found> {
  const url = `${ORIGIN}/api/admin/search?q=${encodeURIComponent(q)}`;
  const response = await fetchWith(ADMIN, new Request(url, { headers: { authorization } }));
  expect(response.status, q).toBe(200);
  return await response.json();
}

async function page(q: string): Promise<Response> {
  const url = `${ORIGIN}/console/search?q=${encodeURIComponent(q)}`;
  return await fetchWith(ADMIN, new Request(url, { headers: { cookie }, redirect: "manual" }));
}

const ordersOf = async (q: string): Promise<readonly string[]> =>
  (await search(q)).orders.map(({ order_number: number }) => number).toSorted();

/** An order of this person, with the address of its delivery. */
function orderOf(number: string, who: Record<string, string>, more: object = {}) {
  const at = address(who);
  return orderDetail(number, { billing_address: at, shipping_address: at, ...more });
}

beforeAll(async () => {
  cookie = await signIn("let-me-in");
  const asha = { first_name: "Asha", last_name: "Rao" };
  const ravi = {
    first_name: "Ravi",
    last_name: "Shankar Iyer",
    phone: "098123 45007",
    email: "Ravi.Iyer@mail.example",
  };
  const jose = {
    first_name: "José",
    last_name: "Peña",
    phone: "9900011122",
    email: "jp@mail.example",
  };
  await apply(
    event("order.confirmed", orderOf("ORD-104001", asha), { id: "evt_found_1" }),
    event("order.confirmed", orderOf("ORD-104002", asha), { id: "evt_found_2" }),
    event("order.confirmed", orderOf("Web/77%_x", ravi)),
    event("order.confirmed", orderOf("ORD-990000", jose)),
    event("payment.success", payment("PAY-8812"), { order_number: "ORD-104001" }),
    event("payment.failed", payment("PAY-LOOSE")),
    event("payment.refund.success", refund("RFD-8812"), { order_number: "ORD-104001" }),
    event("shipment.created", shipment("SHP-1", { awb_no: "AWB1490813302" }), {
      order_number: "ORD-104002",
    }),
    event(
      "order.confirmed",
      orderOf("ORD-104002", asha, { shipments: [shipment("SHP-1", { awb_no: "AWB1490813302" })] }),
    ),
    event("order.created", orderDetail("ORD-55501", { grand_total: "much" }), { id: "evt_q_1" }),
    event("payment.success", payment("PAY-Q", { amount: "much" }), {
      id: "evt_q_2",
      order_number: "ORD-104001",
    }),
  );
  await receiveOnly(event("order.confirmed", orderDetail("ORD-55502"), { id: "evt_w_1" }));
});

describe("an order number", () => {
  it.each([
    ["ORD-104001", ["ORD-104001"]],
    ["ord-104001", ["ORD-104001"]],
    ["104001", ["ORD-104001"]],
    ["#104001", ["ORD-104001"]],
    ["ord 104001", ["ORD-104001"]],
    ["ord104001", ["ORD-104001"]],
    ["rd-104001", ["ORD-104001"]],
    ["04002", ["ORD-104002"]],
    ["1040", ["ORD-104001", "ORD-104002"]],
    ["web/77", ["Web/77%_x"]],
    ["7%_X", ["Web/77%_x"]],
    ["7_", []],
    ["%", []],
  ])("is found by %s", async (q, expected) => {
    expect(await ordersOf(q)).toEqual(expected);
  });
});

describe("a person", () => {
  it.each([
    ["Ravi", ["Web/77%_x"]],
    ["iyer", ["Web/77%_x"]],
    ["IYER  ravi", ["Web/77%_x"]],
    ["avi.iy", ["Web/77%_x"]],
    ["ravi.iyer@mail.example", ["Web/77%_x"]],
    ["RAVI.IYER@", ["Web/77%_x"]],
    ["jose pena", ["ORD-990000"]],
    ["Peña", ["ORD-990000"]],
    ["rao", ["ORD-104001", "ORD-104002"]],
    ["name", []],
    ["mail:", []],
    ["ravi rao", []],
  ])("is found by %s", async (q, expected) => {
    expect(await ordersOf(q)).toEqual(expected);
  });

  it.each([
    "+91 98123 45007",
    "+919812345007",
    "919812345007",
    "(098123) 45007",
    "098123-45007",
    "9812345007",
    "0091 9812345007",
    "45007",
    "5007",
  ])("is found by the telephone number %s", async (q) => {
    expect(await ordersOf(q)).toEqual(["Web/77%_x"]);
  });

  it("is named once, unmasked, with the number of orders found", async () => {
    const { people } = await search("asha");
    expect(people).toEqual([
      {
        name: "Asha Rao",
        email: "asha@example.com",
        phone: "+919876543210",
        orders: 2,
        order_number: expect.stringMatching(/^ORD-10400[12]$/),
      },
    ]);
  });
});

describe("other ids", () => {
  it.each([
    ["payments", "pay-8812"],
    ["payments", "ref_PAY-88"],
    ["payments", "PAY-LOOSE"],
    ["refunds", "RFD-88"],
    ["refunds", "rfd-8812"],
    ["shipments", "shp-1"],
    ["shipments", "AWB1490813302"],
    ["shipments", "awb14908"],
    ["events", "evt_found"],
  ] as const)("finds %s by %s", async (kind, q) => {
    expect((await search(q))[kind].length).toBeGreaterThan(0);
  });
});

describe("an order that only unapplied events have named", () => {
  it.each([
    ["ORD-55501", ["evt_q_1"]],
    ["ord-55502", ["evt_w_1"]],
    ["55502", ["evt_w_1"]],
    ["#5550", ["evt_q_1", "evt_w_1"]],
    ["PAY-Q", ["evt_q_2"]],
    ["ord-", ["evt_q_1", "evt_w_1"]],
    ["x%", []],
    [`7${"%".repeat(45)}`, []],
    ["_".repeat(190), []],
    ["104001", []],
  ])("is found by %s through its events", async (q, expected) => {
    const { events } = await search(q);
    expect(events.map(({ id }) => id).toSorted()).toEqual(expected);
  });

  it.each([
    ["ORD-55501", "quarantined", "evt_q_1"],
    ["ord55502", "waits", "evt_w_1"],
  ])("has a page under %s that leads to them", async (q, status, id) => {
    const target = (await page(q)).headers.get("location") ?? "";
    expect(target).toMatch(/^\/console\/orders\/ORD-5550/);
    const text = await fetchWith(
      ADMIN,
      new Request(`${ORIGIN}${target}`, { headers: { cookie } }),
    ).then(async (response) => await response.text());
    expect(text).toContain(`href="/console/events/${id}"`);
    expect(text).toContain(status);
  });
});

describe("the page", () => {
  it.each([
    ["ORD-104001", "/console/orders/ORD-104001"],
    ["104001", "/console/orders/ORD-104001"],
    ["PAY-8812", "/console/orders/ORD-104001"],
    ["AWB1490813302", "/console/orders/ORD-104002"],
    ["evt_found_2", "/console/events/evt_found_2"],
    ["PAY-LOOSE", "/console/events?q=PAY-LOOSE"],
    ["ravi.iyer@mail.example", "/console/orders/Web%2F77%25_x"],
  ])("of %s is the page of the one thing that it is", async (q, path) => {
    const response = await page(q);
    expect([response.status, response.headers.get("location")]).toEqual([303, path]);
  });

  it("shows groups with whole names, and says where nothing was found", async () => {
    const asha = await (await page("asha")).text();
    for (const text of ["Orders", "People", "Asha Rao", "asha@example.com", "+919876543210"]) {
      expect(asha).toContain(text);
    }
    expect(asha).toContain('value="asha"');
    expect(await (await page("nobody at all")).text()).toContain("Nothing is known under");
    expect((await page("  ")).status).toBe(200);
  });
});

describe("what is kept for it", () => {
  it("is a row for each name and airway bill of an order, which a repeat does not add", async () => {
    const kept =
      "SELECT contact, order_number FROM order_contacts WHERE contact < 'b' OR contact LIKE 'name:%'";
    const before = await rows(kept);
    expect(before).toContainEqual({ contact: "awb:awb1490813302", order_number: "ORD-104002" });
    expect(before.filter(({ order_number: number }) => number === "ORD-104001")).toEqual([
      { contact: "name:asha rao", order_number: "ORD-104001" },
    ]);
    await apply(event("order.confirmed", orderOf("ORD-104001", {}), { id: "evt_found_3" }));
    expect(await rows(kept)).toEqual(before);
  });

  it("leaves with the person", async () => {
    const url = `${ORIGIN}/api/admin/erasures`;
    const body = JSON.stringify({ email: "jp@mail.example" });
    const request = new Request(url, { method: "POST", body, headers: { authorization } });
    expect((await fetchWith(ADMIN, request)).status).toBe(202);
    expect(await rows("SELECT * FROM order_contacts WHERE order_number = 'ORD-990000'")).toEqual(
      [],
    );
    expect(await ordersOf("pena")).toEqual([]);
    expect((await search("ORD-990000")).orders[0]?.customer_name).toBe("(erased)");
  });
});
