/** To the customer: a request for a review, once everything has arrived. */
import { REVIEW_WAIT_MS } from "../../../limits";
import type { Facts } from "../facts";
import { addressedTo, boughtItems, factsBlock, greet, paragraph, orderLink } from "../parts";
import type { TemplateDefinition } from "../template";

function whyNoReview({ order, parcels }: Facts): string | null {
  if (order === null) return null;
  if (order.status === "cancelled") return "the order is cancelled";
  if (order.refunded_micros > 0 && order.refunded_micros >= order.paid_micros) {
    return "the order is refunded";
  }
  if (parcels.delivered === 0) return "no shipment is delivered any more";
  return parcels.failed > 0 ? "a parcel is lost or on its way back" : null;
}

export const reviewRequest: TemplateDefinition = {
  docs: {
    when: "`REVIEW_DELAY_HOURS` after the last shipment.delivered",
    dropped:
      "no parcel is delivered, one is lost or returning, the order is cancelled or refunded in full, or another was sent or begun",
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
      const { order, number, store, shop, texts } = addressedTo(input);
      const { say } = texts;
      const values = { order: number, store };
      const url = orderLink(shop.reviewUrl, order.order_number);
      return {
        subject: say("review_request.subject", values),
        preview: say("review_request.preview", values),
        heading: say("review_request.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(say("review_request.body", values)),
          url === null
            ? paragraph(say(shop.takesReplies ? "review_request.reply" : "review_request.in_shop"))
            : { kind: "button", label: say("review_request.button"), url },
          ...factsBlock([[say("shared.order"), number]]),
          ...boughtItems(order, texts),
        ],
      };
    },
  },
};
