/**
 * A person in every field of every model, in every form, status and table, is erased, and then searched for by code
 * that is independent of the product: in all of D1, the bytes of the archive, the log lines and the queue messages, for
 * each of her values in its usual spellings.
 */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { models } from "../../src/events/models";
import { knownFields } from "../../src/events/subjects";
import { dispatchIds } from "../../src/notifications/dispatch";
import { contactsOf } from "../../src/projection/patches/contacts";
import { loadRebuild, startRebuild } from "../../src/store/state/rebuild-progress";
import { continueErasures, erase, type ErasureDeps } from "../../src/upkeep/erasure";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { hand, overheardQueue } from "../faults/drive";
import { stage } from "../notifications/providers";
import { defaults } from "../support/defaults";
import { queued } from "../support/queue";
import { post, receiveOnly, rows } from "../support/receiver";
import { NOW as STAGE_BEGINS_AT } from "../support/rows";
import { bucket, clearAll, plainEnv, purgeAt } from "./aged";

const NOW = Date.now();
const ago = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

const hers = {
  first_name: "Quillonia",
  last_name: "Zephyrstone",
  email: "quill.z@zephyr.example",
  phone: "9812345001",
  street: "77 Umbra Lane",
  city: "Xyzzytown",
  pincode: "909091",
  tax: "29QUIQ1234F1Z5",
  handle: "quillz@okbank",
};
const line = Object.values(hers).join(", ");

/** Fields that link rows and determine states; a person's values in these are the vendor's ids. */
const neutral: Readonly<Record<string, unknown>> = {
  currency: { code: "INR", name: line },
  status: "confirmed",
  payment_status: "success",
  transaction_type: "payment",
  seller_id: "seller_1",
  product_id: "prd_1",
  sku: "SKU-1",
  variant_id: "var_1",
};
const keys = [
  "order_number",
  "request_number",
  "payment_reference_number",
  "reference_number",
  "awb_no",
  "id",
];
const money =
  /^(subtotal|.*_amount|amount|total_tax|grand_total|to_be_paid|credit_balance_used|loyalty_points_redeemed|handling_charge_including_tax|.*quantity|.*_price)$/;
const structures = [
  "order_items",
  "payments",
  "shipments",
  "shipment_items",
  "billing_address",
  "shipping_address",
  "cancellation_refund_details",
];

/** Her values of every kind, for an unknown field. */
const anything = [
  line,
  Number(hers.phone),
  [hers.email, { [hers.first_name]: hers.street }],
  JSON.stringify(hers),
  { deep: { id: hers.email, status: hers.last_name, code: hers.city } },
];

const address = {
  ...Object.fromEntries(
    ["address_line1", "address_line2", "landmark", "city", "state", "country", "business_name"].map(
      (name) => [name, line],
    ),
  ),
  first_name: hers.first_name,
  last_name: hers.last_name,
  email: hers.email,
  phone: hers.phone,
  country_code: "+91",
  pincode: Number(hers.pincode),
  tax_identification_number: hers.tax,
  latitude: 98.12345001,
  [hers.email]: hers.street,
};

/** The model with her data in every field except keys and states; `lawful`: numbers where the model has numbers. */
function filled(model: keyof typeof models, n: number, lawful: boolean): Record<string, unknown> {
  const fields = [...Object.keys(models[model].shape), ...knownFields];
  const own =
    model === "OrderDetail"
      ? "order"
      : model === "OrderRefund"
        ? "refund"
        : model === "OrderShipment"
          ? "shipment"
          : "payment";
  const data: Record<string, unknown> = {};
  for (const name of fields) {
    const isOwn = Object.hasOwn(models[model].shape, name);
    if (keys.includes(name) || structures.includes(name)) continue;
    // A bare body with fields of two models has no known form.
    if (!isOwn && lawful && (own !== "order" || n % 3 === 2)) continue;
    if (name in neutral && (isOwn || !/^(seller_id|transaction_type|currency)$/.test(name)))
      data[name] = neutral[name];
    else if (money.test(name)) data[name] = lawful ? 12.5 : line;
    else data[name] = anything[n % 4];
  }
  for (const [at, value] of anything.entries()) data[`${hers.first_name}_${String(at)}`] = value;
  const words = {
    payment_method: hers.handle,
    payment_mode: hers.handle,
    courier_company_name: line,
    tracking_url: `https://t.example/1?to=${encodeURIComponent(line)}`,
  };
  for (const [name, value] of Object.entries(words)) if (name in data) data[name] = value;
  return data;
}

const item = {
  product_id: "prd_1",
  product_name: "Mug",
  quantity: 1,
  selling_price: 12.5,
  product_image_url: `https://i.example/1.png?for=${hers.email}`,
  engraving: line,
};
const made = {
  product_name: `Mug for ${line}`,
  variant_name: hers.city,
  quantity: 1,
  selling_price: 1,
};

