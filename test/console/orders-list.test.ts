/**
 * The list of all orders: filters, sorting, pages of limited stretches, and the same as CSV, on the page and in the
 * API.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN } from "../support/receiver";
import { clearTables, seedEvent, seedNotification, seedOrder, seedShipment } from "../support/rows";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let cookie = "";

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

async function open(path: string, vars: object = {}): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, { headers: { cookie } });
  return await fetchWith({ ...ADMIN, ...vars }, request);
}

async function read(path: string, status = 200, vars: object = {}): Promise<string> {
  const response = await open(path, vars);
  expect(response.status, path).toBe(status);
  return await response.text();
}

interface Answer {
  readonly orders: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
  readonly compared?: number;
  readonly error?: string;
}

async function ask(query: string, status = 200, vars: object = {}): Promise<Answer> {
  const headers = { authorization: "Bearer let-me-in" };
  const request = new Request(`${ORIGIN}/api/admin/orders?${query}`, { headers });
  const response = await fetchWith({ ...ADMIN, ...vars }, request);
  expect(response.status, query).toBe(status);
  return await response.json<Answer>();
}

async function numbers(query: string, vars: object = {}): Promise<readonly unknown[]> {
  const { orders } = await ask(query, 200, vars);
  return orders.map((order) => order["order_number"]);
}

/** Reads all pages; returns the orders and the number of pages. */
async function walk(query: string): Promise<{ readonly found: unknown[]; readonly pages: number }> {
  const found: unknown[] = [];
  let cursor: string | null = "";
  let pages = 0;
  while (cursor !== null) {
    if (pages > 50) throw new Error("the pages do not end");
    const rest: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await ask(`${query}${rest}`);
    found.push(...answer.orders.map((order) => order["order_number"]));
    cursor = answer.next_cursor;
    pages += 1;
  }
  return { found, pages };
}

/** This many orders, a minute apart, with an event for each; the newest is number 1. */
async function fill(count: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO orders (order_number, status, payment_status, currency, grand_total_micros, order_date, updated_at)
       SELECT printf('M-%05d', i), iif(i % 1000 = 0, 'lost', 'confirmed'), 'pending', 'INR', i * 1000000,
         strftime('%Y-%m-%dT%H:%M:%fZ', '2026-06-01', '-' || i || ' minutes'), '' FROM n`,
    ).bind(count),
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i - 1 FROM n WHERE i > 1)
       INSERT INTO webhook_events (id, event_type, subject, subject_id, order_number, received_at, status, body_sha256)
       SELECT 'm-' || i, 'order.created', 'order', printf('M-%05d', i), printf('M-%05d', i),
         '2026-06-01T00:00:00.000Z', 'processed', '0' FROM n`,
    ).bind(count),
  ]);
}

beforeAll(async () => {
  cookie = await signIn("let-me-in");
  await clearTables();
  const orders = [
    { order_number: "A", order_date: ago(HOUR_MS / 2), grand_total_micros: 10_000_000 },
    { order_number: "B", order_date: ago(2 * HOUR_MS), payment_status: "success", paid_micros: 1 },
    { order_number: "C", order_date: ago(3 * DAY_MS), status: "shipped" },
    { order_number: "D", order_date: ago(10 * DAY_MS), status: "cancelled", paid_micros: 9 },
    { order_number: "E", order_date: null, payment_status: "failed" },
  ];
  for (const order of orders) {
    await seedOrder(order);
    const number = order.order_number;
    await seedEvent({ id: `e-${number}`, subject_id: number, order_number: number });
  }
  await seedShipment({ shipment_id: "S-1", order_number: "C", status: "in_transit" });
  await seedShipment({ shipment_id: "S-2", order_number: "C", status: "delivered" });
  await seedShipment({ shipment_id: "S-3", order_number: "D", status: "cancelled" });
  await seedNotification({ id: "order_confirmed/B/email", order_number: "B", status: "failed" });
  await seedNotification({ id: "order_confirmed/A/email", order_number: "A", status: "sent" });
});

