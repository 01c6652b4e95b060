/**
 * Every word and colour that customers and the team see. A shop that wants to sound otherwise
 * changes this file and nothing else; `npm run preview:mail` shows the result.
 */

import type { SumKind } from "../../projection/order-sums";
import type { ToldStatus } from "../../projection/templates";

/** Of the button, and of links; readable on white and on near-black. */
export const brand = {
  accent: "#1f5f4f",
  accentDark: "#7fd1b9",
  onAccent: "#ffffff",
  onAccentDark: "#0e1b17",
} as const;

/** Where dates are read while STORE_TIME_ZONE is not set; amounts without a currency are in STORE_CURRENCY. */
export const timeZones: Readonly<Record<string, string>> = { INR: "Asia/Kolkata" };

export const greeting = (name: string | null): string =>
  name === null ? "Hello," : `Hello ${name},`;

/** `takesReplies`: `EMAIL_REPLY_TO` is set, so that somebody reads an answer. */
export const footer = (store: string, takesReplies: boolean): string =>
  `${store} sent you this message about your order.${takesReplies ? " Questions? Just reply." : ""}`;

/** A subject may name the shop too; the sender's name says it already. */
type Subject = (order: string, store: string) => string;
const about = (subject: Subject): Subject => subject;

export const labels = {
  items: "Your items",
  summary: "Summary",
  parcelItems: "In this parcel",
  toCome: "Still to come",
  address: "Delivery address",
  order: "Order",
  orderDate: "Placed on",
  free: "Free",
  paid: "Paid",
  quantity: (count: number): string => `Qty ${count}`,
  moreItems: (count: number): string => `and ${count} more`,
  courier: "Courier",
  awb: "Tracking number",
  eta: "Expected by",
  amount: "Amount",
  method: "Payment method",
  refundMode: "Refunded to",
  reference: "Reference",
} as const;

/** The lines of an order's total. */
export const sumLabels: Readonly<Record<SumKind, string>> = {
  subtotal: "Subtotal",
  discount: "Discount",
  shipping: "Shipping",
  handling: "Handling",
  tax: "Tax",
  adjustments: "Adjustments",
  total: "Total",
  included_tax: "Includes tax of",
  credit: "Store credit",
  points: "Loyalty points",
  paid: "Paid",
  due: "To be paid",
};

/** How a refund comes back; unknown modes are left out. */
export const refundModes: Readonly<Record<string, string>> = {
  "original-payment-mode": "Your original payment method",
  "loyalty-point": "Your loyalty points",
  "bank-transfer": "Your bank account",
  "nach-mandate": "Your bank account",
};

export const orderConfirmed = {
  subject: about((order) => `Your order ${order} is confirmed`),
  preview: "We have your order and are getting it ready.",
  heading: "Thank you for your order",
  body: "We have your order and are getting it ready. You will hear from us again as soon as it is on its way.",
};

export const orderCancelled = {
  subject: about((order) => `Your order ${order} is cancelled`),
  preview: "Your order has been cancelled.",
  heading: "Your order is cancelled",
  body: "Your order has been cancelled, and nothing more will be sent for it.",
  refund: (amount: string) =>
    `We are paying ${amount} back to you. You will get a message as soon as that is done.`,
};

export const paymentFailed = {
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

interface RefundWords {
  readonly preview: (amount: string | null) => string;
  readonly heading: string;
  readonly body: (amount: string | null) => string;
  readonly advice: string;
}

export const refundSubject = about((order) => `Refund for your order ${order}`);

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

/** An order, or a part of it, at the beginning of a line. */
const yourOrder = (order: string, isPart: boolean): string =>
  isPart ? `Part of your order ${order}` : `Your order ${order}`;

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
  /** Whether there is still something to follow: then it comes with a tracking link. */
  readonly followed: boolean;
  /** The customer goes to the parcel: no day and no address of a delivery are shown. */
  readonly isCollected?: boolean;
}