const people = { billing_address: address, shipping_address: address };
function order(number: string, n: number, lawful = true): Record<string, unknown> {
  return {
    ...filled("OrderDetail", n, lawful),
    ...people,
    order_number: number,
    order_items: [item, made],
    metadata: { [hers.first_name]: line, n: Number(hers.phone) },
    customer_email: hers.email,
    customer_phone: `+91 ${hers.phone}`,
    payments: [
      {
        ...filled("OrderPayment", n, true),
        request_number: `PAY-${number}`,
        payment_reference_number: `ref-${number}`,
      },
    ],
    shipments: [
      {
        ...filled("OrderShipment", n, true),
        reference_number: `SHP-${number}`,
        status: "packed",
        shipment_items: [item, made],
      },
    ],
  };
}

type Told = readonly [type: string, data: Record<string, unknown>];

/** One order's events, of each type that the models cover. */
function life(number: string, n: number, lawful: boolean): readonly Told[] {
  const link = { order_number: number };
  const paid = { ...filled("OrderPayment", n, lawful), ...link, request_number: `PAY-${number}` };
  const back = {
    ...filled("OrderRefund", n, lawful),
    ...link,
    request_number: `REF-${number}`,
    status: "failed",
  };
  const sent = {
    ...filled("OrderShipment", n, lawful),
    ...link,
    reference_number: `SHP-${number}`,
    shipment_items: [item, made],
    status: "shipped",
  };
  return [
    ["order.created", order(number, n, lawful)],
    ["order.confirmed", order(number, n, lawful)],
    ["payment.failed", { ...paid, payment_status: "failed" }],
    ["payment.success", paid],
    [
      "payment.retried",
      { ...filled("PaymentInfo", n, lawful), ...link, request_number: `PAY-${number}` },
    ],
    ["payment.refund.failed", back],
    ["shipment.updated", sent],
    ["shipment.cancelled", { ...sent, status: "cancelled" }],
    ["customer.updated", { who: line, ...filled("OrderDetail", n, lawful), order_number: number }],
  ];
}

let count = 0;
function bodies(number: string, n: number, at: string, lawful: boolean): readonly string[] {
  return life(number, n, lawful).map(([type, data]) => {
    const envelope = { id: `evt-${String((count += 1))}`, event_type: type, created_at: at };
    const beside = { sender: line, [hers.first_name]: hers.phone };
    if (n % 3 === 0) return JSON.stringify({ ...envelope, ...beside, data });
    return JSON.stringify(n % 3 === 1 ? { ...data, ...envelope, ...beside } : data);
  });
}

async function tell(payloads: readonly string[], at: string, queue = "ce-events"): Promise<void> {
  const messages = payloads.map((payload) =>
    JSON.stringify(queued(`in-${String((count += 1))}`, payload, { receivedAt: at })),
  );
  await hand(plainEnv, queue, messages);
}

const logged: string[] = [];
const sent: unknown[] = [];

async function gunzip(bytes: ArrayBuffer): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

interface Place {
  readonly name: string;
  readonly text: string;
}

/** Every cell of every table and view, every archive object and log line, every message of a queue. */
async function everyPlace(): Promise<readonly Place[]> {
  const places: Place[] = [
    ...logged.map((text) => ({ name: "log", text })),
    ...sent.map((message) => ({ name: "queue", text: JSON.stringify(message) })),
  ];
  const named = await rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')");
  for (const { name } of named) {
    const table = String(name);
    if (/^(_cf|d1_|sqlite_)/.test(table)) continue;
    for (const [at, row] of (await rows(`SELECT * FROM "${table}"`)).entries()) {
      for (const [column, value] of Object.entries(row)) {
        if (value !== null)
          places.push({ name: `${table}.${column}[${String(at)}]`, text: String(value) });
      }
    }
  }
  for (const { key } of (await bucket().list({ include: ["customMetadata"] })).objects) {
    const object = await bucket().get(key);
    const bytes = (await object?.arrayBuffer()) ?? new ArrayBuffer(0);
    const text = key.endsWith(".gz") ? await gunzip(bytes) : new TextDecoder().decode(bytes);
    places.push({ name: key, text: `${key} ${JSON.stringify(object?.customMetadata)} ${text}` });
  }
  return places;
}

/** The middle of the value in base64, for each of the three possible offsets. */
function base64Forms(value: string): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = btoa(`${"x".repeat(shift)}${value}`);
    return text
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + value.length) * 8) / 6))
      .slice(1, -1);
  });
}

interface Needle {
  readonly needle: string;
  readonly kind: "lower" | "bare" | "exact";
}

function spellings(value: string): readonly Needle[] {
  const lower = value.toLowerCase();
  const isPhone = value === hers.phone;
  return [
    { needle: lower, kind: "lower" },
    { needle: encodeURIComponent(lower).toLowerCase(), kind: "lower" },
    { needle: lower.replaceAll(" ", "+"), kind: "lower" },
    { needle: lower.replaceAll(/[\s.-]/g, ""), kind: "bare" },
    ...(isPhone ? [{ needle: lower.slice(-8), kind: "bare" } as const] : []),
    ...[value, lower].flatMap(base64Forms).map((needle): Needle => ({ needle, kind: "exact" })),
  ];
}
const needles = Object.values(hers).flatMap(spellings);

