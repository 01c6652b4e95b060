/** To the customer: the order is cancelled, and how much is paid back. */
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import { money } from "../../../money";
import { addressedTo, factsBlock, greet, orderButton, orderItems, paragraph } from "../parts";
import { orderData } from "../structured";
import type { TemplateDefinition } from "../template";

export const orderCancelled: TemplateDefinition = {
  docs: { when: "order.cancelled", dropped: null },
  audience: "customer",
  about: "order",
  asked: { by: "event", types: ["order.cancelled"] },
  reads: ["order"],
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const values = { order: number, store };
      const due = refundOutstandingMicros(order);
      return {
        subject: say("order_cancelled.subject", values),
        preview: say("order_cancelled.preview", values),
        heading: say("order_cancelled.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(say("order_cancelled.body", values)),
          ...(due > 0
            ? [paragraph(say("order_cancelled.refund", { amount: money(due, currency) }))]
            : []),
          ...orderButton(say("shared.view_order"), shop.orderUrl, order),
          ...factsBlock([[say("shared.order"), number]]),
          ...orderItems(order, currency, texts),
        ],
        structured: orderData(order, currency, shop),
      };
    },
  },
};
