/** The words of `tracking_changed`, whether or not an earlier message showed another tracking. */

export const words = {
  subject: (order: string, isPart: boolean): string =>
    `New tracking for ${isPart ? "part of your order" : "your order"} ${order}`,
  heading: "New tracking for your parcel",
  body: "Please follow your parcel with this tracking from now on. If we sent you another one before, it is out of date.",
  /** `…: order ORD-1 <sms>`; `number` is null where it cannot be written in an SMS, or does not fit. */
  sms: (number: string | null): string =>
    number === null ? "has new tracking" : `has a new tracking number: ${number}`,
};