/** Places that contain one of her values, with the value. */
function search(places: readonly Place[]): readonly string[] {
  return places.flatMap(({ name, text }) => {
    const forms = {
      exact: text,
      lower: text.toLowerCase(),
      bare: text.toLowerCase().replaceAll(/[\s.\-()]/g, ""),
    };
    const found = needles.find(({ needle, kind }) => forms[kind].includes(needle));
    if (found === undefined) return [];
    const at = forms[found.kind].indexOf(found.needle);
    return [
      `${name}: ${found.needle} in ${forms[found.kind].slice(Math.max(0, at - 120), at + 60)}`,
    ];
  });
}

async function tellEverything(): Promise<void> {
  for (const [n, number] of ["A", "B", "C", "D", "E", "F"].entries()) {
    // In each form, lawful and not; the first three are archived.
    const at = n < 3 ? ago(120) : ago(3);
    await tell(bodies(`ORD-${number}`, n, at, true), at);
    await tell(bodies(`ORD-${number}`, n, at, false), at);
  }
  await tell(bodies("ORD-OLD", 3, ago(900), true), ago(3));
  await tell(bodies("ORD-DEAD", 3, ago(2), true), ago(2), "ce-events-dlq");
  await tell(
    [JSON.stringify({ hello: line }), `${line} called`, JSON.stringify([address])],
    ago(2),
  );
  await receiveOnly(bodies("ORD-WAITS", 3, ago(1), true)[0], plainEnv);
  const [first = ""] = bodies("ORD-A", 0, ago(2), true);
  await post(first, { vars: plainEnv });
  await post(first.replace(hers.city, "Elsewhere"), { vars: plainEnv });
}

/** Messages that providers refuse, quoting all her data. */
async function send(): Promise<void> {
  const staged = stage((asked) =>
    asked.url.includes("/emails")
      ? Response.json({ name: line, message: line }, { status: 422 })
      : new Response(line, { status: 503 }),
  );
  staged.advance(NOW - Date.parse(STAGE_BEGINS_AT) + 60_000);
  const due = await rows("SELECT id FROM notifications");
  const deps = { ...staged.deps, notifyMaxAgeMs: null };
  await dispatchIds(
    due.map(({ id }) => String(id)),
    deps,
  );
}

async function rebuild(): Promise<number | undefined> {
  const { id } = await startRebuild(env.DB, {}, false, ago(0));
  while ((await continueRebuild(env.DB, ago(0), defaults)) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged;
}

beforeEach(clearAll);

it(
  "leaves nothing of a person in any place, and a rebuild changes nothing",
  { timeout: 60_000 },
  async () => {
    for (const level of ["info", "warn", "error", "log"] as const) {
      vi.spyOn(console, level).mockImplementation((...said) => void logged.push(said.join(" ")));
    }
    await tellEverything();
    await send();
    await env.DB.prepare("UPDATE payments SET method = ?1").bind(line).run();
    expect(await rebuild()).toBeGreaterThan(0);
    await purgeAt(ago(0), { archive: bucket() });
    const distinct = async (column: string) =>
      (await rows(`SELECT DISTINCT ${column} AS value FROM webhook_events ORDER BY 1`)).map(
        ({ value }) => value,
      );
    expect(await distinct("status")).toEqual([
      "failed",
      "ignored",
      "processed",
      "quarantined",
      "received",
    ]);
    expect(await distinct("form")).toEqual(["bare", "envelope", "flat", "unknown"]);
    const before = search(await everyPlace());
    const tables = new Set(before.map((place) => /^[a-z_/]+/.exec(place)?.[0] ?? ""));
    for (const table of [
      "webhook_events",
      "orders",
      "payments",
      "refunds",
      "shipments",
      "notifications",
      "order_contacts",
      "rebuild_changes",
      "events/",
    ]) {
      expect(tables, table).toContain(table);
    }

    const events = overheardQueue(env.EVENTS);
    const deps: ErasureDeps = { db: env.DB, archive: bucket(), defaults, now: () => new Date() };
    const contacts = [hers.email, `+91${hers.phone}`].flatMap((text) => contactsOf(text, defaults));
    await erase(deps, contacts);
    await continueErasures(deps);
    await hand({ ...plainEnv, EVENTS: events.queue }, "ce-events", []);
    sent.push(...events.sent);
    expect(await rows("SELECT stage, error FROM erasures")).toEqual([
      { stage: "done", error: null },
    ]);
    const places = await everyPlace();
    const kept = search(places);
    vi.restoreAllMocks();
    // oxlint-disable-next-line eslint/no-console -- so that the run says what it has looked at
    console.info(
      `an erased person: ${String(before.length)} places held her, ${String(places.length)} places searched for ${String(needles.length)} spellings, ${String(kept.length)} found`,
    );
    expect(kept.slice(0, 12)).toEqual([]);
    expect(await rebuild()).toBe(0);
    expect(search(await everyPlace()).slice(0, 5)).toEqual([]);
  },
);
