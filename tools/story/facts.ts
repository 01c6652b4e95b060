/** What has become of an order at one moment of its story; bodies and expectations are read off it. */
import type { Basket } from "./basket.ts";
import type { OrderStatus, PaymentStatus, RefundStatus, ShipmentStatus } from "./model.ts";
import type { Customer } from "./people.ts";

export interface OrderFacts {
  readonly number: string;
  readonly customer: Customer;
  readonly basket: Basket;
  readonly placedAt: string;
  status: OrderStatus;
  confirmedAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** What the shop keeps of a cancelled order, in paise. */
  chargesPaise: number;
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

/** The payment status that the shop shows: paid once one payment has gone through. */
export function paymentStatus(order: OrderFacts): PaymentStatus {
  const statuses = order.payments.map((payment) => payment.status);
  if (statuses.includes("success")) return "success";
  return statuses.includes("failed") ? "failed" : "pending";
}
