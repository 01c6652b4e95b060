/**
 * `npm run screenshots`: takes pictures of every page of the console, with the data of a shop's day, into
 * .screenshots/: light, dark, at the width of a laptop and of a phone, and zoomed to 200%. People look at the pictures;
 * nothing compares them. With the name of a view (`-- light,phone`) it takes only that view; `-- --docs` takes the
 * pictures of the docs instead.
 */
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { openBrowser, signIn } from "../test/browser/browser.ts";
import { hostile, openShop, type Shop } from "../test/browser/shop.ts";

const images = new URL("../docs/images/", import.meta.url);
const folder = fileURLToPath(new URL("../.screenshots/", import.meta.url));

interface View {
  readonly name: string;
  readonly width: number;
  readonly scheme: "light" | "dark";
  /** 2: half the width in CSS pixels, each twice as large, like the zoom of a browser. */
  readonly zoom?: 2;
}

const views: readonly View[] = [
  { name: "light", width: 1_440, scheme: "light" },
  { name: "dark", width: 1_440, scheme: "dark" },
  { name: "laptop", width: 1_024, scheme: "light" },
  { name: "laptop-dark", width: 1_024, scheme: "dark" },
  { name: "phone", width: 390, scheme: "light" },
  { name: "phone-dark", width: 390, scheme: "dark" },
  { name: "zoomed", width: 1_280, scheme: "light", zoom: 2 },
];

const id = encodeURIComponent;

const orderLists = [
  ["orders", "/console/orders"],
  ["orders-filtered", "/console/orders?money=paid&placed=week&sort=total"],
  ["orders-wrong", "/console/orders?status=nonsense"],
  ["orders-refunds-due", "/console/orders?list=refunds_due"],
  ["orders-unpaid", "/console/orders?list=unpaid"],
  ["orders-undelivered", "/console/orders?list=undelivered"],
] as const;

const settingsPages = [
  ["settings-shop", "/console/settings/shop"],
  ["settings-messages", "/console/settings/messages"],
  ["settings-message", "/console/settings/messages/order_confirmed"],
  [
    "settings-hindi",
    "/console/settings/messages/shipment_update?language=hi&text=out_for_delivery",
  ],
  ["settings-texts", "/console/settings/messages/shared"],
] as const;

const morePages = [
  ["refused", "/console/refused"],
  ["messages-recipient", "/console/messages?recipient=meera.nair%40example.com"],
  ["replay", "/console/replays/1"],
  ["resend", "/console/resends/2"],
] as const;

/** The search, a person, and the log of actions. */
async function peoplePaths(
  receiver: Shop["receiver"],
  order: string,
): Promise<readonly (readonly [string, string])[]> {
  const [person] = await receiver.query<{ n: string }>(
    "SELECT substr(customer_name, 1, instr(customer_name, ' ') - 1) AS n FROM orders WHERE customer_name LIKE '% %' AND order_number LIKE 'ORD-1%' LIMIT 1",
  );
  return [
    ["search", "/console/search?q=ORD-10400"],
    ["search-person", `/console/search?q=${id(person?.n ?? "")}`],
    ["search-none", "/console/search?q=nothing%20like%20it"],
    ["person", `/console/people?order=${id(order)}`],
    ["activity", "/console/activity"],
  ];
}

async function pathsOf({ receiver }: Shop): Promise<ReadonlyMap<string, string>> {
  const [order] = await receiver.query<{ n: string }>(
    "SELECT order_number AS n FROM refunds WHERE order_number IS NOT NULL AND status = 'success' LIMIT 1",
  );
  const [told] = await receiver.query<{ n: string }>(
    `SELECT order_number AS n FROM orders WHERE order_number LIKE 'ORD-1%'
     ORDER BY (customer_note IS NOT NULL) + (coupon_code IS NOT NULL) + (metadata IS NOT NULL)
       + (billing_address->>'$.tax_identification_number' IS NOT NULL) DESC LIMIT 1`,
  );
  const [event] = await receiver.query<{ id: string }>(
    "SELECT id FROM webhook_events WHERE event_type = 'order.confirmed' AND outbox IS NOT NULL AND status = 'processed' AND order_number LIKE 'ORD%' LIMIT 1",
  );
  const [mail] = await receiver.query<{ id: string }>(
    "SELECT id FROM notifications WHERE template = 'order_confirmed' AND status = 'sent' AND order_number LIKE 'ORD%' LIMIT 1",
  );
  const [unsent] = await receiver.query<{ id: string }>(
    "SELECT id FROM notifications WHERE status = 'suppressed' AND channel = 'email' AND rendered IS NULL LIMIT 1",
  );
  const [forwarded] = await receiver.query<{ id: string }>(
    "SELECT id FROM notifications WHERE channel = 'forward' AND attempt_log IS NOT NULL LIMIT 1",
  );
  return new Map([
    ["overview", "/console"],
    ["events", "/console/events"],
    ["events-filtered", "/console/events?status=processed&type=payment.success"],
    ["events-none", "/console/events?q=nothing-like-this"],
    ["events-wrong", "/console/events?from=yesterday"],
    ["event", `/console/events/${id(event?.id ?? "")}`],
    ["event-quarantined", "/console/events/evt_PAY-Q_success"],
    ["event-hostile", `/console/events/${id(hostile.script)}`],
    ...orderLists,
    ["order", `/console/orders/${id(order?.n ?? "")}`],
    ["order-details", `/console/orders/${id(told?.n ?? "")}`],
    ["order-unpaid", "/console/orders/ASK-NONE"],
    ["order-failed", "/console/orders/ASK-FAILED"],
    ["order-part", "/console/orders/ASK-PART"],
    ["order-quarantine", "/console/orders/ASK-QUARANTINE"],
    ["order-overtaken", "/console/orders/ASK-OVERTAKEN"],
    ["order-waiting", "/console/orders/ASK-WAITING"],
    ["order-hostile", `/console/orders/${id(hostile.script)}`],
    ["order-unknown", "/console/orders/NOPE"],
    ["troubled", "/console/troubled"],
    ["messages", "/console/messages"],
    ["message", `/console/messages/${id(mail?.id ?? "")}`],
    ["message-unsent", `/console/messages/${id(unsent?.id ?? "")}`],
    ["unsent", "/console/unsent"],
    ...morePages,
    ["forward", `/console/messages/${id(forwarded?.id ?? "")}`],
    ["endpoints", "/console/endpoints"],
    ["endpoint", "/console/endpoints/default"],
    ["endpoint-failing", "/console/endpoints/ep_00000001"],
    ["endpoint-replay", "/console/endpoints/default/replay"],
    ["endpoint-replaying", "/console/endpoints/default/replay?state=done&counted=9000&sent=9000"],
    ...(await peoplePaths(receiver, order?.n ?? "")),
    ["settings", "/console/settings"],
    ...settingsPages,
  ]);
}

