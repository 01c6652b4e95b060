/** The words of `payment_failed`. */
import { about } from "../words.en";

export const words = {
  subject: about((order) => `The payment for your order ${order} failed`),
  preview: "Your payment did not go through. You can try again.",
  heading: "Your payment did not go through",
  body: (amount: string | null) =>
    amount === null
      ? "We could not take the payment for your order."
      : `We could not take the payment of ${amount} for your order.`,
  advice:
    "This can happen when the bank declines or the connection breaks off. Please try again from your order, or with another way to pay. If money has left your account all the same, it usually comes back within a few days.",
  /** `store` is null where its name cannot be written in an SMS. */
  sms: (store: string | null, order: string, amount: string | null) =>
    `${store === null ? "The" : `${store}: the`} payment${amount === null ? "" : ` of ${amount}`} for order ${order} failed. Please try again from your order.`,
};
