/** Parts that the messages about a parcel share: blocks of an e-mail, and parts of an SMS. */
import type { Block } from "../../channels/email/content";
import type { Shorten } from "../../channels/sms/fit";
import type { Shop } from "../../shop";
import { lineOrNull, oneLine } from "../../formatting/safe-text";
import type { Texts } from "../../texts/say";
import type { OrderFacts, ShipmentFacts } from "../facts";
import { itemRow, orderButton, orderOf, shownRows } from "../parts";
import type { LayoutInput } from "../template";
import { parseItems } from "../order-lines";
import { isSameProduct, LINES_COMPARED, type Share, shareOf } from "./parcel";
import { trackingLink } from "./tracking";

export function shipmentOf({ facts: { shipment } }: LayoutInput): ShipmentFacts {
  if (shipment === null) throw new Error("a message about a parcel needs one");
  return shipment;
}

/** Which part of its order the parcel is. */
export function shareIn(input: LayoutInput, order: OrderFacts): Share {
  return shareOf(order, shipmentOf(input), input.facts.contents);
}

/** The items in the parcel. A line without a picture gets the one of the same product in its order. */
export function parcelItems(
  shipment: ShipmentFacts,
  order: OrderFacts,
  texts: Texts,
): readonly Block[] {
  const ordered = parseItems(order.items).slice(0, LINES_COMPARED);
  const lines = parseItems(shipment.items).map((line) => ({
    ...line,
    picture: line.picture ?? ordered.find((one) => isSameProduct(one, line))?.picture ?? null,
  }));
  if (lines.length === 0) return [];
  const items = shownRows(lines, (line) => itemRow(line, null, texts), texts);
  return [{ kind: "items", title: texts.say("shared.parcel_items"), items, totals: [] }];
}

/** The items of the order that are in no parcel yet, with the reason if it is known. */
export function itemsToCome({ toCome }: Share, texts: Texts): readonly Block[] {
  if (toCome === null || toCome.length === 0) return [];
  const later = texts.say("shared.ships_later");
  const items = shownRows(
    toCome,
    (line) => itemRow(line, null, texts, line.isBackordered ? later : null),
    texts,
  );
  return [{ kind: "items", title: texts.say("shared.to_come"), items, totals: [] }];
}

/** The button to track the parcel; if no link is known, the one to the order. */
export function trackButton(
  shipment: ShipmentFacts,
  order: OrderFacts,
  shop: Shop,
  { say }: Texts,
): readonly Block[] {
  const url = trackingLink(shipment, shop.trackingUrls);
  return url === null
    ? orderButton(say("shared.view_order"), shop.orderUrl, order)
    : [{ kind: "button", label: say("shared.track"), url }];
}

/** The beginning of an SMS about a parcel; its courier, tracking number and link if an SMS can contain them. */
export function smsParts(input: LayoutInput) {
  const { facts, shop, texts } = input;
  const { say, sms } = texts;
  const shipment = shipmentOf(input);
  const isPart = facts.order !== null && shareIn(input, facts.order).isPart;
  const number = orderOf(input);
  const name = sms.name(shop.name);
  const what = isPart ? "part" : "order";
  const link = trackingLink(shipment, shop.trackingUrls);
  const awb = lineOrNull(shipment.awb_no, 60);
  // A number or link that the SMS alphabet would change is wrong, so it is left out.
  const isKept = (text: string | null): text is string => text !== null && sms.write(text) === text;
  return {
    start: (short: Shorten): string => {
      const order = short(number);
      return name === null
        ? say(`shared.sms_${what}_without_store`, { order })
        : say(`shared.sms_${what}`, { store: short(name), order });
    },
    // Made safe last: leaving out characters may create a domain.
    courier: lineOrNull(sms.name(oneLine(shipment.courier ?? "", 40))),
    /** The text followed by the link, if an SMS can contain it. */
    tracked: (text: string): string =>
      isKept(link) ? say("shared.sms_track", { text, link }) : text,
    isTracked: isKept(link),
    awb: isKept(awb) ? awb : null,
  };
}
