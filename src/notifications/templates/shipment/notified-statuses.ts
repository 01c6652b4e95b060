/** Statuses of a parcel that its customer is told of when `shipment.updated` brings them. */

/** What of a parcel is said with a status. */
interface Update {
  /** There is still something to follow: it comes with a tracking link. */
  readonly followed: boolean;
  /** The customer is asked to get in touch, and so may be told to reply. */
  readonly asksBack?: true;
  /** The customer goes to the parcel: no day and no address of a delivery are shown. */
  readonly isCollected?: true;
}

const updates = {
  shipped: { followed: true },
  in_transit: { followed: true },
  out_for_delivery: { followed: true },
  ready_to_collect: { followed: true, isCollected: true },
  delivery_attempted: { followed: true },
  undelivered: { followed: false, asksBack: true },
  return_to_origin: { followed: false, asksBack: true },
  lost: { followed: false },
} as const satisfies Readonly<Record<string, Update>>;

export type NotifiedStatus = keyof typeof updates;
export const notifiedUpdates: Readonly<Record<NotifiedStatus, Update>> = updates;

const isNotified = (status: string): status is NotifiedStatus => Object.hasOwn(updates, status);
export const notifiedStatuses: readonly NotifiedStatus[] = Object.keys(updates).filter(isNotified);

/** Null where its customer is told nothing of the status. */
export function findNotified(status: string | null | undefined): NotifiedStatus | null {
  return status !== null && status !== undefined && isNotified(status) ? status : null;
}

/** Those that may come again on another day and are told again then. */
export const dailyStatuses: ReadonlySet<NotifiedStatus> = new Set([
  "out_for_delivery",
  "delivery_attempted",
]);

const withCourier = ["shipped", "in_transit", "out_for_delivery"] as const;

/** Whether its SMS names the courier. */
export function namesCourier(status: NotifiedStatus): status is (typeof withCourier)[number] {
  return withCourier.some((one) => one === status);
}
