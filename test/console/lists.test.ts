/** The lists of events and of messages: their links, and the results of their filters. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { templatesWhere } from "../../src/notifications/templates";
import { unasked } from "../../src/store/outbox/conditions";
import { signIn } from "../support/console";
import { event } from "../support/events";
import { address, orderDetail, payment, refund, shipment } from "../support/models";
import { apply, fetchWith, ORIGIN, rows } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
let cookie = "";

async function read(path: string): Promise<string> {
  const headers = { cookie };
  const response = await fetchWith(ADMIN, new Request(`${ORIGIN}${path}`, { headers }));
  expect(response.status, path).toBe(200);
  return await response.text();
}

const listed = z.object({
  notifications: z.array(z.object({ id: z.string() })),
  next_cursor: z.nullable(z.string()),
});

async function ask<T>(path: string, model: z.ZodType<T>): Promise<T> {
  const headers = { authorization: "Bearer let-me-in" };
  const request = new Request(`${ORIGIN}/api/admin${path}`, { headers });
  return model.parse(await (await fetchWith(ADMIN, request)).json());
}

async function messagesTo(recipient: string, more = ""): Promise<readonly string[]> {
  const path = `/notifications?recipient=${encodeURIComponent(recipient)}${more}`;
  return (await ask(path, listed)).notifications.map(({ id }) => id);
}

beforeAll(async () => {
  cookie = await signIn(ADMIN.ADMIN_TOKEN);
  const ravi = address({ first_name: "Ravi", email: "ravi@example.com", phone: "9123456780" });
  await apply(
    event("order.confirmed", orderDetail("LIST-1")),
    event("payment.failed", payment("PAY-LIST"), { order_number: "LIST-1", id: "list-failed" }),
    event("payment.success", payment("PAY-LIST"), { id: "list-payment" }),
    event("payment.refund.success", refund("RFD-LIST"), { order_number: "LIST-1" }),
    event("payment.refund.failed", refund("RFD-LIST"), { id: "list-refund" }),
    event("shipment.created", shipment("SHP-LIST"), { order_number: "LIST-1" }),
    event("shipment.updated", shipment("SHP-LIST"), { id: "list-shipment" }),
    event("payment.success", payment("PAY-ALONE"), { id: "list-alone" }),
    event(
      "order.confirmed",
      orderDetail("LIST-2", { billing_address: ravi, shipping_address: ravi }),
    ),
  );
  await vi.waitUntil(async () => {
    const pending = await rows("SELECT 1 FROM notifications WHERE status = 'pending'");
    return pending.length === 0;
  });
});

describe("an event leads to its order", () => {
  it.each(["list-payment", "list-refund", "list-shipment"])(
    "where only its row knows it: %s",
    async (id) => {
      const detail = await ask(
        `/events/${id}`,
        z.object({ order_number: z.null(), linked_order: z.string() }),
      );
      expect(detail.linked_order).toBe("LIST-1");
      expect(await read(`/console/events/${id}`)).toContain('href="/console/orders/LIST-1"');
      const list = await read(`/console/events?q=${id}`);
      expect(list).toMatch(/data-head="Order"><div><a href="\/console\/orders\/LIST-1"/);
    },
  );

  it("and says what it is about where no order is known", async () => {
    const list = (await read("/console/events?q=list-alone")).replaceAll(/<[^>]*>/g, "");
    expect(list).toContain("payment PAY-ALONE");
  });

  it("from the list of what failed, too", async () => {
    await env.DB.exec(
      "UPDATE webhook_events SET status = 'failed', error = 'disk' WHERE id = 'list-payment'",
    );
    expect(await read("/console/troubled")).toContain('href="/console/orders/LIST-1"');
    await env.DB.exec(
      "UPDATE webhook_events SET status = 'processed', error = NULL WHERE id = 'list-payment'",
    );
  });
});

describe("messages to a recipient", () => {
  it.each(["asha@example.com", " ASHA@Example.com"])(
    "are found by an address: %s",
    async (typed) => {
      const found = await messagesTo(typed);
      expect(found).toContain("order_confirmed/LIST-1/email");
      expect(found.every((id) => id.endsWith("/email") && !id.includes("LIST-2"))).toBe(true);
      expect(found).not.toContain("shipment_cancelled/SHP-LIST/team");
    },
  );

  it.each(["+91 91234 56780", "9123456780", "091234-56780"])(
    "are found by a number as people type it: %s",
    async (typed) => {
      await env.DB.exec(
        "INSERT INTO notifications (id, template, channel, order_number, recipient, status, due_at, created_at) VALUES ('payment_failed/LIST-2/x/sms', 'payment_failed', 'sms', 'LIST-2', '+919123456780', 'sent', '2026', '2026') ON CONFLICT DO NOTHING",
      );
      expect(await messagesTo(typed)).toEqual(["payment_failed/LIST-2/x/sms"]);
    },
  );

  it("are none of somebody unknown, of an order's other address, or of what is no contact", async () => {
    for (const typed of ["nobody@example.com", "office@example.com", "LIST-1"]) {
      expect(await messagesTo(typed), typed).toEqual([]);
    }
  });

  it("are found where whom they went to is not kept any more, and filtered", async () => {
    const id = "order_confirmed/LIST-1/email";
    await env.DB.prepare("UPDATE notifications SET recipient = NULL WHERE id = ?1").bind(id).run();
    expect(await messagesTo("asha@example.com")).toContain(id);
    expect(await messagesTo("asha@example.com", "&template=order_confirmed")).toEqual([id]);
    expect(await messagesTo("9876543210")).not.toContain(id);
  });

  it("are paged through, each once", async () => {
    const path = "/notifications?recipient=asha%40example.com&limit=1";
    const ids: string[] = [];
    for (let at = ""; ;) {
      const page = await ask(path + at, listed);
      ids.push(...page.notifications.map(({ id }) => id));
      if (page.next_cursor === null) break;
      at = `&cursor=${page.next_cursor}`;
    }
    expect(ids).toEqual(await messagesTo("asha@example.com"));
    expect(ids.length).toBeGreaterThan(1);
  });

  it("are searched for on the page of messages", async () => {
    const page = await read("/console/messages?recipient=asha%40example.com");
    expect(page).toContain("order_confirmed%2FLIST-1%2Femail");
    expect(page).not.toContain("LIST-2");
  });
});

describe("a message that was not sent", () => {
  const path = "/console/messages/order_confirmed%2FLIST-2%2Femail";

  it("is shown as it would read now, and said to be that", async () => {
    const page = await read(path);
    expect(page).toContain("As it would read now");
    expect(page).toContain("neither sent nor stored");
    expect(page).toContain("Subject: <b>");
    const mail = await read(`${path}/preview`);
    expect(mail).toContain("LIST-2");
    expect(mail).toContain("Cotton shirt");
    const [row] = await rows(
      "SELECT rendered, status, attempts FROM notifications WHERE id = 'order_confirmed/LIST-2/email'",
    );
    expect(row).toEqual({ rendered: null, status: "suppressed", attempts: 0 });
  });

  it("says after a resend what came of it, and stays on that page", async () => {
    const after = await read(`${path}?sending=1`);
    expect(after).toContain("It was not sent.");
    expect(after).toContain("channel not configured");
    expect(after).not.toContain("hx-get");
    await env.DB.exec("UPDATE notifications SET status = 'pending' WHERE id LIKE '%/LIST-2/email'");
    const before = await read(`${path}?sending=1`);
    expect(before).toContain("It is on its way.");
    expect(before).toContain(`<noscript><a href="${path}?sending=1">See how far it is</a>`);
    expect(before).toContain(`hx-get="${path}?sending=1"`);
    await env.DB.exec(
      "UPDATE notifications SET status = 'suppressed' WHERE id LIKE '%/LIST-2/email'",
    );
  });

  it("is not shown where what it is made from is gone, or it went out", async () => {
    const id = "order_confirmed/LIST-2/email";
    for (const [left, put] of [
      ["UPDATE notifications SET status = 'sent' WHERE id = ?1", "status = 'suppressed'"],
      ["UPDATE notifications SET context = NULL WHERE id = ?1", `context = '{"kind":"none"}'`],
      ["UPDATE notifications SET recipient = '(erased)' WHERE id = ?1", "recipient = NULL"],
    ] as const) {
      await env.DB.prepare(left).bind(id).run();
      expect(await read(path), left).not.toContain("As it would read now");
      await env.DB.exec(`UPDATE notifications SET ${put} WHERE id = '${id}'`);
    }
    expect(await read(path)).toContain("As it would read now");
  });
});

describe("messages that no event asks for", () => {
  it("are those of the index", () => {
    const others = templatesWhere(({ asked }) => asked.by !== "event");
    expect(unasked.toSorted()).toEqual(others.toSorted());
  });

  it("stand in the list with the others, by their time", async () => {
    const [newest, oldest] = await Promise.all(
      ["9999", "1999"].map(async (year) => {
        const id = `alert/list/${year}/team`;
        await env.DB.prepare(
          "INSERT INTO notifications (id, template, channel, status, due_at, created_at) VALUES (?1, 'alert', 'team', 'sent', '2026', ?2)",
        )
          .bind(id, year)
          .run();
        return id;
      }),
    );
    for (const path of ["/notifications?limit=100", "/notifications?channel=team"]) {
      const ids = (await ask(path, listed)).notifications.map(({ id }) => id);
      expect([ids[0], ids.at(-1)], path).toEqual([newest, oldest]);
    }
    expect(await read("/console/messages")).toContain("alert%2Flist%2F9999%2Fteam");
  });

  it("are each on one page, however many have no event between them", async () => {
    const numbers = JSON.stringify(Array.from({ length: 25 }, (_, index) => index));
    await env.DB.prepare(
      `INSERT INTO notifications (id, template, channel, status, due_at, created_at)
      SELECT 'refund_due/MANY-' || value || '/team', 'refund_due', 'team', 'sent', '2026',
        '2026-11-20T00:00:00.00' || (value % 3) || 'Z' FROM json_each(?1)`,
    )
      .bind(numbers)
      .run();
    const expected = await rows("SELECT id FROM notifications WHERE id NOT LIKE '%/LIST-2/x/sms'");
    const ids: string[] = [];
    for (let at = ""; ;) {
      const page = await ask(`/notifications?limit=4${at}`, listed);
      ids.push(...page.notifications.map(({ id }) => id));
      if (page.next_cursor === null) break;
      at = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(expected.map(({ id }) => String(id)).toSorted());
  });
});