describe("filters", () => {
  it.each([
    ["", ["E", "D", "C", "B", "A"]],
    ["status=confirmed", ["E", "B", "A"]],
    ["money=paid", ["B"]],
    ["money=refund_due", ["D"]],
    ["money=failed", ["E"]],
    ["shipment=in_transit", ["C"]],
    ["shipment=delivered", ["C"]],
    ["messages=failed", ["B"]],
    ["status=confirmed&money=pending", ["A"]],
    ["status=lost", []],
    ["placed=hour", ["A"]],
    ["placed=week", ["A", "B", "C"]],
    ["placed=week&sort=activity", ["C", "B", "A"]],
    ["sort=newest", ["A", "B", "C", "D"]],
    ["sort=oldest", ["D", "C", "B", "A"]],
    ["sort=total", ["B", "C", "D", "A"]],
    ["sort=oldest&status=confirmed", ["B", "A"]],
    ["sort=total&shipment=cancelled", ["D"]],
    ["sort=newest&messages=failed", ["B"]],
  ])("%s", async (query, expected) => {
    expect(await numbers(query)).toEqual(expected);
  });

  it("take times from and before, and the later of a time and a preset", async () => {
    const from = ago(4 * DAY_MS);
    const to = ago(HOUR_MS);
    expect(await numbers(`from=${from}&to=${to}`)).toEqual(["B", "C"]);
    expect(await numbers(`from=${from}&placed=hour`)).toEqual(["A"]);
    expect(await numbers(`from=${to}&placed=week`)).toEqual(["A"]);
    const [exact] = await env.DB.prepare("SELECT order_date FROM orders WHERE order_number = 'B'")
      .all<{ order_date: string }>()
      .then(({ results }) => results);
    expect(await numbers(`from=${exact?.order_date}`)).toEqual(["A", "B"]);
    expect(await numbers(`to=${exact?.order_date}`)).toEqual(["C", "D"]);
  });

  it("take days in the zone of the shop", async () => {
    const zone = (name: string) => ({ STORE_TIME_ZONE: name });
    // Fourteen hours ahead of UTC and eleven behind it: the same moment never has the same date in both.
    for (const name of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
      const local = new Intl.DateTimeFormat("en-CA", {
        timeZone: name,
        hour: "2-digit",
        hour12: false,
        minute: "2-digit",
        second: "2-digit",
      });
      const [hours = 0, minutes = 0, seconds = 0] = local.format(new Date()).split(":").map(Number);
      const sinceMidnightMs = (((hours % 24) * 60 + minutes) * 60 + seconds) * 1_000;
      await seedOrder({ order_number: "Z-1", order_date: ago(sinceMidnightMs - 20_000) });
      await seedOrder({ order_number: "Z-2", order_date: ago(sinceMidnightMs + 20_000) });
      const found = await numbers("placed=today&limit=100", zone(name));
      expect(found, name).toContain("Z-1");
      expect(found, name).not.toContain("Z-2");
      await env.DB.exec("DELETE FROM orders WHERE order_number LIKE 'Z-%'");
    }
  });

  it.each([
    "status=nonsense",
    "money=much",
    "shipment=gone",
    "messages=sent",
    "placed=once",
    "sort=price",
    "from=yesterday",
    "from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z",
    "list=unpaid&status=confirmed",
    "list=unpaid&sort=newest",
    "q=A&money=paid",
  ])("are refused with the reason: %s", async (query) => {
    expect((await ask(query, 400)).error).toBeTypeOf("string");
    if (query.startsWith("q=")) return;
    const page = await read(`/console/orders?${query}`, 400);
    expect(page).toContain('role="alert"');
    expect((await open(`/console/orders.csv?${query}`)).status).toBe(400);
  });

  it.each(["newest", "oldest", "total", "activity"])(
    "takes any cursor without a crash, sorted by %s",
    async (sort) => {
      for (const cursor of [
        "x",
        " ",
        "-1",
        "1.5",
        "1e300",
        "99999999999999999999",
        "a b c",
        "~ ~",
      ]) {
        const { orders } = await ask(`sort=${sort}&cursor=${encodeURIComponent(cursor)}`);
        expect(orders.length, cursor).toBeLessThanOrEqual(5);
      }
    },
  );
});

describe("the page", () => {
  it("is a form whose state is in the URL, with the presets beside it", async () => {
    const page = await read("/console/orders?status=confirmed&placed=week&sort=total");
    expect(page).toContain('<form method="get" action="/console/orders"');
    expect(page).toMatch(/<option value="confirmed" selected="">/);
    expect(page).toMatch(/<option value="total" selected="">total, highest first/);
    expect(page).toContain('<input type="hidden" name="placed" value="week"/>');
    expect(page).toContain("Filters (2 set)");
    expect(page).toMatch(
      /href="\/console\/orders\?status=confirmed&amp;sort=total&amp;placed=today">Today/,
    );
    expect(page).toMatch(/aria-current="page">Last 7 days/);
    expect(page).toContain("/console/orders.csv?status=confirmed&amp;placed=week&amp;sort=total");
  });

  it("shows the parcels of each order, and how long ago it was placed", async () => {
    const page = await read("/console/orders");
    expect(page).toContain("in transit, 1 of 2 delivered");
    expect(page).toMatch(/30 min ago/);
    expect(page).toContain('data-head="Parcels"');
  });

  it("says that no order fits", async () => {
    expect(await read("/console/orders?status=lost")).toContain("No order fits.");
  });
});

