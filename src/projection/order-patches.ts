/** What an order event sets on its order's own row. */
import { type OrderDetail, orderItem } from "../events/models";
import { knownTime } from "../events/time";
import { contactsNamed } from "./contacts";
import { addressValue, customerValues, readPhones } from "./customer";
import type { DecodedEvent } from "./decoded-event";
import { itemsJson, parseEntries } from "./entries";
import { micros, moneyNotes } from "./money";
import { type Place, precedenceAt, type ProjectedOrder } from "./place";
import { patchOf } from "./registers";
import type { StoreDefaults } from "./store-defaults";

export function orderPatch(
  event: DecodedEvent,
  data: OrderDetail,
  place: Place,
  defaults: StoreDefaults,
): ProjectedOrder {
  const { type } = event.row;
  const { status } = place;
  const p = precedenceAt(place, "order", status);
  const items = parseEntries(data.order_items, orderItem, "data.order_items");
  const phones = readPhones(data, defaults);
  const currency = data.currency;
  const refundable = micros(data.cancellation_refund_details?.refundable_amount);
  const patch = patchOf("orders", place.key, [
    ["status", p, [status]],
    [
      "amounts",
      p,
      [
        currency !== null && typeof currency === "object" ? currency.code : currency,
        micros(data.subtotal),
        micros(data.total_tax),
        micros(data.shipping_amount),
        micros(data.grand_total),
        micros(data.to_be_paid),
      ],
    ],
    ["customer", p, customerValues(data, phones)],
    ["address", p, [addressValue(data.shipping_address)]],
    ["items", p, [itemsJson(items.entries)]],
    ["placed", p, [knownTime(data.order_date, place.receivedAt)]],
    ["confirmed", p, [type === "order.confirmed" ? event.statedAt : null]],
    ["completed", p, [type === "order.completed" ? event.statedAt : null]],
    ["cancelled", p, type === "order.cancelled" ? [event.statedAt, refundable] : []],
    [
      "snapshot_payment",
      precedenceAt({ ...place, standIn: null }, "payment", data.payment_status),
      [data.payment_status],
    ],
  ]);
  const { subtotal, total_tax, shipping_amount, grand_total, to_be_paid } = data;
  const amounts = { subtotal, total_tax, shipping_amount, grand_total, to_be_paid };
  return {
    patches: [patch],
    notes: [...items.notes, ...moneyNotes(amounts)],
    contacts: contactsNamed(data, phones, defaults),
  };
}
