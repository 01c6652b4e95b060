/**
 * The tables, as drizzle sees them; `migrations/` holds the SQL made from here (STRICT and WITHOUT ROWID are added
 * by hand, because drizzle cannot express them). Names and meanings are a contract with people who query D1: times
 * are UTC ISO-8601 text with milliseconds, money is an integer of millionths.
 *
 * Every `*_precedence` column belongs to the register before it (projection/registers.ts).
 */
import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { isUnasked, isUnsent } from "./outbox/conditions";
import { fullKeysSql } from "./short-keys";
import { isRefundDue, isToPay, isUnderWay, isUndelivered } from "./worklists/conditions";
import { isToReread, isToRenew } from "./upgrade-0-2/written-by-0-2";

const precedence = (name: string) => text(name).notNull().default("");

/** `extra` and what is stored of it (short-keys.ts): JSON of what an event contains and no column holds. */
const extraColumns = (entity: "orders" | "shipments") => ({
  short_extra: text("short_extra"),
  extra: text("extra").generatedAlwaysAs(sql.raw(fullKeysSql(entity)), { mode: "virtual" }),
});

/** The inbox: one row per distinct event id, in any status. */
export const webhookEvents = sqliteTable(
  "webhook_events",
  {
    /** Its position in the inbox, which walks follow: SQLite's rowid, as a column so that exports have it. */
    event_row: integer("event_row").primaryKey(),
    id: text("id").notNull().unique(),
    /** A known type in the catalog's spelling, an unknown one as it was sent; null if none was found. */
    event_type: text("event_type"),
    /** The form of the body; null if version 0.2 stored it and it was not read again since. */
    form: text("form", { enum: ["envelope", "flat", "bare", "unknown"] }),
    /** The type hint of the first receipt, from the URL or a header; it is not signed. */
    type_hint: text("type_hint"),
    /** order, payment, refund, shipment; null if neither the type nor the body shows it. */
    subject: text("subject"),
    /** The key of the row that the event is about: order number, payment id … */
    subject_id: text("subject_id"),
    order_number: text("order_number"),
    /** The time that precedence uses; null if the event has no credible time. */
    occurred_at: text("occurred_at"),
    received_at: text("received_at").notNull(),
    status: text("status", {
      enum: ["received", "processed", "ignored", "quarantined", "failed"],
    }).notNull(),
    /** What it claims for the status of its subject's row, once processed; the audit compares it. */
    status_precedence: text("status_precedence"),
    redeliveries: integer("redeliveries").notNull().default(0),
    attempts: integer("attempts").notNull().default(0),
    error: text("error"),
    /** Oddities that did not stop the event: unknown times, skipped entries. JSON array. */
    notes: text("notes"),
    processed_at: text("processed_at"),
    body_sha256: text("body_sha256").notNull(),
    /** How often another body came under this id, and the hash of the last one. */
    conflicts: integer("conflicts").notNull().default(0),
    conflict_sha256: text("conflict_sha256"),
    /** Which secret verified the first delivery: current or previous. */
    verified_by: text("verified_by", { enum: ["current", "previous"] }),
    /**
     * For stuck events: when the sweep pushes it again, and how often it has. Null while the push of its receipt
     * is expected to suffice.
     */
    push_at: text("push_at"),
    pushes: integer("pushes").notNull().default(0),
    payload: text("payload"),
    /** Ids of the messages that it caused, as a JSON array; null if none. */
    outbox: text("outbox"),
    /** 1 if the archive has its body. */
    archived: integer("archived").notNull().default(0),
    /** Its body was restored from the archive and is kept until then. */
    keep_until: text("keep_until"),
  },
  (t) => [
    // The sweep: stuck events, oldest first. Nearly all events are applied in time and are never in it.
    index("webhook_events_waiting")
      .on(t.push_at)
      .where(sql`status = 'received' AND push_at IS NOT NULL`),
    // Explain, rebuild and timelines: the events about one row.
    index("webhook_events_subject")
      .on(t.subject_id)
      .where(sql`subject_id IS NOT NULL`),
    // Unapplied events, of all orders or of one: quarantined, ignored and failed.
    index("webhook_events_set_aside")
      .on(t.order_number)
      .where(sql`status IN ('quarantined', 'failed', 'ignored')`),
    // What needs a person, newest first.
    index("webhook_events_troubled")
      .on(t.status)
      .where(sql`status IN ('quarantined', 'failed')`),
    // After an upgrade from 0.2: the events that 0.2 stored or applied, until they are read again. First those
    // that it applied since the migration, then the rest, both by order. Empty when this is done.
    index("webhook_events_to_reread")
      .on(sql`status_precedence >= '0'`, t.order_number)
      .where(sql.raw(isToReread)),
  ],
);

