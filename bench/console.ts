/** How long each page of the console, and each answer of the admin API, takes with much stored. */
import { setTimeout as sleep } from "node:timers/promises";
import { startStep } from "../testbed/terminal/progress.ts";
import { createDay } from "../testbed/stories/index.ts";
import { signatureOf } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { SECRET, startWorker, type WorkerServer } from "./servers/workers.ts";

const TOKEN = "bench-token";
const SLICE = 20_000;
const WARM_UPS = 3;
const REQUESTS_A_ROUND = 5;

export interface ConsoleResult {
  readonly events: number;
  /** Milliseconds from request to whole answer, by path. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
}

const types = `json_extract('["order.created","payment.success","order.confirmed","shipment.created",
  "shipment.updated","shipment.updated","shipment.delivered","order.completed"]', '$[' || (i % 8) || ']')`;
const status = `CASE WHEN i % 2000 = 7 THEN 'quarantined' WHEN i % 5000 = 9 THEN 'failed'
  WHEN i % 100 = 3 THEN 'ignored' ELSE 'processed' END`;
/** `?1`: how many there will be. Ninety days of them, the last a minute ago. */
const receivedAt = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 minutes',
  '-' || ((?1 - i) * 7776000.0 / ?1) || ' seconds')`;
const keyOf = (kind: string): string => `'${kind}PAST-' || (i / 8)`;

/** The rows of a shop's past, made in SQL: eight events, a payment, a parcel and two messages an order. */
const past = [
  `INSERT INTO webhook_events (id, event_type, form, subject, subject_id, order_number, occurred_at, received_at,
     status, status_precedence, attempts, processed_at, error, body_sha256, verified_by, payload, outbox)
   SELECT 'evt_past_' || i, ${types}, 'envelope',
     CASE i % 8 WHEN 1 THEN 'payment' WHEN 3 THEN 'shipment' WHEN 4 THEN 'shipment' WHEN 5 THEN 'shipment'
       WHEN 6 THEN 'shipment' ELSE 'order' END,
     CASE i % 8 WHEN 1 THEN ${keyOf("PAY")} WHEN 3 THEN ${keyOf("SHP")} WHEN 4 THEN ${keyOf("SHP")}
       WHEN 5 THEN ${keyOf("SHP")} WHEN 6 THEN ${keyOf("SHP")} ELSE ${keyOf("")} END,
     ${keyOf("")}, ${receivedAt}, ${receivedAt}, ${status}, '$Cj000000 00000000', 1, ${receivedAt},
     CASE WHEN i % 2000 = 7 THEN 'data.grand_total: expected number, received string' END,
     hex(randomblob(32)), 'current',
     json_object('id', 'evt_past_' || i, 'event_type', ${types}, 'data',
       json_object('order_number', ${keyOf("")}, 'padding', hex(randomblob(900)))),
     CASE i % 8 WHEN 2 THEN json_array('order_confirmed/PAST-' || (i / 8) || '/email')
       WHEN 6 THEN json_array('review_request/PAST-' || (i / 8) || '/email') END FROM n`,
  `INSERT INTO orders (order_number, status, status_precedence, payment_status, currency, grand_total_micros,
     paid_micros, customer_name, customer_email, order_date, items, updated_at)
   SELECT ${keyOf("")}, 'complete', '$Cj000001 00000000', 'success', 'INR', 1000000000, 1000000000,
     'Asha Rao', 'a' || i || '@example.com', ${receivedAt}, '[]', ${receivedAt} FROM n WHERE i % 8 = 0`,
  `INSERT INTO payments (payment_id, order_number, status, reference_number, amount_micros, updated_at)
   SELECT ${keyOf("PAY")}, ${keyOf("")}, 'success', ${keyOf("REF")}, 1000000000, ${receivedAt}
   FROM n WHERE i % 8 = 1`,
  `INSERT INTO shipments (shipment_id, order_number, status, updated_at)
   SELECT ${keyOf("SHP")}, ${keyOf("")}, 'delivered', ${receivedAt} FROM n WHERE i % 8 = 3`,
  `INSERT INTO order_contacts (contact, order_number)
   SELECT 'email:a' || i || '@example.com', ${keyOf("")} FROM n WHERE i % 8 = 0
   UNION ALL SELECT 'name:asha rao', ${keyOf("")} FROM n WHERE i % 8 = 0
   UNION ALL SELECT 'phone:91' || (9000000000 + i), ${keyOf("")} FROM n WHERE i % 8 = 0
   UNION ALL SELECT 'awb:1490' || (1000000000 + i), ${keyOf("")} FROM n WHERE i % 8 = 3`,
  `INSERT INTO notifications (id, template, channel, order_number, event_id, recipient, status, reason, due_at, created_at)
   SELECT 'order_confirmed/PAST-' || (i / 8) || '/email', 'order_confirmed', 'email', ${keyOf("")},
     'evt_past_' || i, 'a@example.com', iif(i % 64 = 2, 'suppressed', 'sent'), iif(i % 64 = 2, 'too old', NULL),
     ${receivedAt}, ${receivedAt} FROM n WHERE i % 8 = 2`,
  `INSERT INTO notifications (id, template, channel, order_number, event_id, recipient, status, due_at, created_at)
   SELECT 'review_request/PAST-' || (i / 8) || '/email', 'review_request', 'email', ${keyOf("")},
     'evt_past_' || i, 'a@example.com', 'sent', ${receivedAt}, ${receivedAt} FROM n WHERE i % 8 = 6`,
];

/** As the sweep leaves it at its worst: the newest events are not counted yet. */
const UNCOUNTED = 2_000;
const swept = [
  `INSERT OR REPLACE INTO cursors (name, position)
   SELECT 'sweep', max(rowid) FROM webhook_events
   UNION ALL SELECT 'counts', max(rowid) - ${UNCOUNTED} FROM webhook_events`,
  `INSERT INTO event_counts (period, event_type, status, events)
   SELECT p.value, event_type, status, count(*) FROM webhook_events,
     json_each(json_array(substr(received_at, 1, 13), 'total')) p
   WHERE webhook_events.rowid <= (SELECT position FROM cursors WHERE name = 'counts') GROUP BY 1, 2, 3`,
];

async function fillConsole({ batch, query }: WorkerServer, events: number): Promise<void> {
  for (let from = 0; from < events; from += SLICE) {
    const upTo = Math.min(from + SLICE, events);
    const n = `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${upTo})`;
    await batch(
      past.map((sql) => sql.replace("SELECT", `${n} SELECT`).replaceAll("?1", String(events))),
    );
  }
  for (const sql of swept) await query(sql);
}

/** Some orders that came as orders come, whose pages have something to explain. */
async function tellOrders({ url, query }: WorkerServer): Promise<string> {
  const stories = createDay({ seed: 8, orders: 11, endsAtMs: Date.now() });
  for (const event of stories.flatMap((story) => story.events)) {
    const body = JSON.stringify(event);
    const headers = { "x-webhook-signature": signatureOf(body, SECRET) };
    await (await fetch(new URL("/api/webhooks/ce", url), { method: "POST", headers, body })).text();
  }
  const waiting = "SELECT count(*) AS n FROM webhook_events WHERE status = 'received'";
  while ((await query<{ n: number }>(waiting))[0]?.n !== 0) await sleep(100);
  const longest = stories.toSorted((a, b) => b.events.length - a.events.length)[0];
  return longest?.orderNumber ?? "";
}

function pathsOf(order: string, newest: number): readonly string[] {
  const old = `PAST-${Math.floor(newest / 16)}`;
  const event = `evt_past_${newest - 6}`;
  const message = encodeURIComponent(`order_confirmed/PAST-${Math.floor(newest / 8) - 2}/email`);
  const from = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const to = new Date(Date.now() - 29 * 86_400_000).toISOString();
  return [
    "/console",
    "/console?range=1h",
    "/console?range=30d",
    "/console/events",
    "/console/events?status=ignored",
    "/console/events?status=quarantined",
    "/console/events?type=no.such",
    `/console/events?type=payment.success&from=${from}&to=${to}`,
    `/console/events?q=${old}`,
    `/console/events?cursor=${Math.floor(newest / 2)}`,
    `/console/events/${event}`,
    "/console/orders",
    "/console/orders?money=refund_due",
    // What is found at once is a redirect to it; what a person waits for is both.
    "/console/search?q=PAST-10",
    "/console/search?q=a80%40example.com",
    // The first has a person's exact key; the others read every number, name and address.
    "/api/admin/search?q=a80%40example.com",
    "/api/admin/search?q=43210",
    "/api/admin/search?q=ravi",
    `/console/orders/${order}`,
    `/console/orders/${old}`,
    "/console/troubled",
    "/console/messages",
    "/console/messages?status=suppressed",
    "/console/messages?template=alert",
    `/console/messages/${message}`,
    "/console/settings",
    "/api/admin/health",
    "/api/admin/metrics",
    "/api/admin/events?limit=100",
    `/api/admin/orders/${order}/explain`,
    `/api/admin/orders/${order}/timeline`,
  ];
}

async function signIn({ url }: WorkerServer): Promise<string> {
  const response = await fetch(new URL("/console/sign-in", url), {
    method: "POST",
    body: new URLSearchParams({ token: TOKEN }),
    headers: { origin: url.origin },
    redirect: "manual",
  });
  const cookie = response.headers.get("set-cookie")?.split(";")[0];
  if (cookie === undefined) throw new Error(`signing in was answered ${response.status}`);
  return cookie;
}

export async function benchConsole({
  console: events,
  rounds,
}: BenchOptions): Promise<ConsoleResult> {
  const server = await startWorker({
    entry: "src/index.ts",
    settings: { ADMIN_TOKEN: TOKEN },
    consumes: true,
  });
  try {
    const filling = startStep("filling the database");
    await fillConsole(server, events);
    const order = await tellOrders(server);
    filling.done(`${events} events stored`);
    const headers = { cookie: await signIn(server), authorization: `Bearer ${TOKEN}` };
    const pages: Record<string, number[]> = {};
    const step = startStep("pages");
    const ask = async (path: string): Promise<number> => {
      const startedMs = performance.now();
      const response = await fetch(new URL(path, server.url), { headers });
      const text = await response.text();
      const tookMs = performance.now() - startedMs;
      const isSignedOut = response.url.includes("/sign-in");
      if (response.status === 200 && !isSignedOut) return tookMs;
      throw new Error(`${path} was answered ${response.status}: ${text.slice(0, 200)}`);
    };
    const paths = pathsOf(order, events);
    for (const path of paths) for (let n = 0; n < WARM_UPS; n += 1) await ask(path);
    for (let round = 0; round < rounds; round += 1) {
      for (const path of paths) {
        for (let n = 0; n < REQUESTS_A_ROUND; n += 1) (pages[path] ??= []).push(await ask(path));
      }
      step.update(round + 1, rounds);
    }
    step.done(`${paths.length} pages, ${rounds * REQUESTS_A_ROUND} times each`);
    return { events, pages };
  } finally {
    await server.close();
  }
}
