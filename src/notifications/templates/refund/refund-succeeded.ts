/** To the customer: the refund is on its way. A refund with two names has one message. */
import { lookUp } from "../../text/safe-text";
import { addressedTo, factsBlock, greet, moneyOrNull, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";
import { labels } from "../words.en";
import { refundModes, refundToAccount, refundToPoints, subject } from "./refund-succeeded.en";

export const refundSucceeded: TemplateDefinition = {
  docs: { when: "payment.refund.success", dropped: null },
  audience: "customer",
  about: "refund",
  asked: { by: "event", types: ["payment.refund.success"] },
  reads: ["order", "refund"],
  once: { by: "refund", otherwise: "already told" },
  channels: {
    email: (input) => {
      const { order, number, store, currency } = addressedTo(input);
      const { refund } = input.facts;
      const isPoints = refund?.payment_mode === "loyalty-point";
      const words = isPoints ? refundToPoints : refundToAccount;
      const amount = moneyOrNull(refund?.amount_micros, currency);
      return {
        subject: subject(number, store),
        preview: words.preview(amount),
        heading: words.heading,
        blocks: [
          greet(order),
          paragraph(words.body(amount)),
          paragraph(words.advice),
          ...factsBlock([
            [labels.order, number],
            [labels.amount, amount],
            [labels.refundMode, lookUp(refundModes, refund?.payment_mode)],
            [labels.reference, refund?.refund_id],
          ]),
        ],
      };
    },
  },
};