export const orders = sqliteTable(
  "orders",
  {
    order_number: text("order_number").primaryKey(),
    status: text("status"),
    status_precedence: precedence("status_precedence"),
    /** Derived: from linked payments and the order's own payment status. */
    payment_status: text("payment_status"),
    currency: text("currency"),
    subtotal_micros: integer("subtotal_micros"),
    /** Of promotions and coupons. */
    discount_micros: integer("discount_micros"),
    total_tax_micros: integer("total_tax_micros"),
    shipping_micros: integer("shipping_micros"),
    handling_micros: integer("handling_micros"),
    grand_total_micros: integer("grand_total_micros"),
    credit_used_micros: integer("credit_used_micros"),
    to_be_paid_micros: integer("to_be_paid_micros"),
    /** The amount to pay: after credit and points if they were used, else the grand total. */
    payable_micros: integer("payable_micros"),
    amounts_precedence: precedence("amounts_precedence"),
    /** Derived: linked payments that are success or refund_initiated. */
    paid_micros: integer("paid_micros").notNull().default(0),
    /** Derived: linked refunds that are success. */
    refunded_micros: integer("refunded_micros").notNull().default(0),
    customer_name: text("customer_name"),
    customer_email: text("customer_email"),
    customer_phone: text("customer_phone"),
    customer_precedence: precedence("customer_precedence"),
    /** JSON, with the tax id. */
    billing_address: text("billing_address"),
    /** JSON. */
    shipping_address: text("shipping_address"),
    address_precedence: precedence("address_precedence"),
    items: text("items"),
    items_precedence: precedence("items_precedence"),
    order_date: text("order_date"),
    /** `2026-11-26`: its day in STORE_TIME_ZONE. */
    order_day: text("order_day"),
    placed_precedence: precedence("placed_precedence"),
    confirmed_at: text("confirmed_at"),
    confirmed_precedence: precedence("confirmed_precedence"),
    completed_at: text("completed_at"),
    completed_precedence: precedence("completed_precedence"),
    cancelled_at: text("cancelled_at"),
    cancelled_precedence: precedence("cancelled_precedence"),
    /** The refund on cancellation, from the latest event that states one. */
    refundable_micros: integer("refundable_micros"),
    refundable_precedence: precedence("refundable_precedence"),
    /** The payment status that order events themselves state. */
    snapshot_payment_status: text("snapshot_payment_status"),
    snapshot_payment_precedence: precedence("snapshot_payment_precedence"),
    customer_id: text("customer_id"),
    customer_note: text("customer_note"),
    coupon_code: text("coupon_code"),
    /** JSON. */
    metadata: text("metadata"),
    ...extraColumns("orders"),
    extra_precedence: precedence("extra_precedence"),
    /** 1 while a batch has linked or unlinked a row and the derived columns must be computed again. */
    stale: integer("stale").notNull().default(0),
    updated_at: text("updated_at").notNull(),
    /** A copy of order_date for the index: the merge does not update it; triggers copy changes. */
    placed_at: text("placed_at"),
  },
  (t) => [
    // The list of orders by time of placement; an order writes it once.
    index("orders_placed").on(t.placed_at, t.order_number),
    // Derivation: orders that this batch has marked as stale; empty between batches.
    index("orders_stale")
      .on(t.order_number)
      .where(sql`stale = 1`),
    // Rows in which 0.2 has set a register since the migration; this index and those below are normally empty.
    index("orders_to_renew").on(t.order_number).where(sql.raw(isToRenew.orders)),
    // The lists of orders that need a person (store/worklists/): few orders, so few index rows.
    index("orders_refund_due").on(t.order_number).where(sql.raw(isRefundDue)),
    index("orders_to_pay")
      .on(t.placed_at, t.order_number, t.payment_status)
      .where(sql.raw(isToPay)),
  ],
);

