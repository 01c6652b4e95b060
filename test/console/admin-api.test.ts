/**
 * The admin API over a shop's day: every list compared with the tables, complete paging without repeats, and the
 * actions.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { countStretch } from "../../src/store/inbox/counts";
import { loadSystemStatus } from "../../src/store/overview";
import { saveRefusals } from "../../src/store/inbox/refusals";
import { createDay } from "../../testbed/stories/index";
import { calmEnv, fireCron, hand } from "../faults/drive";
import { event, order } from "../support/events";
import { fetchWith, rows } from "../support/receiver";
import { clearTables } from "../support/rows";

const ORIGIN = "https://receiver.test/api/admin";
const ADMIN = { ...calmEnv, ADMIN_TOKEN: "let-me-in", RESEND_API_KEY: "" };

type Json = Record<string, unknown>;

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: "Bearer let-me-in", "content-type": "application/json" };
  return await fetchWith(ADMIN, new Request(`${ORIGIN}${path}`, { ...init, headers }));
}

async function read<T = Json>(path: string, status = 200): Promise<T> {
  const response = await call(path);
  if (response.status !== status) {
    throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
  }
  return await response.json<T>();
}

async function send<T = Json>(path: string, body: unknown, status = 200): Promise<T> {
  const response = await call(path, { method: "POST", body: JSON.stringify(body) });
  if (response.status !== status) {
    throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
  }
  return await response.json<T>();
}

function messageOf(value: { readonly id?: unknown; readonly event_type?: unknown }, at: string) {
  return JSON.stringify({
    id: value.id,
    eventType: value.event_type,
    receivedAt: at,
    bodySha256: "0".repeat(64),
    verifiedBy: "current",
    stored: false,
    payload: JSON.stringify(value),
  });
}

interface Listed {
  readonly id: string;
  readonly received_at: string;
}

const list = z.array(z.object({ id: z.string().optional(), order_number: z.string().nullish() }));

/** Every id of a list, over all its pages. */
async function readAll(path: string, name: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Json = await read(
      `${path}${path.includes("?") ? "&" : "?"}limit=${String(limit)}${at}`,
    );
    const found = list.parse(page[name]);
    expect(found.length).toBeLessThanOrEqual(limit + 10);
    ids.push(...found.map((row) => row.id ?? row.order_number ?? ""));
    cursor = z.string().nullable().parse(page["next_cursor"]);
  } while (cursor !== null);
  return ids;
}

const START = Date.parse("2026-11-20T00:00:00.000Z");
const at = (index: number): string => new Date(START + index * 60_000).toISOString();

beforeAll(async () => {
  await clearTables();
  await env.DB.exec("DELETE FROM event_counts");
  await env.DB.exec("DELETE FROM order_contacts");
  const stories = createDay({ seed: 8, orders: 30, endsAtMs: START, firstNumber: 1 });
  const told = stories.flatMap((story) => story.events);
  const odd = [
    event("order.created", { order_number: "BAD", grand_total: "x" }, { id: "bad/1%2" }),
    event("coupon.created", order("X"), { id: "unknown-1" }),
    event("receiver.test", {}, { id: "test-1" }),
  ];
  const messages = [...told, ...odd].map((value, index) => messageOf(value, at(index)));
  for (let from = 0; from < messages.length; from += 50) {
    await hand(ADMIN, "ce-events", messages.slice(from, from + 50));
  }
  await hand(ADMIN, "ce-events-dlq", [messageOf(event("order.created", order("DEAD")), at(999))]);
  // The day is over: messages that must not wait are suppressed, with their recipients stored.
  const { results } = await env.DB.prepare("SELECT id FROM notifications").all<{ id: string }>();
  await hand(ADMIN, "ce-notifications", [{ ids: results.map(({ id }) => id) }]);
});

