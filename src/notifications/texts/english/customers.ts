/** The texts in English, to customers. */
import type { CustomerKey } from "../keys";

export const english: Readonly<Record<CustomerKey, string>> = {
  "shared.greeting": "Hello {name},",
  "shared.greeting_without_name": "Hello,",
  "shared.footer": "{store} sent you this message about your order.",
  "shared.footer_with_reply":
    "{store} sent you this message about your order. Questions? Just reply.",
  "shared.help": "Questions? We are here to help.",
  "shared.unsubscribe": "Unsubscribe",
  "shared.shop_tax_id": "GSTIN",
  "shared.tax_id": "Your GSTIN",
  "shared.view_order": "View your order",
  "shared.pay": "Pay now",
  "shared.items": "Your items",
  "shared.summary": "Summary",
  "shared.parcel_items": "In this parcel",
  "shared.to_come": "Still to come",
  "shared.ships_later": "ships when it is back in stock",
  "shared.address": "Delivery address",
  "shared.quantity": "Qty {count}",
  "shared.more_items": "and {count} more",
  "shared.order": "Order",
  "shared.order_date": "Placed on",
  "shared.courier": "Courier",
  "shared.tracking_number": "Tracking number",
  "shared.expected": "Expected by",
  "shared.delivered": "Delivered on",
  "shared.amount": "Amount",
  "shared.payment_method": "Payment method",
  "shared.refund_mode": "Refunded to",
  "shared.reference": "Reference",
  "shared.subtotal": "Subtotal",
  "shared.discount": "Discount",
  "shared.shipping": "Shipping",
  "shared.free": "Free",
  "shared.handling": "Handling",
  "shared.tax": "Tax",
  "shared.adjustments": "Adjustments",
  "shared.total": "Total",
  "shared.included_tax": "Includes tax of",
  "shared.credit": "Store credit",
  "shared.points": "Loyalty points",
  "shared.paid": "Paid",
  "shared.due": "To be paid",
  "shared.track": "Track your parcel",
  "shared.rest_elsewhere": "The rest of your order is in another parcel.",
  "shared.rest_follows":
    "What is still to come is listed below. You will hear from us when it ships.",
  "shared.reply_here": "You can simply reply to this message.",
  "shared.sms_order": "{store}: order {order}",
  "shared.sms_order_without_store": "Your order {order}",
  "shared.sms_part": "{store}: part of order {order}",
  "shared.sms_part_without_store": "Part of your order {order}",
  "shared.sms_track": "{text} Track: {link}",

  "unsubscribe.asked_title": "Unsubscribe?",
  "unsubscribe.asked": "{store} will no longer ask you for reviews or send you offers.",
  "unsubscribe.asked_button": "Unsubscribe",
  "unsubscribe.stopped_title": "You are unsubscribed",
  "unsubscribe.stopped": "{store} will not ask you for reviews or send you offers any more.",
  "unsubscribe.stopped_button": "I changed my mind",
  "unsubscribe.resumed_title": "You are subscribed again",
  "unsubscribe.resumed": "{store} may ask you for reviews again.",
  "unsubscribe.failed_title": "That did not work",
  "unsubscribe.failed": "Nothing was changed. Please try again in a few minutes.",
  "unsubscribe.failed_button": "Try again",
  "unsubscribe.others":
    "Messages about your orders, such as confirmations and deliveries, are not affected.",

  "order_confirmed.subject": "Your order {order} is confirmed",
  "order_confirmed.preview": "We have your order and are getting it ready.",
  "order_confirmed.heading": "Thank you for your order",
  "order_confirmed.body":
    "We have your order and are getting it ready. You will hear from us again as soon as it is on its way.",

  "order_cancelled.subject": "Your order {order} is cancelled",
  "order_cancelled.preview": "Your order has been cancelled.",
  "order_cancelled.heading": "Your order is cancelled",
  "order_cancelled.body": "Your order has been cancelled, and nothing more will be sent for it.",
  "order_cancelled.refund":
    "We are paying {amount} back to you. You will get a message as soon as that is done.",

  "payment_failed.subject": "The payment for your order {order} failed",
  "payment_failed.preview": "Your payment did not go through. You can try again.",
  "payment_failed.heading": "Your payment did not go through",
  "payment_failed.body": "We could not take the payment of {amount} for your order.",
  "payment_failed.body_without_amount": "We could not take the payment for your order.",
  "payment_failed.advice":
    "This can happen when the bank declines or the connection breaks off. Please try again from your order, or with another way to pay. If money has left your account all the same, it usually comes back within a few days.",
  "payment_failed.sms":
    "{store}: the payment of {amount} for order {order} failed. Please try again from your order.",
  "payment_failed.sms_without_amount":
    "{store}: the payment for order {order} failed. Please try again from your order.",
  "payment_failed.sms_without_store":
    "The payment of {amount} for order {order} failed. Please try again from your order.",
  "payment_failed.sms_without_both":
    "The payment for order {order} failed. Please try again from your order.",

  "refund_succeeded.subject": "Refund for your order {order}",
  "refund_succeeded.preview": "{amount} is on its way back to you.",
  "refund_succeeded.preview_without_amount": "Your refund is on its way.",
  "refund_succeeded.heading": "Your refund is on its way",
  "refund_succeeded.body": "We have paid back {amount} for this order.",
  "refund_succeeded.body_without_amount": "We have paid back what we owed you for this order.",
  "refund_succeeded.advice": "Banks may take a few working days until you can see it.",
  "refund_succeeded.points_preview": "{amount} is back in your loyalty points.",
  "refund_succeeded.points_preview_without_amount": "Your refund is in your loyalty points.",
  "refund_succeeded.points_heading": "Your refund is in your loyalty points",
  "refund_succeeded.points_body":
    "We have given you back {amount} for this order, as loyalty points.",
  "refund_succeeded.points_body_without_amount":
    "We have given you back what we owed you for this order, as loyalty points.",
  "refund_succeeded.points_advice": "You can use them for your next order with us.",
  "refund_succeeded.to_original": "Your original payment method",
  "refund_succeeded.to_points": "Your loyalty points",
  "refund_succeeded.to_bank": "Your bank account",

  "shipment_update.shipped.subject": "Your order {order} has shipped",
  "shipment_update.shipped.part_subject": "Part of your order {order} has shipped",
  "shipment_update.shipped.heading": "Your parcel has shipped",
  "shipment_update.shipped.part_heading": "Part of your order has shipped",
  "shipment_update.shipped.body": "Your parcel has been handed to the courier.",
  "shipment_update.shipped.sms": "{start} has shipped.",
  "shipment_update.shipped.sms_with_courier": "{start} has shipped with {courier}.",
  "shipment_update.in_transit.subject": "Your order {order} is on its way",
  "shipment_update.in_transit.part_subject": "Part of your order {order} is on its way",
  "shipment_update.in_transit.heading": "Your parcel is on its way",
  "shipment_update.in_transit.part_heading": "Part of your order is on its way",
  "shipment_update.in_transit.body": "Your parcel is travelling towards you.",
  "shipment_update.in_transit.sms": "{start} is on its way.",
  "shipment_update.in_transit.sms_with_courier": "{start} is on its way with {courier}.",
  "shipment_update.out_for_delivery.subject": "Your order {order} is out for delivery",
  "shipment_update.out_for_delivery.part_subject": "Part of your order {order} is out for delivery",
  "shipment_update.out_for_delivery.heading": "Out for delivery",
  "shipment_update.out_for_delivery.part_heading": "Part of your order is out for delivery",
  "shipment_update.out_for_delivery.body":
    "The courier has your parcel on board and is on the way to you.",
  "shipment_update.out_for_delivery.sms": "{start} is out for delivery.",
  "shipment_update.out_for_delivery.sms_with_courier":
    "{start} is out for delivery with {courier}.",
  "shipment_update.ready_to_collect.subject": "Your order {order} is ready to collect",
  "shipment_update.ready_to_collect.part_subject": "Part of your order {order} is ready to collect",
  "shipment_update.ready_to_collect.heading": "Your parcel is ready to collect",
  "shipment_update.ready_to_collect.part_heading": "Part of your order is ready to collect",
  "shipment_update.ready_to_collect.body":
    "Your parcel has arrived and is waiting for you to collect it.",
  "shipment_update.ready_to_collect.sms": "{start} is ready to collect.",
  "shipment_update.delivery_attempted.subject": "We missed you: order {order}",
  "shipment_update.delivery_attempted.part_subject": "We missed you: part of order {order}",
  "shipment_update.delivery_attempted.heading": "We could not reach you",
  "shipment_update.delivery_attempted.part_heading": "We could not reach you",
  "shipment_update.delivery_attempted.body":
    "The courier tried to deliver your parcel and could not reach you. They usually try again.",
  "shipment_update.delivery_attempted.sms":
    "{start} could not be delivered. The courier usually tries again.",
  "shipment_update.undelivered.subject": "Your order {order} could not be delivered",
  "shipment_update.undelivered.part_subject": "Part of your order {order} could not be delivered",
  "shipment_update.undelivered.heading": "Your parcel could not be delivered",
  "shipment_update.undelivered.part_heading": "Part of your order could not be delivered",
  "shipment_update.undelivered.body":
    "The courier could not deliver your parcel. Please check the delivery address, and get in touch with us if something is wrong with it.",
  "shipment_update.undelivered.sms": "{start} could not be delivered. Please contact us.",
  "shipment_update.return_to_origin.subject": "Your order {order} is on its way back to us",
  "shipment_update.return_to_origin.part_subject":
    "Part of your order {order} is on its way back to us",
  "shipment_update.return_to_origin.heading": "Your parcel is on its way back to us",
  "shipment_update.return_to_origin.part_heading": "Part of your order is on its way back to us",
  "shipment_update.return_to_origin.body":
    "The courier could not deliver your parcel and is returning it to us. Please get in touch with us, and we will sort it out together.",
  "shipment_update.return_to_origin.sms":
    "{start} could not be delivered and is on its way back to us.",
  "shipment_update.lost.subject": "About your order {order}",
  "shipment_update.lost.part_subject": "About part of your order {order}",
  "shipment_update.lost.heading": "Your parcel seems to be lost",
  "shipment_update.lost.part_heading": "Part of your order seems to be lost",
  "shipment_update.lost.body":
    "We are sorry: the courier reports that your parcel is lost. We are looking into it and will get back to you. You need not do anything.",
  "shipment_update.lost.sms":
    "{start} was reported lost by the courier. We are sorry and will contact you.",

  "order_received.subject": "We have received your order {order}",
  "order_received.preview": "We will confirm it shortly.",
  "order_received.heading": "We have received your order",
  "order_received.body": "Thank you. We are checking your order and will confirm it shortly.",

  "order_completed.subject": "Your order {order} is complete",
  "order_completed.preview": "Everything in your order has been taken care of.",
  "order_completed.heading": "Your order is complete",
  "order_completed.body":
    "Everything in your order has been taken care of. Thank you for shopping with us.",

  "payment_received.subject": "We have received your payment for order {order}",
  "payment_received.preview": "Thank you. Your payment has arrived.",
  "payment_received.heading": "Your payment has arrived",
  "payment_received.body": "Thank you. Your payment of {amount} has arrived.",
  "payment_received.body_without_amount": "Thank you. Your payment has arrived.",

  "refund_started.subject": "We have started a refund for your order {order}",
  "refund_started.preview": "You will hear from us when it is done.",
  "refund_started.heading": "Your refund has been started",
  "refund_started.body":
    "We have started a refund of {amount}. You will hear from us as soon as it is done.",
  "refund_started.body_without_amount":
    "We have started your refund. You will hear from us as soon as it is done.",

  "shipment_delivered.subject": "Your order {order} has been delivered",
  "shipment_delivered.part_subject": "Part of your order {order} has been delivered",
  "shipment_delivered.heading": "Your parcel has been delivered",
  "shipment_delivered.part_heading": "Part of your order has been delivered",
  "shipment_delivered.body":
    "The courier has delivered your parcel. If something is missing or damaged, please get in touch with us.",
  "shipment_delivered.sms": "{start} has been delivered.",

  "tracking_changed.subject": "New tracking for your order {order}",
  "tracking_changed.part_subject": "New tracking for part of your order {order}",
  "tracking_changed.heading": "New tracking for your parcel",
  "tracking_changed.body":
    "Please follow your parcel with this tracking from now on. If we sent you another one before, it is out of date.",
  "tracking_changed.sms": "{start} has a new tracking number: {number}.",
  "tracking_changed.sms_with_courier":
    "{start} has a new tracking number: {number} with {courier}.",
  "tracking_changed.sms_without_number": "{start} has new tracking.",
  "tracking_changed.sms_without_number_with_courier": "{start} has new tracking with {courier}.",

  "review_request.subject": "How was your order {order}?",
  "review_request.preview": "Two minutes of your time would help us and others.",
  "review_request.heading": "How did we do?",
  "review_request.body":
    "Your order has been with you for a little while now. We would love to hear what you think of it; it helps us, and others who are choosing.",
  "review_request.button": "Write a review",
  "review_request.reply": "Just reply to this message with a line or two.",
  "review_request.in_shop": "A line or two in our shop, where you bought it, is all it takes.",
};
