/** The page that a search opens directly if it finds exactly one thing. */
import { bareId, type Found } from "../../store/search/search";
import { pathTo, withQuery } from "../links";

interface Part {
  readonly ids: readonly (string | null)[];
  readonly order_number: string | null;
}

/** Payments, refunds and shipments are on the page of their order; without an order, only events name them. */
function pathOf({ ids, order_number: order }: Part): string | null {
  return order === null
    ? withQuery("/console/events", { q: ids[0] ?? "" })
    : pathTo("orders", order);
}

function partsOf({ payments, refunds, shipments }: Found): readonly Part[] {
  return [
    ...payments.map((one) => ({ ...one, ids: [one.payment_id, one.reference_number] })),
    ...refunds.map((one) => ({ ...one, ids: [one.refund_id] })),
    ...shipments.map((one) => ({ ...one, ids: [one.shipment_id, one.awb_no] })),
  ];
}

/** Null: the page of results must be shown. */
export function targetOf(found: Found, text: string): string | null {
  const bare = bareId(text);
  if (bare === "") return null;
  const isIt = (id: string | null): boolean => id !== null && bareId(id) === bare;
  const { orders, events } = found;
  const paths = [
    ...orders.flatMap(({ order_number: id }) => (isIt(id) ? pathTo("orders", id) : [])),
    ...partsOf(found).flatMap((part) => (part.ids.some(isIt) ? pathOf(part) : [])),
    ...events.flatMap(({ id, order_number: order }) =>
      isIt(id)
        ? pathTo("events", id)
        : order !== null && isIt(order)
          ? pathTo("orders", order)
          : [],
    ),
  ];
  const [one, ...others] = new Set(paths);
  if (one !== undefined) return others.length === 0 ? one : null;
  const [order, second] = orders;
  if (order === undefined || second !== undefined || found.more) return null;
  const { order_number: number } = order;
  const isWhole =
    found.ofWholeContact.has(number) || bareId(number).replace(/^\p{L}+/u, "") === bare;
  return isWhole && partsOf(found).length + events.length === 0 ? pathTo("orders", number) : null;
}
