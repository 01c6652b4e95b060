/** STORE_TIME_ZONE, from the webhook to rows, views, pages and messages. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { loadRebuild, startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { calmEnv, hand } from "../faults/drive";
import { defaults } from "../support/defaults";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { consumeBatch, fetchWith, ORIGIN, receiveOnly, row, rows } from "../support/receiver";
import { clearAll } from "../upkeep/aged";

const KOLKATA = { STORE_TIME_ZONE: "Asia/Kolkata" };
const NOW = "2026-11-24T10:00:00.000Z";
/** A moment in October in UTC, and in November in India. */
const LATE = "2026-10-31T20:00:00Z";
/** The same moment as the shop writes it, without a zone. */
const LATE_LOCAL = "2026-11-01 01:30:00";
const LATE_STORED = "2026-10-31T20:00:00.000Z";

type Vars = Readonly<Record<string, string>>;

async function tell(vars: Vars, ...events: readonly object[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const one of events) ids.push(await receiveOnly(one, vars));
  await consumeBatch(ids, vars);
  return ids;
}

const one = async (sql: string): Promise<string> => Object.values(await row(sql)).join(" ");

async function rebuild(timeZone: string | null): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, false, NOW);
  while ((await continueRebuild(env.DB, NOW, { ...defaults, timeZone })) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged ?? -1;
}

beforeEach(clearAll);

describe("days", () => {
  const shop = [
    event("order.confirmed", orderDetail("ORD-1", { order_date: LATE }), { created_at: LATE }),
    event("payment.success", payment("PAY-1", { payment_date: LATE }), { order_number: "ORD-1" }),
    event("payment.refund.success", refund("REF-1", { refund_date: LATE }), {
      order_number: "ORD-1",
    }),
  ];
  const days = () =>
    one(`SELECT order_day, payment_day, refund_day, s.day
      FROM orders, payments, refunds, daily_sales s`);

  it("are the shop's: an evening in UTC is the next month in India", async () => {
    await tell(KOLKATA, ...shop);
    expect(await days()).toBe("2026-11-01 2026-11-01 2026-11-01 2026-11-01");
    expect(await one("SELECT order_date, refund_date FROM orders, refunds")).toBe(
      `${LATE_STORED} ${LATE_STORED}`,
    );
  });

  it.each([
    ["unset", {}],
    ["blank", { STORE_TIME_ZONE: " " }],
    ["no zone", { STORE_TIME_ZONE: "India Standard Time" }],
    ["an offset", { STORE_TIME_ZONE: "+05:30" }],
  ])("are those of UTC where it is %s", async (_what, vars) => {
    await tell(vars, ...shop);
    expect(await days()).toBe("2026-10-31 2026-10-31 2026-10-31 2026-10-31");
  });

  it("follow the setting once the orders are rebuilt", async () => {
    await tell({}, ...shop);
    expect(await rebuild(null)).toBe(0);
    expect(await rebuild("Asia/Kolkata")).toBe(3);
    expect(await days()).toBe("2026-11-01 2026-11-01 2026-11-01 2026-11-01");
    expect(await rebuild("Asia/Kolkata")).toBe(0);
  });
});

describe("times without a zone", () => {
  const local = { created_at: LATE_LOCAL };

  it("are the shop's wherever they stand", async () => {
    const order = orderDetail("ORD-1", { order_date: LATE_LOCAL });
    const parcel = shipment("SHP-1", {
      status: "delivered",
      shipped_date: "2026-11-01",
      delivered_date: LATE_LOCAL,
      eta_delivery: LATE_LOCAL,
      order_number: "ORD-1",
    });
    const paid = payment("PAY-1", { payment_date: LATE_LOCAL, order_number: "ORD-1" });
    const back = refund("REF-1", { refund_date: LATE_LOCAL, order_number: "ORD-1" });
    const [id] = await tell(
      KOLKATA,
      event("order.confirmed", order, local),
      event("shipment.delivered", parcel, local),
      event("payment.success", paid, { created_at: undefined }),
      event("payment.refund.success", back, { created_at: undefined }),
    );
    const times = await one(
      `SELECT order_date, confirmed_at, delivered_at, eta, payment_date, refund_date
       FROM orders, shipments, payments, refunds`,
    );
    expect(new Set(times.split(" "))).toEqual(new Set([LATE_STORED]));
    // A date alone is stored as the shop's midnight if the column is a moment.
    expect(await one("SELECT shipped_at FROM shipments")).toBe("2026-10-31T18:30:00.000Z");
    expect(await rows("SELECT DISTINCT occurred_at FROM webhook_events")).toEqual([
      { occurred_at: LATE_STORED },
    ]);
    expect(await one(`SELECT status FROM webhook_events WHERE id = '${String(id)}'`)).toBe(
      "processed",
    );
  });

  it("are UTC where no zone is set", async () => {
    await tell({}, event("order.confirmed", orderDetail("ORD-1"), local));
    expect(await one("SELECT confirmed_at FROM orders")).toBe("2026-11-01T01:30:00.000Z");
  });

  it("decide which event is the later one, and a rebuild decides anew", async () => {
    // 06:00 in India, which is before 01:00 in UTC; read as UTC it would be after it.
    const local = { order_number: "ORD-1", status: "shipped" };
    const utc = { order_number: "ORD-1", status: "cancelled" };
    await tell(
      KOLKATA,
      event("order.created", local, { created_at: "2026-11-01T06:00:00" }),
      event("order.created", utc, { created_at: "2026-11-01T01:00:00Z" }),
    );
    expect(await one("SELECT status FROM orders")).toBe("cancelled");
    expect(await rebuild(null)).toBeGreaterThan(0);
    expect(await one("SELECT status FROM orders")).toBe("shipped");
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
    expect(await rows("SELECT occurred_at FROM webhook_events ORDER BY rowid")).toEqual([
      { occurred_at: "2026-11-01T06:00:00.000Z" },
      { occurred_at: "2026-11-01T01:00:00.000Z" },
    ]);
  });

  it("leave the day on which a parcel is expected as it is", async () => {
    await tell(KOLKATA, event("shipment.created", shipment("S", { eta_delivery: "2026-11-27" })));
    expect(await one("SELECT eta FROM shipments")).toBe("2026-11-27");
  });
});

