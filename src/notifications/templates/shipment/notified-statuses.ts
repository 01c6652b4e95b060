/** Statuses of a parcel that its customer is told of when `shipment.updated` brings them. */
export const notifiedStatuses = [
  "shipped",
  "in_transit",
  "out_for_delivery",
  "ready_to_collect",
  "delivery_attempted",
  "undelivered",
  "return_to_origin",
  "lost",
] as const;
export type NotifiedStatus = (typeof notifiedStatuses)[number];

/** Those that may come again on another day and are told again then. */
export const dailyStatuses: ReadonlySet<NotifiedStatus> = new Set([
  "out_for_delivery",
  "delivery_attempted",
]);
