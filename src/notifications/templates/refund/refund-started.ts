/** To the customer: a refund has been started. A refund with two names has one message. */
import { addressedTo, factsBlock, greet, moneyOrNull, orderButton, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";

const overStatuses: ReadonlySet<string> = new Set(["success", "failed"]);

export const refundStarted: TemplateDefinition = {
  docs: { when: "payment.refund.initiated", dropped: "the refund has succeeded or failed" },
  audience: "customer",
  about: "refund",
  isOnByDefault: false,
  asked: { by: "event", types: ["payment.refund.initiated"] },
  reads: ["order", "refund"],
  once: { by: "refund", otherwise: "already told" },
  whyUntrue: ({ facts: { refund } }) =>
    refund !== null && (refund.twin_succeeded === 1 || overStatuses.has(refund.status ?? ""))
      ? "the refund has moved on"
      : null,
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const { refund } = input.facts;
      const values = { order: number, store };
      const amount = moneyOrNull(refund?.amount_micros, currency);
      return {
        subject: say("refund_started.subject", values),
        preview: say("refund_started.preview", values),
        heading: say("refund_started.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(
            amount === null
              ? say("refund_started.body_without_amount", values)
              : say("refund_started.body", { ...values, amount }),
          ),
          ...orderButton(say("shared.view_order"), shop.orderUrl, order),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.amount"), amount],
            [say("shared.reference"), refund?.refund_id],
          ]),
        ],
      };
    },
  },
};
