/**
 * Every text of messages: its key, its form and its placeholders. One line for each; the words are in the folder of each
 * language (english/, hindi/), and edited texts in `message_texts`.
 */

/**
 * What a placeholder stands for. `count`: a number, which may have a plural; others are text that is already formatted.
 */
export const placeholders = {
  amount: { kind: "text", about: "an amount of money, with its currency", example: "₹1,23,456.00" },
  count: { kind: "count", about: "a number", example: "3" },
  courier: { kind: "text", about: "the name of the courier", example: "Delhivery" },
  link: { kind: "text", about: "the link by which the parcel is tracked", example: "https://…" },
  name: { kind: "text", about: "the customer's name", example: "Asha Rao" },
  number: { kind: "text", about: "the tracking number", example: "28744710012345" },
  order: { kind: "text", about: "the order's number", example: "ORD-1" },
  shipment: { kind: "text", about: "the parcel's number", example: "SHP-1" },
  start: {
    kind: "text",
    about: "the beginning of an SMS: shop and order",
    example: "Meera: order ORD-1",
  },
  store: { kind: "text", about: "the name of the shop", example: "Meera" },
  text: {
    kind: "text",
    about: "the text of the SMS before the link",
    example: "Order ORD-1 has shipped.",
  },
} as const satisfies Readonly<
  Record<
    string,
    { readonly kind: "text" | "count"; readonly about: string; readonly example: string }
  >
>;
export type Placeholder = keyof typeof placeholders;

/**
 * The forms of texts, and how many characters their words may have. Only a paragraph may have line breaks and links.
 */
export const textForms = {
  label: { maxCharacters: 60, isParagraph: false },
  line: { maxCharacters: 160, isParagraph: false },
  paragraph: { maxCharacters: 1_500, isParagraph: true },
  sms: { maxCharacters: 300, isParagraph: false },
} as const;
export type TextForm = keyof typeof textForms;

export interface TextRule<P extends Placeholder = Placeholder> {
  readonly form: TextForm;
  /** A text without one of these is refused. */
  readonly needed: readonly P[];
  /** These may be left out. */
  readonly optional: readonly P[];
}

const rule =
  (form: TextForm) =>
  <const N extends Placeholder = never, const O extends Placeholder = never>(
    needed: readonly N[] = [],
    optional: readonly O[] = [],
  ): TextRule<N | O> => ({ form, needed, optional });

const label = rule("label");
const line = rule("line");
const paragraph = rule("paragraph");
const sms = rule("sms");