/** The limit of a picture: a longer one would repeat its content. */
const PICTURE_MAX_PX = 8_000;

async function photograph(page: Page, path: string, file: string, scale: number): Promise<void> {
  await page.goto(path);
  await page.waitForLoadState("load");
  await page.evaluate(
    "document.querySelectorAll('[aria-labelledby=why] details, [aria-labelledby=other] details').forEach((d, i) => { if (i < 2) d.open = true })",
  );
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  const { width = 0 } = page.viewportSize() ?? {};
  const most = Math.floor(PICTURE_MAX_PX / scale);
  const clip = { x: 0, y: 0, width, height: Math.min(height, most) };
  await page.screenshot({ path: file, fullPage: true, clip });
}

/** The pictures that `--docs` takes: the top of the page of each task, and its height in pixels. */
async function shownTasks({ receiver }: Shop) {
  const [known] = await receiver.query<{ digits: string; number: string }>(
    `SELECT substr(customer_phone, -5) AS digits, order_number AS number FROM orders
     WHERE customer_phone LIKE '+91%' AND customer_email IS NOT NULL AND order_number LIKE 'ORD-1%' LIMIT 1`,
  );
  const [unsent] = await receiver.query<{ id: string }>(
    "SELECT id FROM notifications WHERE status = 'suppressed' AND channel = 'email' LIMIT 1",
  );
  return [
    ["console-search", `/console/search?q=${known?.digits ?? ""}`, 460],
    ["console-orders", "/console/orders?list=refunds_due", 380],
    ["console-order", "/console/orders/ASK-PART", 520],
    ["console-message", `/console/messages/${id(unsent?.id ?? "")}`, 640],
    ["console-overview", "/console", 860],
    ["console-event", "/console/events/evt_PAY-Q_success", 640],
    ["console-person", `/console/people?order=${id(known?.number ?? "")}`, 620],
    ["console-texts", "/console/settings/messages/order_confirmed", 760],
  ] as const;
}

async function illustrate(browser: Browser, shop: Shop): Promise<void> {
  const page = await browser.newPage({ baseURL: shop.origin, timezoneId: "Asia/Kolkata" });
  await signIn(page, shop.origin);
  for (const [name, path, height] of await shownTasks(shop)) {
    await page.setViewportSize({ width: 1_100, height });
    await page.goto(path);
    await page.waitForLoadState("load");
    await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, images)) });
  }
  await page.close();
}

const only = process.argv[2];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const isForDocs = only === "--docs";
const shop = await openShop(30, isForDocs);
const browser = await openBrowser();
try {
  if (isForDocs) await illustrate(browser, shop);
  const paths = await pathsOf(shop);
  for (const { name, width, scheme, zoom } of views) {
    if (only !== undefined && !only.split(",").includes(name)) continue;
    const scale = zoom ?? (width < 500 ? 2 : 1);
    const context = await browser.newContext({
      baseURL: shop.origin,
      viewport: { width: width / (zoom ?? 1), height: 900 },
      deviceScaleFactor: scale,
      colorScheme: scheme,
      timezoneId: "Asia/Kolkata",
    });
    const page = await context.newPage();
    await page.goto("/console/sign-in");
    await page.screenshot({ path: `${folder}sign-in.${name}.png` });
    await signIn(page, shop.origin);
    for (const [title, path] of paths) {
      await photograph(page, path, `${folder}${title}.${name}.png`, scale);
    }
    await context.close();
    console.log(`${name}: ${paths.size + 1} pages`);
  }
} finally {
  await browser.close();
  await shop.close();
}
