/** The words of `refund_failed`. */
export const note = (order: string | null, amount: string | null) => ({
  title: "Refund failed",
  text: `A refund${amount === null ? "" : ` of ${amount}`}${order === null ? "" : ` for order ${order}`} did not go through. Please pay it back another way.`,
});
