/**
 * Random histories, most of them not lawful: few keys, times and ids, so that they often collide. Payments are named by
 * request number, by reference or by both, refunds refer to references that are known later or never, links move, times
 * tie, are missing or make no sense.
 */
import * as fc from "fast-check";
import { importId } from "../../src/events/imports/import-id";
import type { StoredEvent } from "../../src/projection/decoded-event";

/** The receipt of the first event of a random history, and possible receipts of later ones. */
export const RECEIVED_AT = "2026-03-05T00:00:00.000Z";
const laterReceipts = ["2026-03-05T00:00:00.001Z", "2026-03-05T06:00:00.000Z"] as const;

/** An event before it gets an id and a prefix, in a shape that shrinks well. */
export interface Spec {
  readonly form: "envelope" | "flat" | "bare";
  readonly type: string;
  /** The type hint in the URL. */
  readonly hint: string | undefined;
  readonly time: unknown;
  readonly receivedAt: string;
  /** The body comes from a file, not as a delivery. */
  readonly isImport: boolean;
  readonly idRank: number;
  readonly data: Record<string, unknown>;
}

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

/** Few instants, so that ties are common; some are missing or not credible. */
const time = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "2026-03-01T10:00:00.000Z",
      "2026-03-01T10:00:00.001Z",
      "2026-03-01T11:00:00Z",
      "2026-03-02 09:30:00+05:30",
      "2026-03-01 05:00:00",
      "2025-11-02T01:30:00",
      "2026-03-01",
      1_772_445_600,
    ),
  },
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom("yesterday", "1999-12-31", "2027-01-01", 5, "") },
);

const orderNumber = fc.constantFrom("A", "B", "C");
const reference = fc.constantFrom("R1", "R2", "P1");
const amount = fc.constantFrom(100, 250.5, 0.01, 99.99);
/** The total of an order, which may be zero or differ from its payments. */
const sum = fc.oneof({ weight: 3, arbitrary: amount }, { weight: 1, arbitrary: fc.constant(0) });

const orderStatus = fc.constantFrom(
  "draft",
  "pending",
  "confirmed",
  "awaiting_shipment",
  "partially_shipped",
  "shipped",
  "lost",
  "complete",
  "cancelled",
  "on_the_moon",
);
const paymentStatus = fc.constantFrom(
  "pending",
  "retried",
  "failed",
  "partially_paid",
  "success",
  "partially_settled",
  "settled",
  "refund_initiated",
  "refunded",
  "collection_due",
  "in_doubt",
);
const refundStatus = fc.constantFrom("pending", "approved", "failed", "success", "odd");
const shipmentStatus = fc.constantFrom(
  "packed",
  "shipped",
  "in_transit",
  "ready_to_collect",
  "delivery_attempted",
  "lost",
  "cancelled",
  "delivered",
  "drifting",
);

const payment = fc.record(
  {
    request_number: optional(fc.constantFrom("P1", "P2", "R1")),
    payment_reference_number: optional(reference),
    id: optional(fc.constantFrom("X1")),
    order_number: optional(orderNumber),
    amount: optional(amount),
    payment_status: optional(paymentStatus),
    payment_date: optional(time),
    payment_method: optional(fc.constantFrom("upi", "card")),
  },
  { requiredKeys: [] },
);

const refund = fc.record(
  {
    request_number: optional(fc.constantFrom("F1", "F2")),
    payment_reference_number: optional(reference),
    id: optional(fc.constantFrom("X1")),
    order_number: optional(orderNumber),
    refund_amount: optional(amount),
    status: optional(refundStatus),
    refund_date: optional(time),
    payment_mode: optional(fc.constantFrom("bank-transfer")),
    refund_remarks: optional(fc.constantFrom("damaged")),
  },
  { requiredKeys: [] },
);

const shipment = fc.record(
  {
    reference_number: optional(fc.constantFrom("S1", "S2")),
    awb_no: optional(fc.constantFrom("W1", "S1")),
    id: optional(fc.constantFrom("X1")),
    order_number: optional(orderNumber),
    status: optional(shipmentStatus),
    courier_company_name: optional(fc.constantFrom("Delhivery", "DTDC")),
    shipped_date: optional(time),
    delivered_date: optional(time),
    cancellation_reason: optional(fc.constantFrom("out of stock")),
    shipment_items: optional(fc.constant([{ sku: "K1", quantity: 1 }])),
    created_at: optional(time),
    modified_at: optional(time),
  },
  { requiredKeys: [] },
);

