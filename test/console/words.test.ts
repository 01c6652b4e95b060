/// <reference types="vite/client" />
/**
 * The words of the pages: every page of the console, with a shop's day in it, uses no word that docs/glossary.md
 * refuses, and has one name for one thing among its headings, columns, labels and statuses. Every page has the frame.
 */
import { beforeAll, describe, expect, it } from "vitest";
import glossary from "../../docs/glossary.md?raw";
import { pages } from "../../src/console/console";
import { createDay } from "../../testbed/stories/index";
import { calmEnv, hand, postTo } from "../faults/drive";
import { signIn } from "../support/console";
import { event } from "../support/events";
import { queued } from "../support/queue";
import { fetchWith, ORIGIN, post, row, rows } from "../support/receiver";
import { clearTables } from "../support/rows";

const vars = {
  ...calmEnv,
  ADMIN_TOKEN: "let-me-in",
  STORE_NAME: "Meera Handlooms",
  FORWARD_URL: "https://erp.test/hook",
  FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};
let cookie = "";

const messageOf = (value: { readonly id?: unknown; readonly event_type?: unknown }): string =>
  JSON.stringify(
    queued(String(value.id), JSON.stringify(value), {
      eventType: String(value.event_type),
      receivedAt: new Date().toISOString(),
    }),
  );

/** The groups of synonyms: a page may use only one name of each group. */
const synonyms: readonly (readonly string[])[] = [
  ["status", "state", "condition"],
  ["e-mail", "email", "mail"],
  ["phone", "telephone", "mobile"],
  ["happened", "occurred"],
  ["parcel", "shipment", "package", "consignment"],
  ["parcels", "shipments", "packages", "consignments"],
  ["partly paid", "partially paid"],
  ["partly refunded", "partially refunded"],
  ["id", "identifier", "key"],
  ["received", "arrived", "came"],
  ["attempts", "tries", "retries"],
  ["repeats", "redeliveries", "duplicates"],
  ["message", "notification"],
  ["messages", "notifications"],
  ["events", "webhooks", "hooks"],
  ["endpoint", "target", "destination"],
  ["quarantined", "invalid", "not understood"],
  ["replay", "reprocess", "retry"],
  ["resend", "send again", "send anew"],
  ["airway bill", "awb", "awb no"],
  ["sign out", "log out", "logout"],
  ["cancelled", "canceled"],
  ["quantity", "qty"],
  ["placed", "ordered", "order placed"],
  ["total", "grand total"],
  ["customer", "buyer", "client"],
  ["suppressed", "skipped", "dropped"],
  ["settings", "configuration", "preferences"],
  ["activity", "audit log", "history"],
  ["type", "kind", "event type"],
  ["on", "enabled"],
  ["off", "disabled"],
];

/** Not allowed in sentences: synonyms that no page needs, and words that people do not use of machines. */
const unwanted = [
  /\btelephone\b/i,
  /(?<!e-)\bmails?\b/i,
  /\bemails?\b/i,
  /\bpartially (?:paid|refunded)\b/i,
  /\bdead letters?\b/i,
  /\b(?:lost to|superseded by|given up on|to be refunded|whoever)\b/i,
];

/** The words in the table under this heading of the glossary. */
function refusedWords(): readonly string[] {
  const section = glossary.split("\n## Words that are refused\n")[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| *[^|]+? *\| *([^|]+?) *\|$/gm)]
    .slice(2)
    .map(([, word = ""]) => word);
}

const plain = (html: string): string =>
  html
    .replaceAll(/<(script|style|pre|code|iframe|bdi)\b.*?<\/\1>/gs, " ")
    .replaceAll(/<[^>]*?(?:aria-label|placeholder|title)="([^"]*)"[^>]*>/g, " $1 ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The heads of columns, names of facts and fields, titles of parts, buttons, choices and statuses; without figures. */