export const payments = sqliteTable(
  "payments",
  {
    payment_id: text("payment_id").primaryKey(),
    /** The order it counts for: the one named for it or for its alias. */
    order_number: text("order_number"),
    status: text("status"),
    payment_date: text("payment_date"),
    /** Its day in STORE_TIME_ZONE. */
    payment_day: text("payment_day"),
    status_precedence: precedence("status_precedence"),
    amount_micros: integer("amount_micros"),
    method: text("method"),
    amount_precedence: precedence("amount_precedence"),
    reference_number: text("reference_number"),
    /** The register behind the indexed column: see store/state/merge.ts. */
    named_reference: text("named_reference"),
    reference_precedence: precedence("reference_precedence"),
    named_order: text("named_order"),
    link_precedence: precedence("link_precedence"),
    /** JSON of what an event contains and no column holds. */
    extra: text("extra"),
    extra_precedence: precedence("extra_precedence"),
    stale: integer("stale").notNull().default(0),
    updated_at: text("updated_at").notNull(),
  },
  (t) => [
    // Derivation, timelines: the payments of an order.
    index("payments_order")
      .on(t.order_number)
      .where(sql`order_number IS NOT NULL`),
    // Linking: the payment that a refund or an alias row refers to.
    index("payments_reference")
      .on(t.reference_number)
      .where(sql`reference_number IS NOT NULL`),
    index("payments_stale")
      .on(t.payment_id)
      .where(sql`stale = 1`),
    // Closing orders: payments that name another order than they are linked to, as an alias may. Nearly always empty.
    index("payments_named")
      .on(t.named_order)
      .where(sql`named_order IS NOT order_number`),
    index("payments_to_renew").on(t.payment_id).where(sql.raw(isToRenew.payments)),
  ],
);

export const refunds = sqliteTable(
  "refunds",
  {
    refund_id: text("refund_id").primaryKey(),
    /** The order it counts for: the one named for it, else that of the payment it refers to. */
    order_number: text("order_number"),
    status: text("status"),
    refund_date: text("refund_date"),
    /** Its day in STORE_TIME_ZONE. */
    refund_day: text("refund_day"),
    remarks: text("remarks"),
    status_precedence: precedence("status_precedence"),
    amount_micros: integer("amount_micros"),
    payment_mode: text("payment_mode"),
    amount_precedence: precedence("amount_precedence"),
    payment_reference: text("payment_reference"),
    reference_precedence: precedence("reference_precedence"),
    named_order: text("named_order"),
    link_precedence: precedence("link_precedence"),
    /** JSON of what an event contains and no column holds. */
    extra: text("extra"),
    extra_precedence: precedence("extra_precedence"),
    stale: integer("stale").notNull().default(0),
    updated_at: text("updated_at").notNull(),
  },
  (t) => [
    // Derivation, timelines: the refunds of an order.
    index("refunds_order")
      .on(t.order_number)
      .where(sql`order_number IS NOT NULL`),
    // Linking: refunds that wait for, or follow, the payment with this reference.
    index("refunds_reference")
      .on(t.payment_reference)
      .where(sql`named_order IS NULL`),
    index("refunds_stale")
      .on(t.refund_id)
      .where(sql`stale = 1`),
    index("refunds_to_renew").on(t.refund_id).where(sql.raw(isToRenew.refunds)),
  ],
);

