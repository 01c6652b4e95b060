/** The values that an order event sets on its order's own row. */
import type { EventType } from "../../events/catalog";
import { type OrderDetail, orderItem } from "../../events/models";
import { paymentWord } from "../../events/stages";
import { knownTime } from "../../events/field-formats/time";
import { contactsNamed } from "./contacts";
import { addressValue, customerValues, readPhones } from "./customer";
import type { DecodedEvent } from "../decoded-event";
import { ITEMS_MAX, itemsJson, parseEntries } from "./entries";
import { metadataOf } from "./extra";
import { micros, moneyNotes } from "./money";
import { type Place, precedenceAt, type ProjectedOrder, shopDay } from "./place";
import { patchOf, type Values } from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** The sum of the stated amounts, in millionths; null if there are none. */
function sumOf(...amounts: readonly (number | null | undefined)[]): number | null {
  const stated = amounts.map((amount) => micros(amount)).filter((amount) => amount !== null);
  const total = stated.reduce((sum, amount) => sum + amount, 0);
  return stated.length === 0 || !Number.isSafeInteger(total) ? null : total;
}

/**
 * The total that the customer has to pay, in millionths: `to_be_paid` if the event says that credit or points
 * were used, since the grand total does not include them; otherwise the grand total.
 */
function payableMicros(data: OrderDetail): number | null {
  const isReduced = (data.credit_balance_used ?? 0) > 0 || (data.loyalty_points_redeemed ?? 0) > 0;
  return micros(isReduced ? data.to_be_paid : data.grand_total);
}

function currencyOf({ currency }: OrderDetail): string | null {
  return currency !== null && typeof currency === "object" ? currency.code : currency;
}

/** The register `amounts`. */
function amountValues(data: OrderDetail): Values<"orders", "amounts"> {
  return {
    currency: currencyOf(data),
    subtotal_micros: micros(data.subtotal),
    discount_micros: sumOf(data.promotion_discount_amount, data.coupon_discount_amount),
    total_tax_micros: micros(data.total_tax),
    shipping_micros: micros(data.shipping_amount),
    handling_micros: micros(data.handling_charge_including_tax),
    grand_total_micros: micros(data.grand_total),
    credit_used_micros: micros(data.credit_balance_used),
    to_be_paid_micros: micros(data.to_be_paid),
    payable_micros: payableMicros(data),
  };
}

/** Before anything is paid, a refundable amount of zero does not say what will be refundable later. */
function refundableMicros(data: OrderDetail): number | null {
  const refundable = micros(data.cancellation_refund_details?.refundable_amount);
  const isPaid = data.payment_status !== null && paymentWord(data.payment_status) === "success";
  return refundable === 0 && !isPaid ? null : refundable;
}

/** Every amount that is stored, to report the ones that cannot be. */
function statedAmounts(data: OrderDetail) {
  const { subtotal, total_tax, shipping_amount, grand_total, to_be_paid } = data;
  const { promotion_discount_amount, coupon_discount_amount, credit_balance_used } = data;
  const { handling_charge_including_tax } = data;
  return {
    subtotal,
    promotion_discount_amount,
    coupon_discount_amount,
    total_tax,
    shipping_amount,
    handling_charge_including_tax,
    grand_total,
    credit_balance_used,
    to_be_paid,
  };
}

export function orderPatch(
  event: DecodedEvent,
  data: OrderDetail,
  place: Place,
  defaults: StoreDefaults,
): ProjectedOrder {
  const { type } = event.row;
  const { status } = place;
  const metadata = metadataOf(data.metadata, event.isErased);
  const items = parseEntries(data.order_items, orderItem, "data.order_items", ITEMS_MAX);
  const phones = readPhones(data, defaults);
  const placedOn = knownTime(data.order_date, place);
  const stated = (milestone: EventType): string | null =>
    type === milestone ? event.statedAt : null;
  const patch = patchOf(
    "orders",
    place.key,
    precedenceAt(place, "order", status),
    {
      status: { status },
      amounts: amountValues(data),
      customer: customerValues(data, phones),
      address: {
        billing_address: addressValue(data.billing_address),
        shipping_address: addressValue(data.shipping_address),
      },
      items: { items: itemsJson(items.entries) },
      placed: { order_date: placedOn, order_day: shopDay(placedOn, place) },
      confirmed: { confirmed_at: stated("order.confirmed") },
      completed: { completed_at: stated("order.completed") },
      cancelled: { cancelled_at: stated("order.cancelled") },
      refundable: { refundable_micros: refundableMicros(data) },
      snapshot_payment: { snapshot_payment_status: data.payment_status },
      extra: {
        customer_id: data.customer_id,
        customer_note: data.customer_note,
        coupon_code: data.coupon_code,
        metadata: metadata.json,
        extra: place.extra,
      },
    },
    { snapshot_payment: precedenceAt({ ...place, standIn: null }, "payment", data.payment_status) },
  );
  return {
    patches: [patch],
    notes: [...items.notes, ...moneyNotes(statedAmounts(data)), ...metadata.notes],
    contacts: contactsNamed(data, phones, defaults),
  };
}
