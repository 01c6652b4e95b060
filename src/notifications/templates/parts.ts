/** What several messages share, made from an order or an amount: above all the blocks of e-mails. */
import { minorMicrosOf, orderSums } from "../../projection/money-status/order-sums";
import type { AmountRow, Block, ItemRow } from "../channels/email/content";
import { gsmText } from "../channels/sms/fit";
import type { Note } from "../channels/team/note";
import type { Shop } from "../shop";
import { decimalMoney, money } from "../text/money";
import { lineOrNull, nameOrNull, oneLine, outsideLine } from "../text/safe-text";
import type { OrderFacts } from "./facts";
import { type ItemLine, LINES_SHOWN, parseAddressLines, parseItems } from "./order-lines";
import type { LayoutInput } from "./template";
import { greeting, labels, sumLabels, teamLabels } from "./words.en";

export function currencyOf(order: OrderFacts | null, shop: Shop): string {
  return order?.currency ?? shop.currency;
}

/** The order's number, as an SMS is about it: what its alphabet makes of a number must be no link either. */
export function orderOf({ facts }: LayoutInput): string {
  return outsideLine(gsmText(facts.order?.order_number ?? facts.orderNumber ?? ""), 60);
}

/** An order whose customer is written to. */
interface Addressed {
  readonly order: OrderFacts;
  readonly number: string;
  readonly store: string;
  readonly currency: string;
  readonly shop: Shop;
}

export function addressedTo({ facts: { order }, shop }: LayoutInput): Addressed {
  if (order === null) throw new Error("an e-mail needs an order");
  return {
    order,
    number: outsideLine(order.order_number, 60),
    store: oneLine(shop.name, 60),
    currency: currencyOf(order, shop),
    shop,
  };
}

/** What every note about an order begins with, and whose page it leads to. */
export function noteAbout({ facts: { order, orderNumber } }: LayoutInput): {
  readonly number: string | null;
  readonly facts: Note["facts"];
  readonly page: string | null;
} {
  const number = lineOrNull(orderNumber, 80);
  return {
    number,
    facts: [
      [teamLabels.order, number],
      [teamLabels.customer, order?.customer_name],
    ],
    page: orderNumber,
  };
}

/** An amount, or null where it is not known. */
export function moneyOrNull(micros: number | null | undefined, currency: string): string | null {
  return micros === null || micros === undefined ? null : money(micros, currency);
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

export function greet(order: OrderFacts): Block {
  return paragraph(greeting(nameOrNull(order.customer_name, 60)));
}

export function itemRow(
  line: ItemLine,
  currency: string | null,
  note: string | null = null,
): ItemRow {
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
export function shownRows(
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

/** Items without prices; nothing where none are listed. */
export function itemsBlock(title: string, json: string | null): readonly Block[] {
  const items = itemRows(json, null);
  return items.length === 0 ? [] : [{ kind: "items", title, items, totals: [] }];
}

/** What was bought, without prices. */
export function boughtItems(order: OrderFacts): readonly Block[] {
  return itemsBlock(labels.items, order.items);
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
