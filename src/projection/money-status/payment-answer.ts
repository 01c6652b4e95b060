/**
 * Why an order is, or is not, marked paid: the first question of a person who knows only its number. Pure: its
 * rows, their explanation and the waiting events in, a verdict with its reasons out.
 */
import type { HistoricEvent, OrderExplanation, SettingExplanation } from "../history/explanation";
import { paidStatuses, paymentWord } from "../../events/stages";
import { isCash } from "./cash";
import type { Value } from "../registers";

/** `cash on delivery`: nothing was paid yet, and no payment is expected before delivery. */
type PaymentVerdict = "paid" | "partly paid" | "cash on delivery" | "not paid";

/** One reason; `event` and `by` are ids of events. */
export type PaymentReason =
  /** It has arrived and is not applied yet. */
  | {
      readonly kind: "waiting";
      readonly event: string;
      readonly eventType: string | null;
      readonly since: string;
    }
  /** It has arrived and was not applied: quarantined, failed, or of an unknown type. */
  | {
      readonly kind: "set_aside";
      readonly event: string;
      readonly eventType: string | null;
      readonly status: "quarantined" | "failed" | "ignored";
      readonly error: string | null;
    }
  /** The payments have another status, but the order event is newer. */
  | { readonly kind: "order_says"; readonly status: Value; readonly event: string | null }
  /** A success that a later event of the same payment has replaced. */
  | {
      readonly kind: "overtaken";
      readonly payment: string;
      readonly event: string;
      readonly by: string | null;
    }
  /** The present state of a payment. */
  | {
      readonly kind: "payment";
      readonly payment: string;
      readonly status: Value;
      readonly amountMicros: number | null;
      readonly method: string | null;
      readonly at: string | null;
      readonly event: string | null;
    }
  /** None has arrived, not even one that could not be applied. */
  | { readonly kind: "no_payment" };

export interface PaymentAnswer {
  readonly verdict: PaymentVerdict;
  /** The present value of the column. */
  readonly status: Value;
  readonly currency: string | null;
  readonly paidMicros: number;
  /** The total to pay; null if no event states it. */
  readonly dueMicros: number | null;
  /** The number of payments that count, and of those that succeeded. */
  readonly payments: number;
  readonly succeeded: number;
  readonly isCancelled: boolean;
  readonly reasons: readonly PaymentReason[];
}

/** An event about the order that is stored and not applied. */
export interface WaitingNote {
  readonly id: string;
  readonly event_type: string | null;
  readonly received_at: string;
}

const successes: ReadonlySet<Value> = new Set(paidStatuses);

function textOrNull(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function numberOrNull(value: Value | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** Unapplied events that a person has to act on, or that explain a missing payment. */
function unappliedEvents(events: readonly HistoricEvent[]): readonly PaymentReason[] {
  return events.flatMap(({ id, eventType, status, error }): readonly PaymentReason[] => {
    const matters =
      status === "quarantined" ||
      status === "failed" ||
      (status === "ignored" && eventType?.startsWith("payment") === true);
    return matters ? [{ kind: "set_aside", event: id, eventType, status, error }] : [];
  });
}

type CountedPayment = Extract<PaymentReason, { kind: "payment" }>;

function countedPayments(explained: OrderExplanation): readonly CountedPayment[] {
  const of = (key: string, register: string) =>
    explained.registers.find(
      (one) => one.entity === "payments" && one.key === key && one.register === register,
    );
  return (explained.derived?.payments ?? [])
    .filter(({ countedInstead }) => countedInstead === null)
    .map(({ paymentId, status, amountMicros }) => {
      const set = of(paymentId, "status");
      const known = explained.events.find(({ id }) => id === set?.setBy);
      return {
        kind: "payment",
        payment: paymentId,
        status,
        amountMicros: numberOrNull(amountMicros),
        method: textOrNull(of(paymentId, "amount")?.values["method"]),
        at: textOrNull(set?.values["payment_date"]) ?? known?.occurredAt ?? null,
        event: set?.setBy ?? null,
      };
    });
}

/** Successes that a later event of the same payment has overridden, if the payment is not successful now. */
function overtaken(
  explained: OrderExplanation,
  counted: readonly CountedPayment[],
): readonly PaymentReason[] {
  const unpaid = new Set(
    counted.filter(({ status }) => !successes.has(status)).map(({ payment }) => payment),
  );
  const isOverridden = ({ entity, key, register, comparison }: SettingExplanation): boolean =>
    entity === "payments" && register === "status" && unpaid.has(key) && comparison !== "stands";
  return explained.events
    .filter(({ eventType }) => eventType === "payment.success")
    .flatMap((event) =>
      event.settings.filter(isOverridden).map(({ key, against }): PaymentReason => ({
        kind: "overtaken",
        payment: key,
        event: event.id,
        by: against,
      })),
    );
}

/** Whether the order is marked paid: this always matches its financial status. */
function verdictOf(status: Value): Exclude<PaymentVerdict, "cash on delivery"> {
  if (status === "success") return "paid";
  return status === "partially_paid" ? "partly paid" : "not paid";
}

/** Cash that is still to be collected. */
function awaitsCash(counted: readonly CountedPayment[]): boolean {
  return counted.some(({ method, status }) => {
    return isCash(method) && paymentWord(String(status)) === "pending";
  });
}

/** `order`: the order's row by column name; `events` and `explained` were read together with it. */
export function answerPayment(
  order: Readonly<Record<string, Value>>,
  events: readonly HistoricEvent[],
  explained: OrderExplanation,
  waiting: readonly WaitingNote[],
): PaymentAnswer {
  const status = order["payment_status"] ?? null;
  const paidMicros = numberOrNull(order["paid_micros"]) ?? 0;
  const dueMicros = numberOrNull(order["payable_micros"]);
  const counted = countedPayments(explained);
  const derived = explained.derived;
  const succeeded = counted.filter((one) => successes.has(one.status)).length;
  const bySnapshot = derived?.decidedBy === "snapshot" && counted.length > 0;
  const contradicts = bySnapshot && counted.every((one) => one.status !== status);
  const byMoney = verdictOf(status);
  const verdict = byMoney === "not paid" && awaitsCash(counted) ? "cash on delivery" : byMoney;
  const wait = waiting.map(({ id, event_type, received_at }): PaymentReason => ({
    kind: "waiting",
    event: id,
    eventType: event_type,
    since: received_at,
  }));
  const stuck = [...wait, ...unappliedEvents(events)];
  const hasPayment =
    counted.length > 0 ||
    stuck.some(
      (reason) => "eventType" in reason && reason.eventType?.startsWith("payment") === true,
    );
  const reasons: readonly PaymentReason[] = [
    ...stuck,
    ...(contradicts
      ? [{ kind: "order_says" as const, status, event: derived?.event ?? null }]
      : []),
    ...overtaken(explained, counted),
    ...counted,
    ...(hasPayment ? [] : [{ kind: "no_payment" as const }]),
  ];
  return {
    verdict,
    status,
    currency: textOrNull(order["currency"]),
    paidMicros,
    dueMicros,
    payments: counted.length,
    succeeded,
    isCancelled: order["status"] === "cancelled",
    reasons,
  };
}