/** To customers: in every language. */
const customerKeys = {
  "shared.greeting": line(["name"]),
  "shared.greeting_without_name": line(),
  "shared.footer": paragraph([], ["store"]),
  "shared.footer_with_reply": paragraph([], ["store"]),
  "shared.help": line(),
  "shared.unsubscribe": label(),
  "shared.shop_tax_id": label(),
  "shared.tax_id": label(),
  "shared.view_order": label(),
  "shared.pay": label(),
  "shared.items": label(),
  "shared.summary": label(),
  "shared.parcel_items": label(),
  "shared.to_come": label(),
  "shared.ships_later": label(),
  "shared.address": label(),
  "shared.quantity": label(["count"]),
  "shared.more_items": label(["count"]),
  "shared.order": label(),
  "shared.order_date": label(),
  "shared.courier": label(),
  "shared.tracking_number": label(),
  "shared.expected": label(),
  "shared.delivered": label(),
  "shared.amount": label(),
  "shared.payment_method": label(),
  "shared.refund_mode": label(),
  "shared.reference": label(),
  "shared.subtotal": label(),
  "shared.discount": label(),
  "shared.shipping": label(),
  "shared.free": label(),
  "shared.handling": label(),
  "shared.tax": label(),
  "shared.adjustments": label(),
  "shared.total": label(),
  "shared.included_tax": label(),
  "shared.credit": label(),
  "shared.points": label(),
  "shared.paid": label(),
  "shared.due": label(),
  "shared.track": label(),
  "shared.rest_elsewhere": paragraph(),
  "shared.rest_follows": paragraph(),
  "shared.reply_here": paragraph(),
  "shared.sms_order": sms(["store", "order"]),
  "shared.sms_order_without_store": sms(["order"]),
  "shared.sms_part": sms(["store", "order"]),
  "shared.sms_part_without_store": sms(["order"]),
  "shared.sms_track": sms(["text", "link"]),

  "unsubscribe.asked_title": line(),
  "unsubscribe.asked": paragraph([], ["store"]),
  "unsubscribe.asked_button": label(),
  "unsubscribe.stopped_title": line(),
  "unsubscribe.stopped": paragraph([], ["store"]),
  "unsubscribe.stopped_button": label(),
  "unsubscribe.resumed_title": line(),
  "unsubscribe.resumed": paragraph([], ["store"]),
  "unsubscribe.failed_title": line(),
  "unsubscribe.failed": paragraph([], ["store"]),
  "unsubscribe.failed_button": label(),
  "unsubscribe.others": paragraph(),

  "order_confirmed.subject": line(["order"], ["store"]),
  "order_confirmed.preview": line([], ["order", "store"]),
  "order_confirmed.heading": line([], ["order", "store"]),
  "order_confirmed.body": paragraph([], ["order", "store"]),

  "order_cancelled.subject": line(["order"], ["store"]),
  "order_cancelled.preview": line([], ["order", "store"]),
  "order_cancelled.heading": line([], ["order", "store"]),
  "order_cancelled.body": paragraph([], ["order", "store"]),
  "order_cancelled.refund": paragraph(["amount"]),

  "payment_failed.subject": line(["order"], ["store"]),
  "payment_failed.preview": line([], ["order", "store"]),
  "payment_failed.heading": line([], ["order", "store"]),
  "payment_failed.body": paragraph(["amount"], ["order", "store"]),
  "payment_failed.body_without_amount": paragraph([], ["order", "store"]),
  "payment_failed.advice": paragraph([], ["order", "store"]),
  "payment_failed.sms": sms(["store", "amount", "order"]),
  "payment_failed.sms_without_amount": sms(["store", "order"]),
  "payment_failed.sms_without_store": sms(["amount", "order"]),
  "payment_failed.sms_without_both": sms(["order"]),

  "refund_succeeded.subject": line(["order"], ["store"]),
  "refund_succeeded.preview": line(["amount"]),
  "refund_succeeded.preview_without_amount": line(),
  "refund_succeeded.heading": line(),
  "refund_succeeded.body": paragraph(["amount"]),
  "refund_succeeded.body_without_amount": paragraph(),
  "refund_succeeded.advice": paragraph(),
  "refund_succeeded.points_preview": line(["amount"]),
  "refund_succeeded.points_preview_without_amount": line(),
  "refund_succeeded.points_heading": line(),
  "refund_succeeded.points_body": paragraph(["amount"]),
  "refund_succeeded.points_body_without_amount": paragraph(),
  "refund_succeeded.points_advice": paragraph(),
  "refund_succeeded.to_original": label(),
  "refund_succeeded.to_points": label(),
  "refund_succeeded.to_bank": label(),

  "shipment_update.shipped.subject": line(["order"], ["store"]),
  "shipment_update.shipped.part_subject": line(["order"], ["store"]),
  "shipment_update.shipped.heading": line(),
  "shipment_update.shipped.part_heading": line(),
  "shipment_update.shipped.body": paragraph(),
  "shipment_update.shipped.sms": sms(["start"]),
  "shipment_update.shipped.sms_with_courier": sms(["start", "courier"]),
  "shipment_update.in_transit.subject": line(["order"], ["store"]),
  "shipment_update.in_transit.part_subject": line(["order"], ["store"]),
  "shipment_update.in_transit.heading": line(),
  "shipment_update.in_transit.part_heading": line(),
  "shipment_update.in_transit.body": paragraph(),
  "shipment_update.in_transit.sms": sms(["start"]),
  "shipment_update.in_transit.sms_with_courier": sms(["start", "courier"]),
  "shipment_update.out_for_delivery.subject": line(["order"], ["store"]),
  "shipment_update.out_for_delivery.part_subject": line(["order"], ["store"]),
  "shipment_update.out_for_delivery.heading": line(),
  "shipment_update.out_for_delivery.part_heading": line(),
  "shipment_update.out_for_delivery.body": paragraph(),
  "shipment_update.out_for_delivery.sms": sms(["start"]),
  "shipment_update.out_for_delivery.sms_with_courier": sms(["start", "courier"]),
  "shipment_update.ready_to_collect.subject": line(["order"], ["store"]),
  "shipment_update.ready_to_collect.part_subject": line(["order"], ["store"]),
  "shipment_update.ready_to_collect.heading": line(),
  "shipment_update.ready_to_collect.part_heading": line(),
  "shipment_update.ready_to_collect.body": paragraph(),
  "shipment_update.ready_to_collect.sms": sms(["start"]),
  "shipment_update.delivery_attempted.subject": line(["order"], ["store"]),
  "shipment_update.delivery_attempted.part_subject": line(["order"], ["store"]),
  "shipment_update.delivery_attempted.heading": line(),
  "shipment_update.delivery_attempted.part_heading": line(),
  "shipment_update.delivery_attempted.body": paragraph(),
  "shipment_update.delivery_attempted.sms": sms(["start"]),
  "shipment_update.undelivered.subject": line(["order"], ["store"]),
  "shipment_update.undelivered.part_subject": line(["order"], ["store"]),
  "shipment_update.undelivered.heading": line(),
  "shipment_update.undelivered.part_heading": line(),
  "shipment_update.undelivered.body": paragraph(),
  "shipment_update.undelivered.sms": sms(["start"]),
  "shipment_update.return_to_origin.subject": line(["order"], ["store"]),
  "shipment_update.return_to_origin.part_subject": line(["order"], ["store"]),
  "shipment_update.return_to_origin.heading": line(),
  "shipment_update.return_to_origin.part_heading": line(),
  "shipment_update.return_to_origin.body": paragraph(),
  "shipment_update.return_to_origin.sms": sms(["start"]),
  "shipment_update.lost.subject": line(["order"], ["store"]),
  "shipment_update.lost.part_subject": line(["order"], ["store"]),
  "shipment_update.lost.heading": line(),
  "shipment_update.lost.part_heading": line(),
  "shipment_update.lost.body": paragraph(),
  "shipment_update.lost.sms": sms(["start"]),

  "order_received.subject": line(["order"], ["store"]),
  "order_received.preview": line([], ["order", "store"]),
  "order_received.heading": line([], ["order", "store"]),
  "order_received.body": paragraph([], ["order", "store"]),

  "order_completed.subject": line(["order"], ["store"]),
  "order_completed.preview": line([], ["order", "store"]),
  "order_completed.heading": line([], ["order", "store"]),
  "order_completed.body": paragraph([], ["order", "store"]),

  "payment_received.subject": line(["order"], ["store"]),
  "payment_received.preview": line([], ["order", "store"]),
  "payment_received.heading": line([], ["order", "store"]),
  "payment_received.body": paragraph(["amount"], ["order", "store"]),
  "payment_received.body_without_amount": paragraph([], ["order", "store"]),

  "refund_started.subject": line(["order"], ["store"]),
  "refund_started.preview": line([], ["order", "store"]),
  "refund_started.heading": line([], ["order", "store"]),
  "refund_started.body": paragraph(["amount"], ["order", "store"]),
  "refund_started.body_without_amount": paragraph([], ["order", "store"]),

  "shipment_delivered.subject": line(["order"], ["store"]),
  "shipment_delivered.part_subject": line(["order"], ["store"]),
  "shipment_delivered.heading": line(),
  "shipment_delivered.part_heading": line(),
  "shipment_delivered.body": paragraph(),
  "shipment_delivered.sms": sms(["start"]),

  "tracking_changed.subject": line(["order"], ["store"]),
  "tracking_changed.part_subject": line(["order"], ["store"]),
  "tracking_changed.heading": line(),
  "tracking_changed.body": paragraph(),
  "tracking_changed.sms": sms(["start", "number"]),
  "tracking_changed.sms_with_courier": sms(["start", "number", "courier"]),
  "tracking_changed.sms_without_number": sms(["start"]),
  "tracking_changed.sms_without_number_with_courier": sms(["start", "courier"]),

  "review_request.subject": line(["order"], ["store"]),
  "review_request.preview": line([], ["order", "store"]),
  "review_request.heading": line([], ["order", "store"]),
  "review_request.body": paragraph([], ["order", "store"]),
  "review_request.button": label(),
  "review_request.reply": paragraph(),
  "review_request.in_shop": paragraph(),
} as const;

