/** What an order event sets on its order's own row. */
import { type OrderDetail, orderItem } from "../events/models";
import { knownTime } from "../events/time";
import { addressValue, customerValues } from "./customer";
import type { DecodedEvent } from "./decoded-event";
import { itemsJson, parseEntries } from "./entries";
import { micros, moneyNotes } from "./money";
import { type Place, type Projected, statusAt } from "./place";
import { precedenceOf } from "./precedence";
import { patchOf } from "./registers";
import { stageOf } from "./stages";

export function orderPatch(event: DecodedEvent, data: OrderDetail, place: Place): Projected {
  const { type } = event.row;
  const status = statusAt(place, data.status);
  const p = precedenceOf(place.time, stageOf("order", status, place.standIn), place.eventId);
  const snapshotStage = stageOf("payment", data.payment_status, null);
  const items = parseEntries(data.order_items, orderItem, "data.order_items");
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
    ["customer", p, customerValues(data)],
    ["address", p, [addressValue(data.shipping_address)]],
    ["items", p, [itemsJson(items.entries)]],
    ["placed", p, [knownTime(data.order_date, place.receivedAt)]],
    ["confirmed", p, [type === "order.confirmed" ? place.time : null]],
    ["completed", p, [type === "order.completed" ? place.time : null]],
    ["cancelled", p, type === "order.cancelled" ? [place.time, refundable] : []],
    [
      "snapshot_payment",
      precedenceOf(place.time, snapshotStage, place.eventId),
      [data.payment_status],
    ],
  ]);
  const { subtotal, total_tax, shipping_amount, grand_total, to_be_paid } = data;
  const amounts = { subtotal, total_tax, shipping_amount, grand_total, to_be_paid };
  return { patches: [patch], notes: [...items.notes, ...moneyNotes(amounts)] };
}
