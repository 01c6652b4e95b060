/** To the customer: the order is complete. */
import { orderEmail } from "./order-email";
import type { TemplateDefinition } from "../template";

export const orderCompleted: TemplateDefinition = {
  docs: { when: "order.completed", dropped: "the order is not complete any more" },
  audience: "customer",
  about: "order",
  isOnByDefault: false,
  asked: { by: "event", types: ["order.completed"] },
  reads: ["order"],
  whyUntrue: ({ facts }) =>
    facts.order === null || facts.order.status === "complete"
      ? null
      : "the order is not complete any more",
  channels: { email: (input) => orderEmail(input, "order_completed") },
};
