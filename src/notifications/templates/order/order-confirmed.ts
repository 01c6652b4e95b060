/** To the customer: we have your order. */
import { addressedTo, deliveryAddress, factsBlock, greet, orderItems, paragraph } from "../parts";
import { dayText } from "../../text/when";
import type { TemplateDefinition } from "../template";

export const orderConfirmed: TemplateDefinition = {
  docs: { when: "order.confirmed", dropped: "the order is cancelled" },
  audience: "customer",
  about: "order",
  asked: { by: "event", types: ["order.confirmed"] },
  reads: ["order"],
  whyUntrue: ({ facts }) => (facts.order?.status === "cancelled" ? "the order is cancelled" : null),
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const values = { order: number, store };
      return {
        subject: say("order_confirmed.subject", values),
        preview: say("order_confirmed.preview", values),
        heading: say("order_confirmed.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(say("order_confirmed.body", values)),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.order_date"), dayText(order.order_date, shop, currency, texts)],
          ]),
          ...orderItems(order, currency, texts),
          ...deliveryAddress(order, texts),
        ],
      };
    },
  },
};