export const shipments = sqliteTable(
  "shipments",
  {
    shipment_id: text("shipment_id").primaryKey(),
    order_number: text("order_number"),
    status: text("status"),
    status_precedence: precedence("status_precedence"),
    courier: text("courier"),
    awb_no: text("awb_no"),
    tracking_url: text("tracking_url"),
    /** `2026-11-27` if no time of day was given. */
    eta: text("eta"),
    tracking_precedence: precedence("tracking_precedence"),
    shipped_at: text("shipped_at"),
    shipped_precedence: precedence("shipped_precedence"),
    delivered_at: text("delivered_at"),
    delivered_precedence: precedence("delivered_precedence"),
    cancelled_at: text("cancelled_at"),
    cancelled_precedence: precedence("cancelled_precedence"),
    cancellation_reason: text("cancellation_reason"),
    reason_precedence: precedence("reason_precedence"),
    items: text("items"),
    items_precedence: precedence("items_precedence"),
    named_order: text("named_order"),
    link_precedence: precedence("link_precedence"),
    ...extraColumns("shipments"),
    extra_precedence: precedence("extra_precedence"),
    updated_at: text("updated_at").notNull(),
  },
  (t) => [
    // Timelines, relevance: the shipments of an order.
    index("shipments_order")
      .on(t.order_number)
      .where(sql`order_number IS NOT NULL`),
    index("shipments_to_renew").on(t.shipment_id).where(sql.raw(isToRenew.shipments)),
    index("shipments_undelivered").on(t.updated_at, t.order_number).where(sql.raw(isUndelivered)),
    index("shipments_under_way").on(t.updated_at, t.order_number).where(sql.raw(isUnderWay)),
  ],
);

/**
 * Orders that events have named for a row, besides the order that it is linked to. Their events also patch the
 * row, so explanation, rebuild and erasure need them. Rare: one row for each real disagreement.
 */
export const disputedLinks = sqliteTable(
  "disputed_links",
  {
    entity: text("entity", { enum: ["payments", "refunds", "shipments"] }).notNull(),
    row_key: text("row_key").notNull(),
    order_number: text("order_number").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.entity, t.row_key, t.order_number] }),
    // Erasure: all rows that were ever named for an order.
    index("disputed_links_order").on(t.order_number),
  ],
);

/**
 * The contacts by which an order is found, including past ones: the e-mail addresses, telephone numbers and names in
 * its order events, and the airway bills of its parcels (projection/patches/contacts.ts).
 */
export const orderContacts = sqliteTable(
  "order_contacts",
  {
    contact: text("contact").notNull(),
    order_number: text("order_number").notNull(),
  },
  (t) => [primaryKey({ columns: [t.contact, t.order_number] })],
);

/** The number of events by hour of receipt, and in total, when the sweep last counted them. */
export const eventCounts = sqliteTable(
  "event_counts",
  {
    /** `2026-11-24T10`, or `total`. */
    period: text("period").notNull(),
    event_type: text("event_type").notNull(),
    status: text("status").notNull(),
    events: integer("events").notNull(),
  },
  (t) => [primaryKey({ columns: [t.period, t.event_type, t.status] })],
);

/**
 * Refused deliveries of the webhook route, by clock hour (UTC) and reason: counts only, nothing of the request
 * (store/inbox/refusals.ts).
 */