function namesIn(html: string): readonly string[] {
  const found = html.matchAll(
    /<(th|dt|h2|label|legend|button|option|summary)\b[^>]*>(.*?)<\/\1>/gs,
  );
  const badges = html.matchAll(/<span class="badge[^>]*>(.*?)<\/span>/g);
  const texts = [
    ...[...found].map(([, , text = ""]) => text),
    ...[...badges].map(([, text = ""]) => text),
  ];
  return texts.map((text) => plain(text).toLowerCase());
}

const path = (place: string, id: unknown): string =>
  `/console/${place}/${encodeURIComponent(String(id))}`;

/** The pages of each route: with and without rows, valid and invalid. Null: not a page, or only a part of one. */
async function pathsOf(): Promise<Readonly<Record<string, readonly string[] | null>>> {
  const one = async (sql: string) => Object.values(await row(`${sql} LIMIT 1`))[0];
  const orderOf = async (where: string) =>
    path("orders", await one(`SELECT order_number FROM orders WHERE ${where}`));
  const messageIs = async (where: string) =>
    path("messages", await one(`SELECT id FROM notifications WHERE ${where}`));
  const eventIs = async (where: string) =>
    path("events", await one(`SELECT id FROM webhook_events WHERE ${where}`));
  const number = await one("SELECT order_number FROM orders WHERE customer_email IS NOT NULL");
  const statuses = "complete confirmed cancelled pending".split(" ");
  const money = ["success", "failed", "partially_paid", "pending"];
  const of = (names: readonly string[], column: string) =>
    Promise.all(names.map((name) => orderOf(`${column} = '${name}'`)));
  return {
    "/": ["/console"],
    "/events": ["/console/events", "/console/events?q=none", "/console/events?from=yesterday"],
    "/events/new": null,
    "/events/:id": [
      ...(await Promise.all(
        ["processed", "quarantined", "ignored"].map((name) => eventIs(`status = '${name}'`)),
      )),
      "/console/events/none",
    ],
    "/events/:id/body": null,
    "/orders": [
      "/console/orders",
      ...["refunds_due", "undelivered"].map((list) => `/console/orders?list=${list}`),
    ],
    "/orders.csv": null,
    "/orders/:number": [
      ...(await of(statuses, "status")),
      ...(await of(money, "payment_status")),
      await orderOf("refunded_micros > 0"),
      "/console/orders/none",
    ],
    "/troubled": ["/console/troubled"],
    "/refused": ["/console/refused"],
    "/replays/:id": ["/console/replays/1", "/console/replays/none"],
    "/resends/:id": ["/console/resends/2", "/console/resends/none"],
    "/messages": ["/console/messages", "/console/messages?channel=forward"],
    "/unsent": ["/console/unsent"],
    "/messages/:id": await Promise.all(
      ["channel = 'email'", "channel = 'sms'", "channel = 'forward'", "status = 'suppressed'"].map(
        messageIs,
      ),
    ),
    "/messages/:id/preview": null,
    "/endpoints": ["/console/endpoints"],
    "/endpoints/:id": ["/console/endpoints/default", "/console/endpoints/none"],
    "/endpoints/:id/replay": ["/console/endpoints/default/replay"],
    "/search": [
      "/console/search",
      "/console/search?q=ORD",
      "/console/search?q=example",
      "/console/search?q=evt_",
      "/console/search?q=PAY-10",
      "/console/search?q=none",
    ],
    "/people": [
      "/console/people",
      `/console/people?order=${String(number)}`,
      "/console/people?order=none",
    ],
    "/activity": ["/console/activity"],
    "/settings": ["/console/settings"],
    "/settings/shop": ["/console/settings/shop"],
    "/settings/messages": ["/console/settings/messages"],
    "/settings/messages/:template": ["order_confirmed", "refund_due", "shared", "team"].map(
      (name) => `/console/settings/messages/${name}`,
    ),
    "/settings/messages/:template/preview": null,
  };
}

const texts = new Map<string, string>();
let routes: readonly string[] = [];

beforeAll(async () => {
  await clearTables();
  const stories = createDay({ seed: 4, orders: 60, endsAtMs: Date.now() });
  const told = stories.flatMap((story) => story.events);
  const odd = [
    event("order.created", { order_number: "ODD", grand_total: "much" }),
    event("order.created", { order_number: "ODDER", grand_total: "more" }),
    event("coupon.created", { code: "X" }),
  ];
  await hand(vars, "ce-events", [...told, ...odd].map(messageOf));
  const ids = (await rows("SELECT id FROM notifications")).map(({ id }) => id);
  await hand(vars, "ce-notifications", [{ ids }]);
  await postTo(vars, event("order.created", { order_number: "WAITS" }));
  await post("{}", { signature: null });
  cookie = await signIn("let-me-in");
  const headers = { cookie, origin: ORIGIN };
  const paths = await pathsOf();
  routes = Object.keys(paths);
  const act = async (to: string, fields: Readonly<Record<string, string>>) => {
    const init = { method: "POST", body: new URLSearchParams(fields), headers };
    const response = await fetchWith(vars, new Request(`${ORIGIN}/console/${to}`, init));
    return response.headers.get("location") ?? "";
  };
  const replay = await act("replay", { status: "quarantined" });
  const resend = await act("unsent", { reason: "channel not configured", channel: "email" });
  if (!/replays/.test(replay) || !/resends/.test(resend)) throw new Error(`${replay}, ${resend}`);
  for (const one of Object.values(paths).flatMap((list) => list ?? [])) {
    const response = await fetchWith(vars, new Request(ORIGIN + one, { headers: { cookie } }));
    if (response.status >= 500) throw new Error(`${one} answered ${String(response.status)}`);
    texts.set(one, await response.text());
  }
}, 60_000);

describe("every page", () => {
  it("is walked", () => {
    expect(routes.toSorted()).toEqual(Object.keys(pages).toSorted());
  });

  it("says no word that the glossary refuses, and no second name for a thing", () => {
    const refused = refusedWords();
    expect(refused).toContain("set aside");
    const patterns = [new RegExp(`\\b(?:${refused.join("|")})\\b`, "i"), ...unwanted];
    const found = [...texts].flatMap(([page, html]) => {
      const words = plain(html);
      return patterns.flatMap((pattern) => {
        const at = words.search(pattern);
        return at === -1 ? [] : [`${page}: ${words.slice(Math.max(0, at - 40), at + 60)}`];
      });
    });
    expect(found).toEqual([]);
  });

  it("has one name for one thing among columns, fields, titles, buttons and statuses", () => {
    const where = new Map<string, string>();
    for (const [page, html] of texts) {
      // On these pages, fields are named after the keys of texts.
      if (/settings\/messages\/|settings\/shop/.test(page)) continue;
      for (const name of namesIn(html)) if (!where.has(name)) where.set(name, page);
    }
    expect(where.size).toBeGreaterThan(120);
    const both = synonyms.flatMap((group) => {
      const used = group.filter((name) => where.has(name));
      return used.length > 1 ? [used.map((name) => `${name} on ${where.get(name) ?? ""}`)] : [];
    });
    expect(both).toEqual([]);
  });

  it("has the shop's name, the places, the person who is signed in, and the search", () => {
    for (const [page, html] of texts) {
      const words = plain(html);
      expect(words, page).toContain(
        "Meera Handlooms Webhooks Overview Orders Messages Events Forwarding Activity Texts Settings Admin token Sign out",
      );
      expect(
        html.match(/<li><a href="[^"]*" aria-current="page">/g)?.length ?? 0,
        page,
      ).toBeLessThan(2);
      expect(html, page).toContain('id="find"');
    }
  });
});
