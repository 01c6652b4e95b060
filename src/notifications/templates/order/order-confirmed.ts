/** To the customer: the order is confirmed. */
import { orderEmail } from "./order-email";
import type { TemplateDefinition } from "../template";

export const orderConfirmed: TemplateDefinition = {
  docs: { when: "order.confirmed", dropped: "the order is cancelled" },
  audience: "customer",
  about: "order",
  asked: { by: "event", types: ["order.confirmed"] },
  reads: ["order"],
  whyUntrue: ({ facts }) => (facts.order?.status === "cancelled" ? "the order is cancelled" : null),
  channels: { email: (input) => orderEmail(input, "order_confirmed") },
};
