/** Orders: those of the latest events, and those that wait for a person. */
import { refundOutstandingMicros } from "../../../projection/money-status/financial-status";
import { listOrders, type OrderPage, type OrderRow } from "../../../store/state/order-list";
import {
  countWorklists,
  listWorklist,
  type WorklistCounts,
} from "../../../store/worklists/worklists";
import { type Worklist, worklists } from "../../../store/worklists/conditions";
import { withQuery } from "../../links";
import { maskOrder } from "../../mask";
import { ordersQuery } from "../../api/shapes";
import { asked, readQuery, type PageContext } from "../../page-context";
import {
  Ago,
  Badge,
  type Column,
  Empty,
  Money,
  Notice,
  Pager,
  Ref,
  Table,
  Tabs,
  Text,
} from "../parts";
import { Page, show } from "../page";

const ORDERS = "/console/orders";

/** The name of each list, and which orders are in it. */
const lists: Readonly<Record<Worklist, { readonly name: string; readonly about: string }>> = {
  refunds_due: {
    name: "Refunds due",
    about: "Cancelled orders of which more was paid than has gone back, by number.",
  },
  undelivered: {
    name: "Undelivered",
    about: "Open orders of the last 30 days with a parcel that did not arrive.",
  },
};

const columns: readonly Column<OrderRow>[] = [
  {
    head: "Order",
    as: "word",
    cell: ({ order_number: number }) => <Ref to="orders" id={number} />,
  },
  { head: "Status", cell: ({ status }) => <Badge status={status} /> },
  { head: "Money", cell: ({ financial_status: status }) => <Badge status={status} /> },
  {
    head: "Total",
    number: true,
    cell: ({ grand_total_micros: total, currency }) => <Money micros={total} in={currency} />,
  },
  {
    head: "Paid",
    number: true,
    isMinor: true,
    cell: ({ paid_micros: paid, currency }) => <Money micros={paid} in={currency} />,
  },
  {
    head: "Customer",
    as: "short",
    cell: ({ customer_name: name, customer_email: email, customer_phone: phone }) => (
      <Text of={[name, email ?? phone].filter((part) => part !== null).join(" · ")} />
    ),
  },
  { head: "Placed", cell: ({ order_date: at }) => <Ago at={at} /> },
];

const refundColumn: Column<OrderRow> = {
  head: "Refund outstanding",
  number: true,
  cell: (order) => <Money micros={refundOutstandingMicros(order)} in={order.currency} />,
};

interface OrdersProps {
  readonly who: string;
  readonly list: Worklist | undefined;
  readonly cursor: string | undefined;
  readonly counts: WorklistCounts;
  readonly problem: string | null;
  readonly page: OrderPage;
}

/** Why the list is empty. */
function whyEmpty({ list, cursor, page: { next } }: OrdersProps): string {
  if (list !== undefined) return "None.";
  if (next !== null) return "None in the stretch that was looked through.";
  return cursor === undefined
    ? "No event has named an order yet."
    : "No older event has named an order.";
}

export function OrdersPage(props: OrdersProps) {
  const { who, list, cursor, counts, problem, page } = props;
  const title = list === undefined ? "Orders" : lists[list].name;
  const { next } = page;
  const tabs = worklists.map((name) => ({
    to: withQuery(ORDERS, { list: name }),
    name: lists[name].name,
    isHere: name === list,
    count: counts[name],
  }));
  return (
    <Page title={title} who={who} path={ORDERS}>
      <Tabs
        label="Lists of orders"
        of={[{ to: ORDERS, name: "All orders", isHere: list === undefined }, ...tabs]}
      />
      <h1>{title}</h1>
      {list === undefined ? null : <p class="soft">{lists[list].about}</p>}
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {problem !== null ? null : page.orders.length === 0 ? (
        <Empty>{whyEmpty(props)}</Empty>
      ) : (
        <Table
          caption={list === undefined ? "Orders of the latest events" : title}
          columns={list === "refunds_due" ? columns.toSpliced(4, 0, refundColumn) : columns}
          rows={page.orders.map(maskOrder)}
        />
      )}
      <Pager
        newest={cursor === undefined ? null : withQuery(ORDERS, { list })}
        older={next === null ? null : withQuery(ORDERS, { list, cursor: next })}
        found={page.orders.length}
      />
    </Page>
  );
}

export async function orders({ c, deps, who }: PageContext) {
  const { q, ...values } = asked(c, ["q", "list", "cursor"]);
  if (q !== undefined) return c.redirect(withQuery("/console/search", { q }), 303);
  const { query, problem } = readQuery(ordersQuery, values);
  const { list, limit, cursor } = query;
  const place = { limit, after: cursor };
  const [counts, page] = await Promise.all([
    countWorklists(deps.db),
    problem !== null
      ? { orders: [], next: null }
      : list === undefined
        ? listOrders(deps.db, null, place)
        : listWorklist(deps.db, list, place),
  ]);
  return show(
    c,
    <OrdersPage
      who={who}
      list={list}
      cursor={cursor}
      counts={counts}
      problem={problem}
      page={page}
    />,
    problem === null ? 200 : 400,
  );
}
