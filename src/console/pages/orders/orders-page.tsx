/** Orders, found by number, e-mail address or telephone number; without a search, those of the latest events. */
import { contactsLike } from "../../../projection/patches/contacts";
import { listOrders, type OrderPage, type OrderRow } from "../../../store/state/order-list";
import { pathTo, withQuery } from "../../links";
import { maskOrder } from "../../mask";
import { ordersQuery } from "../../api/shapes";
import { asked, readQuery, type PageContext } from "../../page-context";
import { Ago, Badge, type Column, Empty, Money, Notice, Pager, Ref, Table, Text } from "../parts";
import { Page, show } from "../page";

const PATH = "/console/orders";

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

/** Why the list without a search is empty. */
function whyEmpty(next: string | null, cursor: string | undefined): string {
  if (next !== null) return "None in the stretch that was looked through.";
  return cursor === undefined
    ? "No event has named an order yet."
    : "No older event has named an order.";
}

interface OrdersProps {
  readonly who: string;
  readonly values: Readonly<Record<string, string>>;
  readonly problem: string | null;
  readonly page: OrderPage;
}

export function OrdersPage({ who, values, problem, page }: OrdersProps) {
  const { cursor, ...filter } = values;
  const q = values["q"];
  return (
    <Page title="Orders" who={who} path={PATH} find={q}>
      <h1>
        {q === undefined ? (
          "Orders"
        ) : (
          <>
            Orders found for “<Text of={q} />”
          </>
        )}
      </h1>
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {page.orders.length === 0 ? (
        <Empty>
          {q === undefined ? (
            whyEmpty(page.next, cursor)
          ) : (
            <>
              No order is known under “<Text of={q} />
              ”. Its events may have come and not been understood:{" "}
              <a href={withQuery("/console/events", { q })}>look for it among the events</a>.
            </>
          )}
        </Empty>
      ) : (
        <Table
          caption={q === undefined ? "Orders of the latest events" : "Orders found"}
          columns={columns}
          rows={page.orders.map(maskOrder)}
        />
      )}
      <Pager
        newest={cursor === undefined ? null : withQuery(PATH, filter)}
        older={page.next === null ? null : withQuery(PATH, { ...filter, cursor: page.next })}
        found={page.orders.length}
      />
    </Page>
  );
}

export async function orders({ c, deps, who }: PageContext) {
  const values = asked(c, ["q", "cursor"]);
  const { query, problem } = readQuery(ordersQuery, values);
  const { q, limit, cursor } = query;
  const search = q === undefined ? null : { q, contacts: contactsLike(q, deps.defaults) };
  const page =
    problem === null
      ? await listOrders(deps.db, search, { limit, after: cursor })
      : { orders: [], next: null };
  // A complete order number was given: go to its page.
  const [one] = page.orders;
  const isOne = page.orders.length === 1 && cursor === undefined && q === one?.order_number;
  const path = isOne && q !== undefined ? pathTo("orders", q) : null;
  if (path !== null) return c.redirect(path, 303);
  return show(
    c,
    <OrdersPage who={who} values={values} problem={problem} page={page} />,
    problem === null ? 200 : 400,
  );
}
