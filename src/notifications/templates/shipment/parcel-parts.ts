/** What the messages about a parcel share: its blocks in an e-mail, and its parts of an SMS. */
import type { Block } from "../../channels/email/content";
import { gsmText, smsName } from "../../channels/sms/fit";
import type { Shop } from "../../shop";
import { lineOrNull, oneLine } from "../../text/safe-text";
import type { OrderFacts, ShipmentFacts } from "../facts";
import { itemRow, itemsBlock, orderOf, shownRows } from "../parts";
import type { LayoutInput } from "../template";
import { labels } from "../words.en";
import { type Share, shareOf } from "./parcel";
import { shipsLater, smsCourier, smsStart, smsTrack, trackLabel } from "./parcel.en";
import { trackingLink } from "./tracking";

export function shipmentOf({ facts: { shipment } }: LayoutInput): ShipmentFacts {
  if (shipment === null) throw new Error("a message about a parcel needs one");
  return shipment;
}

/** How the parcel stands to its order. */
export function shareIn(input: LayoutInput, order: OrderFacts): Share {
  return shareOf(order, shipmentOf(input), input.facts.contents);
}

export function parcelItems(shipment: ShipmentFacts): readonly Block[] {
  return itemsBlock(labels.parcelItems, shipment.items);
}

/** What of the order is in no parcel yet, and why it is not where that is known. */
export function itemsToCome({ toCome }: Share): readonly Block[] {
  if (toCome === null || toCome.length === 0) return [];
  const items = shownRows(toCome, (line) =>
    itemRow(line, null, line.isBackordered ? shipsLater : null),
  );
  return [{ kind: "items", title: labels.toCome, items, totals: [] }];
}

/** The button that follows the parcel, where a link is known. */
export function trackButton(shipment: ShipmentFacts, shop: Shop): readonly Block[] {
  const url = trackingLink(shipment, shop.trackingUrls);
  return url === null ? [] : [{ kind: "button", label: trackLabel, url }];
}

export type Shorten = (name: string) => string;

/** The beginning of an SMS about a parcel, its courier, its link where one can be written, its number. */
export function smsParts(input: LayoutInput) {
  const { facts, shop } = input;
  const shipment = shipmentOf(input);
  const isPart = facts.order !== null && shareIn(input, facts.order).isPart;
  const number = orderOf(input);
  const store = smsName(shop.name);
  const link = trackingLink(shipment, shop.trackingUrls);
  // Last, since a domain may come of it where characters are left out.
  const courier = lineOrNull(smsName(oneLine(shipment.courier ?? "", 40)));
  return {
    start: (short: Shorten) => smsStart(store && short(store), short(number), isPart),
    /** Empty where none is known. */
    by: (short: Shorten) => (courier === null ? "" : smsCourier(short(courier))),
    // A link with characters that an SMS would change leads nowhere.
    track: link !== null && gsmText(link) === link ? smsTrack(link) : "",
    awb: lineOrNull(shipment.awb_no, 60),
  };
}
