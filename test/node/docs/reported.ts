/** The parts of a story as its events report them, read in the order in which they happened. */
import type { Bodies, EventType, Story, StoryEvent } from "../../../testbed/stories/model.ts";

function isOfType<Type extends EventType>(
  event: StoryEvent,
  types: readonly Type[],
): event is StoryEvent<Type> {
  return types.some((type) => type === event.event_type);
}

function bodiesOf<Type extends EventType>(story: Story, ...types: readonly Type[]): Bodies[Type][] {
  return story.events.flatMap((event) => (isOfType(event, types) ? [event.data] : []));
}

const orderEvents = [
  "order.created",
  "order.confirmed",
  "order.completed",
  "order.cancelled",
] as const;

/** The order as its last event shows it. */
export function orderOf(story: Story): Bodies["order.created"] {
  const order = bodiesOf(story, ...orderEvents).at(-1);
  if (order === undefined) throw new Error(`no event shows ${story.orderNumber}`);
  return order;
}

export interface Pieces {
  readonly sku: string;
  readonly quantity: number;
}

export interface OrderedPieces extends Pieces {
  readonly price: number;
}

export function linesOf(story: Story): readonly OrderedPieces[] {
  const [order] = bodiesOf(story, ...orderEvents);
  return (order?.order_items ?? []).map(({ sku, quantity, selling_price: price }) => {
    return { sku: sku ?? "", quantity, price };
  });
}

export interface ReportedParcel {
  readonly id: string;
  readonly status: string;
  readonly courier: string;
  readonly shippedAt: string | null;
  readonly deliveredAt: string | null;
  readonly items: readonly Pieces[];
}

export function parcelsOf(story: Story): readonly ReportedParcel[] {
  const bodies = bodiesOf(
    story,
    "shipment.created",
    "shipment.updated",
    "shipment.delivered",
    "shipment.cancelled",
  );
  const parcels = bodies.map((data): ReportedParcel => ({
    id: data.reference_number ?? "",
    status: data.status ?? "",
    courier: data.courier_company_name ?? "",
    shippedAt: data.shipped_date ?? null,
    deliveredAt: data.delivered_date ?? null,
    items: (data.shipment_items ?? []).map(({ sku, quantity }) => {
      return { sku: sku ?? "", quantity: quantity ?? 0 };
    }),
  }));
  return [...new Map(parcels.map((parcel) => [parcel.id, parcel])).values()];
}

/** The updates of a parcel that are sent once a day: the parcel, its status and the time. */
export function dailyUpdatesOf(story: Story): readonly (readonly [string, string])[] {
  return story.events.flatMap((event): readonly (readonly [string, string])[] => {
    if (!isOfType(event, ["shipment.updated"])) return [];
    const { reference_number: id, status } = event.data;
    const isDaily = status === "out_for_delivery" || status === "delivery_attempted";
    return isDaily ? [[`${id ?? ""}/${status}`, event.created_at]] : [];
  });
}

export interface ReportedMoney {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly date: string;
}

/** The data of refunds is complete in their own events. */
export function refundsOf(story: Story): readonly ReportedMoney[] {
  const bodies = bodiesOf(
    story,
    "payment.refund.initiated",
    "payment.refund.success",
    "payment.refund.failed",
  );
  const refunds = bodies.map((data): ReportedMoney => ({
    id: data.request_number ?? "",
    status: data.status ?? "",
    amount: data.refund_amount ?? 0,
    date: data.refund_date ?? "",
  }));
  return [...new Map(refunds.map((refund) => [refund.id, refund])).values()];
}

export interface ReportedPayment extends ReportedMoney {
  readonly method: string;
  readonly hasFailed: boolean;
}

/** If a success names no number, the next event of the order reports it again with its number. */
export function paymentsOf(story: Story): readonly ReportedPayment[] {
  const payments = new Map<string, ReportedPayment>();
  for (const event of story.events) {
    const own = ["payment.success", "payment.failed", "payment.retried"] as const;
    const told = isOfType(event, own) ? [event.data] : [];
    const listed = isOfType(event, orderEvents) ? (event.data.payments ?? []) : [];
    for (const data of [...told, ...listed]) {
      const id = data.request_number ?? null;
      if (id === null || data.transaction_type !== "payment") continue;
      const status = data.payment_status ?? "";
      payments.set(id, {
        id,
        status,
        amount: data.amount ?? 0,
        date: data.payment_date ?? "",
        method: data.payment_method ?? "",
        hasFailed: status === "failed" || payments.get(id)?.hasFailed === true,
      });
    }
  }
  return [...payments.values()];
}

/** The number of pieces of each product, over all its lines. */
export function countPieces(items: readonly Pieces[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { sku, quantity } of items) counts.set(sku, (counts.get(sku) ?? 0) + quantity);
  return counts;
}

/** The ordered pieces that are in no parcel, or only in a cancelled one. */
export function notPackedOf(story: Story): ReadonlyMap<string, number> {
  const notCancelled = parcelsOf(story).filter(({ status }) => status !== "cancelled");
  const packed = countPieces(notCancelled.flatMap(({ items }) => items));
  const ordered = [...countPieces(linesOf(story))];
  return new Map(ordered.map(([sku, count]) => [sku, count - (packed.get(sku) ?? 0)]));
}

/** The values in a story's events that belong to one part only: `payment PAY-1 upi_id asha@upi`. */
export function ownFieldsOf(story: Story): readonly string[] {
  const { order_number: number = "", estimated_delivery_days: days = 0 } = orderOf(story);
  const methods = ["card_type", "upi_id", "bank_name", "wallet_name"] as const;
  const { payments = [], shipments = [], metadata } = orderOf(story);
  return [
    `order ${number} estimated_delivery_days ${String(days)}`,
    ...Object.entries(metadata ?? {}).map(([name, value]) => `metadata ${number} ${name} ${value}`),
    ...payments.flatMap((payment) =>
      methods.flatMap((name) => {
        const value: unknown = Reflect.get(payment, name);
        return typeof value === "string"
          ? [`payment ${payment.request_number ?? ""} ${name} ${value}`]
          : [];
      }),
    ),
    ...shipments.map(
      ({ reference_number: id = "", total_weight: weight = 0 }) =>
        `shipment ${id} total_weight ${String(weight)}`,
    ),
  ];
}
