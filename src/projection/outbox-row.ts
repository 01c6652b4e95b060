/**
 * A row of the outbox before it is stored: the fact of a message, and its channel. A pure function of one event;
 * whether it is still true is checked when it is due.
 */

import { hashEscapedId } from "./precedence";

/** What a message is about: the first part of its fact. */
export type About = "order" | "payment" | "refund" | "shipment" | "event" | "alert";

export interface OutboxRow {
  /** Identity of the fact: `order_confirmed/ORD-1/email`. */
  readonly id: string;
  readonly template: string;
  readonly channel: string;
  /** Of a forward: where it goes; null for every other message. */
  readonly endpoint: string | null;
  readonly about: About;
  /** Null if the event names no order; it is then found through the subject when the message is sent. */
  readonly orderNumber: string | null;
  /** The key of the row that it is about: payment, refund, shipment or order. */
  readonly subjectId: string | null;
  readonly eventId: string | null;
  /** The event's time, otherwise its receipt, plus any delay; ISO 8601 with milliseconds. */
  readonly dueAt: string;
  /** When it happened: the event's time, otherwise the date in its body, otherwise its receipt. */
  readonly happenedAt: string;
  /** The delay after the event, in milliseconds; 0: none. */
  readonly delayMs: number;
  /** The parts of the fact in addition to its subject. */
  readonly context: OutboxContext;
}

/** Stored as JSON; the template defines the fields other than `kind`. */
export interface OutboxContext {
  readonly kind: string;
  /** The event states no time, and its own date is long ago. */
  readonly isHistory?: true | undefined;
  readonly [field: string]: unknown;
}

/** A part of the id of a fact: a slash inside it is escaped, so facts never collide. */
export function factPart(part: string): string {
  return part.replace(/[%/]/g, encodeURIComponent);
}

/** The prefix of the key of a row that asks for an order's message before its order is known. */
export const keyMarks = ["payment:", "refund:", "shipment:"] as const;
const marks = new RegExp(keyMarks.join("|"), "g");

/** An order number as a part: an order named `shipment:SHP-1` is not that parcel. */
export function orderPart(number: string): string {
  return factPart(number).replace(marks, (mark) => mark.replace(":", "%3A"));
}

/** Joins the parts of a fact into an id. */
export function factId(...parts: readonly string[]): string {
  return parts.map(factPart).join("/");
}

/**
 * What stays of a fact once its messages have left the outbox (store/retention/message-retention.ts): 48 bits of its
 * id without the channel. Among ten million of them, one new fact in 28 million is mistaken for a reported one.
 */
export function factHash(id: string): string {
  return hashEscapedId(id.slice(0, id.lastIndexOf("/")));
}
