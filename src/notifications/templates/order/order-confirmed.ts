/** To the customer: we have your order. */
import { addressedTo, deliveryAddress, factsBlock, greet, orderItems, paragraph } from "../parts";
import { dayText } from "../../text/when";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import { words } from "./order-confirmed.en";

export const orderConfirmed: TemplateDefinition = {
  docs: { when: "order.confirmed", dropped: "the order is cancelled" },
  audience: "customer",
  about: "order",
  asked: { by: "event", types: ["order.confirmed"] },
  reads: ["order"],
  whyUntrue: ({ facts }) => (facts.order?.status === "cancelled" ? "the order is cancelled" : null),
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop } = addressedTo(input);
      return {
        subject: words.subject(number, store),
        preview: words.preview,
        heading: words.heading,
        blocks: [
          greet(order),
          paragraph(words.body),
          ...factsBlock([
            [labels.order, number],
            [labels.orderDate, dayText(order.order_date, shop, currency)],
          ]),
          ...orderItems(order, currency),
          ...deliveryAddress(order),
        ],
      };
    },
  },
};