export const refusedDeliveries = sqliteTable(
  "refused_deliveries",
  {
    /** `2026-11-24T10` */
    hour: text("hour").notNull(),
    /** One of events/refusals.ts. */
    reason: text("reason").notNull(),
    deliveries: integer("deliveries").notNull(),
    /** When the last of them was refused. */
    last_at: text("last_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.hour, t.reason] })],
);

/** The same over all time: hours are purged, but a counter in metrics may only rise. */
export const refusedTotals = sqliteTable("refused_totals", {
  reason: text("reason").primaryKey(),
  deliveries: integer("deliveries").notNull(),
});

/**
 * The previous version counted wrong admin tokens here. No code uses it now; it is dropped when no Worker that
 * uses it can run on this database.
 */
export const signInFailures = sqliteTable(
  "sign_in_failures",
  {
    /** The number of the period since 1970; its length is in src/limits.ts. */
    period: integer("period").notNull(),
    source: text("source").notNull(),
    failures: integer("failures").notNull(),
  },
  (t) => [primaryKey({ columns: [t.period, t.source] })],
);

/**
 * Who did what: replays, resends, erasures, settings, sign-ins. Purged after RETENTION_DAYS; see
 * store/activity/activity.ts.
 */
export const activity = sqliteTable(
  "activity",
  {
    activity_id: integer("activity_id").primaryKey(),
    at: text("at").notNull(),
    /** The person: the e-mail address that Access states, `Admin token`, or `admin API`; blank if unknown. */
    who: text("who").notNull(),
    what: text("what").notNull(),
    /** The id of the object of the action; no personal data. */
    about: text("about"),
    /** How many: events replayed, tokens refused. */
    times: integer("times").notNull().default(1),
    /** Failed sign-ins have one row for each hour: `sign_in_failed/2026-11-24T10`. */
    counted: text("counted"),
  },
  (t) => [
    // Counting failed sign-ins.
    uniqueIndex("activity_counted")
      .on(t.counted)
      .where(sql`counted IS NOT NULL`),
  ],
);

/** Console sessions of people who signed in with ADMIN_TOKEN; times are milliseconds since 1970. */
export const sessions = sqliteTable("sessions", {
  id: text("id").primaryKey(),
  ends_at: integer("ends_at").notNull(),
  /** Accurate to a minute: not every request writes it. */
  seen_at: integer("seen_at").notNull(),
});

/** The latest replays and resends: what a person replayed or resent together, each a JSON array of ids. */
export const replays = sqliteTable("replays", {
  id: integer("id").primaryKey(),
  started_at: text("started_at").notNull(),
  events: text("events").notNull(),
  /** Null for a replay. */
  messages: text("messages"),
});

/**
 * The positions of walks over the tables; `erased`, the version of the table `erased`; when the cron and the
 * consumers last did their work (store/set-up/beats.ts); `environment`, the environment of this database; and
 * `quiet_until`, with the time when it was set as its position (outbox/quiet-until.ts).
 */
export const cursors = sqliteTable("cursors", {
  name: text("name").primaryKey(),
  /** The inbox row (rowid of webhook_events) that the walk has reached. */
  position: integer("position").notNull(),
  /** The same for walks by a text key. */
  place: text("place"),
});

/** Archive objects that are being written: an interrupted write is found here and repeated. */
export const archiveWrites = sqliteTable("archive_writes", {
  /** `events/2026-08-25/000000000001-000000000960.ndjson.gz` */
  name: text("name").primaryKey(),
  first_row: integer("first_row").notNull(),
  last_row: integer("last_row").notNull(),
  /** Counts attempts; only the latest may remove the bodies that it has written. */
  attempts: integer("attempts").notNull().default(0),
  started_at: text("started_at").notNull(),
});

/** Erasures, without the person: when requested, the progress, and the counts. */
export const erasures = sqliteTable("erasures", {
  id: integer("id").primaryKey(),
  requested_at: text("requested_at").notNull(),
  /** The current stage: orders, inbox, rows, forwards, contacts, archive; `done` at the end. */
  stage: text("stage", {
    enum: ["orders", "inbox", "rows", "forwards", "contacts", "archive", "done"],
  }).notNull(),
  /** The position in the stage: a row, a key or the name of an object. */
  place: text("place").notNull().default(""),
  /** The number of orders, bodies, messages and archived bodies found so far. */
  orders: integer("orders").notNull().default(0),
  events: integer("events").notNull().default(0),
  notifications: integer("notifications").notNull().default(0),
  archived_events: integer("archived_events").notNull().default(0),
  /** Why it does not continue; null if it does. */
  error: text("error"),
  finished_at: text("finished_at"),
});

/** The orders of an erasure, until it is complete. */
export const erasureOrders = sqliteTable(
  "erasure_orders",
  {
    erasure_id: integer("erasure_id").notNull(),
    order_number: text("order_number").notNull(),
    /** 1 while its rows, events and messages are still to be erased. */
    pending: integer("pending").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.erasure_id, t.order_number] }),
    // Orders that are not erased yet; usually empty.
    index("erasure_orders_pending")
      .on(t.order_number)
      .where(sql`pending = 1`),
  ],
);

