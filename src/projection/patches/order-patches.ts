/** What an order event sets on its order's own row. */
import { type OrderDetail, orderItem } from "../../events/models";
import { paymentWord } from "../../events/stages";
import { knownTime } from "../../events/formats/time";
import { contactsNamed } from "./contacts";
import { addressValue, customerValues, readPhones } from "./customer";
import type { DecodedEvent } from "../decoded-event";
import { itemsJson, parseEntries } from "./entries";
import { metadataOf } from "./extra";
import { micros, moneyNotes } from "./money";
import { type Place, precedenceAt, type ProjectedOrder, shopDay } from "./place";
import { patchOf, type Value } from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** The sum of what is stated, in millionths; null where nothing is. */
function sumOf(...amounts: readonly (number | null | undefined)[]): number | null {
  const stated = amounts.map((amount) => micros(amount)).filter((amount) => amount !== null);
  const total = stated.reduce((sum, amount) => sum + amount, 0);
  return stated.length === 0 || !Number.isSafeInteger(total) ? null : total;
}

/**
 * What the customer has to pay in all, in millionths: `to_be_paid` where the event says that credit or
 * points were used, since the grand total is before them; else the grand total.
 */
function payableMicros(data: OrderDetail): number | null {
  const isReduced = (data.credit_balance_used ?? 0) > 0 || (data.loyalty_points_redeemed ?? 0) > 0;
  return micros(isReduced ? data.to_be_paid : data.grand_total);
}

function currencyOf({ currency }: OrderDetail): string | null {
  return currency !== null && typeof currency === "object" ? currency.code : currency;
}

/** The register `amounts`. */
function amountValues(data: OrderDetail): readonly Value[] {
  return [
    currencyOf(data),
    micros(data.subtotal),
    sumOf(data.promotion_discount_amount, data.coupon_discount_amount),
    micros(data.total_tax),
    micros(data.shipping_amount),
    micros(data.handling_charge_including_tax),
    micros(data.grand_total),
    micros(data.credit_balance_used),
    micros(data.to_be_paid),
    payableMicros(data),
  ];
}

/** Before anything is paid, that nothing is refundable says nothing of what will be. */
function refundableMicros(data: OrderDetail): number | null {
  const refundable = micros(data.cancellation_refund_details?.refundable_amount);
  const isPaid = data.payment_status !== null && paymentWord(data.payment_status) === "success";
  return refundable === 0 && !isPaid ? null : refundable;
}

/** Every amount that is stored, for saying which cannot be. */
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
  const p = precedenceAt(place, "order", status);
  const metadata = metadataOf(data.metadata, event.isErased);
  const items = parseEntries(data.order_items, orderItem, "data.order_items");
  const phones = readPhones(data, defaults);
  const placedOn = knownTime(data.order_date, place);
  const patch = patchOf("orders", place.key, [
    ["status", p, [status]],
    ["amounts", p, amountValues(data)],
    ["customer", p, customerValues(data, phones)],
    ["address", p, [addressValue(data.billing_address), addressValue(data.shipping_address)]],
    ["items", p, [itemsJson(items.entries)]],
    ["placed", p, [placedOn, shopDay(placedOn, place)]],
    ["confirmed", p, [type === "order.confirmed" ? event.statedAt : null]],
    ["completed", p, [type === "order.completed" ? event.statedAt : null]],
    ["cancelled", p, [type === "order.cancelled" ? event.statedAt : null]],
    ["refundable", p, [refundableMicros(data)]],
    [
      "snapshot_payment",
      precedenceAt({ ...place, standIn: null }, "payment", data.payment_status),
      [data.payment_status],
    ],
    [
      "extra",
      p,
      [data.customer_id, data.customer_note, data.coupon_code, metadata.json, place.extra],
    ],
  ]);
  return {
    patches: [patch],
    notes: [...items.notes, ...moneyNotes(statedAmounts(data)), ...metadata.notes],
    contacts: contactsNamed(data, phones, defaults),
  };
}
