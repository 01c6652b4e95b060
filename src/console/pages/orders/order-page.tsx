/** One order: whether it is paid, its current state, its history, and the events that set each field. */
import {
  financialStatus,
  refundOutstandingMicros,
} from "../../../projection/money-status/financial-status";
import {
  minorMicrosOf,
  orderSums,
  type SumAmounts,
} from "../../../projection/money-status/order-sums";
import type { PaymentAnswer } from "../../../projection/money-status/payment-answer";
import type { MessageRow } from "../../../store/outbox/message-list";
import { idIn, type PageContext } from "../../page-context";
import {
  type ExplainedOrder,
  explainNumber,
  isForPeople,
  isKnown,
  messagesOf,
  momentsOf,
  numberIn,
  ownRows,
  type Row,
  textIn,
} from "../../order-view";
import { keyOf } from "../../../store/closed-orders/keys";
import { defaultText } from "../../../notifications/texts";
import { withQuery } from "../../links";
import { count } from "../../text";
import { Explained } from "./explain-panel";
import { Why } from "./explained";
import { Customer, OtherFields, Remarks } from "./order-details";
import { Items, MoneyMoves, Parcels } from "./order-parts";
import { Summary } from "./summary";
import { Timeline } from "./timeline";
import { labelOf, messageColumns } from "../messages/messages-page";
import { Badge, Empty, LeftOutNotes, Money, Notice, Part, Ref, Table, Text } from "../parts";
import { Page, show } from "../page";
import { PaymentPanel } from "./payment-panel";
import { PlainPage } from "../sign-in-page";

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

/** Aligned under the items' amounts, so that a person can add them up. */
function Sums({ order }: { readonly order: Row }) {
  const currency = textIn(order, "currency");
  const refunded = numberIn(order, "refunded_micros") ?? 0;
  const due = refundOutstandingMicros(order);
  const lines: readonly (readonly [string, number])[] = [
    ...orderSums(amountsIn(order), minorMicrosOf(currency ?? "")).map(
      ({ kind, micros }) => [defaultText("en", `shared.${kind}`), micros] as const,
    ),
    ...(refunded > 0 ? [["Refunded", -refunded] as const] : []),
    ...(due > 0 ? [["Refund outstanding", due] as const] : []),
  ];
  const strong: ReadonlySet<string> = new Set([
    defaultText("en", "shared.total"),
    defaultText("en", "shared.due"),
    "Refund outstanding",
  ]);
  return (
    <dl class="sums">
      {lines.map(([name, micros]) => (
        <div class={strong.has(name) ? "strong" : undefined}>
          <dt>{name}</dt>
          <dd>
            <Money micros={micros} in={currency} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function OrderState({ view, order }: { readonly view: ExplainedOrder; readonly order: Row }) {
  const currency = textIn(order, "currency");
  const [payments, refunds] = [ownRows(view, "payments"), ownRows(view, "refunds")];
  return (
    <>
      <Part
        id="items"
        title="Items"
        beside={<Why entity="orders" row={view.number} register="amounts" />}
      >
        <Items json={textIn(order, "items")} currency={currency} />
        <Sums order={order} />
      </Part>
      <Part id="payments" title={refunds.length === 0 ? "Payments" : "Payments and refunds"}>
        <MoneyMoves payments={payments} refunds={refunds} currency={currency} />
      </Part>
      <Part id="shipments" title="Parcels">
        <Parcels rows={ownRows(view, "shipments")} />
      </Part>
    </>
  );
}

function Messages(props: {
  readonly number: string;
  readonly messages: readonly MessageRow[];
  readonly shown: readonly MessageRow[];
}) {
  const { number, messages, shown } = props;
  return (
    <Part id="messages" title="Messages">
      {shown.length === 0 ? (
        <Empty>This order has no messages yet.</Empty>
      ) : (
        <Table caption="Messages about it" columns={messageColumns} rows={shown} />
      )}
      {shown.length === messages.length ? null : (
        <p class="soft">
          {`And ${count(messages.length - shown.length, "event")} forwarded by the `}
          <a href={withQuery("/console/messages", { order: number })}>forward channel</a>.
        </p>
      )}
    </Part>
  );
}

/** Failed messages: people should not have to look for them. */
function Unsent({ of }: { readonly of: readonly MessageRow[] }) {
  const failed = of.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return null;
  return (
    <Notice bad>
      {`${count(failed.length, "message")} could not be sent: `}
      <Ref to="messages" id={first.id} label={labelOf(first)} />
    </Notice>
  );
}

function Title(props: {
  readonly number: string;
  readonly order: Row | null;
  readonly verdict: PaymentAnswer["verdict"];
}) {
  const { number, order, verdict } = props;
  const money = order === null ? "pending" : financialStatus(order);
  // The order's own status may be the same word: the badge then says that it is about the payment.
  const isPlain = money === "pending" || money === "failed";
  const isCash = money === "pending" && verdict === "cash on delivery";
  return (
    <div class="title">
      <h1>
        Order <Text of={number} />
        {order === null ? null : (
          <>
            {" "}
            <Badge status={textIn(order, "status")} />{" "}
            <Badge
              status={money}
              as={isCash ? verdict : isPlain ? `payment ${money}` : undefined}
            />
          </>
        )}
      </h1>
      {order === null ? null : <Why entity="orders" row={number} register="status" />}
    </div>
  );
}

export function OrderPage(props: {
  readonly who: string;
  readonly view: ExplainedOrder;
  readonly messages: readonly MessageRow[];
  readonly wasArchived?: boolean;
}) {
  const { who, view, messages, wasArchived = false } = props;
  const { number, order, payment } = view;
  const shown = messages.filter(isForPeople);
  return (
    <Page title={`Order ${number}`} who={who} path="/console/orders">
      <Title number={number} order={order} verdict={payment.verdict} />
      {order === null ? (
        <p>No event about this order is applied yet. Received so far:</p>
      ) : (
        <Summary
          order={order}
          shipments={ownRows(view, "shipments")}
          refunds={ownRows(view, "refunds")}
          answer={payment}
        />
      )}
      <Unsent of={shown} />
      {wasArchived ? (
        <p class="soft">This order was archived. It was brought back for you to look at.</p>
      ) : null}
      <LeftOutNotes of={view.leftOut} />
      <div class="with-rail">
        <div>
          <PaymentPanel answer={payment} order={order} />
          {order === null ? null : <OrderState view={view} order={order} />}
          <Messages number={number} messages={messages} shown={shown} />
          <Part id="timeline" title="Timeline">
            <Timeline moments={momentsOf(view, shown)} view={view} />
          </Part>
          {order === null ? null : (
            <Part id="why" title="Why is it so?">
              <Explained of={view.explained} currency={textIn(order, "currency")} />
            </Part>
          )}
        </div>
        {order === null ? null : (
          <aside class="rail" aria-label="About the customer and the order">
            <Customer order={order} />
            <Remarks order={order} />
            <OtherFields view={view} order={order} />
          </aside>
        )}
      </div>
    </Page>
  );
}

export async function order({ c, deps, who }: PageContext) {
  const number = idIn(c, "number");
  const sets = await deps.archived.putBack([keyOf.order(number)]);
  const [view, messages] = await Promise.all([
    explainNumber(deps.db, number, deps.defaults),
    messagesOf(deps.db, number),
  ]);
  if (!isKnown(view)) {
    const text =
      "No event has named this order. Check the number: it is compared letter by letter.";
    return show(c, <PlainPage title="No such order" text={text} who={who} />, 404);
  }
  return show(c, <OrderPage who={who} view={view} messages={messages} wasArchived={sets > 0} />);
}
