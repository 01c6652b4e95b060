/** Lists of orders: all of them, filtered and sorted, and those that need a person. */
import { knownStatuses } from "../../../events/stages";
import { EXHAUSTED } from "../../../notifications/channels/reasons";
import { financialStatuses } from "../../../projection/money-status/financial-status";
import { countTroubled } from "../../../store/overview";
import type { OrderPage } from "../../../store/state/order-list";
import {
  orderSorts,
  placedPresets,
  type Worklist,
  worklists,
} from "../../../store/worklists/conditions";
import {
  countWorklists,
  STUCK_AFTER_DAYS,
  STUCK_UNTIL_DAYS,
  TO_PAY_UNTIL_DAYS,
  UNDELIVERED_UNTIL_DAYS,
  type WorklistCounts,
} from "../../../store/worklists/worklists";
import { withQuery } from "../../links";
import { maskOrder } from "../../mask";
import { listAsked, orderFields, sortOf } from "../../orders/listing";
import { CSV_MAX_ORDERS } from "../../orders/orders-csv";
import { orderFilters, type OrdersQuery, ordersQuery, UNSENT_COUNTED } from "../../api/shapes";
import { asked, readQuery, type PageContext } from "../../page-context";
import { Filters, Options, When } from "../filters";
import { Empty, Notice, Pager, type Tab, Table, Tabs } from "../parts";
import { Page, show } from "../page";
import { columnsOf } from "./order-columns";

const ORDERS = "/console/orders";
const CSV = "/console/orders.csv";

/** The name of each list, and the orders that it contains. */
export const lists: Readonly<Record<Worklist, { readonly name: string; readonly about: string }>> =
  {
    refunds_due: {
      name: "Refunds due",
      about: "Cancelled orders whose customers still get money back.",
    },
    unpaid: {
      name: "Unpaid",
      about: `Confirmed orders that were placed in the last ${String(TO_PAY_UNTIL_DAYS)} days, and whose money is pending or failed; not those that are paid in cash on delivery.`,
    },
    partly_paid: {
      name: "Partly paid",
      about: `Confirmed orders that were placed in the last ${String(TO_PAY_UNTIL_DAYS)} days, and of which a part is still to be paid.`,
    },
    undelivered: {
      name: "Undelivered and returning",
      about: `Open orders with a parcel that, in the last ${String(UNDELIVERED_UNTIL_DAYS)} days, did not arrive, got lost or was sent back.`,
    },
    stuck_shipments: {
      name: "Stuck parcels",
      about: `Open orders with a parcel on its way of which nothing was heard for ${String(STUCK_AFTER_DAYS)} days, and at most ${String(STUCK_UNTIL_DAYS)}.`,
    },
  };

const placedNames = {
  hour: "Last hour",
  today: "Today",
  week: "Last 7 days",
  month: "This month",
} as const;

const sortNames = {
  activity: "latest activity",
  newest: "placed, newest first",
  oldest: "placed, oldest first",
  total: "total, highest first",
} as const;

/** Everything that a shop works through: lists of orders, unsent messages and quarantined events. */
interface Counts extends WorklistCounts {
  readonly unsent: number;
  readonly quarantined: number;
}

type Values = Readonly<Record<string, string>>;

interface OrdersProps {
  readonly who: string;
  readonly values: Values;
  readonly query: OrdersQuery;
  readonly counts: Counts;
  readonly problem: string | null;
  readonly page: OrderPage;
}

const tab = (to: string, name: string, count: number, isHere = false): Tab => ({
  to,
  name,
  count,
  isHere,
});

function ListTabs({
  list,
  counts,
}: {
  readonly list: Worklist | undefined;
  readonly counts: Counts;
}) {
  const tabs = [
    ...worklists.map((one) =>
      tab(withQuery(ORDERS, { list: one }), lists[one].name, counts[one], one === list),
    ),
    tab(withQuery("/console/unsent", { reason: EXHAUSTED }), "Retries exhausted", counts.unsent),
    tab("/console/troubled?status=quarantined", "Quarantined", counts.quarantined),
  ];
  const all = { to: ORDERS, name: "All orders", isHere: list === undefined };
  return <Tabs label="Lists of orders" of={[all, ...tabs]} />;
}

/** The folded filters: all that have no tab. */
const folded = orderFilters.filter((name) => name !== "placed");

