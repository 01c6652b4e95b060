/** Builders of rows as the consumer leaves them, and a reader of the resulting rows. */
import { env } from "cloudflare:workers";
import { precedence } from "../support/precedence";
import type { OutboxContext } from "../../src/projection/outbox-row";
import { makeShop, type Shop } from "../../src/notifications/shop";

export const NOW = "2026-11-24T10:00:00.000Z";

export const shop: Shop = makeShop(
  {
    takesReplies: true,
    timeZone: null,
    name: "Meera Handlooms",
    currency: "INR",
    publicUrl: "https://hooks.shop.example",
    reviewUrl: "https://shop.example/review?order={order}",
    trackingUrls: {},
    orderUrl: null,
    paymentUrl: null,
    locale: "en",
  },
  [],
);

type Values = Readonly<Record<string, string | number | null>>;

async function insert(table: string, values: Values): Promise<void> {
  const names = Object.keys(values);
  const marks = names.map((_, index) => `?${index + 1}`);
  await env.DB.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks.join(", ")})`)
    .bind(...Object.values(values))
    .run();
}

const tables =
  "message_texts shop_settings message_switches marketing_opt_outs notifications forward_endpoints channels cursors orders payments refunds shipments webhook_events order_contacts event_counts archive_writes erasures erasure_orders erased disputed_links rebuilds rebuild_changes archived_keys closed_files put_back_sets reported_facts".split(
    " ",
  );

/** Empties every table that events fill, with one call: a batch of them takes twice as long. */
export async function clearTables(): Promise<void> {
  await env.DB.prepare(tables.map((table) => `DELETE FROM ${table}`).join("; ")).run();
}

export async function seedOrder(values: Values = {}): Promise<void> {
  await insert("orders", {
    order_number: "ORD-1",
    status: "confirmed",
    payment_status: "pending",
    currency: "INR",
    subtotal_micros: 4_998_000_000,
    total_tax_micros: 238_000_000,
    shipping_micros: 0,
    grand_total_micros: 4_998_000_000,
    customer_name: "Asha Rao",
    customer_email: "asha@example.com",
    customer_phone: "+919812345678",
    items: JSON.stringify([
      { product_name: "Handloom Cotton Saree", sku: "SAR-1", quantity: 2, selling_price: 2499 },
    ]),
    shipping_address: JSON.stringify({
      name: "Asha Rao",
      address_line1: "14 MG Road",
      city: "Bengaluru",
      state: "Karnataka",
      pincode: "560001",
      country: "India",
    }),
    order_date: "2026-11-24T09:00:00.000Z",
    updated_at: NOW,
    ...values,
  });
}

export const FAILURE_PRECEDENCE = precedence("2026-11-24T09:30:00.000Z", "failed", "evt-fail");

export async function seedPayment(values: Values = {}): Promise<void> {
  await insert("payments", {
    payment_id: "PAY-1",
    order_number: "ORD-1",
    status: "failed",
    status_precedence: FAILURE_PRECEDENCE,
    amount_micros: 4_998_000_000,
    updated_at: NOW,
    ...values,
  });
}

export async function seedRefund(values: Values = {}): Promise<void> {
  await insert("refunds", {
    refund_id: "REF-1",
    order_number: "ORD-1",
    status: "failed",
    amount_micros: 1_000_000_000,
    updated_at: NOW,
    ...values,
  });
}

export async function seedShipment(values: Values = {}): Promise<void> {
  await insert("shipments", {
    shipment_id: "SHP-1",
    order_number: "ORD-1",
    status: "out_for_delivery",
    courier: "Delhivery",
    awb_no: "1234567890",
    updated_at: NOW,
    ...values,
  });
}

export async function seedEvent(values: Values = {}): Promise<void> {
  await insert("webhook_events", {
    id: "evt-1",
    event_type: "order.confirmed",
    subject: "order",
    subject_id: "ORD-1",
    received_at: NOW,
    occurred_at: "2026-11-24T09:59:00.000Z",
    status: "processed",
    body_sha256: "0",
    payload: JSON.stringify({
      id: "evt-1",
      event_type: "order.confirmed",
      data: { order_number: "ORD-1" },
    }),
    ...values,
  });
}

export async function seedNotification(
  values: Values & { readonly id: string },
  context: OutboxContext = { kind: "none" },
): Promise<string> {
  const [template = ""] = values.id.split("/");
  const channel = values.id.split("/").at(-1) ?? "";
  await insert("notifications", {
    template,
    channel,
    order_number: "ORD-1",
    subject_id: "ORD-1",
    event_id: "evt-1",
    status: "pending",
    next_attempt_at: NOW,
    due_at: NOW,
    created_at: NOW,
    context: JSON.stringify(context),
    ...values,
  });
  return values.id;
}

export interface StoredNotification {
  readonly id: string;
  readonly order_number: string | null;
  readonly recipient: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly error: string | null;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly in_flight: number;
  readonly provider_message_id: string | null;
  readonly rendered: string | null;
  readonly sent_at: string | null;
  readonly attempt_log: string | null;
}

export async function readNotification(id: string): Promise<StoredNotification> {
  const row = await env.DB.prepare("SELECT * FROM notifications WHERE id = ?1")
    .bind(id)
    .first<StoredNotification>();
  if (row === null) throw new Error(`no notification ${id}`);
  return row;
}

export async function readNotifications(where = "true"): Promise<readonly StoredNotification[]> {
  const { results } = await env.DB.prepare(
    `SELECT * FROM notifications WHERE ${where} ORDER BY id`,
  ).all<StoredNotification>();
  return results;
}