/** Keyed hashes of the identifiers of erased persons: contacts, orders, payments, refunds and shipments. */
export const erased = sqliteTable("erased", {
  hash: text("hash").primaryKey(),
  erasure_id: integer("erasure_id").notNull(),
});

/** The key of those hashes: random, made once. */
export const erasureKey = sqliteTable("erasure_key", {
  id: integer("id").primaryKey(),
  key: text("key").notNull(),
});

/**
 * Rebuilds: apply stored events with the current code, slice by slice; an interrupted one continues at `cursor`.
 */
export const rebuilds = sqliteTable("rebuilds", {
  id: integer("id").primaryKey(),
  /** Which events: JSON with `orderNumber`, `eventType`, `from`, `to` (of receipt); empty means all. */
  filter: text("filter").notNull(),
  /** 1: only reports what would change. */
  dry_run: integer("dry_run").notNull(),
  /** The inbox row that it has reached, and the last one that it covers. */
  cursor: integer("cursor").notNull().default(0),
  last_event: integer("last_event").notNull(),
  events: integer("events").notNull().default(0),
  rows_changed: integer("rows_changed").notNull().default(0),
  started_at: text("started_at").notNull(),
  finished_at: text("finished_at"),
  /** Orders that were too large, a JSON array of some of their numbers. */
  left_out: text("left_out").notNull().default("[]"),
});

/** What rebuilds changed, or would change, column by column. */
export const rebuildChanges = sqliteTable(
  "rebuild_changes",
  {
    rebuild_id: integer("rebuild_id").notNull(),
    entity: text("entity").notNull(),
    row_key: text("row_key").notNull(),
    column_name: text("column_name").notNull(),
    from_value: text("from_value"),
    to_value: text("to_value"),
  },
  (t) => [primaryKey({ columns: [t.rebuild_id, t.entity, t.row_key, t.column_name] })],
);

/**
 * The outbox: one row per fact, template and channel. The id begins with the fact, so the view `order_messages`
 * finds an order's messages by the primary key alone.
 */
export const notifications = sqliteTable(
  "notifications",
  {
    /** The fact: `order_confirmed/ORD-1/email`. */
    id: text("id").primaryKey(),
    template: text("template").notNull(),
    channel: text("channel").notNull(),
    /**
     * What the first part of the fact names: order, payment, refund, shipment, event or alert. Null if version 0.2
     * has written it.
     */
    about: text("about"),
    order_number: text("order_number"),
    subject_id: text("subject_id"),
    event_id: text("event_id"),
    recipient: text("recipient"),
    status: text("status", { enum: ["pending", "sent", "suppressed", "failed"] }).notNull(),
    reason: text("reason"),
    attempts: integer("attempts").notNull().default(0),
    /** The only clock: when it may next be claimed. A claim moves it into the future; that is the lease. */
    next_attempt_at: text("next_attempt_at"),
    /** 0 while the wake-up call of the batch that wrote it is expected to suffice; the sweep sets it to 1. */
    awaits_sweep: integer("awaits_sweep").notNull().default(1),
    /** 1 from the claim until the outcome is stored; if a later run finds it set, the outcome is unknown. */
    in_flight: integer("in_flight").notNull().default(0),
    provider_message_id: text("provider_message_id"),
    error: text("error"),
    /** When it was due: the event's time, else its receipt, plus any delay. */
    due_at: text("due_at").notNull(),
    /**
     * When the reported fact happened: the event's time, else the date in its body, else its receipt. Null for an
     * alert, and if an older version has written it.
     */
    happened_at: text("happened_at"),
    /** What the message is rendered from, as JSON: a shipment's status, an alert's text. */
    context: text("context"),
    /** The message as first rendered, as JSON; a retry sends the same bytes. */
    rendered: text("rendered"),
    /** How often a person has resent it; each resend has a key of its own. */
    resends: integer("resends").notNull().default(0),
    /** 1 if a request for it was sent and no answer came: the provider may have accepted it. */
    unanswered: integer("unanswered").notNull().default(0),
    created_at: text("created_at").notNull(),
    sent_at: text("sent_at"),
    /** Of a forward: its endpoint. Null if an older version wrote it. */
    endpoint: text("endpoint"),
    /** Its place in that lane: the row of its event in the inbox; replayed forwards come after all others. */
    lane_place: integer("lane_place"),
    /** Its last attempts, as JSON: time, status, milliseconds, the beginning of the answer. */
    attempt_log: text("attempt_log"),
  },
  (t) => [
    // Dispatch: messages that wait for their time, oldest first. A message that is sent immediately is never in
    // it.
    index("notifications_due")
      .on(t.next_attempt_at)
      .where(sql`status = 'pending' AND awaits_sweep = 1`),
    // The lane of an endpoint: what is due, and (without a time) what waits for its endpoint, in the order of receipt.
    index("notifications_endpoint")
      .on(t.endpoint, t.next_attempt_at, t.lane_place)
      .where(sql`status = 'pending' AND awaits_sweep = 1 AND endpoint IS NOT NULL`),
    // Messages that were not sent for a reason outside the message itself, by the time of their creation: a person
    // may have them sent together.
    index("notifications_unsent").on(t.reason, t.channel, t.created_at).where(sql.raw(isUnsent)),
    // The list of messages: those that no event asks for, by time. They are few.
    index("notifications_unasked").on(t.created_at).where(sql.raw(isUnasked)),
  ],
);

