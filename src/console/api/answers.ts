/**
 * The answers of the admin API, as zod models: for its description, and for tests that check answers. The Worker
 * does not contain them; its routes refer to them by name.
 */
import * as z from "zod/mini";
import { forms } from "../../events/recognition";
import { refusalReasons } from "../../events/refusals";
import { financialStatuses } from "../../projection/money-status/financial-status";
import { activityKinds } from "../../store/activity/activity";
import { eventStatuses } from "../../store/inbox/inbox";
import { pieces } from "../../store/set-up/missing-pieces";

const text = z.nullable(z.string());
const event = z.object({
  id: z.string(),
  event_type: text,
  form: z.nullable(z.enum(forms)),
  type_hint: text,
  subject: text,
  subject_id: text,
  order_number: text,
  linked_order: text.check(z.describe("the order that it names, else that of its row")),
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
  financial_status: z.enum(financialStatuses),
  currency: text,
  grand_total_micros: z.nullable(z.int()).check(z.describe("millionths of the currency's unit")),
  paid_micros: z.int(),
  refunded_micros: z.int(),
  refundable_micros: z.nullable(z.int()),
  payable_micros: z.nullable(z.int()),
  shipments: z.int(),
  shipments_delivered: z.int(),
  shipment_status: text.check(
    z.describe("of a parcel that is under way, else of one that was delivered"),
  ),
  shipment_updated_at: text,
  customer_name: text.check(z.describe("masked")),
  customer_email: text.check(z.describe("masked")),
  customer_phone: text.check(z.describe("masked")),
  order_date: text,
  updated_at: z.string(),
});
/** In search results: not masked. */
const foundOrder = z.extend(order, {
  customer_name: text,
  customer_email: text,
  customer_phone: text,
});
const foundMoney = z.object({
  order_number: text,
  status: text,
  amount_micros: z.nullable(z.int()),
  currency: text,
});
const leftOut = z
  .array(z.object({ what: z.string(), count: z.int(), where: z.string() }))
  .check(z.describe("what this answer has left out, how many at least, and where that is"));
const messageText = z.object({
  key: z.string(),
  form: z.enum(["label", "line", "paragraph", "sms"]),
  max_characters: z.int(),
  placeholders: z.array(
    z.object({
      name: z.string(),
      is_needed: z.boolean(),
      about: z.string(),
      example: z.string(),
    }),
  ),
  default: z.string(),
  edited: text.check(z.describe("null: the default is said")),
  problem: text.check(z.describe("why the default is said in place of what was edited")),
  changed_at: text,
  changed_by: text,
});

const endpoint = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  include_order: z.boolean(),
  rate_limit: z.nullable(z.int()).check(z.describe("requests a minute")),
  secret_version: z.int(),
  rotated_at: text,
  status: z.enum(["active", "paused", "disabled"]),
  status_reason: text,
  status_since: text.check(z.describe("since when it is paused or disabled")),
  failing_since: text.check(z.describe("since when every attempt has failed")),
  retry_at: text.check(z.describe("nothing is sent to it until then")),
  created_at: z.string(),
  pending: z.int().check(z.describe("forwards that wait or are to be retried, up to 10,000")),
});
const shopSetting = z.object({
  name: z.string(),
  group: z.string(),
  kind: z.string(),
  help: z.string(),
  value: text.check(z.describe("what holds; null: nothing does")),
  from: text.check(z.describe("console, which wins; the name of the var; default")),
  problem: text.check(z.describe("why a value that was set in the console is ignored")),
  changed_at: text,
  changed_by: text,
});
const messageSwitch = z.object({
  template: z.string(),
  channel: z.string(),
  is_on: z.boolean(),
  is_on_by_default: z.boolean(),
  changed_at: text,
  changed_by: text,
});
const cursor = text.check(z.describe("null on the last page"));
const stored = z.object({
  id: z.string(),
  event_type: text,
  payload: z.string(),
});

