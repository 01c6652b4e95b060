/** What a shipment sets, for events about it and for entries nested in an order. */
import { type OrderShipment, shipmentItem } from "../../events/models";
import { knownTime, parseTimeOrDay } from "../../events/formats/time";
import { itemsJson, parseEntries } from "./entries";
import { type Place, precedenceAt, type Projected } from "./place";
import { patchOf } from "../registers";

export function shipmentPatch(data: OrderShipment, place: Place): Projected {
  const { status } = place;
  const p = precedenceAt(place, "shipment", status);
  const items = parseEntries(data.shipment_items, shipmentItem, "shipment_items");
  // A shipment's own event dates the status that it sets; a nested entry only repeats it.
  const at = (milestone: string): string | null =>
    !place.nested && status === milestone ? place.time : null;
  const shippedOn = knownTime(data.shipped_date, place);
  const deliveredOn = knownTime(data.delivered_date, place);
  const eta = parseTimeOrDay(data.eta_delivery, place.timeZone);
  const patch = patchOf("shipments", place.key, [
    ["status", p, [status]],
    ["tracking", p, [data.courier_company_name, data.awb_no, data.tracking_url, eta]],
    ["shipped", p, [shippedOn ?? at("shipped")]],
    ["delivered", p, [deliveredOn ?? at("delivered")]],
    ["cancelled", p, [at("cancelled")]],
    ["reason", p, [data.cancellation_reason]],
    ["items", p, [itemsJson(items.entries)]],
    ["link", p, [place.orderNumber]],
    ["extra", p, [place.extra]],
  ]);
  return { patches: [patch], notes: items.notes };
}
