/** What each e-mail says: pure functions from facts to blocks. The words are in words.ts. */
import { refundOutstandingMicros } from "../../projection/financial-status";
import type { OutboxContext } from "../../projection/templates";
import type { Facts, OrderFacts, RefundFacts, ShipmentFacts } from "../../store/outbox-facts";
import type { EmailContent } from "./content";
import type { Shop } from "../shop";
import { money } from "./money";
import { type Share, shareOf } from "./parcel";
import {
  boughtItems,
  currencyOf,
  deliveryAddress,
  factsBlock,
  greet,
  itemsToCome,
  moneyOrNull,
  orderItems,
  paragraph,
  parcelItems,
  trackButton,
} from "./parts";
import { httpUrl, lookUp, oneLine } from "./safe-text";
import { dayText } from "./when";
import * as words from "./words";

/** An order whose customer is written to. */
interface Addressed {
  readonly order: OrderFacts;
  readonly number: string;
  readonly store: string;
  readonly currency: string;
  readonly shop: Shop;
}

function orderConfirmed({ order, number, store, currency, shop }: Addressed): EmailContent {
  const { subject, preview, heading, body } = words.orderConfirmed;
  return {
    subject: subject(number, store),
    preview,
    heading,
    blocks: [
      greet(order),
      paragraph(body),
      ...factsBlock([
        [words.labels.order, number],
        [words.labels.orderDate, dayText(order.order_date, shop, currency)],
      ]),
      ...orderItems(order, currency),
      ...deliveryAddress(order),
    ],
  };
}

function orderCancelled({ order, number, store, currency }: Addressed): EmailContent {
  const { subject, preview, heading, body, refund } = words.orderCancelled;
  const due = refundOutstandingMicros(order);
  return {
    subject: subject(number, store),
    preview,
    heading,
    blocks: [
      greet(order),
      paragraph(body),
      ...(due > 0 ? [paragraph(refund(money(due, currency)))] : []),
      ...factsBlock([[words.labels.order, number]]),
      ...orderItems(order, currency),
    ],
  };
}

function paymentFailed(to: Addressed, facts: Facts): EmailContent {
  const { order, number, store, currency } = to;
  const { subject, preview, heading, body, advice } = words.paymentFailed;
  const amount = moneyOrNull(facts.payment?.amount_micros, currency);
  return {
    subject: subject(number, store),
    preview,
    heading,
    blocks: [
      greet(order),
      paragraph(body(amount)),
      paragraph(advice),
      ...factsBlock([
        [words.labels.order, number],
        [words.labels.amount, amount],
        [words.labels.method, facts.payment?.method],
      ]),
    ],
  };
}

function refundSucceeded(to: Addressed, refund: RefundFacts | null): EmailContent {
  const { order, number, store, currency } = to;
  const isPoints = refund?.payment_mode === "loyalty-point";
  const said = isPoints ? words.refundToPoints : words.refundToAccount;
  const amount = moneyOrNull(refund?.amount_micros, currency);
  return {
    subject: words.refundSubject(number, store),
    preview: said.preview(amount),
    heading: said.heading,
    blocks: [
      greet(order),
      paragraph(said.body(amount)),
      paragraph(said.advice),
      ...factsBlock([
        [words.labels.order, number],
        [words.labels.amount, amount],
        [words.labels.refundMode, lookUp(words.refundModes, refund?.payment_mode)],
        [words.labels.reference, refund?.refund_id],
      ]),
    ],
  };
}

/** What is said of the rest of the order; nothing where it is not known what that is. */
function restOf({ isPart, toCome }: Share): string | null {
  if (!isPart || toCome === null) return null;
  return toCome.length === 0 ? words.restElsewhere : words.restFollows;
}

/** A parcel that is on its way to its customer: how it is followed, what is in it, what is not. */
interface Parcel {
  readonly shipment: ShipmentFacts;
  readonly share: Share;
}

