/** The words of `shipment_update`, one entry a status. */
import { yourOrder } from "./parcel.en";
import type { NotifiedStatus } from "./notified-statuses";

export interface ShipmentWords {
  /** `isPart`: there is more in the order than in this parcel. */
  readonly subject: (order: string, isPart: boolean) => string;
  readonly heading: string;
  /** Where the parcel is a part of its order. */
  readonly partHeading: string;
  readonly body: string;
  /** Whether the customer is asked to get in touch, and so may be told to reply. */
  readonly asksBack?: boolean;
  /** `…: order ORD-1 <sms>` */
  readonly sms: string;
  /** Whether the SMS names the courier. */
  readonly namesCourier?: boolean;
  /** Whether there is still something to follow: then it comes with a tracking link. */
  readonly followed: boolean;
  /** The customer goes to the parcel: no day and no address of a delivery are shown. */
  readonly isCollected?: boolean;
}

/** One entry a status that customers hear of. */
export const words: Readonly<Record<NotifiedStatus, ShipmentWords>> = {
  shipped: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} has shipped`,
    heading: "Your parcel has shipped",
    partHeading: "Part of your order has shipped",
    body: "Your parcel has been handed to the courier.",
    sms: "has shipped",
    namesCourier: true,
    followed: true,
  },
  in_transit: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is on its way`,
    heading: "Your parcel is on its way",
    partHeading: "Part of your order is on its way",
    body: "Your parcel is travelling towards you.",
    sms: "is on its way",
    namesCourier: true,
    followed: true,
  },
  out_for_delivery: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is out for delivery`,
    heading: "Out for delivery",
    partHeading: "Part of your order is out for delivery",
    body: "The courier has your parcel on board and is on the way to you.",
    sms: "is out for delivery",
    namesCourier: true,
    followed: true,
  },
  ready_to_collect: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is ready to collect`,
    heading: "Your parcel is ready to collect",
    partHeading: "Part of your order is ready to collect",
    body: "Your parcel has arrived and is waiting for you to collect it.",
    sms: "is ready to collect",
    followed: true,
    isCollected: true,
  },
  delivery_attempted: {
    subject: (order, isPart) => `We missed you: ${isPart ? "part of order" : "order"} ${order}`,
    heading: "We could not reach you",
    partHeading: "We could not reach you",
    body: "The courier tried to deliver your parcel and could not reach you. They usually try again.",
    sms: "could not be delivered. The courier usually tries again",
    followed: true,
  },
  undelivered: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} could not be delivered`,
    heading: "Your parcel could not be delivered",
    partHeading: "Part of your order could not be delivered",
    body: "The courier could not deliver your parcel. Please check the delivery address, and get in touch with us if something is wrong with it.",
    asksBack: true,
    sms: "could not be delivered. Please contact us",
    followed: false,
  },
  return_to_origin: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is on its way back to us`,
    heading: "Your parcel is on its way back to us",
    partHeading: "Part of your order is on its way back to us",
    body: "The courier could not deliver your parcel and is returning it to us. Please get in touch with us, and we will sort it out together.",
    asksBack: true,
    sms: "could not be delivered and is on its way back to us",
    followed: false,
  },
  lost: {
    subject: (order, isPart) => `About ${isPart ? "part of your order" : "your order"} ${order}`,
    heading: "Your parcel seems to be lost",
    partHeading: "Part of your order seems to be lost",
    body: "We are sorry: the courier reports that your parcel is lost. We are looking into it and will get back to you. You need not do anything.",
    sms: "was reported lost by the courier. We are sorry and will contact you",
    followed: false,
  },
};
