/** Whether the order is paid, and if not, why not: in words, at the top of the order's page. */
import { nameType } from "../../../events/form-words";
import type { Child } from "hono/jsx";
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import type { PaymentAnswer, PaymentReason } from "../../../projection/money-status/payment-answer";
import { numberIn, type Row } from "../../order-view";
import { withQuery } from "../../links";
import { count } from "../../text";
import { Badge, Money, Part, Ref, Text, Time } from "../parts";

type Reason<Kind extends PaymentReason["kind"]> = Extract<PaymentReason, { kind: Kind }>;

function PaymentLine(props: { readonly of: Reason<"payment">; readonly currency: string | null }) {
  const { of, currency } = props;
  return (
    <>
      Payment <Text of={of.payment} />: <Badge status={String(of.status ?? "unknown")} />
      {of.amountMicros === null ? null : (
        <>
          {" "}
          <Money micros={of.amountMicros} in={currency} />
        </>
      )}
      {of.method === null ? null : (
        <>
          {" by "}
          <Text of={of.method} />
        </>
      )}
      {of.at === null ? null : (
        <>
          {" at "}
          <Time at={of.at} />
        </>
      )}
      {of.event === null ? null : (
        <>
          , as <Ref to="events" id={of.event} label="this event" /> says
        </>
      )}
      .
    </>
  );
}

const unappliedWords = {
  quarantined: "is in quarantine: it could not be understood",
  failed: "failed after all retries",
  ignored: "was ignored",
} as const;

function sentence(reason: PaymentReason, currency: string | null): Child {
  switch (reason.kind) {
    case "waiting":
      return (
        <>
          <Ref to="events" id={reason.event} label={nameType(reason.eventType)} /> came at{" "}
          <Time at={reason.since} /> and is not applied yet.
        </>
      );
    case "set_aside":
      return (
        <>
          <Ref to="events" id={reason.event} label={nameType(reason.eventType)} />{" "}
          {unappliedWords[reason.status]}
          {reason.error === null ? null : (
            <>
              {" ("}
              <Text of={reason.error} whole />)
            </>
          )}
          . Its page says what to do.
        </>
      );
    case "order_says":
      return (
        <>
          The order’s own word is newer than its payments: it says{" "}
          {reason.status === null ? "nothing" : <Badge status={String(reason.status)} />}
          {reason.event === null ? null : (
            <>
              {" in "}
              <Ref to="events" id={reason.event} label="this event" />
            </>
          )}
          .
        </>
      );
    case "overtaken":
      return (
        <>
          A <Ref to="events" id={reason.event} label="payment.success" /> of payment{" "}
          <Text of={reason.payment} /> was replaced
          {reason.by === null ? null : (
            <>
              {" by "}
              <Ref to="events" id={reason.by} label="a later event" />
            </>
          )}
          .
        </>
      );
    case "payment":
      return <PaymentLine of={reason} currency={currency} />;
    case "no_payment":
      return "No payment event for this order has arrived.";
  }
}

function Headline({ answer }: { readonly answer: PaymentAnswer }) {
  const { verdict, paidMicros, dueMicros, currency, payments, succeeded, reasons } = answer;
  const paid = <Money micros={paidMicros} in={currency} />;
  const due = dueMicros === null ? null : <Money micros={dueMicros} in={currency} />;
  if (verdict === "partly paid") {
    return (
      <>
        {`${String(succeeded)} of ${count(payments, "payment")} succeeded: `}
        {paid} of {due}.
      </>
    );
  }
  if (verdict === "paid") {
    return paidMicros > 0 ? (
      <>
        {paid} {due === null ? null : <>of {due} </>}arrived.
      </>
    ) : (
      <>An order event says so; no payment is known that succeeded.</>
    );
  }
  if (dueMicros === 0) return <>Nothing is to be paid.</>;
  const [first] = reasons;
  if (first?.kind === "waiting" || first?.kind === "set_aside") {
    return (
      <>
        <Text of={nameType(first.eventType)} /> has come and{" "}
        {first.kind === "waiting" ? "waits to be applied" : "was not applied"}.
      </>
    );
  }
  if (verdict === "cash on delivery") {
    return due === null ? (
      <>It is paid for at the door. No payment has been reported yet.</>
    ) : (
      <>{due} is collected at the door. No payment has been reported yet.</>
    );
  }
  const failed = reasons.find(
    (reason): reason is Reason<"payment"> =>
      reason.kind === "payment" && reason.status === "failed",
  );
  if (failed !== undefined) {
    return (
      <>
        The last attempt failed
        {failed.at === null ? null : (
          <>
            {" at "}
            <Time at={failed.at} />
          </>
        )}
        .
      </>
    );
  }
  if (succeeded > 0) return <>{paid} arrived, but a newer event says otherwise.</>;
  return payments === 0 ? <>No payment event has arrived.</> : <>No payment has succeeded yet.</>;
}

