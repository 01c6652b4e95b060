/** The blocks that several e-mails share, made from an order, a shipment or an amount. */
import { minorMicrosOf, orderSums } from "../../projection/order-sums";
import type { OrderFacts, ShipmentFacts } from "../../store/outbox-facts";
import type { Shop } from "../shop";
import type { AmountRow, Block, ItemRow } from "./content";
import { decimalMoney, money } from "./money";
import { type ItemLine, LINES_SHOWN, parseAddressLines, parseItems } from "./order-lines";
import type { Share } from "./parcel";
import { lineOrNull } from "./safe-text";
import { trackingLink } from "./tracking";
import { greeting, labels, shipsLater, sumLabels, trackLabel } from "./words";

export function currencyOf(order: OrderFacts | null, shop: Shop): string {
  return order?.currency ?? shop.currency;
}

/** An amount, or null where it is not known. */
export function moneyOrNull(micros: number | null | undefined, currency: string): string | null {
  return micros === null || micros === undefined ? null : money(micros, currency);
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

export function greet(order: OrderFacts): Block {
  return paragraph(greeting(lineOrNull(order.customer_name, 60)));
}

function itemRow(line: ItemLine, currency: string | null, note: string | null = null): ItemRow {
  const details = [line.variant, labels.quantity(line.quantity), note].filter(
    (part) => part !== null,
  );
  const isPriced = currency !== null && line.price !== null;
  return {
    name: line.name,
    detail: details.join(" · "),
    amount: isPriced ? decimalMoney(line.price * line.quantity, currency) : null,
  };
}

/** The first lines as `row` has them, the others as one that counts them. */
function shownRows(
  lines: readonly ItemLine[],
  row: (line: ItemLine) => ItemRow,
): readonly ItemRow[] {
  const rows = lines.slice(0, LINES_SHOWN).map(row);
  const more = lines.length - rows.length;
  return more > 0 ? [...rows, { name: labels.moreItems(more), detail: null, amount: null }] : rows;
}

function itemRows(json: string | null, currency: string | null): readonly ItemRow[] {
  return shownRows(parseItems(json), (line) => itemRow(line, currency));
}

/** Signed as they are added; what customers save has a minus that a line break cannot part from it. */
function sums(order: OrderFacts, currency: string): readonly AmountRow[] {
  return orderSums(order, minorMicrosOf(currency)).map(({ kind, micros }) => {
    const size = money(Math.abs(micros), currency);
    const amount = kind === "shipping" && micros === 0 ? labels.free : size;
    const isStrong = kind === "due" || kind === "total";
    return {
      label: sumLabels[kind],
      amount: micros < 0 ? `−${amount}` : amount,
      ...(isStrong ? { strong: true } : {}),
    };
  });
}

/** Items with their sums; nothing where the order lists none. */
export function orderItems(order: OrderFacts, currency: string): readonly Block[] {
  const items = itemRows(order.items, currency);
  const totals = sums(order, currency);
  if (items.length === 0 && totals.length === 0) return [];
  const title = items.length === 0 ? labels.summary : labels.items;
  return [{ kind: "items", title, items, totals }];
}

/** What was bought, without prices; nothing where the order lists none. */
export function boughtItems(order: OrderFacts): readonly Block[] {
  const items = itemRows(order.items, null);
  return items.length === 0 ? [] : [{ kind: "items", title: labels.items, items, totals: [] }];
}

export function parcelItems(shipment: ShipmentFacts): readonly Block[] {
  const items = itemRows(shipment.items, null);
  return items.length === 0
    ? []
    : [{ kind: "items", title: labels.parcelItems, items, totals: [] }];
}

/** What of the order is in no parcel yet, and why it is not where that is known. */
export function itemsToCome({ toCome }: Share): readonly Block[] {
  if (toCome === null || toCome.length === 0) return [];
  const items = shownRows(toCome, (line) =>
    itemRow(line, null, line.isBackordered ? shipsLater : null),
  );
  return [{ kind: "items", title: labels.toCome, items, totals: [] }];
}

export function deliveryAddress(order: OrderFacts): readonly Block[] {
  const lines = parseAddressLines(order.shipping_address);
  return lines.length === 0 ? [] : [{ kind: "lines", title: labels.address, lines }];
}

/** Label and value pairs; those without a value are left out. */
export function factsBlock(
  pairs: readonly (readonly [string, string | null | undefined])[],
): readonly Block[] {
  const facts = pairs.flatMap(([label, value]) => {
    const line = lineOrNull(value);
    return line === null ? [] : [{ label, value: line }];
  });
  return facts.length === 0 ? [] : [{ kind: "facts", facts }];
}

/** The button that follows the parcel, where a link is known. */
export function trackButton(shipment: ShipmentFacts, shop: Shop): readonly Block[] {
  const url = trackingLink(shipment, shop.trackingUrls);
  return url === null ? [] : [{ kind: "button", label: trackLabel, url }];
}
