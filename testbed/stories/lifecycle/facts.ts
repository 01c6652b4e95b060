/** The facts of an order at one moment of its story; bodies and expected results are made from them. */
import type { Basket } from "../shop-data/basket.ts";
import type {
  OrderStatus,
  PaidStatus,
  PaymentStatus,
  RefundStatus,
  ShipmentStatus,
} from "../model.ts";
import type { Particulars } from "../shop-data/particulars.ts";
import type { Customer } from "../shop-data/people.ts";

export interface OrderFacts {
  readonly number: string;
  readonly customer: Customer;
  readonly basket: Basket;
  readonly particulars: Particulars;
  readonly placedAt: string;
  status: OrderStatus;
  confirmedAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** The discount on the price, in paise. */
  discountPaise: number;
  /** The part of the total that was paid with store credit, in paise. */
  creditPaise: number;
  /** The part of the total that was paid with loyalty points, in paise. */
  pointsPaise: number;
  /** The amount that the shop keeps if the order is cancelled, in paise. */
  chargesPaise: number;
  /** The shop lists refunds by their payment's reference alone: one refund under two names. */
  readonly listsByReference: boolean;
  /** The shop's ledger: every amount that was transferred, once, however many events report it. */
  readonly movements: Movement[];
  readonly payments: PaymentFacts[];
  readonly refunds: RefundFacts[];
  readonly shipments: ShipmentFacts[];
}

/** The amount that was transferred, in paise. */
interface Movement {
  readonly kind: "paid" | "refunded";
  readonly paise: number;
}

/** The payment method: the fields of the vendor's model for this kind. */
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
  /** The time of the last attempt; null before the first. */
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

/** The amounts paid and refunded, in paise. */
export function balancePaise({ movements }: OrderFacts): { paid: number; refunded: number } {
  const sum = (kind: Movement["kind"]): number =>
    movements.reduce((total, one) => total + (one.kind === kind ? one.paise : 0), 0);
  return { paid: sum("paid"), refunded: sum("refunded") };
}

/** The total amount to refund for a cancelled order, in paise. */
export function refundablePaise(order: OrderFacts): number {
  return Math.max(0, balancePaise(order).paid - order.chargesPaise);
}

/** The price of the order, before credit and points, in paise. */
export function totalPaise({ basket, discountPaise, particulars }: OrderFacts): number {
  return basket.totalPaise - discountPaise - (particulars.coupon?.paise ?? 0);
}

/** The total amount that the customer must pay, in paise. */
export function payablePaise(order: OrderFacts): number {
  return totalPaise(order) - order.creditPaise - order.pointsPaise;
}

/** The amount still to be paid, in paise; 0 for a cancelled order. */
export function openPaise(order: OrderFacts): number {
  if (order.status === "cancelled") return 0;
  return Math.max(0, payablePaise(order) - balancePaise(order).paid);
}

/** The payment status that the shop shows: it compares the paid amount with the amount to pay. */
export function paymentStatus(order: OrderFacts): PaidStatus {
  const { paid } = balancePaise(order);
  if (paid >= payablePaise(order)) return "success";
  if (paid > 0) return "partially_paid";
  const statuses = order.payments.map((payment) => payment.status);
  return statuses.includes("failed") ? "failed" : "pending";
}

/** The financial status of the order, from the amounts actually paid, refunded and owed. */
export function moneyWord(order: OrderFacts): string {
  const { paid, refunded } = balancePaise(order);
  if (order.status === "cancelled" && refundablePaise(order) > refunded) return "refund_due";
  if (paid > 0 && refunded >= paid) return "refunded";
  if (refunded > 0) return "partially_refunded";
  const status = paymentStatus(order);
  return status === "success" ? "paid" : status;
}
