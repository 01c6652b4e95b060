/** The words of `order_cancelled`. */
import { about } from "../words.en";

export const words = {
  subject: about((order) => `Your order ${order} is cancelled`),
  preview: "Your order has been cancelled.",
  heading: "Your order is cancelled",
  body: "Your order has been cancelled, and nothing more will be sent for it.",
  refund: (amount: string) =>
    `We are paying ${amount} back to you. You will get a message as soon as that is done.`,
};
