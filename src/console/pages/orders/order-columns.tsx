/** The columns of the lists of orders. */
import {
  balanceDueMicros,
  refundOutstandingMicros,
} from "../../../projection/money-status/financial-status";
import type { OrderRow } from "../../../store/state/order-list";
import type { Worklist } from "../../../store/worklists/conditions";
import { words } from "../../text";
import { Ago, Badge, type Column, Money, Ref, Text } from "../parts";

/** The state of all parcels in one badge: that of one that is not settled, if there is one. */
function Parcels({ of }: { readonly of: OrderRow }) {
  const { shipments, shipments_delivered: delivered, shipment_status: status } = of;
  if (shipments < 2 || status === null) return <Badge status={status} />;
  const arrived = `${String(delivered)} of ${String(shipments)} delivered`;
  const text = status === "delivered" ? arrived : `${words(status)}, ${arrived}`;
  return <Badge status={status} as={text} />;
}

const columns: readonly Column<OrderRow>[] = [
  {
    head: "Order",
    as: "word",
    cell: ({ order_number: number }) => <Ref to="orders" id={number} />,
  },
  {
    head: "Customer",
    as: "short",
    cell: ({ customer_name: name, customer_email: email, customer_phone: phone }) => (
      <Text of={[name, email ?? phone].filter((part) => part !== null).join(" · ")} />
    ),
  },
  { head: "Placed", cell: ({ order_date: at }) => <Ago at={at} /> },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "Money", cell: ({ financial_status: status }) => <Badge status={status} /> },
  { head: "Parcels", cell: (order) => <Parcels of={order} /> },
  {
    head: "Total",
    number: true,
    cell: ({ grand_total_micros: total, currency }) => <Money micros={total} in={currency} />,
  },
];

const paid: Column<OrderRow> = {
  head: "Paid",
  number: true,
  isMinor: true,
  cell: ({ paid_micros: micros, currency }) => <Money micros={micros} in={currency} />,
};
const toPay: Column<OrderRow> = {
  head: "To be paid",
  number: true,
  cell: (order) => <Money micros={balanceDueMicros(order)} in={order.currency} />,
};

/** The last column of each list shows what the list is about. */
const lastColumns: Readonly<Record<Worklist, Column<OrderRow>>> = {
  refunds_due: {
    head: "Refund outstanding",
    number: true,
    cell: (order) => <Money micros={refundOutstandingMicros(order)} in={order.currency} />,
  },
  unpaid: toPay,
  partly_paid: toPay,
  undelivered: paid,
  stuck_shipments: {
    head: "Last movement",
    cell: ({ shipment_updated_at: at }) => <Ago at={at} />,
  },
};

export function columnsOf(list: Worklist | undefined): readonly Column<OrderRow>[] {
  return [...columns, list === undefined ? paid : lastColumns[list]];
}