const nestedPayment = fc
  .tuple(payment, optional(fc.constantFrom("payment", "refund")))
  .map(([entry, kind]) => ({ ...entry, transaction_type: kind }));

const orderDetail = fc.record(
  {
    order_number: orderNumber,
    status: optional(orderStatus),
    payment_status: optional(paymentStatus),
    subtotal: optional(amount),
    promotion_discount_amount: optional(sum),
    coupon_discount_amount: optional(sum),
    handling_charge_including_tax: optional(sum),
    grand_total: optional(sum),
    credit_balance_used: optional(sum),
    loyalty_points_redeemed: optional(fc.constantFrom(0, 40)),
    to_be_paid: optional(sum),
    currency: optional(fc.constantFrom({ code: "INR" }, "INR")),
    order_date: optional(time),
    modified_at: optional(time),
    payment_success_date: optional(time),
    customer_email: optional(fc.constantFrom("a@example.com", "b@example.com")),
    billing_address: optional(fc.constantFrom(null, { first_name: "Asha", phone: "98200 11111" })),
    cancellation_refund_details: optional(fc.record({ refundable_amount: sum })),
    order_items: optional(fc.constant([{ sku: "K1", quantity: 2, selling_price: 50 }])),
    payments: optional(fc.array(nestedPayment, { maxLength: 3 })),
    shipments: optional(fc.array(shipment, { maxLength: 2 })),
  },
  { requiredKeys: ["order_number"] },
);

function spec(types: readonly string[], data: fc.Arbitrary<Record<string, unknown>>) {
  return fc.record({
    form: fc.constantFrom("envelope" as const, "flat" as const, "bare" as const),
    type: fc.constantFrom(...types),
    hint: optional(fc.constantFrom("order.created", "order.confirmed", "order.cancelled", "x")),
    time,
    receivedAt: fc.constantFrom(RECEIVED_AT, ...laterReceipts),
    isImport: fc.oneof(
      { weight: 4, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    idRank: fc.nat({ max: 99 }),
    data,
  });
}

/** One event of any kind, also without keys or with contradictions. */
export const anyEvent: fc.Arbitrary<Spec> = fc.oneof(
  {
    weight: 4,
    arbitrary: spec(
      ["order.created", "order.confirmed", "order.completed", "order.cancelled"],
      orderDetail,
    ),
  },
  {
    weight: 4,
    arbitrary: spec(["payment.success", "payment.failed", "payment.retried"], payment),
  },
  {
    weight: 3,
    arbitrary: spec(
      ["payment.refund.initiated", "payment.refund.success", "payment.refund.failed"],
      refund,
    ),
  },
  {
    weight: 2,
    arbitrary: spec(
      ["shipment.created", "shipment.updated", "shipment.delivered", "shipment.cancelled"],
      shipment,
    ),
  },
);

/** The delivery of a set of events to the consumer: order, repeats and batches. */
export interface Schedule {
  /** Sorting keys, one per delivery. */
  readonly lots: readonly number[];
  /** The indexes of events that are delivered again. */
  readonly repeats: readonly number[];
  readonly batchSizes: readonly number[];
  /** True: two consumers at once, with alternate batches. */
  readonly together: boolean;
}

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  lots: fc.array(fc.nat({ max: 1000 }), { minLength: 40, maxLength: 40 }),
  repeats: fc.array(fc.nat({ max: 30 }), { maxLength: 6 }),
  batchSizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
  together: fc.boolean(),
});

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/** The fields that name an order, payment, refund or parcel. */
const names: ReadonlySet<string> = new Set([
  "order_number",
  "request_number",
  "payment_reference_number",
  "reference_number",
  "awb_no",
  "id",
]);

/** The same value with other names, so that histories in one database do not affect each other. */
function nameApart<T>(value: T, suffix: string): T;
function nameApart(value: unknown, suffix: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => nameApart(entry as unknown, suffix));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]: [string, unknown]) => [
      name,
      names.has(name) && typeof entry === "string" ? entry + suffix : nameApart(entry, suffix),
    ]),
  );
}

