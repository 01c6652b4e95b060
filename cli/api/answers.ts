/**
 * The answers of the admin API, with the fields that the command line reads. Fields that a later receiver adds are
 * kept, so that `--json` shows them.
 */
import * as z from "zod/mini";
import { forms } from "../../src/events/recognition.ts";

const text = z.nullable(z.string());
const value = z.union([z.string(), z.number(), z.null()]);
const row = z.record(z.string(), value);

/** Omissions in an answer about a very large order or event; a receiver before 0.3 does not report them. */
const leftOut = z.optional(
  z.array(z.looseObject({ what: z.string(), count: z.number(), where: z.string() })),
);

export const eventStatuses = ["received", "processed", "ignored", "quarantined", "failed"] as const;

const event = z.looseObject({
  id: z.string(),
  /** Null for a body without a known form. */
  event_type: text,
  form: z.nullable(z.enum(forms)),
  type_hint: text,
  subject_id: text,
  order_number: text,
  linked_order: z.optional(text),
  occurred_at: text,
  received_at: z.string(),
  status: z.enum(eventStatuses),
  redeliveries: z.number(),
  attempts: z.number(),
  error: text,
  processed_at: text,
  conflicts: z.number(),
});

export const events = z.looseObject({
  events: z.array(event),
  next_cursor: text,
  latest_cursor: z.string(),
});

export const messageStatuses = ["pending", "sent", "suppressed", "failed"] as const;

const message = z.looseObject({
  id: z.string(),
  template: z.string(),
  channel: z.string(),
  order_number: text,
  recipient: text,
  status: z.enum(messageStatuses),
  reason: text,
  attempts: z.number(),
  next_attempt_at: text,
  error: text,
  created_at: z.string(),
  sent_at: text,
});

export const endpoint = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  include_order: z.boolean(),
  rate_limit: z.nullable(z.number()),
  secret_version: z.number(),
  status: z.enum(["active", "paused", "disabled"]),
  status_reason: text,
  status_since: z.optional(text),
  failing_since: text,
  created_at: z.string(),
  pending: z.number(),
});
export type Endpoint = z.infer<typeof endpoint>;

export const endpoints = z.looseObject({ endpoints: z.array(endpoint) });

export const endpointSecret = z.looseObject({
  id: z.string(),
  secret: z.string(),
  previous: text,
  previous_until: text,
});

export const endpointTest = z.looseObject({
  outcome: z.string(),
  status: z.nullable(z.number()),
  ms: z.number(),
  answer: text,
});

export const endpointReplay = z.looseObject({ count: z.number(), next_cursor: text });

export const messages = z.looseObject({ notifications: z.array(message), next_cursor: text });

const attempt = z.object({
  at: z.string(),
  ms: z.number(),
  status: z.nullable(z.number()),
  answer: text,
});

/** An older receiver sends the attempts as text, or not at all. */
export const messageDetail = z.looseObject({
  ...message.shape,
  rendered: text,
  attempt_log: z.catch(z.array(attempt), []),
});
export type MessageDetail = z.infer<typeof messageDetail>;

const setting = z.looseObject({ entity: z.string(), row_key: z.string(), register: z.string() });

export const eventDetail = z.looseObject({
  ...event.shape,
  payload: text,
  notes: z.array(z.string()),
  outcome: z.string(),
  changed: z.array(setting),
  overridden: z.array(z.looseObject({ ...setting.shape, to: text, why: z.string() })),
  notifications: z.array(message),
  left_out: leftOut,
});

export const orders = z.looseObject({
  orders: z.array(
    z.looseObject({
      order_number: z.string(),
      status: text,
      payment_status: text,
      financial_status: z.string(),
      currency: text,
      grand_total_micros: z.nullable(z.number()),
      paid_micros: z.number(),
      refunded_micros: z.number(),
      customer_name: text,
      updated_at: z.string(),
    }),
  ),
  next_cursor: text,
});

const foundMoney = {
  status: text,
  amount_micros: z.nullable(z.number()),
  currency: text,
  order_number: text,
};

export const found = z.looseObject({
  orders: z.array(
    z.looseObject({
      order_number: z.string(),
      status: text,
      financial_status: z.string(),
      currency: text,
      grand_total_micros: z.nullable(z.number()),
      customer_name: text,
      order_date: text,
    }),
  ),
  people: z.array(z.looseObject({ name: text, email: text, phone: text, orders: z.number() })),
  payments: z.array(z.looseObject({ payment_id: z.string(), ...foundMoney })),
  refunds: z.array(z.looseObject({ refund_id: z.string(), ...foundMoney })),
  shipments: z.array(
    z.looseObject({
      shipment_id: z.string(),
      status: text,
      courier: text,
      awb_no: text,
      order_number: text,
    }),
  ),
  events: z.array(
    z.looseObject({
      id: z.string(),
      event_type: text,
      status: z.string(),
      received_at: z.string(),
      order_number: text,
    }),
  ),
  more: z.boolean(),
});

export const order = z.looseObject({
  order: row,
  payments: z.array(row),
  refunds: z.array(row),
  shipments: z.array(row),
  left_out: leftOut,
});

