/** The one sentence at the top of an order's page: where the order stands, and what is owed by whom. */
import type { Child } from "hono/jsx";
import {
  balanceDueMicros,
  refundOutstandingMicros,
} from "../../../projection/money-status/financial-status";
import type { PaymentAnswer } from "../../../projection/money-status/payment-answer";
import { numberIn, type Row, textIn } from "../../order-view";
import { capital, clip, count, visible, words } from "../../text";
import { Money, Time } from "../parts";

const returning: ReadonlySet<string> = new Set([
  "undelivered",
  "return_to_origin",
  "lost",
  "store_rejected",
]);

/** Cancelled parcels do not count. */
function parcelsSentence(shipments: readonly Row[]): string | null {
  const statuses = shipments
    .map((row) => textIn(row, "status") ?? "")
    .filter((status) => status !== "cancelled");
  if (statuses.length === 0) return null;
  const delivered = statuses.filter((status) => status === "delivered").length;
  const lost = statuses.filter((status) => returning.has(status)).length;
  if (lost > 0) {
    const verb = lost === 1 ? "was" : "were";
    return `${count(lost, "parcel")} of ${String(statuses.length)} ${verb} not delivered.`;
  }
  if (delivered === statuses.length) {
    return delivered === 1
      ? "Its parcel was delivered."
      : `All ${String(delivered)} parcels were delivered.`;
  }
  if (delivered > 0)
    return `${String(delivered)} of ${count(statuses.length, "parcel")} delivered.`;
  const [only] = statuses;
  return statuses.length === 1 && only !== undefined && only !== ""
    ? `Its parcel is ${clip(visible(words(only)), 40)}.`
    : `${count(statuses.length, "parcel")} on the way.`;
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
      {capital(clip(visible(words(status)), 40))}
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

/** What was paid, what went back, and what is still owed. */
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
        <b>A refund of {amount(refundDue)} is outstanding.</b>
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
  readonly answer: PaymentAnswer;
}) {
  const { order, shipments, answer } = props;
  const parcels = textIn(order, "status") === "cancelled" ? null : parcelsSentence(shipments);
  return (
    <p class="summary">
      <StatusSentence order={order} /> <MoneySentence order={order} answer={answer} />
      {parcels === null ? null : ` ${parcels}`}
    </p>
  );
}