/** A stored event with its own suffix on its id and on all names in it. */
export function storedApart(event: StoredEvent, suffix: string): StoredEvent {
  const id = event.id + suffix;
  const body: unknown = nameApart(JSON.parse(event.payload), suffix);
  return { ...event, id, payload: JSON.stringify(body) };
}

function bodyOf(spec: Spec, index: number, suffix: string): object {
  const { form, type, time: at, idRank } = spec;
  const data = nameApart(spec.data, suffix);
  if (form === "bare") return data;
  const envelope = {
    id: `evt-${String(idRank).padStart(2, "0")}-${String(index)}${suffix}`,
    event_type: type,
    created_at: at,
  };
  return form === "flat" ? { ...data, ...envelope } : { ...envelope, data };
}

/**
 * Ids decide the last ties; their order is random, not the order of the list. Two bare bodies with the same bytes are
 * one event, and the first one is kept.
 */
export async function storeAll(
  specs: readonly Spec[],
  suffix = "",
): Promise<readonly StoredEvent[]> {
  const events = new Map<string, StoredEvent>();
  for (const [index, spec] of specs.entries()) {
    const body = bodyOf(spec, index, suffix);
    const payload = JSON.stringify(body);
    const sent = spec.form !== "bare" && "id" in body ? String(body.id) : await hashOf(payload);
    const id = spec.isImport ? importId(await hashOf(payload)) : sent;
    if (events.has(id)) continue;
    const typeHint = spec.isImport ? null : (spec.hint ?? null);
    events.set(id, { id, typeHint, receivedAt: spec.receivedAt, payload });
  }
  return [...events.values()];
}

function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let at = 0; at < list.length; at += batches.at(-1)?.length ?? 1) {
    batches.push(list.slice(at, at + (sizes[batches.length % sizes.length] ?? 1)));
  }
  return batches;
}

/** Orders, repeats and splits the events according to the schedule. */
export function arrange(
  events: readonly StoredEvent[],
  plan: Schedule,
): readonly (readonly StoredEvent[])[] {
  const again = plan.repeats.flatMap((index) => events[index % events.length] ?? []);
  const drawn = [...events, ...again].map((event, index) => ({
    event,
    lot: (plan.lots[index % plan.lots.length] ?? 0) + index / 1000,
  }));
  const ordered = drawn.toSorted((a, b) => a.lot - b.lot).map(({ event }) => event);
  return cut(ordered, plan.batchSizes);
}

/** The batches of several histories as one list: the first batch of each history, then the second of each. */
export function sideBySide(
  histories: readonly (readonly (readonly StoredEvent[])[])[],
): readonly (readonly StoredEvent[])[] {
  const length = Math.max(...histories.map((batches) => batches.length));
  return Array.from({ length }, (_, at) => histories.flatMap((batches) => batches[at] ?? []));
}

/** Histories in one database, so that a round trip serves all of them. */
export const SIDE_BY_SIDE = 10;

/** A history, and its delivery to the consumer. */
export interface PlannedHistory {
  readonly specs: readonly Spec[];
  readonly plan: Schedule;
}

/** SIDE_BY_SIDE histories with at most `maxLength` events each; a failure shrinks the others to nothing. */
export function histories(maxLength: number): fc.Arbitrary<readonly PlannedHistory[]> {
  const history = fc.record({ specs: fc.array(anyEvent, { maxLength }), plan: schedule });
  return fc.array(history, { minLength: SIDE_BY_SIDE, maxLength: SIDE_BY_SIDE });
}

/**
 * The events of histories, each history under its own names, with their batches side by side: each keeps its order,
 * repeats and batches. A body without names is the same in all histories, and only the first one has it.
 */
export async function storeApart(told: readonly PlannedHistory[]): Promise<{
  readonly events: readonly StoredEvent[];
  readonly batches: readonly (readonly StoredEvent[])[];
}> {
  const seen = new Set<string>();
  const apart: (readonly (readonly StoredEvent[])[])[] = [];
  const events: StoredEvent[] = [];
  for (const [n, { specs, plan }] of told.entries()) {
    const own = (await storeAll(specs, `~${String(n)}`)).filter(({ id }) => !seen.has(id));
    for (const { id } of own) seen.add(id);
    events.push(...own);
    apart.push(arrange(own, plan));
  }
  return { events, batches: sideBySide(apart) };
}
