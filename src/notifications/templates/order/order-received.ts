/** To the customer: the order has arrived, and is not confirmed yet. */
import { orderEmail } from "./order-email";
import type { TemplateDefinition } from "../template";

export const orderReceived: TemplateDefinition = {
  docs: { when: "order.created", dropped: "the order is cancelled" },
  audience: "customer",
  about: "order",
  isOnByDefault: false,
  asked: { by: "event", types: ["order.created"] },
  reads: ["order"],
  whyUntrue: ({ facts }) => (facts.order?.status === "cancelled" ? "the order is cancelled" : null),
  channels: { email: (input) => orderEmail(input, "order_received") },
};
