/** The summary at the top of an order's page: the status of the order, and who owes what. */
import type { Child } from "hono/jsx";
import {
  balanceDueMicros,
  financialStatus,
  refundOutstandingMicros,
} from "../../../projection/money-status/financial-status";
import type { PaymentAnswer } from "../../../projection/money-status/payment-answer";
import { numberIn, type Row, textIn } from "../../order-view";
import { capital } from "../../text";
import { Money, Text, Time } from "../parts";
import { parcelNews, statusWord } from "./explained";

/** Cancelled parcels do not count. */
function parcelsSentence(shipments: readonly Row[]): string | null {
  const statuses = shipments
    .map((row) => textIn(row, "status"))
    .filter((status) => status !== "cancelled");
  const [only] = statuses;
  if (only === undefined) return null;
  if (statuses.length === 1) return `Its parcel ${parcelNews(only)}.`;
  const counts = [...Map.groupBy(statuses, (status) => statusWord(status ?? "unknown"))];
  return `Its parcels: ${counts.map(([word, { length }]) => `${String(length)} ${word}`).join(", ")}.`;
}

function StatusSentence({ order }: { readonly order: Row }) {
  const status = textIn(order, "status");
  if (status === null) return <>Nothing states its status yet.</>;
  const since =
    status === "cancelled"
      ? textIn(order, "cancelled_at")
      : status === "complete"
        ? textIn(order, "completed_at")
        : null;
  return (
    <>
      {status === "complete" ? "Completed" : capital(statusWord(status))}
      {since === null ? null : (
        <>
          {" on "}
          <Time at={since} />
        </>
      )}
      .
    </>
  );
}

const dateIn = (row: Row): string => textIn(row, "refund_date") ?? textIn(row, "updated_at") ?? "";

/** The status of the latest refund if it was not paid out, with the bank's remarks. */
function RefundNews({ order, refunds }: { readonly order: Row; readonly refunds: readonly Row[] }) {
  if (financialStatus(order) === "refunded") return null;
  const latest = refunds.toSorted((a, b) => (dateIn(a) < dateIn(b) ? 1 : -1))[0];
  const status = latest === undefined ? null : textIn(latest, "status");
  if (latest === undefined || status === "success") return null;
  const remarks = textIn(latest, "remarks");
  return (
    <>
      {" "}
      {status === "failed" ? "The last refund failed" : "A refund was started"}
      {remarks === null ? null : (
        <>
          : <Text of={remarks} />
        </>
      )}
      .
    </>
  );
}

/** What was paid, what was refunded, and what is still owed. */
function MoneySentence({ order, answer }: { readonly order: Row; readonly answer: PaymentAnswer }) {
  const currency = textIn(order, "currency");
  const amount = (micros: number): Child => <Money micros={micros} in={currency} />;
  const paid = numberIn(order, "paid_micros") ?? 0;
  const refunded = numberIn(order, "refunded_micros") ?? 0;
  const refundDue = refundOutstandingMicros(order);
  const due = balanceDueMicros(order);
  if (refundDue > 0) {
    return (
      <>
        {amount(paid)} was paid
        {refunded > 0 ? <>, {amount(refunded)} of it refunded</> : null}.{" "}
        <b>A refund of {amount(refundDue)} to the customer is outstanding.</b>
      </>
    );
  }
  if (refunded > 0) {
    return refunded >= paid ? (
      <>{amount(paid)} was paid, and all of it refunded.</>
    ) : (
      <>
        {amount(paid)} was paid, {amount(refunded)} of it refunded.
      </>
    );
  }
  if (due !== null && due > 0) {
    const isCash = answer.verdict === "cash on delivery";
    return (
      <>
        {paid > 0 ? <>{amount(paid)} was paid. </> : null}
        <b>
          {amount(due)} is {paid > 0 ? "still " : ""}
          {isCash ? "to be collected on delivery." : "to be paid by the customer."}
        </b>
      </>
    );
  }
  if (paid > 0) return <>{amount(paid)} was paid; nothing is owed.</>;
  if (answer.verdict === "paid") return <>It is paid; nothing is owed.</>;
  return textIn(order, "status") === "cancelled" ? <>Nothing was paid.</> : null;
}

export function Summary(props: {
  readonly order: Row;
  readonly shipments: readonly Row[];
  readonly refunds: readonly Row[];
  readonly answer: PaymentAnswer;
}) {
  const { order, shipments, refunds, answer } = props;
  const parcels = textIn(order, "status") === "cancelled" ? null : parcelsSentence(shipments);
  return (
    <p class="summary">
      <StatusSentence order={order} /> <MoneySentence order={order} answer={answer} />
      <RefundNews order={order} refunds={refunds} />
      {parcels === null ? null : ` ${parcels}`}
    </p>
  );
}
