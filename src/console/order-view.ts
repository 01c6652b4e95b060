/** One order for people: its rows, which events set them, whether it is paid, and its history. */
import { VIEW_LIMITS, VIEW_MAX_SETTINGS } from "../limits";
import { explainOrder } from "../projection/history/explain";
import type { HistoricEvent, OrderExplanation, StateRow } from "../projection/history/explanation";
import { answerPayment, type PaymentAnswer } from "../projection/money-status/payment-answer";
import type { Entity, Value } from "../projection/registers";
import type { StoreDefaults } from "../projection/store-defaults";
import { loadHistory } from "../store/state/history";
import { keysOf, loadRows } from "../store/state/rows";
import { type LeftOut, leftOutOfOrder } from "./left-out";
import { listMessages, type MessageRow } from "../store/outbox/message-list";
import { listWaitingOf, type WaitingEvent } from "../store/inbox/waiting-of-order";

const WAITING_MAX = 50;
const MESSAGES_MAX = 100;

export type Row = Readonly<Record<string, Value>>;

export function textIn(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

export function numberIn(row: Row, column: string): number | null {
  const value = row[column];
  return typeof value === "number" ? value : null;
}

export interface ExplainedOrder {
  readonly number: string;
  /** Null if no applied event has named it. */
  readonly order: Row | null;
  readonly rows: readonly StateRow[];
  readonly history: readonly HistoricEvent[];
  /** Stored but not applied yet, oldest first. */
  readonly waiting: readonly WaitingEvent[];
  readonly explained: OrderExplanation;
  readonly payment: PaymentAnswer;
  readonly leftOut: readonly LeftOut[];
}

/** True if anything is known about the order, even if only an unapplied event names it. */
export function isKnown({ order, history, waiting }: ExplainedOrder): boolean {
  return order !== null || history.length > 0 || waiting.length > 0;
}

/** The order's own rows of one kind. */
export function ownRows({ rows, number }: ExplainedOrder, entity: Entity): readonly Row[] {
  return rows
    .filter((row) => row.entity === entity && row.columns["order_number"] === number)
    .map(({ columns }) => columns);
}

/** Two round trips; a third if there is more than a view reads. */
export async function explainNumber(
  db: D1Database,
  number: string,
  defaults: StoreDefaults,
): Promise<ExplainedOrder> {
  const [{ rows, leftOut }, waiting] = await Promise.all([
    loadRows(db, number, VIEW_LIMITS),
    listWaitingOf(db, number, WAITING_MAX),
  ]);
  const history = await loadHistory(db, number, keysOf(rows), VIEW_LIMITS);
  const { explained, settingsLeftOut } = explainOrder(
    number,
    { rows, areAllPayments: leftOut.payments === undefined },
    history.events,
    defaults,
    VIEW_MAX_SETTINGS,
  );
  const order = rows.find(({ entity }) => entity === "orders")?.columns ?? null;
  return {
    number,
    order,
    rows,
    history: history.events,
    waiting,
    explained,
    payment: answerPayment(order ?? {}, history.events, explained, waiting),
    leftOut: leftOutOfOrder({ ...leftOut, events: history.leftOut }, settingsLeftOut),
  };
}

/** An event of the history, applied or not. */
export type TimedEvent = Pick<
  HistoricEvent,
  "id" | "eventType" | "occurredAt" | "receivedAt" | "status" | "payload"
>;

/** One entry in an order's history. */
export type Moment =
  | { readonly kind: "event"; readonly at: string; readonly event: TimedEvent }
  | {
      readonly kind: "milestone";
      readonly at: string;
      readonly what: string;
      readonly of: string | null;
    }
  | { readonly kind: "message"; readonly at: string; readonly message: MessageRow };

/** Dates of rows that get their own entry, and the type of event that usually reports the same. */
const milestones: Readonly<
  Record<"orders" | "shipments", Readonly<Record<string, readonly [string, string | null]>>>
> = {
  orders: {
    order_date: ["order placed", "order.created"],
    confirmed_at: ["order confirmed", "order.confirmed"],
    completed_at: ["order completed", "order.completed"],
    cancelled_at: ["order cancelled", "order.cancelled"],
  },
  shipments: {
    shipped_at: ["parcel shipped", null],
    delivered_at: ["parcel delivered", "shipment.delivered"],
    cancelled_at: ["parcel cancelled", "shipment.cancelled"],
  },
};

/** A milestone is left out if an applied event of its type, or of the same time, reports the same. */
function milestonesOf(view: ExplainedOrder): readonly Moment[] {
  const setBy = new Set(
    view.explained.events.flatMap(({ eventType, occurredAt, settings }) =>
      settings.flatMap(({ key }) => [`${eventType ?? ""} ${key}`, `${occurredAt ?? ""} ${key}`]),
    ),
  );
  return (["orders", "shipments"] as const).flatMap((entity) =>
    ownRows(view, entity).flatMap((row) => {
      const key = String(row[entity === "orders" ? "order_number" : "shipment_id"]);
      return Object.entries(milestones[entity]).flatMap(([column, [what, type]]): Moment[] => {
        const at = row[column];
        if (typeof at !== "string" || setBy.has(`${at} ${key}`)) return [];
        if (type !== null && setBy.has(`${type} ${key}`)) return [];
        return [{ kind: "milestone", at, what, of: entity === "shipments" ? key : null }];
      });
    }),
  );
}

/** Waiting events that are not about a row of the order: those are in its history. */
function waitingMoments({ waiting, history }: ExplainedOrder): readonly Moment[] {
  const shown = new Set(history.map(({ id }) => id));
  return waiting
    .filter(({ id }) => !shown.has(id))
    .map(({ id, event_type: eventType, received_at: at }) => ({
      kind: "event",
      at,
      event: { id, eventType, receivedAt: at, occurredAt: null, status: "received", payload: null },
    }));
}

/** Events, milestones and messages in one list, newest first. */
export function momentsOf(
  view: ExplainedOrder,
  messages: readonly MessageRow[],
): readonly Moment[] {
  const moments: readonly Moment[] = [
    ...messages.map((message): Moment => ({
      kind: "message",
      at: message.sent_at ?? message.created_at,
      message,
    })),
    ...milestonesOf(view),
    ...waitingMoments(view),
    ...view.history.toReversed().map((event): Moment => ({
      kind: "event",
      at: event.occurredAt ?? event.receivedAt,
      event,
    })),
  ];
  return moments.toSorted((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
}

/** Forwards go to another system, not to a person: they are counted, and shown only if they failed. */
export function isForPeople({ channel, status }: MessageRow): boolean {
  return channel !== "forward" || status === "failed";
}

/** The messages of an order, newest first. */
export async function messagesOf(db: D1Database, number: string): Promise<readonly MessageRow[]> {
  return (await listMessages(db, { order: number }, { limit: MESSAGES_MAX })).messages;
}