/** Payments that name no order can only be found by their time: the link leads there. */
function Hint({ order }: { readonly order: Row | null }) {
  const from = order?.["order_date"];
  const query = { type: "payment.success", from: typeof from === "string" ? from : undefined };
  return (
    <p class="soft">
      A payment that names no order joins it once an order event lists it. Look for it among the{" "}
      <a href={withQuery("/console/events", query)}>payments that succeeded</a>
      {typeof from === "string" ? " since the order was placed" : null}, or search the events for
      its number.
    </p>
  );
}

interface PanelProps {
  readonly answer: PaymentAnswer;
  readonly order: Row | null;
}

function Evidence({ answer, order }: PanelProps) {
  const { reasons, currency } = answer;
  const refunded = order === null ? 0 : (numberIn(order, "refunded_micros") ?? 0);
  const lonely = reasons.length === 1 && reasons[0]?.kind === "no_payment";
  return (
    <>
      <p class="headline">
        <Headline answer={answer} />
        {refunded > 0 ? (
          <>
            {" "}
            <Money micros={refunded} in={currency} /> of it was refunded.
          </>
        ) : null}
      </p>
      {lonely ? null : (
        <ul>
          {reasons.map((reason) => (
            <li>{sentence(reason, currency)}</li>
          ))}
        </ul>
      )}
      {reasons.some(({ kind }) => kind === "no_payment") ? <Hint order={order} /> : null}
    </>
  );
}

/** One sentence. It mentions refunds: a "Yes" alone could hide money that is owed. */
function shortAnswer({ verdict, isCancelled }: PaymentAnswer, order: Row | null): string {
  const paid = order === null ? 0 : (numberIn(order, "paid_micros") ?? 0);
  const refunded = order === null ? 0 : (numberIn(order, "refunded_micros") ?? 0);
  const so = verdict === "paid" ? "Yes" : verdict === "partly paid" ? "In part" : "No";
  if (order !== null && refundOutstandingMicros(order) > 0)
    return `${so}, and a refund to the customer is outstanding.`;
  if (refunded > 0) return `${so}, and ${refunded < paid ? "a part" : "all"} of it was refunded.`;
  return `${so}${isCancelled ? ", and the order is cancelled" : ""}.`;
}

/** Folded if the order is paid or cancelled, and no event about it waits or is unapplied. */
export function PaymentPanel({ answer, order }: PanelProps) {
  const { verdict, reasons, isCancelled } = answer;
  const isStuck = reasons.some(({ kind }) => kind === "waiting" || kind === "set_aside");
  if (!isStuck && (verdict === "paid" || isCancelled)) {
    return (
      <details class="answer folded">
        <summary>
          Is it paid? <span>{shortAnswer(answer, order)}</span>
        </summary>
        <Evidence answer={answer} order={order} />
      </details>
    );
  }
  return (
    <Part
      id="paid"
      class="answer"
      title={
        <>
          Is it paid? <Badge status={verdict} />
        </>
      }
    >
      <Evidence answer={answer} order={order} />
    </Part>
  );
}