/**
 * Facts whose messages have left the outbox: they are not reported again (store/retention/message-retention.ts). A
 * trigger refuses a message whose id is here; hashes are compared in store/state/apply.ts.
 */
export const reportedFacts = sqliteTable("reported_facts", {
  /** A hash (projection/outbox-row.ts), or the whole id. */
  fact: text("fact").primaryKey(),
});

/** Channels that were ever set up: if one of them is lost, its messages are held back. */
export const channels = sqliteTable("channels", {
  channel: text("channel").primaryKey(),
  /** Null if it was only ever set up in part. */
  first_configured_at: text("first_configured_at"),
  /** Accurate to an hour. */
  last_configured_at: text("last_configured_at"),
  /** Since when its messages are held back; null if they are not. */
  held_since: text("held_since"),
});

/**
 * Endpoints that events are forwarded to, at most FORWARD_ENDPOINTS_MAX. FORWARD_URL is the endpoint `default`, which
 * needs no row; once it has state to store, a row with that id holds it.
 */
export const forwardEndpoints = sqliteTable("forward_endpoints", {
  id: text("id").primaryKey(),
  url: text("url").notNull(),
  description: text("description").notNull().default(""),
  /** JSON array of types, with wildcards such as `payment.*`. */
  event_types: text("event_types").notNull().default('["*"]'),
  /** 1: forwards include the order in addition to the event. */
  include_order: integer("include_order").notNull().default(0),
  /** Requests a minute; null: no limit. */
  rate_limit: integer("rate_limit"),
  /** Its secret is derived from it, and never stored. */
  secret_version: integer("secret_version").notNull().default(1),
  /** The previous secret also signs until a day after this time. */
  rotated_at: text("rotated_at"),
  status: text("status", { enum: ["active", "paused", "disabled"] })
    .notNull()
    .default("active"),
  /** Why it is not active. */
  status_reason: text("status_reason"),
  /** Since when it is paused or disabled; null while it is active. */
  status_since: text("status_since"),
  /** Since when every attempt has failed; null if the last one succeeded. */
  failing_since: text("failing_since"),
  /** Nothing is sent to it before this time. */
  retry_at: text("retry_at"),
  /** If it has a rate limit: when the next request may be sent, in milliseconds since 1970. */
  next_send_ms: integer("next_send_ms").notNull().default(0),
  created_at: text("created_at").notNull(),
});

