/** An e-mail that shows a whole order: what was bought, what it costs, and where it goes. */
import type { EmailContent } from "../../channels/email/content";
import { dayText } from "../../formatting/when";
import {
  addressedTo,
  deliveryAddress,
  factsBlock,
  greet,
  orderButton,
  orderItems,
  paragraph,
  taxIdFact,
} from "../parts";
import { orderData } from "../structured";
import type { LayoutInput } from "../template";

export function orderEmail(
  input: LayoutInput,
  template: "order_received" | "order_confirmed" | "order_completed",
): EmailContent {
  const { order, number, store, currency, shop, texts } = addressedTo(input);
  const { say } = texts;
  const values = { order: number, store };
  return {
    subject: say(`${template}.subject`, values),
    preview: say(`${template}.preview`, values),
    heading: say(`${template}.heading`, values),
    blocks: [
      greet(order, texts),
      paragraph(say(`${template}.body`, values)),
      ...orderButton(say("shared.view_order"), shop.orderUrl, order),
      ...factsBlock([
        [say("shared.order"), number],
        [say("shared.order_date"), dayText(order.order_date, shop, currency, texts)],
        taxIdFact(order, texts),
      ]),
      ...orderItems(order, currency, texts),
      ...deliveryAddress(order, texts),
    ],
    structured: orderData(order, currency, shop),
  };
}
