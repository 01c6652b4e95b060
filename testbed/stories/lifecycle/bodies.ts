/** From facts to `data`: the vendor's OrderDetail, OrderPayment, PaymentInfo, OrderRefund, OrderShipment. */
import { withoutTax } from "../shop-data/basket.ts";
import {
  payablePaise,
  paymentStatus,
  refundablePaise,
  totalPaise,
  type OrderFacts,
  type PaymentFacts,
  type RefundFacts,
  type ShipmentFacts,
} from "./facts.ts";
import type { Bodies, OrderPayment, OrderRefund, OrderShipment, PaymentInfo } from "../model.ts";
import { rupees } from "../shop-data/money.ts";
import type { Coupon } from "../shop-data/particulars.ts";

/** A body states the number of points, not their value in money. */
const PAISE_A_POINT = 25;

/** The order as the shop shows it now, with all its payments, refunds and shipments. */
export function describeOrder(order: OrderFacts): Bodies["order.created"] {
  const { basket, customer, particulars } = order;
  const { subtotalPaise, shippingPaise } = withoutTax(basket);
  const paid = order.payments.find((payment) => payment.status === "success");
  return {
    order_number: order.number,
    order_date: order.placedAt,
    status: order.status,
    payment_status: paymentStatus(order),
    payment_success_date: paid?.date ?? null,
    applied_promotions: [],
    applied_coupons: [],
    subtotal: rupees(subtotalPaise),
    total_tax: rupees(basket.taxPaise),
    shipping_amount: rupees(shippingPaise),
    shipping_amount_including_tax: rupees(basket.shippingPaise),
    ...describeCoupon(particulars.coupon),
    ...(order.discountPaise > 0 ? { promotion_discount_amount: rupees(order.discountPaise) } : {}),
    grand_total: rupees(totalPaise(order)),
    ...(order.creditPaise > 0 ? { credit_balance_used: rupees(order.creditPaise) } : {}),
    ...(order.pointsPaise > 0
      ? { loyalty_points_redeemed: Math.ceil(order.pointsPaise / PAISE_A_POINT) }
      : {}),
    to_be_paid: rupees(payablePaise(order)),
    currency: { name: "Indian Rupee", code: "INR", symbol: "₹" },
    order_items_count: basket.lines.length,
    order_items: basket.lines.map((line) => line.item),
    billing_address: customer.billing,
    shipping_address: customer.shipping,
    ...(customer.id === null ? {} : { customer_id: customer.id }),
    customer_note: particulars.note,
    metadata: particulars.metadata,
    estimated_delivery_days: 1,
    is_cancellation_allowed: isCancellable(order),
    // The breakdown is on events before the cancellation, but not on the cancellation itself.
    ...(isCancellable(order) ? { cancellation_refund_details: refundTerms(order) } : {}),
    payments: [
      ...order.payments.map(describePayment),
      ...order.refunds.map((refund) => listRefund(refund, order.listsByReference)),
    ],
    shipments: order.shipments.map(describeShipment),
  };
}

function describeCoupon(coupon: Coupon | null) {
  const saved = rupees(coupon?.paise ?? 0);
  return {
    coupon_code: coupon?.code ?? null,
    ...(coupon === null ? {} : { is_coupon_applied: true, coupon_discount_amount: saved }),
    total_savings: saved,
  };
}

function isCancellable({ status }: OrderFacts): boolean {
  return status !== "complete" && status !== "cancelled";
}

function refundTerms(
  order: OrderFacts,
): NonNullable<Bodies["order.created"]["cancellation_refund_details"]> {
  return {
    loyalty_point: 0,
    refundable_amount: rupees(refundablePaise(order)),
    cancellation_charges: rupees(order.chargesPaise),
    ...(order.chargesPaise > 0 ? { cancellation_charges_reason: "Packed already" } : {}),
    payment_mode: "original-payment-mode",
  };
}

export function describePaymentInfo(payment: PaymentFacts): PaymentInfo {
  return {
    transaction_type: "payment",
    request_number: payment.id,
    amount: rupees(payment.amountPaise),
    payment_status: payment.status,
    ...(payment.date === null ? {} : { payment_date: payment.date }),
    payment_reference_number: payment.reference,
    payment_method: payment.method.payment_method,
    icon_url: null,
  };
}

export function describePayment(payment: PaymentFacts): OrderPayment {
  return { ...describePaymentInfo(payment), ...payment.method };
}

/** A refund as an order lists it among its payments; `byReference`: without its own number. */
function listRefund(refund: RefundFacts, byReference: boolean): OrderPayment {
  const status = refund.status === "success" || refund.status === "failed" ? refund.status : null;
  return {
    transaction_type: "refund",
    ...(byReference && refund.payment.reference !== null ? {} : { request_number: refund.id }),
    amount: rupees(refund.amountPaise),
    payment_status: status ?? "refund_initiated",
    payment_date: refund.date,
    payment_reference_number: refund.payment.reference,
    payment_method: refund.payment.method.payment_method,
    icon_url: null,
  };
}

export function describeRefund(refund: RefundFacts): OrderRefund {
  return {
    request_number: refund.id,
    refund_amount: rupees(refund.amountPaise),
    refund_date: refund.date,
    status: refund.status,
    payment_mode: "original-payment-mode",
    payment_method: refund.payment.method.payment_method,
    ...(refund.payment.reference === null
      ? {}
      : { payment_reference_number: refund.payment.reference }),
    refund_remarks: refund.remarks,
  };
}

export function describeShipment(shipment: ShipmentFacts): OrderShipment {
  return {
    reference_number: shipment.id,
    status: shipment.status,
    total_weight: shipment.lines.length * 400,
    total_boxes: 1,
    shipment_items_count: shipment.lines.length,
    shipment_items: shipment.lines.map(({ item }) => ({
      product_id: item.product_id,
      product_name: item.product_name,
      product_image_url: item.product_image_url,
      sku: item.sku,
      quantity: item.quantity,
      free_quantity: 0,
      is_free_item: false,
    })),
    shipping_amount: 0,
    courier_company_name: shipment.courier,
    awb_no: shipment.awb,
    tracking_url: `https://track.example.com/${shipment.awb}`,
    eta_delivery: shipment.createdAt.slice(0, 10),
    ...(shipment.shippedAt === null ? {} : { shipped_date: shipment.shippedAt }),
    ...(shipment.deliveredAt === null ? {} : { delivered_date: shipment.deliveredAt }),
    ...(shipment.cancellationReason === null
      ? {}
      : { cancellation_reason: shipment.cancellationReason }),
    created_at: shipment.createdAt,
    modified_at: shipment.modifiedAt,
    is_return_allowed: shipment.status === "delivered",
    seller_id: null,
  };
}