/**
 * The shop's settings that people have set in the console (notifications/shop/settings.ts); a row overrides the var.
 */
export const shopSettings = sqliteTable("shop_settings", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
  changed_at: text("changed_at").notNull(),
  changed_by: text("changed_by").notNull(),
});

/** Messages that a person has switched on or off; without a row, the template decides. */
export const messageSwitches = sqliteTable(
  "message_switches",
  {
    template: text("template").notNull(),
    channel: text("channel").notNull(),
    is_on: integer("is_on").notNull(),
    changed_at: text("changed_at").notNull(),
    changed_by: text("changed_by").notNull(),
  },
  (t) => [primaryKey({ columns: [t.template, t.channel] })],
);

/** Recipients who want no marketing: keyed hashes, under the key of the suppression list. */
export const marketingOptOuts = sqliteTable("marketing_opt_outs", {
  recipient_hash: text("recipient_hash").primaryKey(),
  at: text("at").notNull(),
  /** `one-click`: the mail program; `page`: the person. */
  source: text("source", { enum: ["one-click", "page"] }).notNull(),
});

/** The texts of messages that people have edited: the latest version of each counts. */
export const messageTexts = sqliteTable(
  "message_texts",
  {
    language: text("language").notNull(),
    /** A key of the catalogue (notifications/texts/keys.ts). */
    key: text("key").notNull(),
    version: integer("version").notNull(),
    /** ICU MessageFormat; null: back to the default. */
    text: text("text"),
    changed_at: text("changed_at").notNull(),
    changed_by: text("changed_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.language, table.key, table.version] })],
);

/** The size of the database on each day, in UTC: the growth follows from it. */
export const databaseSizes = sqliteTable("database_sizes", {
  day: text("day").primaryKey(),
  bytes: integer("bytes").notNull(),
});

/**
 * Files of closed orders in R2: one object for each table that has rows in it (src/closed-orders/). A file is
 * never changed: it is replaced by one with another name.
 */
export const closedFiles = sqliteTable(
  "closed_files",
  {
    id: integer("id").primaryKey(),
    /** `2026-11/20261127T020159-3f9a61c2`: the month in which it was closed, and a name. */
    name: text("name").notNull(),
    /** begun: being written; closed: outside the lake until the next night; placed: in the lake; expired: placed, without keys and without personal data; dropped: to be deleted. */
    state: text("state", { enum: ["begun", "closed", "placed", "expired", "dropped"] }).notNull(),
    /** Of the format (closed-orders/parquet.ts). */
    version: integer("version").notNull(),
    /** JSON: of each table that it has, the number of rows and the hash of the object; null while it is being written. */
    objects: text("objects"),
    written_at: text("written_at").notNull(),
  },
  (t) => [
    // Files that are to be placed or deleted, and those whose keys leave: oldest first.
    index("closed_files_state").on(t.state, t.written_at),
  ],
);

/**
 * What leads to the rows of closed orders: `o:` and an order number, `m:` and the key of a payment or a reference,
 * `r:` a refund, `s:` a shipment (store/closed-orders/keys.ts). While a key is here, no event that touches it is
 * applied.
 */
export const archivedKeys = sqliteTable(
  "archived_keys",
  {
    key: text("key").notNull(),
    file_id: integer("file_id").notNull(),
    /** The place of its set in the file. */
    set_no: integer("set_no").notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.file_id, t.set_no] })],
);

/** Sets that were brought back and that their file still contains, until it is replaced. */
export const putBackSets = sqliteTable(
  "put_back_sets",
  {
    file_id: integer("file_id").notNull(),
    set_no: integer("set_no").notNull(),
  },
  (t) => [primaryKey({ columns: [t.file_id, t.set_no] })],
);

/** Rows as they are read: lists and pages pick their columns from these. */
export type EventRecord = Readonly<typeof webhookEvents.$inferSelect>;
export type MessageRecord = Readonly<typeof notifications.$inferSelect>;
export type OrderRecord = Readonly<typeof orders.$inferSelect>;
