/** The words of `refund_succeeded`. */
import { about } from "../words.en";

/** How a refund comes back; unknown modes are left out. */
export const refundModes: Readonly<Record<string, string>> = {
  "original-payment-mode": "Your original payment method",
  "loyalty-point": "Your loyalty points",
  "bank-transfer": "Your bank account",
  "nach-mandate": "Your bank account",
};

interface RefundWords {
  readonly preview: (amount: string | null) => string;
  readonly heading: string;
  readonly body: (amount: string | null) => string;
  readonly advice: string;
}

export const subject = about((order) => `Refund for your order ${order}`);

/** A refund that a bank or a provider of payments carries. */
export const refundToAccount: RefundWords = {
  preview: (amount) =>
    amount === null ? "Your refund is on its way." : `${amount} is on its way back to you.`,
  heading: "Your refund is on its way",
  body: (amount) =>
    amount === null
      ? "We have paid back what we owed you for this order."
      : `We have paid back ${amount} for this order.`,
  advice: "Banks may take a few working days until you can see it.",
};

/** A refund that stays with the shop: no bank has a part in it. */
export const refundToPoints: RefundWords = {
  preview: (amount) =>
    amount === null
      ? "Your refund is in your loyalty points."
      : `${amount} is back in your loyalty points.`,
  heading: "Your refund is in your loyalty points",
  body: (amount) =>
    amount === null
      ? "We have given you back what we owed you for this order, as loyalty points."
      : `We have given you back ${amount} for this order, as loyalty points.`,
  advice: "You can use them for your next order with us.",
};
