/** The results of a search in groups, each with the data that people recognise it by. */
import { nameType } from "../../events/form-words";
import type { Child } from "hono/jsx";
import type { Found, FoundPerson } from "../../store/search/search";
import type { OrderRow } from "../../store/state/order-list";
import type {
  FoundEvent,
  FoundPayment,
  FoundRefund,
  FoundShipment,
} from "../../store/search/candidates";
import { pathTo, withQuery } from "../links";
import { asked, type PageContext } from "../page-context";
import { Page, show } from "../pages/page";
import { Ago, Badge, type Column, Empty, Money, Part, Ref, Table, Text } from "../pages/parts";
import { findWithArchived } from "./find";
import { targetOf } from "./target";

const PATH = "/console/search";

/** An id that links to the page of its order or, if it has none, to the events that name it. */
function OfOrder({ id, order }: { readonly id: string; readonly order: string | null }) {
  const path = order === null ? withQuery("/console/events", { q: id }) : pathTo("orders", order);
  return path === null ? (
    <Text of={id} />
  ) : (
    <a href={path}>
      <Text of={id} />
    </a>
  );
}

const orderColumns: readonly Column<OrderRow>[] = [
  { head: "Order", as: "word", cell: ({ order_number: id }) => <Ref to="orders" id={id} /> },
  { head: "Customer", as: "short", cell: ({ customer_name: name }) => <Text of={name} /> },
  { head: "Phone", as: "short", cell: ({ customer_phone: phone }) => <Text of={phone} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "Money", cell: ({ financial_status: status }) => <Badge status={status} /> },
  {
    head: "Total",
    number: true,
    cell: ({ grand_total_micros: total, currency }) => <Money micros={total} in={currency} />,
  },
  { head: "Placed", cell: ({ order_date: at }) => <Ago at={at} /> },
];

const peopleColumns: readonly Column<FoundPerson>[] = [
  {
    head: "Person",
    as: "word",
    cell: ({ name, email, phone, order_number: order }) => (
      <a href={withQuery("/console/people", { order })}>
        <Text of={name ?? email ?? phone} />
      </a>
    ),
  },
  { head: "E-mail", as: "short", cell: ({ email }) => <Text of={email} /> },
  { head: "Phone", as: "short", cell: ({ phone }) => <Text of={phone} /> },
  { head: "Orders found", number: true, cell: ({ orders }) => String(orders) },
];

interface OfAnOrder {
  readonly order_number: string | null;
  readonly status: string | null;
}

/** The columns of a part of an order: its id and status, its own columns, and the order. */
function columnsOf<Row extends OfAnOrder>(
  head: string,
  idOf: (row: Row) => string,
  own: readonly Column<Row>[],
): readonly Column<Row>[] {
  return [
    { head, as: "word", cell: (row) => <OfOrder id={idOf(row)} order={row.order_number} /> },
    { head: "Status", cell: ({ status }) => <Badge status={status} /> },
    ...own,
    { head: "Order", cell: ({ order_number: order }) => <Ref to="orders" id={order} /> },
  ];
}

const amount: Column<FoundPayment | FoundRefund> = {
  head: "Amount",
  number: true,
  cell: ({ amount_micros: micros, currency }) => <Money micros={micros} in={currency} />,
};

const paymentColumns = columnsOf<FoundPayment>("Payment", ({ payment_id: id }) => id, [
  { head: "Reference", as: "short", cell: ({ reference_number: id }) => <Text of={id} /> },
  amount,
]);

const refundColumns = columnsOf<FoundRefund>("Refund", ({ refund_id: id }) => id, [amount]);

const shipmentColumns = columnsOf<FoundShipment>("Parcel", ({ shipment_id: id }) => id, [
  {
    head: "Airway bill",
    as: "short",
    cell: ({ courier, awb_no: bill }) => (
      <Text of={[courier, bill].filter((one) => one !== null).join(" ")} />
    ),
  },
]);

const eventColumns: readonly Column<FoundEvent>[] = [
  { head: "Event", as: "word", cell: ({ id }) => <Ref to="events" id={id} /> },
  { head: "Type", cell: ({ event_type: type }) => <Text of={nameType(type)} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "Received", cell: ({ received_at: at }) => <Ago at={at} /> },
  { head: "Order", cell: ({ order_number: order }) => <Ref to="orders" id={order} /> },
];

/** One group of results; nothing if it is empty. */
function Group<Row>(props: {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}): Child {
  const { title, columns, rows } = props;
  if (rows.length === 0) return null;
  return (
    <Part id={`found-${title.toLowerCase()}`} title={title}>
      <Table caption={`${title} found`} columns={columns} rows={rows} />
    </Part>
  );
}

const examples: readonly (readonly [string, string])[] = [
  ["an order", "any part of its number with a digit in it, with or without its letters"],
  ["a person", "a name, an e-mail address or a part of one"],
  ["a phone number", "as you read it, with or without the country's code, or its last digits"],
  ["anything else", "the id of a payment, refund, parcel or event, or an airway bill"],
];

function HowTo() {
  return (
    <ul>
      {examples.map(([what, how]) => (
        <li>
          <b>{what}</b>: {how}
        </li>
      ))}
    </ul>
  );
}

function Nothing({ q }: { readonly q: string }) {
  return (
    <Empty>
      Nothing is known under “<Text of={q} />
      ”. If its events are not applied yet, look{" "}
      <a href={withQuery("/console/events", { q })}>among the events</a>, or at{" "}
      <a href={pathTo("orders", q) ?? PATH}>the order of this number</a>.
    </Empty>
  );
}

function SearchPage(props: {
  readonly who: string;
  readonly q: string | undefined;
  readonly found: Found | null;
}) {
  const { who, q, found } = props;
  if (q === undefined || found === null) {
    return (
      <Page title="Search" who={who} path={PATH}>
        <h1>Search</h1>
        <p>The field at the top of every page finds:</p>
        <HowTo />
      </Page>
    );
  }
  const { orders, people, payments, refunds, shipments, events, more } = found;
  const hits = [orders, people, payments, refunds, shipments, events].flat().length;
  return (
    <Page title={`Found for ${q}`} who={who} path={PATH} find={q}>
      <div class="title">
        <h1>
          <span>
            {hits === 0 ? "Nothing found" : "Found"} for “<Text of={q} />”
          </span>
        </h1>
        {more ? <p class="soft">There may be more: type more of it to see the rest.</p> : null}
      </div>
      {hits === 0 ? <Nothing q={q} /> : null}
      <Group title="Orders" columns={orderColumns} rows={orders} />
      <Group title="People" columns={peopleColumns} rows={people} />
      <Group title="Payments" columns={paymentColumns} rows={payments} />
      <Group title="Refunds" columns={refundColumns} rows={refunds} />
      <Group title="Parcels" columns={shipmentColumns} rows={shipments} />
      <Group title="Events" columns={eventColumns} rows={events} />
    </Page>
  );
}

export async function search({ c, deps, who }: PageContext) {
  const { q } = asked(c, ["q"]);
  const found = q === undefined ? null : await findWithArchived(deps, q);
  const target = q === undefined || found === null ? null : targetOf(found, q);
  if (target !== null) return c.redirect(target, 303);
  return show(c, <SearchPage who={who} q={q} found={found} />);
}