describe("the list of events", () => {
  it("pages through the whole inbox, newest first, each once", async () => {
    const expected = await rows("SELECT id FROM webhook_events ORDER BY rowid DESC");
    expect(expected.length).toBeGreaterThan(150);
    expect(await readAll("/events", "events", 37)).toEqual(expected.map(({ id }) => id));
  });

  it.each([
    ["status=quarantined", "status = 'quarantined'"],
    ["status=failed", "status = 'failed'"],
    ["status=ignored", "status = 'ignored'"],
    ["status=received", "status = 'received'"],
    ["type=payment.success", "event_type = 'payment.success'"],
    ["type=payment.success&status=processed", "event_type = 'payment.success'"],
    [`from=${at(20)}&to=${at(60)}`, `received_at >= '${at(20)}' AND received_at < '${at(60)}'`],
    [`to=${at(5)}`, `received_at < '${at(5)}'`],
    ["from=2099-01-01T00:00:00Z", "false"],
    ["to=2020-01-01T00:00:00Z", "false"],
    ["q=bad/1%252", "id = 'bad/1%2'"],
    ["q=unknown", "id = 'unknown-1'"],
    ["order=BAD", "id = 'bad/1%2'"],
  ])("finds what %s asks for", async (query, where) => {
    const expected = await rows(`SELECT id FROM webhook_events WHERE ${where} ORDER BY rowid DESC`);
    expect(await readAll(`/events?${query}`, "events", 7)).toEqual(expected.map(({ id }) => id));
  });

  it("finds the events of an order by its number, those of its payments included", async () => {
    const [one] = await rows(
      "SELECT order_number FROM order_events GROUP BY 1 HAVING count(*) > 6 ORDER BY 1",
    );
    const number = String(one?.["order_number"]);
    const expected = await rows(
      `SELECT DISTINCT e.id, e.rowid FROM webhook_events e JOIN order_events o ON o.event_id = e.id
       WHERE o.order_number = ?1 ORDER BY e.rowid DESC`,
      number,
    );
    const ids = expected.map(({ id }) => id);
    expect(await readAll(`/events?order=${number}`, "events", 3)).toEqual(ids);
    expect(await readAll(`/events?q=${number}`, "events", 100)).toEqual(ids);
  });

  it("tells what came after a known row, oldest first, and where to go on", async () => {
    const all = (await rows("SELECT id FROM webhook_events ORDER BY rowid")).map(({ id }) => id);
    let after = "0";
    const seen: string[] = [];
    for (;;) {
      const page = await read<{ events: Listed[]; latest_cursor: string; next_cursor: null }>(
        `/events?after=${after}&limit=50`,
      );
      expect(page.next_cursor).toBeNull();
      if (page.events.length === 0) break;
      seen.push(...page.events.map(({ id }) => id));
      after = page.latest_cursor;
    }
    expect(seen).toEqual(all);
  });

  it("does not search what came after a known row: it says so instead of leaving the search out", async () => {
    const problem = await read("/events?after=0&q=unknown", 400);
    expect(problem).toMatchObject({ error: expect.stringContaining("together with after") });
  });

  it.each([
    "limit=0",
    "limit=101",
    "limit=x",
    "cursor=x",
    "status=odd",
    "from=yesterday",
    "color=red",
  ])("answers 400 to %s", async (query) => {
    const response = await call(`/events?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    const name = query.split("=")[0] ?? "";
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(name) });
  });
});

describe("one event", () => {
  it("shows its body, what it set, what overrides it, and its messages", async () => {
    const [{ id } = { id: null }] = await rows(
      "SELECT id FROM webhook_events WHERE event_type = 'order.confirmed' LIMIT 1",
    );
    const found = await read(`/events/${encodeURIComponent(String(id))}`);
    expect(found).toMatchObject({
      id,
      payload: expect.stringContaining("order.confirmed"),
      outcome: "sets",
      changed: expect.arrayContaining([
        expect.objectContaining({ entity: "orders", register: "confirmed" }),
      ]),
      notifications: expect.arrayContaining([
        expect.objectContaining({ template: "order_confirmed", channel: "email" }),
      ]),
    });
    const overtaken = await rows(
      "SELECT id FROM webhook_events WHERE event_type = 'order.created' AND status = 'processed'",
    );
    const views = await Promise.all(
      overtaken.map((row) =>
        read<{ overridden: Json[] }>(`/events/${encodeURIComponent(String(row["id"]))}`),
      ),
    );
    const lost = views.flatMap((view) => view.overridden);
    expect(lost).toContainEqual({
      entity: "orders",
      row_key: expect.any(String),
      register: "status",
      to: expect.any(String),
      why: expect.stringMatching(/older|lower/),
    });
  });

  it("is found whatever its id holds, and is a 404 where there is none", async () => {
    expect(await read(`/events/${encodeURIComponent("bad/1%2")}`)).toMatchObject({
      status: "quarantined",
      outcome: "quarantined",
      error: expect.stringContaining("grand_total"),
    });
    await read("/events/nothing", 404);
  });

  it("is removed only where it is a test", async () => {
    const remove = async (id: string): Promise<number> =>
      (await call(`/events/${encodeURIComponent(id)}`, { method: "DELETE" })).status;
    expect(await remove("bad/1%2")).toBe(409);
    expect(await remove("unknown-1")).toBe(409);
    expect(await remove("test-1")).toBe(204);
    await read("/events/test-1", 404);
  });
});

describe("orders", () => {
  it("are found by the beginning of their number, by e-mail and by phone, and are masked", async () => {
    const [customer] = await rows(
      "SELECT * FROM orders WHERE customer_email IS NOT NULL AND customer_phone LIKE '+%' LIMIT 1",
    );
    const email = String(customer?.["customer_email"]);
    const phone = String(customer?.["customer_phone"]);
    const number = String(customer?.["order_number"]);
    const searches = [
      number,
      email,
      ` ${email.toUpperCase()}`,
      phone,
      phone.replace(/(...)$/, "-$1"),
    ];
    for (const q of searches) {
      const found = await readAll(`/orders?q=${encodeURIComponent(q)}`, "orders", 100);
      expect(found, q).toContain(number);
    }
    const page = await call(`/orders?q=${encodeURIComponent(number)}`);
    const text = await page.text();
    for (const secret of [email, phone, String(customer?.["customer_name"])]) {
      expect(text).not.toContain(secret);
    }
    const all = await rows(
      "SELECT order_number FROM orders WHERE order_number >= 'ORD' ORDER BY 1",
    );
    expect(await readAll("/orders?q=ORD", "orders", 7)).toEqual(
      all.map((row) => row["order_number"]),
    );
  });

  it("of the latest events come first where nothing is searched for", async () => {
    const found = await readAll("/orders", "orders", 100);
    const known = await rows("SELECT order_number FROM orders");
    expect(new Set(found)).toEqual(new Set(known.map((row) => row["order_number"])));
  });

  it("are shown with their rows, their timeline and why they look so", async () => {
    const [one] = await rows("SELECT order_number FROM shipments WHERE order_number IS NOT NULL");
    const number = String(one?.["order_number"]);
    const found = await read<{ order: Json; shipments: Json[]; payments: Json[] }>(
      `/orders/${number}`,
    );
    expect(found.order["order_number"]).toBe(number);
    expect(found.shipments.length).toBeGreaterThan(0);
    expect(found.payments.length).toBeGreaterThan(0);
    const { entries } = await read<{ entries: Json[] }>(`/orders/${number}/timeline`);
    expect(entries.map(({ what }) => String(what).split(" ")[0])).toContain("event");
    expect(await read(`/orders/${number}/explain`)).toMatchObject({ orderNumber: number });
    await read("/orders/none", 404);
    await read("/orders/none/timeline", 404);
  });
});

describe("notifications", () => {
  it("pages through all of them, each once, whether an event has asked for it or not", async () => {
    const expected = await rows("SELECT id FROM notifications ORDER BY id");
    const found = await readAll("/notifications", "notifications", 13);
    expect(new Set(found).size).toBe(found.length);
    expect(found.toSorted()).toEqual(expected.map(({ id }) => id));
  });

  it.each(["alert", "refund_due"])("finds %s, which no event asks for", async (template) => {
    const expected = await rows("SELECT id FROM notifications WHERE template = ?1", template);
    expect(expected.length).toBeGreaterThan(0);
    const found = await readAll(`/notifications?template=${template}`, "notifications", 1);
    expect(new Set(found)).toEqual(new Set(expected.map(({ id }) => id)));
  });

  it("filters, and masks whom they went to", async () => {
    const found = await readAll("/notifications?template=order_confirmed", "notifications", 100);
    const expected = await rows("SELECT id FROM notifications WHERE template = 'order_confirmed'");
    expect(found.toSorted()).toEqual(expected.map(({ id }) => String(id)).toSorted());
    const [one] = await rows("SELECT * FROM notifications WHERE recipient LIKE '%@%' LIMIT 1");
    const text = await (await call(`/notifications?order=${String(one?.["order_number"])}`)).text();
    expect(text).toContain(String(one?.["id"]));
    expect(text).not.toContain(String(one?.["recipient"]));
    const whole = await read(`/notifications/${encodeURIComponent(String(one?.["id"]))}`);
    expect(whole).toMatchObject({ recipient: one?.["recipient"] });
  });

  it("are sent again by a person's decision, however old, and only where they are settled", async () => {
    const [one] = await rows(
      "SELECT id FROM notifications WHERE template = 'order_confirmed' AND status = 'suppressed' LIMIT 1",
    );
    const id = String(one?.["id"]);
    const path = `/notifications/${encodeURIComponent(id)}/send-again`;
    expect(await send(path, {})).toEqual({ id, status: "pending" });
    await send(path, {}, 409);
    await send("/notifications/none/send-again", {}, 404);
    await hand(ADMIN, "ce-notifications", [{ ids: [id] }]);
    const [after] = await rows(
      "SELECT status, reason, resends FROM notifications WHERE id = ?1",
      id,
    );
    expect(after).toMatchObject({ resends: 1 });
    expect(after?.["reason"]).not.toBe("too old");
  });
});

describe("a notification of which only its identity is left", () => {
  it("is not sent again", async () => {
    const [one] = await rows("SELECT id FROM notifications WHERE status = 'suppressed' LIMIT 1");
    const id = String(one?.["id"]);
    await env.DB.prepare("UPDATE notifications SET context = NULL WHERE id = ?1").bind(id).run();
    const problem = await send(`/notifications/${encodeURIComponent(id)}/send-again`, {}, 409);
    expect(problem).toMatchObject({
      error: expect.stringContaining("Only the fact that it was sent is kept"),
    });
    const [after] = await rows("SELECT status, resends FROM notifications WHERE id = ?1", id);
    expect(after).toEqual({ status: "suppressed", resends: 0 });
  });
});

describe("replay by filter", () => {
  it("counts first, says whether more match, and takes again what was asked for", async () => {
    const counted = await send("/replay", { type: "order.created", order: "BAD", dry_run: true });
    expect(counted).toEqual({ dry_run: true, count: 1, ids: ["bad/1%2"], more: false });
    const none = await send("/replay", { status: "failed", type: "no.such", dry_run: true });
    expect(none).toMatchObject({ count: 0, ids: [] });
    const early = await send("/replay", { to: at(0), dry_run: true });
    expect(early).toMatchObject({ count: 0 });
    expect(await send("/replay", { status: "failed", limit: 1, dry_run: true })).toMatchObject({
      count: 1,
      more: true,
    });
    await send("/replay", { order: "BAD" });
    const [row] = await rows("SELECT status FROM webhook_events WHERE id = 'bad/1%2'");
    expect(row).toEqual({ status: "received" });
    await fireCron(ADMIN);
  });
});

describe("figures", () => {
  const truth =
    "SELECT count(*) AS events, count(*) FILTER (WHERE status = 'failed') AS failed FROM webhook_events";

  it("are right before, between and after the sweep counts, whoever counts twice", async () => {
    const [expected] = await rows(truth);
    const figures = async () => {
      const { totals } = await loadSystemStatus(env.DB, new Date().toISOString());
      return { events: totals?.events, failed: totals?.failed };
    };
    expect(await figures()).toEqual(expected);
    const now = "2026-11-25T00:00:00.000Z";
    await Promise.all([
      countStretch(env.DB, now, "2026-11-24T00:00:00.000Z"),
      countStretch(env.DB, now, "2026-11-24T00:00:00.000Z"),
    ]);
    expect(await figures()).toEqual(expected);
    const [counted] = await rows(
      "SELECT sum(events) AS n FROM event_counts WHERE period = 'total'",
    );
    expect(Number(counted?.["n"])).toBeGreaterThan(100);
    const [hours] = await rows("SELECT sum(events) AS n FROM event_counts WHERE period <> 'total'");
    expect(hours).toEqual(counted);
  });

  it("are told to Prometheus", async () => {
    const response = await call("/metrics");
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    const text = await response.text();
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of lines)
      expect(line).toMatch(/^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [\d.]+$/);
    const [{ events } = { events: 0 }] = await rows(truth);
    const sum = lines
      .filter((line) => line.startsWith("ce_webhooks_events_total"))
      .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
    expect(sum).toBe(events);
  });

  it("of refused deliveries: the last hour in health, all time in metrics", async () => {
    // Writes and removes the refusals of earlier tests.
    await fireCron({ ...calmEnv, DB: env.DB });
    await env.DB.batch(
      ["refused_deliveries", "refused_totals"].map((table) =>
        env.DB.prepare(`DELETE FROM ${table}`),
      ),
    );
    const before = await read("/health");
    expect(before).toMatchObject({ refused_last_hour: 0, refused: {} });
    const now = Date.now();
    for (const [reason, deliveries, hoursAgo] of [
      ["wrong signature", 312, 0],
      ["no signature", 2, 0],
      ["wrong signature", 50, 30],
    ] as const) {
      const last_at = new Date(now - hoursAgo * 3_600_000).toISOString();
      await saveRefusals(env.DB, [{ hour: last_at.slice(0, 13), reason, deliveries, last_at }]);
    }
    expect(await read("/health")).toMatchObject({
      refused_last_hour: 314,
      refused: { "wrong signature": 312, "no signature": 2 },
      locked_out: true,
    });
    const recent = new Date(now - 1_000).toISOString();
    await env.DB.prepare(
      "UPDATE webhook_events SET received_at = ?1 WHERE rowid = (SELECT max(rowid) FROM webhook_events)",
    )
      .bind(recent)
      .run();
    expect(await read("/health")).toMatchObject({ refused_last_hour: 314, locked_out: false });
    const text = await (await call("/metrics")).text();
    expect(text).toContain("# TYPE ce_webhooks_refused_total counter");
    expect(text).toContain('ce_webhooks_refused_total{reason="wrong signature"} 362');
    expect(text).toContain('ce_webhooks_refused_total{reason="no signature"} 2');
    expect(text).toContain('ce_webhooks_refused_total{reason="cut off"} 0');
  });

  it("say how the set-up is, without any secret", async () => {
    const response = await call("/settings");
    const text = await response.text();
    expect(text).not.toContain("let-me-in");
    expect(JSON.parse(text)).toMatchObject({
      secrets: { ADMIN_TOKEN: true, CE_WEBHOOK_SECRET: true, RESEND_API_KEY: false },
      channels: { sms: false },
      verified_by: { previous: 0, current: expect.any(Number) },
      versions: { receiver: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      last_sweep_at: expect.stringMatching(/^20/),
    });
  });
});

describe("the description", () => {
  it("names every route as it is, with what it takes", async () => {
    const description = await read<{
      openapi: string;
      paths: Record<string, Record<string, { summary: string; parameters: Json[] }>>;
    }>("/openapi.json");
    expect(description.openapi).toBe("3.1.0");
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method, { summary, parameters }] of Object.entries(operations)) {
        expect(summary).not.toBe("");
        const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const named = parameters.filter((one) => one["in"] === "path").map(({ name }) => name);
        expect(named).toEqual(parts);
        const real = path.replaceAll(/\{\w+\}/g, "none");
        const response = await call(real, {
          method: method.toUpperCase(),
          ...(method === "post" ? { body: "?" } : {}),
        });
        const text = await response.text();
        expect(text, `${method} ${path}`).not.toContain("has nothing here");
      }
    }
    const events = description.paths["/events"]?.["get"];
    expect(events?.parameters.map(({ name }) => name)).toContain("status");
  });
});

describe("what is not there", () => {
  it("is said to be so", async () => {
    expect(await read("/nothing", 404)).toMatchObject({ status: 404 });
  });
});
