/** What the admin API takes and answers, as zod models: checked at the edge, and described in OpenAPI. */
import * as z from "zod";
import { eventStatuses } from "../store/inbox";

export const PAGE_MAX = 100;
export const REPLAY_MAX = 1_000;

const time = z.iso.datetime({ offset: true }).describe("ISO 8601, with a zone");
/** Stored times are UTC with milliseconds, and compared as text. */
const utc = time.transform((text) => new Date(text).toISOString());
const key = z.string().min(1).max(512);
const settled = z.enum(["failed", "quarantined", "ignored"]);

const page = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
  cursor: z.string().min(1).max(600).optional().describe("next_cursor of the page before"),
};
const rowCursor = z.string().regex(/^\d{1,15}$/, "not a cursor of this list");

export const eventsQuery = z.strictObject({
  ...page,
  cursor: rowCursor.optional().describe("next_cursor of the page before"),
  after: rowCursor.optional().describe("latest_cursor of an answer: what came since, oldest first"),
  status: z.enum(eventStatuses).optional(),
  type: key.optional(),
  order: key.optional(),
  from: utc.optional(),
  to: utc.optional(),
  q: key
    .optional()
    .describe("the beginning of an event id, or an order number or other key, whole"),
});

export const ordersQuery = z.strictObject({
  ...page,
  q: key
    .optional()
    .describe("the beginning of an order number, an e-mail address or a phone number"),
});

export const notificationsQuery = z.strictObject({
  ...page,
  status: z.enum(["pending", "sent", "suppressed", "failed"]).optional(),
  channel: z.enum(["email", "sms", "team", "forward"]).optional(),
  template: z
    .enum([
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
    ])
    .optional(),
  order: key.optional(),
});

const dryRun = z.boolean().default(false).describe("only say what would happen");

export const replayBody = z
  .strictObject({
    ids: z.array(z.string()).min(1).max(REPLAY_MAX).optional(),
    status: settled.optional(),
    type: key.optional(),
    order: key.optional(),
    from: utc.optional(),
    to: utc.optional(),
    limit: z.number().int().min(1).max(REPLAY_MAX).default(REPLAY_MAX),
    dry_run: dryRun,
  })
  .refine(
    ({ ids, status, type, order, from, to }) =>
      [ids, status, type, order, from, to].some((value) => value !== undefined),
    { message: "give ids, status, type, order, from or to" },
  );

export const rebuildBody = z.strictObject({
  order_number: key.optional(),
  event_type: key.optional(),
  from: utc.optional(),
  to: utc.optional(),
  dry_run: dryRun,
});

const text = z.string().nullable();
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
  verified_by: z.enum(["current", "previous"]).nullable(),
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
  grand_total_micros: z.int().nullable().describe("millionths of the currency's unit"),
  paid_micros: z.int(),
  refunded_micros: z.int(),
  customer_name: text.describe("masked"),
  customer_email: text.describe("masked"),
  customer_phone: text.describe("masked"),
  order_date: text,
  updated_at: z.string(),
});
const cursor = text.describe("null on the last page");

/** Answers, for the description. */
export const answers = {
  events: z.object({ events: z.array(event), next_cursor: cursor, latest_cursor: z.string() }),
  event: event.extend({
    payload: text.describe("the raw body; null once purged"),
    notes: z.array(z.string()),
    body_sha256: z.string(),
    conflict_sha256: text,
    outcome: z.string(),
    changed: z.array(setting),
    lost: z.array(setting.extend({ to: text, why: z.string() })),
    notifications: z.array(message),
  }),
  replay: z.object({
    dry_run: z.boolean(),
    count: z.int(),
    ids: z.array(z.string()),
    more: z.boolean().describe("more may match: ask again"),
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
  notification: message.extend({ rendered: text, resends: z.int(), context: text }),
  sendAgain: z.object({ id: z.string(), status: z.literal("pending") }),
  health: z.object({
    events: z.int().describe("every event ever received"),
    settled: z.int().describe("applied, or ignored, or purged since"),
    received: z.int().describe("not applied yet"),
    quarantined: z.int(),
    failed: z.int(),
    oldest_waiting_seconds: z.number().nullable(),
    last_received_at: text,
    last_sweep_at: text,
  }),
  settings: z.object({
    secrets: z.record(z.string(), z.boolean()).describe("which are set; never their values"),
    channels: z.record(z.string(), z.boolean()),
    problems: z.array(z.string()),
    verified_by: z.object({
      window: z.int().describe("how many of the latest events were looked at"),
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