describe("what people read", () => {
  const sending = { ...calmEnv, NOTIFY_MAX_AGE_HOURS: "0" };

  async function mail(vars: Vars): Promise<string> {
    const order = orderDetail("ORD-1", { order_date: LATE, currency: "EUR" });
    await tell(vars, event("order.confirmed", order, { created_at: LATE }));
    const id = "order_confirmed/ORD-1/email";
    await hand({ ...sending, ...vars }, "ce-notifications", [{ ids: [id] }]);
    return one(`SELECT rendered FROM notifications WHERE id = '${id}'`);
  }

  it("in a mail is the shop's day, whatever it sells in", async () => {
    expect(await mail(KOLKATA)).toContain("Sun, 1 Nov 2026");
  });

  it("in a mail is the day where the currency is from where no zone is set", async () => {
    expect(await mail({})).toContain("Sat, 31 Oct 2026");
  });

  it("of a parcel that is out for delivery is told once a day of the shop", async () => {
    const out = shipment("SHP-1", { status: "out_for_delivery" });
    const at = (created_at: string) => event("shipment.updated", out, { created_at });
    await tell(KOLKATA, at("2026-11-26T18:00:00Z"), at("2026-11-26T19:00:00Z"));
    const ids = await rows(
      "SELECT id FROM notifications WHERE template = 'shipment_update' AND channel = 'sms' ORDER BY 1",
    );
    expect(ids.map(({ id }) => id)).toEqual([
      "shipment_update/SHP-1/out_for_delivery/2026-11-26/sms",
      "shipment_update/SHP-1/out_for_delivery/2026-11-27/sms",
    ]);
  });

  const ADMIN = { ADMIN_TOKEN: "let-me-in" };

  async function signIn(): Promise<string> {
    const request = new Request(`${ORIGIN}/console/sign-in`, {
      method: "POST",
      body: new URLSearchParams({ token: "let-me-in" }),
      headers: { origin: ORIGIN },
      redirect: "manual",
    });
    const response = await fetchWith(ADMIN, request);
    return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  }

  async function page(path: string, vars: Vars): Promise<string> {
    const headers = { cookie: await signIn() };
    const request = new Request(`${ORIGIN}${path}`, { headers });
    return (await fetchWith({ ...ADMIN, ...vars }, request)).text();
  }

  it("on a page is in the shop's zone, with UTC at hand", async () => {
    const noted = "Times are in UTC.";
    const order = orderDetail("ORD-1", { order_date: LATE, customer_note: noted });
    await tell(KOLKATA, event("order.confirmed", order, { created_at: LATE }));
    const text = await page("/console/orders/ORD-1", KOLKATA);
    const time = `<time datetime="${LATE_STORED}" title="2026-10-31 20:00:00.000 UTC">`;
    expect(text).toContain(`${time}2026-11-01 01:30:00</time>`);
    expect(text).toContain("Times are in Asia/Kolkata; point at one for UTC.");
    expect(text).toContain('data-shop-zone="Asia/Kolkata"');
    expect(text).toContain(noted);
    const unset = await page("/console/orders/ORD-1", {});
    expect(unset).toContain(`${time}2026-10-31 20:00:00</time>`);
    expect(unset).not.toContain("Kolkata");
  });

  it("in a form is asked for in the shop's zone", async () => {
    const at = "2026-11-01T01:30";
    const text = await page(`/console/events?from=${at}&to=2026-11-02T00:00:00Z`, KOLKATA);
    expect(text).toContain(`value="${at}" data-utc="${LATE_STORED}"`);
    expect(text).toContain('value="2026-11-02T05:30" data-utc="2026-11-02T00:00:00.000Z"');
    expect(text).toContain("(Asia/Kolkata)");
    expect(await page(`/console/events?from=${at}`, {})).toContain(
      'value="2026-11-01T01:30" data-utc="2026-11-01T01:30:00.000Z"',
    );
  });

  it("is said by the settings, and so is a zone that is none", async () => {
    const settings = async (vars: Vars): Promise<object> => {
      const headers = { authorization: "Bearer let-me-in" };
      const request = new Request(`${ORIGIN}/api/admin/settings`, { headers });
      return (await fetchWith({ ...ADMIN, ...vars }, request)).json();
    };
    expect(await settings(KOLKATA)).toMatchObject({ time_zone: "Asia/Kolkata", problems: [] });
    expect(await settings({})).toMatchObject({ time_zone: null, problems: [] });
    expect(await settings({ STORE_TIME_ZONE: "Kolkata" })).toMatchObject({
      time_zone: null,
      problems: [
        "STORE_TIME_ZONE is not usable and is ignored: expected an IANA time zone such as Asia/Kolkata",
      ],
    });
  });
});
