/** The content of the pages, and the data that they must not show; test/browser tests their appearance. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { layOutJson } from "../../src/console/json-text";
import { pathTo } from "../../src/console/links";
import { clip, duration, visible } from "../../src/console/text";
import { saveRefusals } from "../../src/store/inbox/refusals";
import { event } from "../support/events";
import { orderDetail, payment, shipment } from "../support/models";
import { apply, broken, fetchWith, rows, type Vars } from "../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };

let cookie = "";

function post(path: string, form: Record<string, string>): Request {
  return new Request(`${ORIGIN}${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: ORIGIN, cookie },
    redirect: "manual",
  });
}

async function get(path: string, vars: Vars = {}): Promise<Response> {
  const headers = { cookie };
  return await fetchWith({ ...ADMIN, ...vars }, new Request(`${ORIGIN}${path}`, { headers }));
}

async function read(path: string, status = 200): Promise<string> {
  const response = await get(path);
  expect(response.status, path).toBe(status);
  return await response.text();
}

/** The text of a page that a person reads. */
async function wordsOf(path: string, vars: Vars = {}): Promise<string> {
  const text = await (await get(path, vars)).text();
  return text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

beforeAll(async () => {
  const response = await fetchWith(ADMIN, post("/console/sign-in", { token: "let-me-in" }));
  cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await apply(
    event("order.confirmed", orderDetail("PAGE-1"), { id: "page-1" }),
    event("order.created", { order_number: "PAGE-2", grand_total: "x" }, { id: "page-2" }),
  );
  await vi.waitUntil(async () => {
    const pending = await rows("SELECT 1 FROM notifications WHERE status = 'pending'");
    return pending.length === 0;
  });
});

describe("personal data", () => {
  it("is masked in lists, and shown on the page of what it belongs to", async () => {
    for (const path of ["/console/orders", "/console/messages", "/console"]) {
      const text = await read(path);
      expect(text, path).not.toMatch(/asha@example|9876543210|Asha Rao/);
    }
    expect(await read("/console/orders")).toContain("a***@example.com");
    const text = await read("/console/orders/PAGE-1");
    for (const known of ["asha@example.com", "+919876543210", "Asha Rao", "12 MG Road"]) {
      expect(text).toContain(known);
    }
  });
});

describe("a day without a time of day", () => {
  it("is shown as it is, and no script turns it into half past five", async () => {
    const parcel = shipment("SHP-PAGE", { eta_delivery: "2031-03-14" });
    await apply(event("shipment.created", parcel, { order_number: "PAGE-DAY" }));
    const text = await read("/console/orders/PAGE-DAY");
    expect(text).toContain("<span>2031-03-14</span>");
    expect(text).not.toContain('datetime="2031-03-14');
  });
});

describe("the money of an order", () => {
  it("is called outstanding only where something was paid and is owed back", async () => {
    const refundable = { cancellation_refund_details: { refundable_amount: 500 } };
    const over = (status: string, number: string) => ({
      ...orderDetail(number, { status, ...refundable }),
    });
    const paid = event("payment.success", payment("PAY-OWED"), { order_number: "OWED" });
    await apply(
      event("order.cancelled", over("cancelled", "NOT-PAID")),
      event("order.created", over("confirmed", "LIVES")),
      event("order.cancelled", over("cancelled", "OWED")),
      paid,
    );
    expect(await read("/console/orders/NOT-PAID")).not.toMatch(/outstanding|to be refunded/i);
    expect(await read("/console/orders/LIVES")).not.toMatch(/outstanding|to be refunded/i);
    expect(await read("/console/orders/OWED")).toMatch(/Refund outstanding[^]*₹500\.00/);
  });

  it("is cash on delivery and not unpaid where it is collected at the door", async () => {
    const cash = payment("PAY-COD", { payment_method: "COD", payment_status: "pending" });
    await apply(event("order.created", orderDetail("CASH", { payments: [cash] })));
    const text = await read("/console/orders/CASH");
    expect(text).toContain("is collected at the door. No payment has been reported yet.");
    expect(text).not.toMatch(/not paid|unpaid/i);
  });
});

describe("what is not there", () => {
  it.each([
    ["/console/nothing", "no such page"],
    ["/console/events/nothing", "No such event"],
    ["/console/events/nothing/body", "No such event"],
    ["/console/orders/nothing", "No such order"],
    ["/console/messages/nothing", "No such message"],
    ["/console/messages/nothing/preview", "No such message"],
    ["/console/replays/999", "No such replay"],
    ["/console/replays/x", "No such replay"],
  ])("%s is a 404 that says so", async (path, words) => {
    expect(await read(path, 404)).toContain(words);
  });

  it("a question that is not understood is a 400 that names it, with what was asked", async () => {
    const text = await read("/console/events?from=yesterday&status=processed", 400);
    expect(text).toContain("from: ");
    expect(text).toContain("yesterday");
    await read("/console/messages?channel=pigeon", 400);
    // A parameter that is not a field of the form is ignored.
    await read("/console/events?utm_source=mail");
  });

  it("while D1 is down, a page says that nothing is lost", async () => {
    const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const response = await get("/console", { DB: broken(env.DB) });
    silent.mockRestore();
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("Nothing was lost");
  });
});

describe("refused deliveries", () => {
  const refuse = async (reason: string, deliveries: number, minutesAgo = 0): Promise<void> => {
    const last_at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
    await saveRefusals(env.DB, [{ hour: last_at.slice(0, 13), reason, deliveries, last_at }]);
  };
  /** Sets the receipt of all events to `hours` ago. */
  const receivedAgo = async (hours: number): Promise<void> => {
    const at = new Date(Date.now() - hours * 3_600_000).toISOString();
    await env.DB.prepare("UPDATE webhook_events SET received_at = ?1").bind(at).run();
  };

  beforeEach(async () => {
    await env.DB.exec("DELETE FROM refused_deliveries");
    await receivedAgo(0);
  });

  it("stand under what needs attention, with the likely cause, and lead to more", async () => {
    expect(await wordsOf("/console")).not.toContain("refused in the last hour");
    await refuse("wrong signature", 312);
    await refuse("too large", 1);
    const text = await wordsOf("/console");
    expect(text).toContain(
      "312 deliveries refused in the last hour: wrong signature. Is CE_WEBHOOK_SECRET the secret in Commerce Engine",
    );
    expect(text).toContain("1 delivery refused in the last hour: too large. Compare the latest");
    expect(text).not.toContain("No event came in that time");
    expect(await read("/console")).toContain('<a href="/console/refused">312 deliveries refused');
  });

  it("are said to be all that came where no event did", async () => {
    await receivedAgo(2);
    await refuse("wrong signature", 312);
    await refuse("no signature", 2);
    const text = await wordsOf("/console");
    expect(text).toContain("wrong signature. No event came in that time. Is CE_WEBHOOK_SECRET");
    expect(text.split("No event came in that time")).toHaveLength(2);
    expect(await wordsOf("/console/refused")).toContain(
      "314 deliveries were refused in the last hour, and no event came in that time.",
    );
  });

  it("have a page by reason and by the hour, of one day", async () => {
    expect(await wordsOf("/console/refused")).toContain("None within the last 24 hours");
    await refuse("wrong signature", 300);
    await refuse("wrong signature", 40, 180);
    await refuse("cut off", 7, 26 * 60);
    await refuse("told by a newer version", 1);
    const text = await wordsOf("/console/refused");
    expect(text).toMatch(/Wrong signature 300 340 20\d\d-\d\d-\d\d \S+ Signed, but not with/);
    expect(text).toContain("301 300 wrong signature, 1 told by a newer version");
    expect(text).toContain("This version does not know the reason");
    expect(text).not.toContain("Cut off");
  });

  it("come with silence, where the shop finds it too long", async () => {
    await receivedAgo(7);
    const silent = { SILENCE_ALERT_HOURS: "6" };
    expect(await wordsOf("/console", silent)).toContain(
      "No event has come for 7 h 0 min. The team is alerted after 6 h 0 min of silence.",
    );
    expect(await wordsOf("/console", { SILENCE_ALERT_HOURS: "8" })).not.toContain("No event has");
    expect(await wordsOf("/console")).not.toContain("No event has");
    expect(await wordsOf("/console/settings", silent)).toContain("silence alert 6 hours");
  });
});

describe("every answer to a person", () => {
  it.each([
    "",
    "/events/new",
    "/events/new?after=0",
    "/events/page-1/body",
    "/messages/none/preview",
    "/nothing",
    "/sign-in",
  ])("at /console%s is under the policy, and kept by no browser or proxy", async (path) => {
    const { headers } = await get(`/console${path}`);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("but for a mail in its frame, which has a policy of its own and no other beside it", async () => {
    const message = { channel: "email", template: "x", to: "a@b.example", subject: "s", text: "t" };
    const html = "<script>alert(1)</script><p>mail</p>";
    await env.DB.prepare("UPDATE notifications SET rendered = ?1 WHERE channel = 'email'")
      .bind(
        JSON.stringify({ firstAttemptAt: "2026-11-26T10:00:00Z", message: { ...message, html } }),
      )
      .run();
    const { headers, status } = await get(
      "/console/messages/order_confirmed%2FPAGE-1%2Femail/preview",
    );
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^sandbox; default-src 'none'; .*frame-ancestors 'self'$/);
    expect(policy).not.toContain("script-src");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("an event's body", () => {
  it("can be had as it came, as a file that cannot run", async () => {
    const response = await get("/console/events/page-1/body");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toContain("attachment");
    const [row] = await rows("SELECT payload FROM webhook_events WHERE id = 'page-1'");
    expect(new TextDecoder().decode(await response.arrayBuffer())).toBe(row?.["payload"]);
  });

  it("is laid out token by token: nothing is read as a value and written anew", () => {
    const raw = '{"a":1.10,"a":12345678901234567890,"b":[],"c":{},"d":["x, y: {z}",-0.0e5,null]}';
    const parts = layOutJson(raw);
    const text = parts.map((part) => part.text).join("");
    expect(text.replaceAll(/\s/g, "")).toBe(raw.replaceAll(/\s/g, ""));
    expect(text).toContain('  "b": [],\n');
    expect(parts.filter(({ kind }) => kind === "name").map((part) => part.text)).toEqual([
      '"a"',
      '"a"',
      '"b"',
      '"c"',
      '"d"',
    ]);
    for (const odd of ["", "}{", '"', "[[[[", 'plain, "text: {']) {
      expect(layOutJson(odd).length).toBeGreaterThan(0);
    }
    // Depth costs no more than length.
    expect(
      layOutJson("[".repeat(10_000))
        .map((part) => part.text)
        .join("").length,
    ).toBeLessThan(10_000 * 60);
  });
});

describe("a message of which not all is kept", () => {
  const path = "/console/messages/kept%2F1";
  const keep = async (columns: string): Promise<void> => {
    await env.DB.exec(`UPDATE notifications SET ${columns} WHERE id = 'kept/1'`);
  };

  beforeAll(async () => {
    await env.DB.exec(
      "INSERT INTO notifications (id, template, channel, status, attempts, due_at, created_at, sent_at, context)" +
        " VALUES ('kept/1', 'order_confirmed', 'email', 'sent', 1, '2026', '2026', '2026', '{\"kind\":\"none\"}')",
    );
  });

  it("says that it went out, and that what was sent is gone", async () => {
    const text = await read(path);
    expect(text).toContain("What was sent is not kept any more");
    expect(text).not.toContain("never rendered");
    expect(text).toContain("/console/send-again");
  });

  it("says that nothing went out only where nothing can have", async () => {
    await keep("status = 'failed', sent_at = NULL");
    expect(await read(path)).not.toContain("nothing went out");
    await keep("status = 'suppressed', attempts = 0");
    expect(await read(path)).toContain("nothing went out");
  });

  it("offers no sending again where nothing is left to render it from", async () => {
    await keep("context = '{}'");
    expect(await read(path)).toContain("/console/send-again");
    await keep("context = NULL");
    expect(await read(path)).not.toContain("/console/send-again");
  });
});

describe("an event that was ignored", () => {
  it.each([
    ["too old: its own time lies more than 30 days before its receipt", null],
    ["failed and never taken again", null],
    [null, "Why is not kept any more"],
  ])("is not said to be of an unknown type where that is not why: %s", async (error, more) => {
    await env.DB.prepare(
      `INSERT OR REPLACE INTO webhook_events (id, event_type, received_at, status, body_sha256, error)
       VALUES ('ignored-1', 'order.created', '2026-11-20T00:00:00.000Z', 'ignored', '0', ?1)`,
    )
      .bind(error)
      .run();
    const text = await read("/console/events/ignored-1");
    expect(text).toContain("Stored and not applied");
    expect(text).not.toContain("type is none");
    expect(text).toContain(error ?? more);
  });
});

describe("the orders of the latest events", () => {
  const insert = (count: number, from: number): string =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(count)})
     INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256)
     SELECT 'quiet-' || (i + ${String(from)}), 'coupon.created', '2026-11-20T00:00:00.000Z', 'ignored', '0' FROM n`;

  it("can be looked for further back where the latest lead to none", async () => {
    await env.DB.prepare(insert(600, 0)).run();
    const first = await read("/console/orders");
    expect(first).toContain("None in the stretch");
    expect(first).toContain("Search further back");
    const [, cursor] = /href="\/console\/orders\?cursor=(\d+)"/.exec(first) ?? [];
    expect(await read(`/console/orders?cursor=${cursor ?? ""}`)).toContain("PAGE-1");
    const last = await read("/console/orders?cursor=1");
    expect(last).toContain("No older event has named an order");
    expect(last).not.toContain("Search further back");
    await env.DB.exec("DELETE FROM webhook_events WHERE id LIKE 'quiet-%'");
  });
});

describe("the overview", () => {
  it("leads to what came of a replay", async () => {
    const before = await wordsOf("/console/events/page-2");
    expect(before).not.toContain("The replay did not help");
    const after = await wordsOf("/console/events/page-2?replayed=1");
    expect(after).toContain("The replay did not help: it is quarantined again.");
    expect(after).toContain(
      "Correct the value where it comes from, and have it sent again: that is a new event",
    );
  });
});

describe("a replay", () => {
  it("is kept, with what became of its events, and told to scripts as well", async () => {
    const replayed = await fetchWith(ADMIN, post("/console/replay", { status: "quarantined" }));
    expect(replayed.headers.get("location")).toBe("/console/events/page-2?replayed=1");
    const [{ id } = { id: null }] = await rows("SELECT max(id) AS id FROM replays");
    await vi.waitFor(async () => {
      const response = await fetchWith(
        ADMIN,
        new Request(`${ORIGIN}/api/admin/replays/${String(id)}`, {
          headers: { authorization: "Bearer let-me-in" },
        }),
      );
      expect(await response.json()).toEqual({
        id,
        started_at: expect.any(String),
        events: 1,
        statuses: { quarantined: 1 },
        outcomes: [
          {
            status: "quarantined",
            reason: expect.stringContaining("data.grand_total: expected"),
            times: 1,
            one: "page-2",
          },
        ],
      });
    });
    const page = await read(`/console/replays/${String(id)}`);
    expect(page).toContain("Done: 0 of 1 event applied");
    expect(page).toContain("Correct the value where it comes from");
    expect(page).toContain('<a href="/console/events/page-2">');
  });

  it("of what is settled by now changes nothing, and says so", async () => {
    const form = { event: "page-1" };
    const gone = await fetchWith(ADMIN, post("/console/replay", form));
    expect(gone.headers.get("location")).toBe("/console/troubled?notice=gone");
    expect(await read("/console/troubled?notice=gone")).toContain("Nothing was replayed");
    const none = await fetchWith(ADMIN, post("/console/replay", {}));
    expect(none.headers.get("location")).toBe("/console/troubled?notice=none");
  });

  it("is forgotten after a hundred more", async () => {
    await env.DB.exec(
      `INSERT INTO replays (id, started_at, events) VALUES (${String(500)}, '2026', '[]')`,
    );
    await fetchWith(ADMIN, post("/console/replay", { status: "quarantined" }));
    const kept = await rows("SELECT id FROM replays ORDER BY id");
    expect(kept.map(({ id }) => id)).toEqual([500, 501]);
  });
});

describe("words and links", () => {
  it("show what would hide, and keep to their measure", () => {
    expect(visible("a\u0000b\u202ec\r\n\td")).toBe("a\\u0000b\\u202ec\\u000d\n\td");
    expect(visible("ORD-1\u00ad\u3164")).toBe("ORD-1\\u00ad\\u3164");
    expect(visible("שלום عالم 🛍️")).toBe("שלום عالم 🛍️");
    expect(clip("x".repeat(65), 64)).toHaveLength(64);
    expect(clip("🛍".repeat(64), 64)).toBe("🛍".repeat(64));
    expect([5, 65, 3_700, 90_000].map(duration)).toEqual([
      "5 s",
      "1 min 5 s",
      "1 h 1 min",
      "1 d 1 h",
    ]);
  });

  it("lead to any id that a URL can carry", () => {
    expect(pathTo("events", "a/b?c#d%2F")).toBe("/console/events/a%2Fb%3Fc%23d%252F");
    expect(pathTo("events", "..")).toBe("/console/events/~?id=..");
    expect(pathTo("events", "new")).toBe("/console/events/~?id=new");
    expect(pathTo("events", "\ud800")).toBe("/console/events/%EF%BF%BD");
    expect(pathTo("events", "x".repeat(5_000))).toBeNull();
  });
});