function shipmentUpdate(
  to: Addressed,
  { shipment, share }: Parcel,
  said: words.ShipmentWords,
): EmailContent {
  const { order, number, currency, shop } = to;
  const isCollected = said.isCollected === true;
  const isComing = said.followed && !isCollected;
  const sentences = [
    said.body,
    said.asksBack === true && shop.takesReplies ? words.replyHere : null,
    said.followed ? restOf(share) : null,
  ];
  return {
    subject: said.subject(number, share.isPart),
    preview: said.body,
    heading: share.isPart ? said.partHeading : said.heading,
    blocks: [
      greet(order),
      paragraph(sentences.filter((text) => text !== null).join(" ")),
      ...(said.followed ? trackButton(shipment, shop) : []),
      ...factsBlock([
        [words.labels.order, number],
        [words.labels.courier, shipment.courier],
        [words.labels.awb, shipment.awb_no],
        [words.labels.eta, isComing ? dayText(shipment.eta, shop, currency) : null],
      ]),
      ...parcelItems(shipment),
      ...(said.followed ? itemsToCome(share) : []),
      ...(isCollected ? [] : deliveryAddress(order)),
    ],
  };
}

function trackingChanged(to: Addressed, { shipment, share }: Parcel): EmailContent {
  const { order, number, currency, shop } = to;
  const { subject, heading, body } = words.trackingChanged;
  return {
    subject: subject(number, share.isPart),
    preview: body,
    heading,
    blocks: [
      greet(order),
      paragraph(body),
      ...trackButton(shipment, shop),
      ...factsBlock([
        [words.labels.order, number],
        [words.labels.courier, shipment.courier],
        [words.labels.awb, shipment.awb_no],
        [words.labels.eta, dayText(shipment.eta, shop, currency)],
      ]),
      ...parcelItems(shipment),
    ],
  };
}

/** REVIEW_URL may hold `{order}`. */
function reviewLink(shop: Shop, number: string): string | null {
  return httpUrl(shop.reviewUrl?.replaceAll("{order}", () => encodeURIComponent(number)) ?? null);
}

function reviewRequest({ order, number, store, shop }: Addressed): EmailContent {
  const { subject, preview, heading, body, button, reply, inShop } = words.reviewRequest;
  const url = reviewLink(shop, number);
  return {
    subject: subject(number, store),
    preview,
    heading,
    blocks: [
      greet(order),
      paragraph(body),
      url === null
        ? paragraph(shop.takesReplies ? reply : inShop)
        : { kind: "button", label: button, url },
      ...factsBlock([[words.labels.order, number]]),
      ...boughtItems(order),
    ],
  };
}

function parcelOf(order: OrderFacts, { shipment, contents }: Facts): Parcel {
  if (shipment === null) throw new Error("a message about a parcel needs one");
  return { shipment, share: shareOf(order, shipment, contents) };
}

/** Null where the template is not one that customers get by e-mail. Throws without its facts. */
export function emailContent(
  template: string,
  context: OutboxContext,
  facts: Facts,
  shop: Shop,
): EmailContent | null {
  const { order } = facts;
  if (order === null) throw new Error("an e-mail needs an order");
  const to: Addressed = {
    order,
    number: oneLine(order.order_number, 60),
    store: oneLine(shop.name, 60),
    currency: currencyOf(order, shop),
    shop,
  };
  switch (template) {
    case "order_confirmed":
      return orderConfirmed(to);
    case "order_cancelled":
      return orderCancelled(to);
    case "payment_failed":
      return paymentFailed(to, facts);
    case "refund_succeeded":
      return refundSucceeded(to, facts.refund);
    case "review_request":
      return reviewRequest(to);
    case "shipment_update": {
      const status = context.kind === "shipment_status" ? context.status : "";
      const said = lookUp(words.shipmentUpdate, status);
      if (said === undefined) throw new Error("no words for this status");
      return shipmentUpdate(to, parcelOf(order, facts), said);
    }
    case "tracking_changed":
      return trackingChanged(to, parcelOf(order, facts));
    default:
      return null;
  }
}
