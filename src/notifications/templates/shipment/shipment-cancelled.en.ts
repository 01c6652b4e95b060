/** The words of `shipment_cancelled`. */
export const note = (order: string | null, shipment: string) => ({
  title: "Shipment cancelled",
  text: `Shipment ${shipment}${order === null ? "" : ` of order ${order}`} was cancelled. Does the order need a new one?`,
});
