/** The statuses of a parcel that its customer is notified of, if `shipment.updated` reports them. */

/** What a message about a status shows. */
interface Update {
  /** The parcel can still be followed: the message has a tracking link. */
  readonly followed: boolean;
  /** The message asks the customer to get in touch, so it may invite a reply. */
  readonly asksBack?: true;
  /** The customer collects the parcel: no day and no address of delivery are shown. */
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

/** Null if the customer is not notified of the status. */
export function findNotified(status: string | null | undefined): NotifiedStatus | null {
  return status !== null && status !== undefined && isNotified(status) ? status : null;
}

/** Statuses that may be reported again on another day; the customer is then notified again. */
export const dailyStatuses: ReadonlySet<NotifiedStatus> = new Set([
  "out_for_delivery",
  "delivery_attempted",
]);

const withCourier = ["shipped", "in_transit", "out_for_delivery"] as const;

/** Whether its SMS names the courier. */
export function namesCourier(status: NotifiedStatus): status is (typeof withCourier)[number] {
  return withCourier.some((one) => one === status);
}