/** To the team: in English. */
const teamKeys = {
  "team.open_order": label(),
  "team.open_console": label(),
  "team.order": label(),
  "team.customer": label(),
  "team.cancelled": label(),
  "team.paid": label(),
  "team.refunded": label(),
  "team.refund": label(),
  "team.refund_mode": label(),
  "team.remarks": label(),
  "team.courier": label(),
  "team.tracking_number": label(),
  "team.reason": label(),
  "team.kind": label(),

  "refund_due.title": line(),
  "refund_due.text": paragraph(["order", "amount"]),
  "refund_failed.title": line(),
  "refund_failed.text": paragraph(["amount", "order"]),
  "refund_failed.text_without_amount": paragraph(["order"]),
  "refund_failed.text_without_order": paragraph(["amount"]),
  "refund_failed.text_without_both": paragraph(),
  "shipment_cancelled.title": line(),
  "shipment_cancelled.text": paragraph(["shipment", "order"]),
  "shipment_cancelled.text_without_order": paragraph(["shipment"]),
  "alert.title": line(),
} as const;

const textKeys = { ...customerKeys, ...teamKeys };
export type CustomerKey = keyof typeof customerKeys;
export type TeamKey = keyof typeof teamKeys;
export type TextKey = keyof typeof textKeys;

type PlaceholdersOf<K extends TextKey> = (typeof textKeys)[K] extends TextRule<infer P> ? P : never;
type ValueOf<P extends Placeholder> = (typeof placeholders)[P]["kind"] extends "count"
  ? number
  : string;
/** The values for a text: none, or one for each of its placeholders. */
export type ValuesOf<K extends TextKey> = [PlaceholdersOf<K>] extends [never]
  ? readonly []
  : readonly [{ readonly [P in PlaceholdersOf<K>]: ValueOf<P> }];

export const textRules: Readonly<Record<TextKey, TextRule>> = textKeys;

export function isTextKey(name: string): name is TextKey {
  return Object.hasOwn(textKeys, name);
}
