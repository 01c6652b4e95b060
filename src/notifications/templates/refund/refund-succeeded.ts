/** To the customer: the refund is on its way. A refund with two names has one message. */
import { lookUp } from "../../formatting/safe-text";
import { addressedTo, factsBlock, greet, moneyOrNull, orderButton, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";

/** How a refund is paid out; unknown modes are left out. */
const modeTexts: Readonly<Record<string, "to_original" | "to_points" | "to_bank">> = {
  "original-payment-mode": "to_original",
  "loyalty-point": "to_points",
  "bank-transfer": "to_bank",
  "nach-mandate": "to_bank",
};

export const refundSucceeded: TemplateDefinition = {
  docs: { when: "payment.refund.success", dropped: null },
  audience: "customer",
  about: "refund",
  asked: { by: "event", types: ["payment.refund.success"] },
  reads: ["order", "refund"],
  once: { by: "refund", otherwise: "already told" },
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const { refund } = input.facts;
      // A refund in points has its own texts: no bank is involved.
      const kind = refund?.payment_mode === "loyalty-point" ? "points_" : "";
      const mode = lookUp(modeTexts, refund?.payment_mode);
      const amount = moneyOrNull(refund?.amount_micros, currency);
      return {
        subject: say("refund_succeeded.subject", { order: number, store }),
        preview:
          amount === null
            ? say(`refund_succeeded.${kind}preview_without_amount`)
            : say(`refund_succeeded.${kind}preview`, { amount }),
        heading: say(`refund_succeeded.${kind}heading`),
        blocks: [
          greet(order, texts),
          paragraph(
            amount === null
              ? say(`refund_succeeded.${kind}body_without_amount`)
              : say(`refund_succeeded.${kind}body`, { amount }),
          ),
          paragraph(say(`refund_succeeded.${kind}advice`)),
          ...orderButton(say("shared.view_order"), shop.orderUrl, order),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.amount"), amount],
            [say("shared.refund_mode"), mode && say(`refund_succeeded.${mode}`)],
            [say("shared.reference"), refund?.refund_id],
          ]),
        ],
      };
    },
  },
};