/** Filters by the time of placing with one click; other filters stay. */
function PlacedTabs({ values }: { readonly values: Values }) {
  const { placed, from, to, cursor: _, ...others } = values;
  const presets = placedPresets.map((preset) => ({
    to: withQuery(ORDERS, { ...others, placed: preset }),
    name: placedNames[preset],
    isHere: placed === preset,
  }));
  const isAny = placed === undefined && from === undefined && to === undefined;
  const any = { to: withQuery(ORDERS, others), name: "Any time", isHere: isAny };
  return <Tabs label="When they were placed" of={[any, ...presets]} />;
}

function OrderFilters({ values, query }: Pick<OrdersProps, "values" | "query">) {
  const usual = sortOf({ ...query, sort: undefined });
  return (
    <Filters path={ORDERS} values={values} isFolded more={folded}>
      <Options name="status" label="Status" values={values} of={knownStatuses("order")} />
      <Options name="money" label="Money" values={values} of={financialStatuses} />
      <Options name="shipment" label="Parcel" values={values} of={knownStatuses("shipment")} />
      <Options
        name="messages"
        label="Messages"
        values={values}
        of={["failed"]}
        names={{ failed: "one failed" }}
      />
      <When name="from" label="Placed from" values={values} />
      <When name="to" label="Placed before" values={values} />
      <Options
        name="sort"
        label="Sorted by"
        values={values}
        none={sortNames[usual]}
        of={orderSorts.filter((sort) => sort !== usual)}
        names={sortNames}
      />
      {values["placed"] === undefined ? null : (
        <input type="hidden" name="placed" value={values["placed"]} />
      )}
    </Filters>
  );
}

/** Why the list is empty. */
function whyEmpty({ query, values, page: { next } }: OrdersProps): string {
  if (query.list !== undefined) return "None.";
  if (next !== null) return "None in the stretch that was looked through.";
  if (orderFilters.some((name) => values[name] !== undefined)) return "No order fits.";
  return query.cursor === undefined
    ? "No event has named an order yet."
    : "No older event has named an order.";
}

function Found(props: OrdersProps) {
  const { query, page } = props;
  const { list } = query;
  if (page.orders.length === 0) return <Empty>{whyEmpty(props)}</Empty>;
  const title = list === undefined ? `Orders by ${sortNames[sortOf(query)]}` : lists[list].name;
  return (
    <div class="dense">
      <Table caption={title} columns={columnsOf(list)} rows={page.orders.map(maskOrder)} />
    </div>
  );
}

export function OrdersPage(props: OrdersProps) {
  const { who, values, query, counts, problem, page } = props;
  const { list } = query;
  const title = list === undefined ? "Orders" : lists[list].name;
  const { next, compared } = page;
  const { cursor, ...view } = values;
  const most = next === null ? "" : ` of the first ${CSV_MAX_ORDERS.toLocaleString("en")}`;
  return (
    <Page title={title} who={who} path={ORDERS}>
      <ListTabs list={list} counts={counts} />
      <div class="title">
        <h1>{title}</h1>
        {list === undefined ? <PlacedTabs values={values} /> : null}
        {problem !== null ? null : (
          <a class="end" href={withQuery(CSV, view)}>{`CSV${most}, masked`}</a>
        )}
      </div>
      {list === undefined ? (
        <OrderFilters values={values} query={query} />
      ) : (
        <p class="soft">{lists[list].about}</p>
      )}
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      {compared === undefined ? null : (
        <Notice>
          {`Only the newest ${compared.toLocaleString("en")} of these orders were compared by their total. A shorter time compares all.`}
        </Notice>
      )}
      {problem === null ? <Found {...props} /> : null}
      <Pager
        newest={cursor === undefined ? null : withQuery(ORDERS, view)}
        older={next === null ? null : withQuery(ORDERS, { ...view, cursor: next })}
        found={page.orders.length}
      />
    </Page>
  );
}

async function countAll({ db, countUnsent }: PageContext["deps"]): Promise<Counts> {
  const [orders, { quarantined }, { messages: unsent }] = await Promise.all([
    countWorklists(db),
    countTroubled(db),
    countUnsent({ reason: EXHAUSTED }, UNSENT_COUNTED),
  ]);
  return { ...orders, quarantined, unsent };
}

export async function orders({ c, deps, who }: PageContext) {
  const { q, ...values } = asked(c, orderFields);
  if (q !== undefined) return c.redirect(withQuery("/console/search", { q }), 303);
  const { query, problem } = readQuery(ordersQuery, values);
  const { limit, cursor } = query;
  const [counts, page] = await Promise.all([
    countAll(deps),
    problem === null
      ? listAsked(deps, query, { limit, after: cursor })
      : { orders: [], next: null },
  ]);
  return show(
    c,
    <OrdersPage {...{ who, values, query, counts, problem, page }} />,
    problem === null ? 200 : 400,
  );
}
