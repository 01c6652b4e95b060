/** What the admin API takes and answers, as zod models: checked at the edge, and described in OpenAPI. */
import * as z from "zod/mini";
import { eventStatuses } from "../store/inbox";

export const PAGE_MAX = 100;
export const REPLAY_MAX = 1_000;

const time = z.iso.datetime({ offset: true }).check(z.describe("ISO 8601, with a zone"));
/** Stored times are UTC with milliseconds, and compared as text. */
const utc = z.pipe(
  time,
  z.transform((text) => new Date(text).toISOString()),
);
const key = z.string().check(z.minLength(1), z.maxLength(512));
const settled = z.enum(["failed", "quarantined", "ignored"]);

const previousPage = z.describe<string>("next_cursor of the page before");
const page = {
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(PAGE_MAX)), 50),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(600), previousPage)),
};
const rowCursor = z.string().check(z.regex(/^\d{1,15}$/, "not a cursor of this list"));

export const eventsQuery = z.strictObject({
  ...page,
  cursor: z.optional(rowCursor.check(previousPage)),
  after: z.optional(
    rowCursor.check(z.describe("latest_cursor of an answer: what came since, oldest first")),
  ),
  status: z.optional(z.enum(eventStatuses)),
  type: z.optional(key),
  order: z.optional(key),
  from: z.optional(utc),
  to: z.optional(utc),
  q: z.optional(
    key.check(z.describe("the beginning of an event id, or an order number or other key, whole")),
  ),
});

export const ordersQuery = z.strictObject({
  ...page,
  q: z.optional(
    key.check(z.describe("the beginning of an order number, an e-mail address or a phone number")),
  ),
});

export const notificationsQuery = z.strictObject({
  ...page,
  status: z.optional(z.enum(["pending", "sent", "suppressed", "failed"])),
  channel: z.optional(z.enum(["email", "sms", "team", "forward"])),
  template: z.optional(
    z.enum([
      "order_confirmed",
      "order_cancelled",
      "refund_due",
      "payment_failed",
      "refund_succeeded",
      "refund_failed",
      "shipment_update",
      "shipment_cancelled",
      "review_request",
      "forward",
      "alert",
    ]),
  ),
  order: z.optional(key),
});

const dryRun = z._default(z.boolean(), false).check(z.describe("only say what would happen"));

export const replayBody = z
  .strictObject({
    ids: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(REPLAY_MAX))),
    status: z.optional(settled),
    type: z.optional(key),
    order: z.optional(key),
    from: z.optional(utc),
    to: z.optional(utc),
    limit: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(REPLAY_MAX)), REPLAY_MAX),
    dry_run: dryRun,
  })
  .check(
    z.refine(
      ({ ids, status, type, order, from, to }) =>
        [ids, status, type, order, from, to].some((value) => value !== undefined),
      { message: "give ids, status, type, order, from or to" },
    ),
  );

export const rebuildBody = z.strictObject({
  order_number: z.optional(key),
  event_type: z.optional(key),
  from: z.optional(utc),
  to: z.optional(utc),
  dry_run: dryRun,
});

const text = z.nullable(z.string());
const event = z.object({
  id: z.string(),
  event_type: z.string(),
  subject: text,
  subject_id: text,
  order_number: text,
  occurred_at: text,
  received_at: z.string(),
  status: z.enum(eventStatuses),
  redeliveries: z.int(),
  attempts: z.int(),
  error: text,
  processed_at: text,
  conflicts: z.int(),
  verified_by: z.nullable(z.enum(["current", "previous"])),
});
const setting = z.object({ entity: z.string(), row_key: z.string(), register: z.string() });
const message = z.object({
  id: z.string(),
  template: z.string(),
  channel: z.string(),
  order_number: text,
  subject_id: text,
  event_id: text,
  recipient: text,
  status: z.string(),
  reason: text,
  attempts: z.int(),
  next_attempt_at: text,
  provider_message_id: text,
  error: text,
  due_at: z.string(),
  created_at: z.string(),
  sent_at: text,
});
const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
const order = z.object({
  order_number: z.string(),
  status: text,
  payment_status: text,
  currency: text,
  grand_total_micros: z.nullable(z.int()).check(z.describe("millionths of the currency's unit")),
  paid_micros: z.int(),
  refunded_micros: z.int(),
  customer_name: text.check(z.describe("masked")),
  customer_email: text.check(z.describe("masked")),
  customer_phone: text.check(z.describe("masked")),
  order_date: text,
  updated_at: z.string(),
});
const cursor = text.check(z.describe("null on the last page"));

/** Answers, for the description. */
export const answers = {
  events: z.object({ events: z.array(event), next_cursor: cursor, latest_cursor: z.string() }),
  event: z.extend(event, {
    payload: text.check(z.describe("the raw body; null once purged")),
    notes: z.array(z.string()),
    body_sha256: z.string(),
    conflict_sha256: text,
    outcome: z.string(),
    changed: z.array(setting),
    lost: z.array(z.extend(setting, { to: text, why: z.string() })),
    notifications: z.array(message),
  }),
  replay: z.object({
    dry_run: z.boolean(),
    count: z.int(),
    ids: z.array(z.string()),
    more: z.boolean().check(z.describe("more may match: ask again")),
  }),
  orders: z.object({ orders: z.array(order), next_cursor: cursor }),
  order: z.object({
    order: row,
    payments: z.array(row),
    refunds: z.array(row),
    shipments: z.array(row),
  }),
  timeline: z.object({ entries: z.array(z.object({ at: text, what: z.string(), detail: text })) }),
  notifications: z.object({ notifications: z.array(message), next_cursor: cursor }),
  notification: z.extend(message, { rendered: text, resends: z.int(), context: text }),
  sendAgain: z.object({ id: z.string(), status: z.literal("pending") }),
  health: z.object({
    events: z.int().check(z.describe("every event ever received")),
    settled: z.int().check(z.describe("applied, or ignored, or purged since")),
    received: z.int().check(z.describe("not applied yet")),
    quarantined: z.int(),
    failed: z.int(),
    oldest_waiting_seconds: z.nullable(z.number()),
    last_received_at: text,
    last_sweep_at: text,
  }),
  settings: z.object({
    secrets: z
      .record(z.string(), z.boolean())
      .check(z.describe("which are set; never their values")),
    channels: z.record(z.string(), z.boolean()),
    problems: z.array(z.string()),
    verified_by: z.object({
      window: z.int().check(z.describe("how many of the latest events were looked at")),
      current: z.int(),
      previous: z.int(),
      last_previous_at: text,
    }),
    versions: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.number()),
    last_sweep_at: text,
  }),
  object: z.looseObject({}),
} as const;
