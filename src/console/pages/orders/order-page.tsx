/** One order: whether it is paid, its current state, its history, and the events that set each field. */
import { nameType } from "../../../events/form-words";
import type { Child } from "hono/jsx";
import {
  financialStatus,
  refundOutstandingMicros,
} from "../../../projection/money-status/financial-status";
import {
  minorMicrosOf,
  orderSums,
  type SumAmounts,
  type SumKind,
} from "../../../projection/money-status/order-sums";
import type { MessageRow } from "../../../store/outbox/message-list";
import { idIn, type PageContext } from "../../page-context";
import {
  type ExplainedOrder,
  explainNumber,
  isForPeople,
  isKnown,
  messagesOf,
  type Moment,
  momentsOf,
  numberIn,
  ownRows,
  type Row,
  textIn,
} from "../../order-view";
import { withQuery } from "../../links";
import { count, words } from "../../text";
import { Explained } from "./explain-panel";
import { Customer, OtherFields, Remarks } from "./order-details";
import { Items, Parcels, Payments, Refunds } from "./order-parts";
import { messageColumns } from "../messages/messages-page";
import { Badge, Empty, Facts, LeftOutNotes, Money, Part, Ref, Table, Text, Time } from "../parts";
import { Page, show } from "../page";
import { PaymentPanel } from "./payment-panel";
import { PlainPage } from "../sign-in-page";

const sumNames: Readonly<Record<SumKind, string>> = {
  subtotal: "Subtotal",
  discount: "Discount",
  shipping: "Shipping",
  handling: "Handling",
  tax: "Tax",
  adjustments: "Adjustments",
  total: "Total",
  included_tax: "Includes tax of",
  credit: "Store credit",
  points: "Loyalty points",
  paid: "Paid",
  due: "To be paid",
};

function amountsIn(order: Row): SumAmounts {
  return {
    subtotal_micros: numberIn(order, "subtotal_micros"),
    discount_micros: numberIn(order, "discount_micros"),
    total_tax_micros: numberIn(order, "total_tax_micros"),
    shipping_micros: numberIn(order, "shipping_micros"),
    handling_micros: numberIn(order, "handling_micros"),
    grand_total_micros: numberIn(order, "grand_total_micros"),
    credit_used_micros: numberIn(order, "credit_used_micros"),
    payable_micros: numberIn(order, "payable_micros"),
    paid_micros: numberIn(order, "paid_micros") ?? 0,
    status: textIn(order, "status"),
    payment_status: textIn(order, "payment_status"),
  };
}

function Sums({ order }: { readonly order: Row }) {
  const currency = textIn(order, "currency");
  const refunded = numberIn(order, "refunded_micros") ?? 0;
  const due = refundOutstandingMicros(order);
  return (
    <Facts
      of={[
        ...orderSums(amountsIn(order), minorMicrosOf(currency ?? "")).map(
          ({ kind, micros }): readonly [string, Child] => [
            sumNames[kind],
            <Money micros={micros} in={currency} />,
          ],
        ),
        ["Refunded", refunded > 0 ? <Money micros={refunded} in={currency} /> : null],
        ["Refund outstanding", due > 0 ? <Money micros={due} in={currency} /> : null],
      ]}
    />
  );
}

function What({ moment }: { readonly moment: Moment }) {
  switch (moment.kind) {
    case "event":
      return (
        <>
          <Ref to="events" id={moment.event.id} label={nameType(moment.event.eventType)} />
          {moment.event.status === "processed" ? null : (
            <>
              {" "}
              <Badge status={moment.event.status} />
            </>
          )}
        </>
      );
    case "milestone":
      return (
        <b>
          {moment.what}
          {moment.of === null ? null : (
            <>
              {" "}
              <Text of={moment.of} />
            </>
          )}
        </b>
      );
    case "message":
      return (
        <>
          {moment.message.channel}:{" "}
          <Ref to="messages" id={moment.message.id} label={words(moment.message.template)} />{" "}
          <Badge status={moment.message.status} />
        </>
      );
  }
}

function Timeline({ moments }: { readonly moments: readonly Moment[] }) {
  return (
    <ol class="timeline">
      {moments.map((moment) => (
        <li class={moment.kind}>
          <Time at={moment.at} />
          <span>
            <What moment={moment} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function OrderState({ view, order }: { readonly view: ExplainedOrder; readonly order: Row }) {
  const currency = textIn(order, "currency");
  const [payments, refunds] = [ownRows(view, "payments"), ownRows(view, "refunds")];
  const shipments = ownRows(view, "shipments");
  return (
    <>
      <div class="columns">
        <Part id="money" title="Money">
          <Sums order={order} />
        </Part>
        <div>
          <Part id="customer" title="Customer">
            <Customer order={order} />
          </Part>
          <Remarks order={order} />
        </div>
      </div>
      <Part id="items" title="Items">
        <Items json={textIn(order, "items")} currency={currency} />
      </Part>
      <Part id="payments" title="Payments">
        <Payments rows={payments} currency={currency} />
      </Part>
      {refunds.length === 0 ? null : (
        <Part id="refunds" title="Refunds">
          <Refunds rows={refunds} currency={currency} />
        </Part>
      )}
      <Part id="shipments" title="Shipments">
        <Parcels rows={shipments} />
      </Part>
    </>
  );
}

export function OrderPage(props: {
  readonly who: string;
  readonly view: ExplainedOrder;
  readonly messages: readonly MessageRow[];
}) {
  const { who, view, messages } = props;
  const { number, order, payment } = view;
  const shown = messages.filter(isForPeople);
  return (
    <Page title={`Order ${number}`} who={who} path="/console/orders">
      <div class="title">
        <h1>
          Order <Text of={number} />{" "}
          {order === null ? null : (
            <>
              <Badge status={textIn(order, "status")} /> <Badge status={financialStatus(order)} />
            </>
          )}
        </h1>
      </div>
      {order === null ? (
        <p>No event that was applied has named this order. What has come that names it:</p>
      ) : null}
      <LeftOutNotes of={view.leftOut} />
      <PaymentPanel answer={payment} order={order} />
      {order === null ? null : <OrderState view={view} order={order} />}
      <Part id="messages" title="Messages">
        {shown.length === 0 ? (
          <Empty>This order has no messages yet.</Empty>
        ) : (
          <Table caption="What was told about it" columns={messageColumns} rows={shown} />
        )}
        {shown.length === messages.length ? null : (
          <p class="soft">
            {`And ${count(messages.length - shown.length, "event")} forwarded by the `}
            <a href={withQuery("/console/messages", { order: number })}>forward channel</a>.
          </p>
        )}
      </Part>
      <Part id="timeline" title="Timeline">
        <Timeline moments={momentsOf(view, shown)} />
      </Part>
      {order === null ? null : <OtherFields view={view} order={order} />}
      <Part id="why" title="Why is it so?">
        <Explained of={view.explained} />
      </Part>
    </Page>
  );
}

export async function order({ c, deps, who }: PageContext) {
  const number = idIn(c, "number");
  const [view, messages] = await Promise.all([
    explainNumber(deps.db, number, deps.defaults),
    messagesOf(deps.db, number),
  ]);
  if (!isKnown(view)) {
    const text =
      "No event has named this order. Check the number: it is compared letter by letter.";
    return show(c, <PlainPage title="No such order" text={text} who={who} />, 404);
  }
  return show(c, <OrderPage who={who} view={view} messages={messages} />);
}