/** One entry a status that customers hear of. */
export const shipmentUpdate: Readonly<Record<ToldStatus, ShipmentWords>> = {
  shipped: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} has shipped`,
    heading: "Your parcel has shipped",
    partHeading: "Part of your order has shipped",
    body: "Your parcel has been handed to the courier.",
    sms: "has shipped",
    followed: true,
  },
  in_transit: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is on its way`,
    heading: "Your parcel is on its way",
    partHeading: "Part of your order is on its way",
    body: "Your parcel is travelling towards you.",
    sms: "is on its way",
    followed: true,
  },
  out_for_delivery: {
    subject: (order, isPart) => `${yourOrder(order, isPart)} is out for delivery`,
    heading: "Out for delivery",
    partHeading: "Part of your order is out for delivery",
    body: "The courier has your parcel on board and is on the way to you.",
    sms: "is out for delivery",
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

/** Whether or not an earlier message showed another tracking. */
export const trackingChanged = {
  subject: (order: string, isPart: boolean): string =>
    `New tracking for ${isPart ? "part of your order" : "your order"} ${order}`,
  heading: "New tracking for your parcel",
  body: "Please follow your parcel with this tracking from now on. If we sent you another one before, it is out of date.",
  /** `…: order ORD-1 <sms>`; `number` is null where it cannot be written in an SMS, or does not fit. */
  sms: (number: string | null): string =>
    number === null ? "has new tracking" : `has a new tracking number: ${number}`,
};

/** Of a parcel that is a part of its order, where all the rest is in other parcels. */
export const restElsewhere = "The rest of your order is in another parcel.";
/** Of one where something is in no parcel yet. */
export const restFollows =
  "What is still to come is listed below. You will hear from us when it ships.";
/** Of a line that was not in stock when it was ordered. */
export const shipsLater = "ships when it is back in stock";

/** Behind a body that asks back, where replies are read. */
export const replyHere = "You can simply reply to this message.";

export const trackLabel = "Track your parcel";
/** `store` is null where its name cannot be written in an SMS. */
export const smsStart = (store: string | null, order: string, isPart: boolean): string =>
  store === null
    ? yourOrder(order, isPart)
    : `${store}: ${isPart ? "part of order" : "order"} ${order}`;
export const smsTrack = (link: string): string => ` Track: ${link}`;
export const smsCourier = (courier: string): string => ` with ${courier}`;

export const reviewRequest = {
  subject: about((order) => `How was your order ${order}?`),
  preview: "Two minutes of your time would help us and others.",
  heading: "How did we do?",
  body: "Your order has been with you for a little while now. We would love to hear what you think of it; it helps us, and others who are choosing.",
  button: "Write a review",
  /** Without REVIEW_URL. */
  reply: "Just reply to this message with a line or two.",
  /** Without either. */
  inShop: "A line or two in our shop, where you bought it, is all it takes.",
};

/** For the team. Short: what happened, and what to do. */
export const team = {
  openOrder: "Open the order",
  openConsole: "Open the console",
  refundDue: (order: string, amount: string) => ({
    title: "Refund due",
    text: `Order ${order} is cancelled and ${amount} is still to be paid back.`,
  }),
  refundFailed: (order: string | null, amount: string | null) => ({
    title: "Refund failed",
    text: `A refund${amount === null ? "" : ` of ${amount}`}${order === null ? "" : ` for order ${order}`} did not go through. Please pay it back another way.`,
  }),
  shipmentCancelled: (order: string | null, shipment: string) => ({
    title: "Shipment cancelled",
    text: `Shipment ${shipment}${order === null ? "" : ` of order ${order}`} was cancelled. Does the order need a new one?`,
  }),
  alert: (text: string) => ({ title: "Needs a person", text }),
  labels: {
    order: "Order",
    customer: "Customer",
    cancelledAt: "Cancelled",
    paid: "Paid",
    refunded: "Paid back",
    refund: "Refund",
    mode: "Mode",
    remarks: "Remarks",
    courier: "Courier",
    awb: "Tracking number",
    reason: "Reason",
    kind: "Kind",
  },
} as const;