describe("CSV", () => {
  const lines = async (query: string): Promise<readonly string[]> =>
    (await read(`/console/orders.csv?${query}`)).split("\r\n").filter((line) => line !== "");

  it("has the orders of the list, masked, with decimals and times in UTC", async () => {
    await env.DB.prepare("UPDATE orders SET customer_name = '=cmd' WHERE order_number = 'A'").run();
    const response = await open("/console/orders.csv?sort=newest&placed=hour");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="orders-all-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const [head = "", row = "", ...rest] = (await response.text()).split("\r\n");
    expect(rest).toEqual([""]);
    const cells = row.split(",");
    const of = (name: string) => cells[head.split(",").indexOf(name)];
    expect(cells[0]).toBe("A");
    expect(of("order_date")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(of("grand_total")).toBe("10");
    expect(of("customer_name")).toBe("'=.");
    expect(of("customer_email")).toBe("a***@example.com");
    expect(of("customer_phone")).toBe("***678");
    expect(of("financial_status")).toBe("pending");
  });

  it("has those of a worklist, and needs a sign-in", async () => {
    expect(await lines("list=refunds_due")).toHaveLength(2);
    const request = new Request(`${ORIGIN}/console/orders.csv`, { redirect: "manual" });
    expect((await fetchWith(ADMIN, request)).status).not.toBe(200);
  });
});

describe("many orders", () => {
  beforeAll(async () => {
    await clearTables();
    await fill(12_000);
  });

  it.each(["activity", "newest", "oldest"])("are found over stretches, by %s", async (sort) => {
    const { found, pages } = await walk(`status=lost&sort=${sort}&limit=100`);
    const expected = Array.from(
      { length: 12 },
      (_, index) => `M-${String(index + 1).padStart(2, "0")}000`,
    );
    expect(found).toEqual(sort === "oldest" ? expected.toReversed() : expected);
    // No page reads more than its stretch.
    expect(pages).toBeGreaterThanOrEqual(6);
    expect(pages).toBeLessThanOrEqual(8);
  });

  it("are each on one page, whole or cut", async () => {
    const range = "from=2026-05-31T00:00:00Z&to=2026-05-31T10:00:00Z";
    for (const limit of [17, 100]) {
      const { found } = await walk(`${range}&limit=${String(limit)}`);
      expect(found).toHaveLength(600);
      expect(new Set(found).size).toBe(600);
    }
  });

  it("say where the search goes on", async () => {
    const page = await read("/console/orders?status=cancelled&sort=newest");
    expect(page).toContain("None in the stretch that was looked through.");
    expect(page).toContain("Search further back");
  });

  it("are compared by total among the newest, and the page says so", async () => {
    const answer = await ask("sort=total&limit=1");
    expect(answer).toMatchObject({ compared: 5_000, orders: [{ order_number: "M-05000" }] });
    const page = await read("/console/orders?sort=total");
    expect(page).toContain("Only the newest 5,000 of these orders were compared");
    const few = "sort=total&from=2026-05-31T00:00:00Z";
    expect((await ask(few)).compared).toBeUndefined();
    expect(await read(`/console/orders?${few}`)).not.toContain("were compared");
    const { found } = await walk(`${few}&limit=100`);
    expect(found).toHaveLength(1_440);
    expect(found[0]).toBe("M-01440");
  });

  it("end in a CSV with the first 10,000 and a line that says so, as the page has said", async () => {
    expect(await read("/console/orders")).toContain("CSV of the first 10,000");
    const file = (await read("/console/orders.csv?sort=newest")).trimEnd().split("\r\n");
    expect(file).toHaveLength(10_002);
    expect(file[1]).toMatch(/^M-00001,/);
    expect(file.at(-1)).toBe("Not complete: there may be more than these 10000 orders");
    const whole = await read("/console/orders.csv?sort=newest&from=2026-05-31T00:00:00Z");
    expect(whole.trimEnd().split("\r\n")).toHaveLength(1_441);
    expect(whole).not.toContain("Not complete");
  });

  it("are in a CSV by activity once each", async () => {
    const file = (await read("/console/orders.csv?status=lost")).trimEnd().split("\r\n");
    expect(file).toHaveLength(13);
  });
});

it("a change of the date moves an order, whoever writes it", async () => {
  await clearTables();
  await seedOrder({ order_number: "X", order_date: "2026-11-01T00:00:00.000Z" });
  const placed = async () =>
    await env.DB.prepare("SELECT placed_at FROM orders").first<string | null>("placed_at");
  expect(await placed()).toBe("2026-11-01T00:00:00.000Z");
  for (const date of ["2026-11-02T00:00:00.000Z", null]) {
    await env.DB.prepare("UPDATE orders SET order_date = ?1").bind(date).run();
    expect(await placed()).toBe(date);
  }
});
