/** To the customer: the payment has arrived. */
import { paymentWord } from "../../../events/stages";
import { addressedTo, factsBlock, greet, moneyOrNull, orderButton, paragraph } from "../parts";
import type { TemplateDefinition } from "../template";

export const paymentReceived: TemplateDefinition = {
  docs: { when: "payment.success", dropped: "the payment does not count as paid any more" },
  audience: "customer",
  about: "payment",
  isOnByDefault: false,
  asked: { by: "event", types: ["payment.success"] },
  reads: ["order", "payment"],
  whyUntrue: ({ facts: { payment } }) =>
    payment !== null && paymentWord(payment.twin_status ?? payment.status ?? "") === "success"
      ? null
      : "the payment has moved on",
  channels: {
    email: (input) => {
      const { order, number, store, currency, shop, texts } = addressedTo(input);
      const { say } = texts;
      const { payment } = input.facts;
      const values = { order: number, store };
      const amount = moneyOrNull(payment?.amount_micros, currency);
      return {
        subject: say("payment_received.subject", values),
        preview: say("payment_received.preview", values),
        heading: say("payment_received.heading", values),
        blocks: [
          greet(order, texts),
          paragraph(
            amount === null
              ? say("payment_received.body_without_amount", values)
              : say("payment_received.body", { ...values, amount }),
          ),
          ...orderButton(say("shared.view_order"), shop.orderUrl, order),
          ...factsBlock([
            [say("shared.order"), number],
            [say("shared.amount"), amount],
            [say("shared.payment_method"), payment?.method],
            [say("shared.reference"), payment?.reference_number],
          ]),
        ],
      };
    },
  },
};
