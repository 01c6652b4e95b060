/** The parts of an order: items, payments, refunds, parcels. */
import type { Child } from "hono/jsx";
import { isObject, type JsonObject, parseJson } from "../../../events/values";
import { httpUrl } from "../../links";
import { numberIn, type Row, textIn } from "../../order-view";
import { capital, clip, visible, words } from "../../text";
import { VIEW_MAX_ITEMS, VIEW_MAX_PARCEL_ITEMS } from "../../../limits";
import { nouns, Why } from "./explained";
import { Badge, Empty, Facts, LeftOutNotes, Money, Table, Text, Time } from "../parts";

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

/** The amount of an item; null if its price is unknown. */
function amountOf(item: JsonObject): number | null {
  const [price, quantity] = [field(item, "selling_price"), field(item, "quantity")];
  if (typeof price !== "number") return null;
  return price * (typeof quantity === "number" ? quantity : 1);
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
        {
          head: "Amount",
          number: true,
          cell: (item) => <Price of={amountOf(item)} currency={props.currency} />,
        },
      ]}
    />
  );
}

/** A payment, or a refund with a negative amount. */
interface MoneyMove {
  readonly entity: "payments" | "refunds";
  readonly id: string | null;
  readonly row: Row;
}

interface MoneyMovesProps {
  readonly payments: readonly Row[];
  readonly refunds: readonly Row[];
  readonly currency: string | null;
}

function dateOf({ entity, row }: MoneyMove): string | null {
  return textIn(row, entity === "payments" ? "payment_date" : "refund_date");
}

/** The method and reference of a payment; the mode, payment and remarks of a refund. */
function detailOf({ entity, row }: MoneyMove): string {
  const names =
    entity === "payments"
      ? ["method", "reference_number"]
      : ["payment_mode", "payment_reference", "remarks"];
  return names.flatMap((name) => textIn(row, name) ?? []).join(" · ");
}

/** Payments and refunds in one table, in the order of their dates. */
export function MoneyMoves({ payments, refunds, currency }: MoneyMovesProps) {
  const moves: readonly MoneyMove[] = [
    ...payments.map((row): MoneyMove => ({
      entity: "payments",
      id: textIn(row, "payment_id"),
      row,
    })),
    ...refunds.map((row): MoneyMove => ({ entity: "refunds", id: textIn(row, "refund_id"), row })),
  ];
  if (moves.length === 0) return <Empty>No payment of this order is known.</Empty>;
  return (
    <Table
      caption="Payments and refunds of the order"
      rows={moves.toSorted((a, b) => ((dateOf(a) ?? "") < (dateOf(b) ?? "") ? -1 : 1))}
      columns={[
        {
          head: "Payment or refund",
          cell: ({ entity, id }) => (
            <>
              {capital(nouns[entity])} <Text of={id} />
            </>
          ),
        },
        {
          head: "Status",
          cell: ({ entity, id, row }) => (
            <>
              <Badge status={textIn(row, "status")} />
              <Why entity={entity} row={id} register="status" />
            </>
          ),
        },
        { head: "Details", as: "wide", cell: (move) => <Text of={detailOf(move)} whole /> },
        { head: "Date", cell: (move) => <Time at={dateOf(move)} /> },
        {
          head: "Amount",
          number: true,
          cell: ({ entity, row }) => {
            const micros = numberIn(row, "amount_micros");
            const isBack = entity === "refunds" && micros !== null;
            return <Money micros={isBack ? -micros : micros} in={currency} />;
          },
        },
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

/** The usual steps of a parcel, each with its statuses. */
const steps: readonly (readonly [string, readonly string[]])[] = [
  [
    "Packed",
    [
      "created",
      "unscheduled",
      "schedule_requested",
      "scheduled",
      "processing",
      "packed",
      "sent_to_store",
    ],
  ],
  ["Shipped", ["shipped", "in_transit"]],
  ["Out for delivery", ["out_for_delivery", "ready_to_collect", "delivery_attempted"]],
  ["Delivered", ["delivered"]],
];

/** The steps up to the current one; nothing if the parcel has another status. */
function Steps({ status }: { readonly status: string | null }) {
  const at = steps.findIndex(([, statuses]) => statuses.includes(status ?? ""));
  if (at === -1) return null;
  return (
    <ol class="steps">
      {steps.map(([name], index) => (
        <li
          class={index <= at ? "done" : undefined}
          aria-current={index === at ? "step" : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}

function Parcel({ row }: { readonly row: Row }) {
  const [id, status] = [textIn(row, "shipment_id"), textIn(row, "status")];
  const reason = textIn(row, "cancellation_reason");
  const at = (name: string): Child =>
    textIn(row, name) === null ? null : <Time at={textIn(row, name)} />;
  return (
    <article class="parcel">
      <h3>
        Parcel <Text of={id} /> <Badge status={status} />
        <Why entity="shipments" row={id} register="status" />
      </h3>
      <Steps status={status} />
      <Facts
        of={[
          ["Tracking", <Tracking row={row} />],
          ["Items", <Contents row={row} />],
          ["Shipped", at("shipped_at")],
          ["Expected", status === "delivered" ? null : at("eta")],
          ["Delivered", at("delivered_at")],
          ["Cancelled", at("cancelled_at")],
          ["Reason", reason === null ? null : <Text of={words(reason)} />],
        ]}
      />
    </article>
  );
}

export function Parcels({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return <Empty>No parcel of this order is known.</Empty>;
  return rows.map((row) => <Parcel row={row} />);
}
