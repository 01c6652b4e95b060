/** The words of `order_confirmed`. */
import { about } from "../words.en";

export const words = {
  subject: about((order) => `Your order ${order} is confirmed`),
  preview: "We have your order and are getting it ready.",
  heading: "Thank you for your order",
  body: "We have your order and are getting it ready. You will hear from us again as soon as it is on its way.",
};
