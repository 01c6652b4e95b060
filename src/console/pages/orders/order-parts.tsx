/** The parts of an order: items, payments, refunds, parcels. */
import { isObject, type JsonObject, parseJson } from "../../../events/values";
import { httpUrl } from "../../links";
import { numberIn, type Row, textIn } from "../../order-view";
import { clip, visible, words } from "../../text";
import { VIEW_MAX_ITEMS, VIEW_MAX_PARCEL_ITEMS } from "../../../limits";
import { Badge, type Column, Empty, LeftOutNotes, Money, Table, Text, Time } from "../parts";

function parseItems(json: string | null): readonly JsonObject[] {
  const parsed = parseJson(json);
  return Array.isArray(parsed) ? parsed.filter(isObject) : [];
}

function field(item: JsonObject, name: string): string | number | null {
  const value = item[name];
  return typeof value === "string" || typeof value === "number" ? value : null;
}

/** A decimal amount, as in the items. */
function Price(props: { readonly of: string | number | null; readonly currency: string | null }) {
  const { of, currency } = props;
  return <Money micros={typeof of === "number" ? of * 1_000_000 : null} in={currency} />;
}

function nameOf(item: JsonObject): string {
  const parts = [field(item, "product_name"), field(item, "variant_name")];
  return parts.filter((part) => part !== null).join(", ");
}

function MoreItems(props: {
  readonly than: number;
  readonly of: readonly JsonObject[];
  readonly where: string;
}) {
  const count = props.of.length - props.than;
  return count > 0 ? <LeftOutNotes of={[{ what: "items", count, where: props.where }]} /> : null;
}

export function Items(props: { readonly json: string | null; readonly currency: string | null }) {
  const items = parseItems(props.json);
  if (items.length === 0) return <Empty>No event has listed its items.</Empty>;
  return (
    <>
      <ItemTable items={items.slice(0, VIEW_MAX_ITEMS)} currency={props.currency} />
      <MoreItems than={VIEW_MAX_ITEMS} of={items} where="the table orders, column items" />
    </>
  );
}

function ItemTable(props: {
  readonly items: readonly JsonObject[];
  readonly currency: string | null;
}) {
  return (
    <Table
      caption="What was ordered"
      rows={props.items}
      columns={[
        { head: "Product", cell: (item) => <Text of={nameOf(item)} /> },
        { head: "SKU", cell: (item) => <Text of={field(item, "sku")} /> },
        { head: "Quantity", number: true, cell: (item) => <Text of={field(item, "quantity")} /> },
        {
          head: "Price",
          number: true,
          cell: (item) => <Price of={field(item, "selling_price")} currency={props.currency} />,
        },
      ]}
    />
  );
}

function column(head: string, name: string): Column<Row> {
  return { head, cell: (row) => <Text of={textIn(row, name)} /> };
}

function moment(head: string, name: string): Column<Row> {
  return { head, cell: (row) => <Time at={textIn(row, name)} /> };
}

function amountIn(currency: string | null): Column<Row> {
  return {
    head: "Amount",
    number: true,
    cell: (row) => <Money micros={numberIn(row, "amount_micros")} in={currency} />,
  };
}

const status: Column<Row> = {
  head: "Status",
  cell: (row) => <Badge status={textIn(row, "status")} />,
};

interface MoneyRows {
  readonly rows: readonly Row[];
  readonly currency: string | null;
}

export function Payments({ rows, currency }: MoneyRows) {
  if (rows.length === 0) return <Empty>No payment of this order is known.</Empty>;
  return (
    <Table
      caption="Payments of the order"
      rows={rows}
      columns={[
        column("Payment", "payment_id"),
        status,
        amountIn(currency),
        column("Method", "method"),
        column("Reference", "reference_number"),
        moment("Date", "payment_date"),
      ]}
    />
  );
}

export function Refunds({ rows, currency }: MoneyRows) {
  return (
    <Table
      caption="Refunds of the order"
      rows={rows}
      columns={[
        column("Refund", "refund_id"),
        status,
        amountIn(currency),
        column("Of payment", "payment_reference"),
        column("Remarks", "remarks"),
        moment("Date", "refund_date"),
      ]}
    />
  );
}

function Tracking({ row }: { readonly row: Row }) {
  const [courier, awb] = [textIn(row, "courier"), textIn(row, "awb_no")];
  const url = httpUrl(textIn(row, "tracking_url"));
  const label = [courier, awb].filter((part) => part !== null).join(" ");
  if (url === null) return <Text of={label} />;
  return (
    <a href={url} rel="noreferrer nofollow" target="_blank">
      {clip(visible(label === "" ? "Track it" : label), 60)}
      <span class="unseen"> (opens another site)</span>
    </a>
  );
}

function Contents({ row }: { readonly row: Row }) {
  const items = parseItems(textIn(row, "items"));
  if (items.length === 0) return <Text of={null} />;
  return (
    <>
      <ul class="values">
        {items.slice(0, VIEW_MAX_PARCEL_ITEMS).map((item) => (
          <li>
            <Text of={field(item, "quantity") ?? 1} /> × <Text of={nameOf(item)} />
          </li>
        ))}
      </ul>
      <MoreItems
        than={VIEW_MAX_PARCEL_ITEMS}
        of={items}
        where="the table shipments, column items"
      />
    </>
  );
}

export function Parcels({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return <Empty>No shipment of this order is known.</Empty>;
  return (
    <Table
      caption="Shipments of the order"
      rows={rows}
      columns={[
        column("Shipment", "shipment_id"),
        {
          head: "Status",
          cell: (row) => (
            <span>
              <Badge status={textIn(row, "status")} />
              {textIn(row, "cancellation_reason") === null ? null : (
                <>
                  {" "}
                  <Text of={words(textIn(row, "cancellation_reason") ?? "")} />
                </>
              )}
            </span>
          ),
        },
        { head: "Tracking", cell: (row) => <Tracking row={row} /> },
        { head: "Items", cell: (row) => <Contents row={row} /> },
        moment("Shipped", "shipped_at"),
        moment("Expected", "eta"),
        moment("Delivered", "delivered_at"),
      ]}
    />
  );
}
