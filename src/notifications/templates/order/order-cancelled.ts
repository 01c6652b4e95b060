/** To the customer: the order is cancelled, and what of it is paid back. */
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import { money } from "../../text/money";
import { addressedTo, factsBlock, greet, orderItems, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import { words } from "./order-cancelled.en";

export const orderCancelled: TemplateDefinition = {
  docs: { when: "order.cancelled", dropped: null },
  audience: "customer",
  about: "order",
  asked: { by: "event", types: ["order.cancelled"] },
  reads: ["order"],
  channels: {
    email: (input) => {
      const { order, number, store, currency } = addressedTo(input);
      const due = refundOutstandingMicros(order);
      return {
        subject: words.subject(number, store),
        preview: words.preview,
        heading: words.heading,
        blocks: [
          greet(order),
          paragraph(words.body),
          ...(due > 0 ? [paragraph(words.refund(money(due, currency)))] : []),
          ...factsBlock([[labels.order, number]]),
          ...orderItems(order, currency),
        ],
      };
    },
  },
};
