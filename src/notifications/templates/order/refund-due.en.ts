/** The words of `refund_due`. */
export const note = (order: string, amount: string) => ({
  title: "Refund due",
  text: `Order ${order} is cancelled and ${amount} is still to be paid back.`,
});
