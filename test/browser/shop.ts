/**
 * A shop's day in a running Worker: the stories of the demo, by signed webhooks in the order of their times, and
 * everything that a person would open the console for.
 */
import { z } from "zod";
import { startProviders } from "../../testbed/receiver/providers.ts";
import { sendEvents } from "../../testbed/deliveries/send.ts";
import { settleEvents, settleMessages } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { createDay } from "../../testbed/stories/index.ts";

export const TOKEN = "let-me-in-0123456789";
const SECRET = "browser-secret";
const SEED = 4;

/** Text that does harm if it is not treated as text. */
export const hostile = {
  script: `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`,
  turned: "ORD-\u202e321\u202c",
  nul: "nul\u0000end",
  long: "x".repeat(4_000),
  quote: `"'\`--><svg onload=document.title='owned'>`,
} as const;

const mailShape = z.object({ subject: z.string(), html: z.string() });

interface ShopEvent {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface Shop {
  readonly receiver: Receiver;
  readonly origin: string;
  /** Sends one signed event. */
  readonly send: (event: ShopEvent) => Promise<void>;
  /** The e-mails that went out. */
  readonly mails: () => readonly {
    readonly recipient: string | null;
    readonly mail: { readonly subject: string; readonly html: string };
  }[];
  readonly close: () => Promise<void>;
}

function isoBefore(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

/** States that cannot arise within seconds: a queue's hundredth retry, hours that have passed. */
const history = [
  // Each event was received when it happened.
  `UPDATE webhook_events SET received_at = occurred_at,
     processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', occurred_at, '+' || (0.4 + rowid % 9 / 10.0) || ' seconds')
   WHERE occurred_at IS NOT NULL AND occurred_at < received_at`,
  `UPDATE webhook_events SET status = 'failed', processed_at = NULL, attempts = 100,
     error = 'D1_ERROR: too many requests queued; gave up after the last retry'
   WHERE id IN ('evt_dead_1', 'evt_dead_2')`,
  "DELETE FROM orders WHERE order_number IN ('DEAD-1', 'DEAD-2')",
];

/** Deliveries refused for hours because of a different secret, and the other kinds of refusal. */
function refusals(): readonly string[] {
  const counts = [
    ["wrong signature", 212, 0],
    ["wrong signature", 1_240, 2],
    ["wrong signature", 96, 3],
    ["too large", 1, 0],
    ["no signature", 4, 7],
  ] as const;
  return counts.map(([reason, deliveries, hours]) => {
    const at = isoBefore(hours);
    return `INSERT INTO refused_deliveries (hour, reason, deliveries, last_at)
      VALUES ('${at.slice(0, 13)}', '${reason}', ${deliveries}, '${at}')`;
  });
}

/** An endpoint that fails, with waiting forwards, and a paused one with a hostile name. */
function endpoints(): readonly string[] {
  const attempts = [4, 3.5, 2.5, 1].map((hours, index) => ({
    at: isoBefore(hours),
    ms: [10_000, 84, 312, 91][index],
    status: [null, 503, 200, 503][index],
    answer: ["no answer within 10 s", "upstream is restarting", "ok", "<b>busy</b>"][index],
  }));
  const logOf = (kept: readonly object[]) => `'${JSON.stringify(kept).replaceAll("'", "''")}'`;
  const name = (hostile.script + hostile.turned).replaceAll("'", "''");
  return [
    `INSERT INTO forward_endpoints (id, url, description, event_types, rate_limit, failing_since, retry_at, created_at)
     VALUES ('ep_00000001', 'https://warehouse.example/hooks/commerce', 'Warehouse', '["order.cancelled"]', 120,
       '${isoBefore(2)}', '${isoBefore(-1)}', '${isoBefore(48)}')`,
    `INSERT INTO forward_endpoints (id, url, description, event_types, status, status_reason, created_at)
     VALUES ('ep_00000002', 'https://audit.example/in', '${name}', '["shipment.cancelled"]', 'paused',
       'paused by ${name}', '${isoBefore(40)}')`,
    `INSERT INTO notifications (id, template, channel, order_number, event_id, status, reason, due_at, context, about,
       created_at, endpoint, lane_place, awaits_sweep, attempts, attempt_log)
     SELECT 'forward/' || id || '/ep_00000001', 'forward', 'forward', order_number, id,
       iif(rowid % 2, 'pending', 'sent'), iif(rowid % 2, 'endpoint is failing', NULL), received_at, '{"kind":"none"}',
       'event', received_at, 'ep_00000001', rowid, 1, 4, iif(rowid % 2, ${logOf(attempts)}, ${logOf(attempts.slice(0, 3))})
     FROM webhook_events WHERE event_type = 'order.cancelled' AND status = 'processed' AND id LIKE 'evt%' LIMIT 12`,
  ];
}

/** Replays and resends in bulk: some of the rows are done, some still have a problem. */
function replays(): readonly string[] {
  return [
    `INSERT INTO replays (id, started_at, events) SELECT 1, '${isoBefore(2)}', json_group_array(id)
     FROM (SELECT id FROM webhook_events WHERE status <> 'received' ORDER BY status = 'processed', rowid LIMIT 40)`,
    `INSERT INTO replays (id, started_at, events, messages) SELECT 2, '${isoBefore(1)}', '[]', json_group_array(id)
     FROM (SELECT id FROM notifications WHERE channel <> 'forward' ORDER BY status DESC LIMIT 60)`,
  ];
}

/** The actions of people and scripts, one with a hostile name. */
function activity(): readonly string[] {
  const done = [
    [30, hostile.script, "endpoint_pause", "ep_00000002", 1],
    [26, "admin API", "replayed", "1", 14],
    [9, "meera@shop.example", "exported", "ASK-PART", 1],
    [6, "", "sign_in_failed", null, 23],
    [3, "meera@shop.example", "quiet_until_set", isoBefore(4), 1],
    [2, "admin API", "endpoint_replay", "ep_00000001", 1_200],
    [1, "Admin token", "resent", "order_confirmed/ORD-104001/email", 1],
  ] as const;
  const text = (value: string | null): string =>
    value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
  return done.map(
    ([hours, who, what, about, times]) => `INSERT INTO activity (at, who, what, about, times)
      VALUES ('${isoBefore(hours)}', ${text(who)}, '${what}', ${text(about)}, ${times})`,
  );
}

/** Orders whose payment a person would ask about, one for each answer. */
function askedAbout(): readonly ShopEvent[] {
  const order = (number: string, status: string, hours: number, more: object = {}) => ({
    id: `evt_${number}_created`,
    event_type: "order.created",
    created_at: isoBefore(hours),
    data: {
      order_number: number,
      status,
      order_date: isoBefore(hours),
      grand_total: 500,
      currency: { code: "INR" },
      customer_email: "meera.nair@example.com",
      ...more,
    },
  });
  const payment = (type: string, id: string, number: string, hours: number, amount = 500) => ({
    id: `evt_${id}_${type.split(".")[1] ?? ""}`,
    event_type: type,
    created_at: isoBefore(hours),
    order_number: number,
    data: { request_number: id, amount, payment_method: "UPI", payment_date: isoBefore(hours) },
  });
  return [
    order("ASK-NONE", "pending", 5),
    order("ASK-FAILED", "pending", 5),
    payment("payment.failed", "PAY-F", "ASK-FAILED", 4),
    order("ASK-PART", "pending", 5),
    payment("payment.success", "PAY-P1", "ASK-PART", 4.5, 100),
    payment("payment.success", "PAY-P2", "ASK-PART", 4.2, 200),
    payment("payment.failed", "PAY-P3", "ASK-PART", 4, 200),
    order("ASK-QUARANTINE", "pending", 5),
    {
      ...payment("payment.success", "PAY-Q", "ASK-QUARANTINE", 4),
      data: { request_number: "PAY-Q", amount: "five hundred" },
    },
    order("ASK-OVERTAKEN", "pending", 5),
    payment("payment.success", "PAY-O", "ASK-OVERTAKEN", 4.5),
    payment("payment.failed", "PAY-O", "ASK-OVERTAKEN", 4),
    order("DEAD-1", "confirmed", 6),
    { ...order("DEAD-1", "confirmed", 3), id: "evt_dead_1", event_type: "order.confirmed" },
    { ...order("DEAD-2", "confirmed", 3), id: "evt_dead_2", event_type: "order.confirmed" },
  ];
}

function hostileEvents(): readonly ShopEvent[] {
  const { script, turned, nul, long, quote } = hostile;
  const data = {
    order_number: script,
    status: quote,
    grand_total: 10,
    currency: { code: turned },
    customer_id: script,
    customer_note: `${nul} ${long}`,
    coupon_code: quote,
    metadata: { [script]: quote, [long]: turned },
    [quote]: { [script]: long },
    billing_address: {
      first_name: script,
      last_name: turned,
      email: quote,
      phone: nul,
      tax_identification_number: turned,
    },
    shipping_address: { first_name: script, address_line1: long, city: nul },
    order_items: [{ product_name: script, sku: turned, quantity: 1, selling_price: 10 }],
    payments: [{ request_number: `P ${script}`, amount: 1, payment_method: turned }],
    shipments: [
      {
        reference_number: `S ${script}`,
        status: "shipped",
        courier_company_name: quote,
        tracking_url: "javascript:document.title='owned'",
      },
    ],
  };
  return [
    { id: script, event_type: "order.confirmed", created_at: isoBefore(2), data },
    { id: turned, event_type: "order.cancelled", data: { ...data, order_number: turned } },
    { id: nul, event_type: "order.created", data: { order_number: nul, grand_total: script } },
    { id: long, event_type: "order.created", data: { order_number: long, grand_total: quote } },
    { id: "..", event_type: "order.created", data: { order_number: "..", grand_total: "x" } },
    { id: quote, event_type: script, data: { order_number: quote } },
    { id: "evt_coupon_1", event_type: "coupon.created", data: { code: "SALE" } },
  ];
}

/**
 * `orders`: the number of stories, in addition to the events that are always there. `isCalm`: without hostile events,
 * as in the pictures of the docs.
 */
export async function openShop(orders: number, isCalm = false): Promise<Shop> {
  const providers = await startProviders();
  const receiver = await startReceiver({
    servesAssets: true,
    settings: {
      CE_WEBHOOK_SECRET: SECRET,
      ADMIN_TOKEN: TOKEN,
      STORE_NAME: "Indigo Bazaar",
      ...providers.settings,
      // Not set up, so that the pages show this state.
      SLACK_WEBHOOK_URL: "",
    },
  });
  const send = async (...events: readonly { readonly id: string }[]): Promise<void> =>
    await sendEvents(receiver, events, SECRET);
  const close = async (): Promise<void> => {
    await receiver.close();
    await providers.close();
  };
  try {
    const stories = createDay({ seed: SEED, orders, endsAtMs: Date.now() - 600_000 });
    const told = stories
      .flatMap((story) => story.events)
      .toSorted((a, b) => (a.created_at ?? "").localeCompare(b.created_at ?? ""));
    const always = [...askedAbout(), ...(isCalm ? [] : hostileEvents())];
    await send(...told, ...always, ...told.filter((_, index) => index % 9 === 0));
    await settleEvents(receiver);
    await settleMessages(receiver);
    for (const sql of [
      ...history,
      ...refusals(),
      ...replays(),
      ...(isCalm ? [] : [...endpoints(), ...activity()]),
    ])
      await receiver.query(sql);
    // A waiting event: D1 refuses a row for its order.
    await receiver.query(
      `CREATE TRIGGER held BEFORE INSERT ON orders WHEN NEW.order_number = 'ASK-WAITING'
       BEGIN SELECT RAISE(ABORT, 'held'); END`,
    );
    const waiting: ShopEvent = {
      id: "evt_waiting",
      event_type: "payment.success",
      order_number: "ASK-WAITING",
      data: { request_number: "PAY-W", amount: 500, order_number: "ASK-WAITING" },
    };
    await send(waiting);
    await receiver.sweep();
    const mails = () =>
      providers.calls
        .filter(({ channel }) => channel === "email")
        .map(({ recipient, body }) => ({ recipient, mail: mailShape.parse(JSON.parse(body)) }));
    return { receiver, origin: receiver.origin, send, mails, close };
  } catch (error) {
    await close();
    throw error;
  }
}
