/** The words of `review_request`. */
import { about } from "../words.en";

export const words = {
  subject: about((order) => `How was your order ${order}?`),
  preview: "Two minutes of your time would help us and others.",
  heading: "How did we do?",
  body: "Your order has been with you for a little while now. We would love to hear what you think of it; it helps us, and others who are choosing.",
  button: "Write a review",
  /** Without REVIEW_URL. */
  reply: "Just reply to this message with a line or two.",
  /** Without either. */
  inShop: "A line or two in our shop, where you bought it, is all it takes.",
};