const outcomes = z
  .array(z.object({ status: z.string(), reason: text, times: z.int(), one: z.string() }))
  .check(z.describe("what came of them, the most frequent first; one: an id of these"));

export const answers = {
  events: z.object({ events: z.array(event), next_cursor: cursor, latest_cursor: z.string() }),
  event: z.extend(event, {
    payload: text.check(z.describe("the raw body; null once purged")),
    notes: z.array(z.string()),
    body_sha256: z.string(),
    conflict_sha256: text,
    outcome: z.string(),
    changed: z.array(setting),
    overridden: z.array(z.extend(setting, { to: text, why: z.string() })),
    notifications: z.array(message),
    left_out: leftOut,
  }),
  replay: z.object({
    dry_run: z.boolean(),
    count: z.int(),
    ids: z.array(z.string()),
    more: z.boolean().check(z.describe("more may match: ask again")),
    replay: z.optional(z.nullable(z.int().check(z.describe("its record; absent in a dry run")))),
  }),
  replayProgress: z.object({
    id: z.int(),
    started_at: z.string(),
    events: z.int(),
    statuses: z.partialRecord(z.enum(eventStatuses), z.int()),
    outcomes,
  }),
  resendProgress: z.object({
    id: z.int(),
    started_at: z.string(),
    messages: z.int(),
    statuses: z.partialRecord(z.enum(["pending", "sent", "suppressed", "failed"]), z.int()),
    outcomes,
  }),
  activity: z.object({
    activity: z.array(
      z.object({
        at: z.string(),
        who: z.string(),
        what: z.enum(activityKinds),
        about: text.check(z.describe("the id of what it was done to")),
        times: z.int().check(z.describe("how many: events, messages, failed sign-ins of the hour")),
      }),
    ),
    next_cursor: cursor,
  }),
  found: z.object({
    orders: z.array(foundOrder),
    people: z.array(
      z.object({
        name: text,
        email: text,
        phone: text,
        orders: z.int().check(z.describe("how many of their orders were found")),
        order_number: z.string().check(z.describe("the latest of them")),
      }),
    ),
    payments: z.array(
      z.extend(foundMoney, { payment_id: z.string(), reference_number: text, method: text }),
    ),
    refunds: z.array(z.extend(foundMoney, { refund_id: z.string() })),
    shipments: z.array(
      z.object({
        shipment_id: z.string(),
        order_number: text,
        status: text,
        courier: text,
        awb_no: text,
      }),
    ),
    events: z.array(
      z.pick(event, {
        id: true,
        event_type: true,
        order_number: true,
        received_at: true,
        status: true,
      }),
    ),
    more: z.boolean().check(z.describe("there may be more: search for more of it")),
  }),
  orders: z.object({
    orders: z.array(order),
    next_cursor: cursor,
    compared: z
      .optional(z.int())
      .check(z.describe("how many of the newest orders were sorted by total, if there are more")),
  }),
  order: z.object({
    order: row,
    payments: z.array(row),
    refunds: z.array(row),
    shipments: z.array(row),
    left_out: leftOut,
    was_archived: z.boolean().check(z.describe("true: it was brought back from the archive now")),
  }),
  timeline: z.object({
    entries: z.array(z.object({ at: text, what: z.string(), detail: text })),
    left_out: leftOut,
  }),
  notifications: z.object({ notifications: z.array(message), next_cursor: cursor }),
  notification: z.extend(message, {
    rendered: text,
    attempt_log: z
      .array(
        z.object({ at: z.string(), ms: z.number(), status: z.nullable(z.int()), answer: text }),
      )
      .check(z.describe("its last attempts, newest first; status null: no HTTP answer")),
    resends: z.int(),
    context: text,
    happened_at: text.check(z.describe("when what it reports happened; null of an alert")),
  }),
  sendUnsent: z.object({
    dry_run: z.boolean(),
    count: z.int().check(z.describe("made due; in a dry run, how many would be")),
    too_old: z.int().check(z.describe("customers' messages that fit and stay as they are")),
    more: z.boolean().check(z.describe("more fit: ask again")),
    resend: z.optional(z.nullable(z.int().check(z.describe("its record; absent in a dry run")))),
  }),
  quietUntil: z.object({
    until: text.check(
      z.describe("messages about what happened before then are suppressed; null: none"),
    ),
    set_at: text.check(z.describe("when it was set or taken back; null: never")),
  }),
  quieted: z.object({
    dry_run: z.boolean(),
    until: text,
    messages: z
      .int()
      .check(z.describe("of those that wait now, how many it suppresses; 10,000 are looked at")),
  }),
  texts: z.object({
    language: z.string(),
    languages: z.array(z.object({ code: z.string(), name: z.string() })),
    texts: z.array(messageText),
    unknown_keys: z
      .array(z.string())
      .check(z.describe("were edited, and are not in this version: nothing is said by them")),
  }),
  text: z.extend(messageText, {
    language: z.string(),
    versions: z
      .array(z.object({ version: z.int(), text, changed_at: z.string(), changed_by: z.string() }))
      .check(z.describe("the latest first; a text of null is the default")),
  }),
  endpoints: z.object({ endpoints: z.array(endpoint) }),
  endpoint,
  endpointSecret: z.object({
    id: z.string(),
    secret: z.string(),
    previous: text.check(z.describe("signs too until previous_until")),
    previous_until: text,
  }),
  endpointTest: z.object({
    outcome: z.enum(["sent", "retry", "rejected", "down", "unknown", "gone"]),
    status: z.nullable(z.int()),
    ms: z.int(),
    answer: text.check(z.describe("its beginning, or why there is none")),
  }),
  endpointReplay: z.object({
    dry_run: z.boolean(),
    count: z.int().check(z.describe("forwards of this stretch")),
    next_cursor: cursor,
  }),
  forgottenChannel: z.object({ channel: z.string() }),
  resendMessage: z.object({ id: z.string(), status: z.literal("pending") }),
  health: z.object({
    events: z.int().check(z.describe("every event ever received")),
    settled: z.int().check(z.describe("applied, or ignored, or purged since")),
    received: z.int().check(z.describe("not applied yet")),
    quarantined: z.int(),
    failed: z.int(),
    oldest_waiting_seconds: z.nullable(z.number()),
    last_received_at: text,
    last_sweep_at: text,
    refused_last_hour: z.int().check(z.describe("deliveries refused within the last hour")),
    refused: z
      .partialRecord(z.enum(refusalReasons), z.int())
      .check(z.describe("the same by reason")),
    locked_out: z
      .boolean()
      .check(z.describe("signatures were refused within the last hour, and no event came")),
    database: z.object({
      bytes: z.int(),
      max_bytes: z.int().check(z.describe("DATABASE_MAX_MB")),
      growth_bytes_per_day: z
        .nullable(z.int())
        .check(z.describe("over the last 30 days; null before the second day")),
      full_on: text.check(z.describe("the day, at this pace; null if not within a year")),
    }),
    missing_pieces: z
      .array(z.object({ piece: z.enum(pieces), problem: z.string(), fix: z.string() }))
      .check(z.describe("what is missing around the receiver, and what to do")),
  }),
  settings: z.object({
    secrets: z
      .record(z.string(), z.boolean())
      .check(z.describe("which are set; never their values")),
    channels: z.record(z.string(), z.boolean()).check(z.describe("which are on")),
    channel_setups: z.array(
      z.object({
        channel: z.string(),
        state: z
          .enum(["on", "incomplete", "lost", "off"])
          .check(z.describe("messages of incomplete and lost ones are held back")),
        missing: z.array(z.string()),
        problem: text,
        held: z.int().check(z.describe("messages that are held back, up to 10,000")),
        held_since: text,
        last_configured_at: text.check(z.describe("to the hour")),
      }),
    ),
    environment: z.string(),
    allowlist: z
      .nullable(z.array(z.string()))
      .check(z.describe("who may receive customers' messages; null: everyone, in production")),
    problems: z.array(z.string()),
    verified_by: z.object({
      window: z.int().check(z.describe("how many of the latest events were looked at")),
      current: z.int(),
      previous: z.int(),
      last_previous_at: text,
    }),
    versions: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.number()),
    time_zone: text.check(z.describe("STORE_TIME_ZONE; null where it is not set")),
    shop: z.array(shopSetting),
    half_done: z
      .array(z.string())
      .check(z.describe("what does not work because a part of it is not set")),
    last_sweep_at: text,
  }),
  shopSetting,
  messageSwitch,
  switches: z.object({ switches: z.array(messageSwitch) }),
  erasure: z.object({
    dry_run: z.optional(z.literal(true).check(z.describe("only counted, nothing begun"))),
    id: z.optional(z.int()),
    requested_at: z.optional(z.string()),
    stage: z.optional(
      z.enum(["orders", "inbox", "rows", "forwards", "contacts", "archive", "done"]),
    ),
    place: z.optional(z.string().check(z.describe("how far it is in its stage"))),
    orders: z.int(),
    events: z.int().check(z.describe("bodies")),
    notifications: z.int(),
    archived_events: z.optional(z.int()),
    error: z.optional(text.check(z.describe("why it does not go on"))),
    finished_at: z.optional(text),
  }),
  export: z.object({
    orders: z.array(
      z.object({
        order: z.nullable(row),
        payments: z.array(row),
        refunds: z.array(row),
        shipments: z.array(row),
        events: z.array(row),
        notifications: z.array(row),
      }),
    ),
    other_events: z.array(stored).check(z.describe("that no order leads to")),
    other_notifications: z
      .array(row)
      .check(z.describe("forwards of other events that show an order of the person")),
    archived_events: z.array(z.looseObject(stored.shape)),
    next_cursor: cursor,
  }),
  imported: z.object({
    dry_run: z.boolean(),
    bodies: z.int(),
    known: z.int().check(z.describe("imported before, or twice in this slice")),
    new: z.int().check(z.describe("of orders that were not known")),
    changed: z.int(),
    unchanged: z.int().check(z.describe("what is stored is the same, or newer")),
    waiting: z.int().check(z.describe("stored, and applied within minutes")),
    errors: z.array(z.object({ line: z.int(), reason: z.string() })),
    differences: z
      .array(
        z.object({
          line: z.int(),
          order_number: text,
          entity: z.enum(["orders", "payments", "refunds", "shipments"]),
          key: z.string(),
          column: text.check(z.describe("null: the whole row is missing")),
          stored: z.union([z.string(), z.number(), z.null()]),
          imported: z.union([z.string(), z.number(), z.null()]),
          applies: z.boolean().check(z.describe("the import would set it")),
          why: z.string(),
          set_by: z.nullable(
            z.object({ id: z.string(), event_type: text, received_at: z.string() }),
          ),
        }),
      )
      .check(z.describe("of a dry run")),
    differences_left_out: z.int(),
  }),
  archive: z.object({
    objects: z.array(
      z.object({
        name: z.string(),
        day: z.string().check(z.describe("of receipt")),
        bytes: z.int(),
        events: z.int(),
        sha256: z.string().check(z.describe("of the compressed object")),
      }),
    ),
    next_cursor: cursor,
  }),
  restored: z.object({
    dry_run: z.boolean(),
    objects: z.int(),
    events: z.int(),
    put_back: z.int().check(z.describe("bodies beside their rows")),
    recreated: z.int().check(z.describe("rows that were purged")),
    failed: z.array(z.object({ object: z.string(), error: z.string() })),
    next_cursor: cursor,
  }),
  object: z.looseObject({}),
} as const;
