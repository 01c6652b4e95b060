/**
 * A decoded event in, the outbox rows that it asks for out: which facts somebody is to hear of. A
 * row is written even if the event lost; whether it is still true is asked when its turn comes.
 * (`refund_due` and `tracking_changed` follow from state, not from an event: store/derive.ts,
 * store/tracking.ts. `alert` is raised where something needs a person.)
 */
import { addMs, DAY_MS, knownTime } from "../events/time";
import { dayIn } from "../events/time-zone";
import type { DecodedEvent } from "./decoded-event";
import { precedenceOf } from "./patches";
import {
  type Channel,
  dailyStatuses,
  factId,
  type OutboxContext,
  type OutboxRow,
  type Template,
  toldStatuses,
} from "./templates";

export interface OutboxOptions {
  /** True where a forward URL is set: then every event is passed on. */
  readonly forwardEvents: boolean;
  readonly reviewDelayMs: number;
}

interface Fact {
  readonly template: Template;
  readonly channels: readonly Channel[];
  /** What the fact is about: the middle of its id. */
  readonly parts: readonly string[];
  readonly delayMs?: number;
  readonly context?: OutboxContext;
}

/** One for each status, and where it may come again, one for each day: the same day's is told once. */
function shipmentUpdate(event: DecodedEvent): Fact | null {
  if (event.subject !== "shipment") return null;
  const status = toldStatuses.find((told) => told === event.status);
  if (status === undefined) return null;
  const day = dayIn(event.occurredAt ?? event.receivedAt, event.timeZone);
  return {
    template: "shipment_update",
    channels: ["email", "sms"],
    parts: [event.key, status, ...(dailyStatuses.has(status) ? [day] : [])],
    context: { kind: "shipment_status", status },
  };
}

function paymentFailure(event: DecodedEvent): Fact | null {
  if (event.subject !== "payment") return null;
  return {
    template: "payment_failed",
    channels: ["email", "sms"],
    // One for each failure: by its time, or where it has none by its event.
    parts: [event.key, event.occurredAt ?? event.id],
    context: {
      kind: "payment_failure",
      precedence: precedenceOf(event),
      paymentDate: knownTime(event.data.payment_date, event),
    },
  };
}

/** One request an order; a parcel that names no order asks for itself until its order is known. */
function reviewRequest(event: DecodedEvent, delayMs: number): Fact {
  const about = event.orderNumber ?? `shipment:${event.key}`;
  return { template: "review_request", channels: ["email"], parts: [about], delayMs };
}

function factOf(event: DecodedEvent, options: OutboxOptions): Fact | null {
  const parts = [event.key];
  switch (event.row.type) {
    case "order.confirmed":
      return { template: "order_confirmed", channels: ["email"], parts };
    case "order.cancelled":
      return { template: "order_cancelled", channels: ["email"], parts };
    case "payment.failed":
      return paymentFailure(event);
    case "payment.refund.success":
      return { template: "refund_succeeded", channels: ["email"], parts };
    case "payment.refund.failed":
      return { template: "refund_failed", channels: ["team"], parts };
    case "shipment.updated":
      return shipmentUpdate(event);
    case "shipment.delivered":
      return reviewRequest(event, options.reviewDelayMs);
    case "shipment.cancelled":
      return { template: "shipment_cancelled", channels: ["team"], parts };
    case "order.created":
    case "order.completed":
    case "order.updated":
    case "payment.success":
    case "payment.retried":
    case "payment.updated":
    case "payment.refund.initiated":
    case "shipment.created":
      return null;
  }
}

/** How far back a body's own date may lie, where the event states no time, before this is history. */
const OWN_DATE_DAYS = 30;

/** Whether an event tells of what is long past: then no customer hears of it. */
function isHistory({ statedAt, occurredAt, receivedAt }: DecodedEvent): boolean {
  if (statedAt !== null || occurredAt === null) return false;
  return occurredAt < addMs(receivedAt, -OWN_DATE_DAYS * DAY_MS);
}

/** The rows that the event asks for, each with the identity of its fact. */
export function outboxRows(event: DecodedEvent, options: OutboxOptions): readonly OutboxRow[] {
  const facts: Fact[] = [];
  const told = factOf(event, options);
  if (told !== null) facts.push(told);
  if (options.forwardEvents) {
    facts.push({ template: "forward", channels: ["forward"], parts: [event.id] });
  }
  const past = isHistory(event) ? { isHistory: true as const } : {};
  return facts.flatMap((fact) =>
    fact.channels.map((channel) => {
      const delayMs = fact.delayMs ?? 0;
      return {
        id: factId(fact.template, ...fact.parts, channel),
        template: fact.template,
        channel,
        orderNumber: event.orderNumber,
        subjectId: event.key,
        eventId: event.id,
        dueAt: addMs(event.statedAt ?? event.receivedAt, delayMs),
        delayMs,
        context: { ...(fact.context ?? { kind: "none" }), ...past },
      };
    }),
  );
}
