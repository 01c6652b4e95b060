/** The values that a shipment sets, for events about it and for entries nested in an order. */
import { type OrderShipment, shipmentItem } from "../../events/models";
import { knownTime, parseTimeOrDay } from "../../events/field-formats/time";
import { ITEMS_MAX, itemsJson, parseEntries } from "./entries";
import { type Place, precedenceAt, type Projected } from "./place";
import { patchOf } from "../registers";

/** At most `itemsMax` of its items are read. */
export function shipmentPatch(
  data: OrderShipment,
  place: Place,
  itemsMax: number = ITEMS_MAX,
): Projected {
  const { status } = place;
  const items = parseEntries(data.shipment_items, shipmentItem, "shipment_items", itemsMax);
  // A shipment's own event dates the status that it sets; a nested entry only repeats it.
  const at = (milestone: string): string | null =>
    !place.nested && status === milestone ? place.time : null;
  const shippedOn = knownTime(data.shipped_date, place);
  const deliveredOn = knownTime(data.delivered_date, place);
  const eta = parseTimeOrDay(data.eta_delivery, place.timeZone);
  const patch = patchOf("shipments", place.key, precedenceAt(place, "shipment", status), {
    status: { status },
    tracking: {
      courier: data.courier_company_name,
      awb_no: data.awb_no,
      tracking_url: data.tracking_url,
      eta,
    },
    shipped: { shipped_at: shippedOn ?? at("shipped") },
    delivered: { delivered_at: deliveredOn ?? at("delivered") },
    cancelled: { cancelled_at: at("cancelled") },
    reason: { cancellation_reason: data.cancellation_reason },
    items: { items: itemsJson(items.entries) },
    link: { named_order: place.orderNumber },
    extra: { extra: place.extra },
  });
  return { patches: [patch], notes: items.notes };
}