export const timeline = z.looseObject({
  entries: z.array(z.looseObject({ at: text, what: z.string(), detail: text })),
  left_out: leftOut,
});

export const explanation = z.looseObject({
  orderNumber: z.string(),
  derived: z.nullable(
    z.looseObject({
      paymentStatus: value,
      decidedBy: z.nullable(z.enum(["snapshot", "payment"])),
      event: text,
    }),
  ),
  registers: z.array(
    z.looseObject({
      entity: z.string(),
      key: z.string(),
      register: z.string(),
      values: row,
      setBy: text,
    }),
  ),
  events: z.array(
    z.looseObject({
      id: z.string(),
      eventType: text,
      occurredAt: text,
      receivedAt: z.string(),
      outcome: z.string(),
      reason: text,
      repeats: z.number(),
      conflicts: z.number(),
      settings: z.array(
        z.looseObject({
          entity: z.string(),
          key: z.string(),
          register: z.string(),
          comparison: z.string(),
          against: text,
        }),
      ),
    }),
  ),
  leftOut,
});

export const replay = z.looseObject({
  dry_run: z.boolean(),
  count: z.number(),
  ids: z.array(z.string()),
  more: z.boolean(),
});

export const heldCounts = z.looseObject({
  orders: z.number(),
  events: z.number(),
  notifications: z.number(),
});

export const erasure = z.looseObject({
  id: z.number(),
  stage: z.string(),
  orders: z.number(),
  events: z.number(),
  notifications: z.number(),
  archived_events: z.number(),
  error: text,
  finished_at: text,
});

export const exportPage = z.looseObject({
  orders: z.array(z.looseObject({ order: z.nullable(row) })),
  other_events: z.array(z.looseObject({ id: z.string() })),
  // Absent in older versions.
  other_notifications: z._default(z.array(z.looseObject({ id: z.string() })), []),
  archived_events: z.array(z.looseObject({ id: z.string() })),
  next_cursor: text,
});

export const imported = z.looseObject({
  bodies: z.number(),
  known: z.number(),
  new: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  waiting: z.number(),
  errors: z.array(z.looseObject({ line: z.number(), reason: z.string() })),
  differences: z.array(
    z.looseObject({
      line: z.number(),
      order_number: text,
      entity: z.string(),
      key: z.string(),
      column: text,
      stored: value,
      imported: value,
      applies: z.boolean(),
      why: z.string(),
      set_by: z.nullable(
        z.looseObject({ id: z.string(), event_type: text, received_at: z.string() }),
      ),
    }),
  ),
  differences_left_out: z.number(),
});

export const restored = z.looseObject({
  objects: z.number(),
  events: z.number(),
  put_back: z.number(),
  recreated: z.number(),
  failed: z.array(z.looseObject({ object: z.string(), error: z.string() })),
  next_cursor: text,
});

export const health = z.looseObject({
  events: z.number(),
  received: z.number(),
  quarantined: z.number(),
  failed: z.number(),
  oldest_waiting_seconds: z.nullable(z.number()),
  last_received_at: text,
  last_sweep_at: text,
  // Older receivers do not count what they refuse.
  refused: z.optional(z.record(z.string(), z.number())),
  locked_out: z.optional(z.boolean()),
  /** Absent in older versions. */
  database: z.optional(z.looseObject({ bytes: z.number(), max_bytes: z.number(), full_on: text })),
  // Older receivers do not check this.
  missing_pieces: z.optional(
    z.array(z.looseObject({ piece: z.string(), problem: z.string(), fix: z.string() })),
  ),
});

export const settings = z.looseObject({
  secrets: z.record(z.string(), z.boolean()),
  channels: z.record(z.string(), z.boolean()),
  /** Absent in older versions, as are the two below. */
  channel_setups: z.optional(
    z.array(
      z.looseObject({
        channel: z.string(),
        state: z.string(),
        problem: text,
        held: z.number(),
      }),
    ),
  ),
  environment: z.optional(z.string()),
  allowlist: z.optional(z.nullable(z.array(z.string()))),
  problems: z.array(z.string()),
  /** Absent in older versions. */
  half_done: z.optional(z.array(z.string())),
  versions: z.record(z.string(), z.string()),
  time_zone: z.optional(text),
});

export const sendUnsent = z.looseObject({
  dry_run: z.boolean(),
  count: z.number(),
  too_old: z.number(),
  more: z.boolean(),
});

export const quietUntil = z.looseObject({ until: text, set_at: text });

export const quieted = z.looseObject({ dry_run: z.boolean(), until: text, messages: z.number() });

export const resendMessage = z.looseObject({ id: z.string(), status: z.string() });

export type Erasure = z.infer<typeof erasure>;
export type ExportPage = z.infer<typeof exportPage>;
export type Imported = z.infer<typeof imported>;
export type Restored = z.infer<typeof restored>;
export type EventRow = z.infer<typeof event>;
export type EventDetail = z.infer<typeof eventDetail>;
export type MessageRow = z.infer<typeof message>;
export type OrderAnswer = z.infer<typeof order>;
export type Explanation = z.infer<typeof explanation>;
export type Health = z.infer<typeof health>;
export type ReceiverSettings = z.infer<typeof settings>;
