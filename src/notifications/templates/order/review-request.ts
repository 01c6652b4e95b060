/** To the customer, once everything has arrived: how was it? */
import { REVIEW_WAIT_MS } from "../../../limits";
import type { Shop } from "../../shop";
import { httpUrl } from "../../text/safe-text";
import type { Facts } from "../facts";
import { addressedTo, boughtItems, factsBlock, greet, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import { words } from "./review-request.en";

function whyNoReview({ order, parcels }: Facts): string | null {
  if (order === null) return null;
  if (order.status === "cancelled") return "the order is cancelled";
  if (order.refunded_micros > 0 && order.refunded_micros >= order.paid_micros) {
    return "the order is refunded";
  }
  if (parcels.delivered === 0) return "no shipment is delivered any more";
  return parcels.failed > 0 ? "a parcel is lost or on its way back" : null;
}

/** REVIEW_URL may hold `{order}`. */
function reviewLink(shop: Shop, number: string): string | null {
  return httpUrl(shop.reviewUrl?.replaceAll("{order}", () => encodeURIComponent(number)) ?? null);
}

export const reviewRequest: TemplateDefinition = {
  docs: {
    when: "`REVIEW_DELAY_HOURS` after the last shipment.delivered",
    dropped:
      "no shipment of the order is delivered, one is lost or returning, the order is cancelled or wholly refunded, or another request of the order was sent or begun",
  },
  audience: "customer",
  about: "order",
  isMarketing: true,
  asked: {
    by: "event",
    types: ["shipment.delivered"],
    factOf: (_, { reviewDelayMs: delayMs }) => ({ delayMs }),
    isPutOff: true,
  },
  reads: ["order", "shipment", "parcels"],
  once: { by: "order", otherwise: "already asked" },
  waits: {
    isEarly: ({ facts }) => facts.parcels.open > 0,
    reason: "a parcel is still to be delivered",
    mostMs: REVIEW_WAIT_MS,
    givenUp: "a parcel was never delivered",
  },
  whyUntrue: ({ facts }) => whyNoReview(facts),
  channels: {
    email: (input) => {
      const { order, number, store, shop } = addressedTo(input);
      const url = reviewLink(shop, number);
      return {
        subject: words.subject(number, store),
        preview: words.preview,
        heading: words.heading,
        blocks: [
          greet(order),
          paragraph(words.body),
          url === null
            ? paragraph(shop.takesReplies ? words.reply : words.inShop)
            : { kind: "button", label: words.button, url },
          ...factsBlock([[labels.order, number]]),
          ...boughtItems(order),
        ],
      };
    },
  },
};
