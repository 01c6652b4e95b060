/** What has become of an order at one moment of its story; bodies and expectations are read off it. */
import type { Basket } from "../shop/basket.ts";
import type {
  OrderStatus,
  PaidStatus,
  PaymentStatus,
  RefundStatus,
  ShipmentStatus,
} from "../model.ts";
import type { Customer } from "../shop/people.ts";

export interface OrderFacts {
  readonly number: string;
  readonly customer: Customer;
  readonly basket: Basket;
  readonly placedAt: string;
  status: OrderStatus;
  confirmedAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** What of the total was paid with store credit, in paise. */
  creditPaise: number;
  /** What the shop keeps of the order if it is cancelled, in paise. */
  chargesPaise: number;
  /** The shop lists refunds by their payment's reference alone: one refund under two names. */
  readonly listsByReference: boolean;
  readonly payments: PaymentFacts[];
  readonly refunds: RefundFacts[];
  readonly shipments: ShipmentFacts[];
}

/** How it was paid: the fields that the vendor's model has for this kind. */
export type PaymentMethod = Readonly<{ payment_method: string }> &
  Readonly<
    | { card_number: string; card_type: "Visa" | "Master Card" | "Rupay" }
    | { upi_id: string }
    | { bank_name: string }
    | { wallet_name: string }
  >;

export interface PaymentFacts {
  readonly id: string;
  readonly amountPaise: number;
  readonly method: PaymentMethod;
  status: PaymentStatus;
  /** When it was last tried; null until it is. */
  date: string | null;
  reference: string | null;
}

export interface RefundFacts {
  readonly id: string;
  readonly payment: PaymentFacts;
  readonly amountPaise: number;
  status: RefundStatus;
  date: string;
  remarks: string;
}

export interface ShipmentFacts {
  readonly id: string;
  readonly lines: Basket["lines"];
  readonly courier: string;
  readonly awb: string;
  readonly createdAt: string;
  status: ShipmentStatus;
  modifiedAt: string;
  shippedAt: string | null;
  deliveredAt: string | null;
  cancellationReason: string | null;
}

function sumOfSuccesses(list: readonly { status: string; amountPaise: number }[]): number {
  const succeeded = list.filter((entry) => entry.status === "success");
  return succeeded.reduce((total, entry) => total + entry.amountPaise, 0);
}

/** What the customer has paid, and what went back, in paise. */
export function balancePaise(order: OrderFacts): { paid: number; refunded: number } {
  return { paid: sumOfSuccesses(order.payments), refunded: sumOfSuccesses(order.refunds) };
}

/** What the customer of a cancelled order is to have back in all, in paise. */
export function refundablePaise(order: OrderFacts): number {
  return Math.max(0, balancePaise(order).paid - order.chargesPaise);
}

/** What the customer has to pay in all, in paise. */
export function payablePaise({ basket, creditPaise }: OrderFacts): number {
  return basket.totalPaise - creditPaise;
}

/** The payment status that the shop shows: by what was paid of what is to be paid. */
export function paymentStatus(order: OrderFacts): PaidStatus {
  const { paid } = balancePaise(order);
  if (paid >= payablePaise(order)) return "success";
  if (paid > 0) return "partially_paid";
  const statuses = order.payments.map((payment) => payment.status);
  return statuses.includes("failed") ? "failed" : "pending";
}

/** Where the order stands in money, by what was really paid, refunded and owed. */
export function moneyWord(order: OrderFacts): string {
  const { paid, refunded } = balancePaise(order);
  if (order.status === "cancelled" && refundablePaise(order) > refunded) return "refund_due";
  if (paid > 0 && refunded >= paid) return "refunded";
  if (refunded > 0) return "partially_refunded";
  const status = paymentStatus(order);
  return status === "success" ? "paid" : status;
}
