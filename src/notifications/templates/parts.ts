/** Parts that several messages share, made from an order or an amount: mostly blocks of e-mails. */
import { minorMicrosOf, orderSums } from "../../projection/money-status/order-sums";
import type { AmountRow, Block, ItemRow } from "../channels/email/content";
import type { Note } from "../channels/team/note";
import { decimalMoney, money } from "../../money";
import type { Shop } from "../shop";
import { httpUrl, lineOrNull, nameOrNull, oneLine, outsideLine } from "../formatting/safe-text";
import type { Texts } from "../texts/say";
import type { OrderFacts } from "./facts";
import {
  type ItemLine,
  LINES_SHOWN,
  parseAddressLines,
  parseItems,
  parseTaxId,
} from "./order-lines";
import type { LayoutInput } from "./template";

export function currencyOf(order: OrderFacts | null, shop: Shop): string {
  return order?.currency ?? shop.currency;
}

/** The order number in an SMS. It must not become a link after the alphabet has changed it either. */
export function orderOf({ facts, texts }: LayoutInput): string {
  return outsideLine(texts.sms.write(facts.order?.order_number ?? facts.orderNumber ?? ""), 60);
}

/** The data of an e-mail to the customer of an order. */
interface Addressed {
  readonly order: OrderFacts;
  readonly number: string;
  readonly store: string;
  readonly currency: string;
  readonly shop: Shop;
  readonly texts: Texts;
}

export function addressedTo({ facts: { order }, shop, texts }: LayoutInput): Addressed {
  if (order === null) throw new Error("an e-mail needs an order");
  return {
    order,
    number: outsideLine(order.order_number, 60),
    store: oneLine(shop.name, 60),
    currency: currencyOf(order, shop),
    shop,
    texts,
  };
}

/** The first facts of every note about an order, and the order whose page the note links to. */
export function noteAbout({ facts: { order, orderNumber }, texts }: LayoutInput): {
  readonly number: string | null;
  readonly facts: Note["facts"];
  readonly page: string | null;
} {
  const number = lineOrNull(orderNumber, 80);
  return {
    number,
    facts: [
      [texts.say("team.order"), number],
      [texts.say("team.customer"), order?.customer_name],
    ],
    page: orderNumber,
  };
}

/** An amount, or null if it is unknown. */
export function moneyOrNull(micros: number | null | undefined, currency: string): string | null {
  return micros === null || micros === undefined ? null : money(micros, currency);
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

export function greet(order: OrderFacts, { say }: Texts): Block {
  const name = nameOrNull(order.customer_name, 60);
  return paragraph(
    name === null ? say("shared.greeting_without_name") : say("shared.greeting", { name }),
  );
}

export function itemRow(
  line: ItemLine,
  currency: string | null,
  { say }: Texts,
  note: string | null = null,
): ItemRow {
  const quantity = say("shared.quantity", { count: line.quantity });
  const details = [line.variant, quantity, note].filter((part) => part !== null);
  const isPriced = currency !== null && line.price !== null;
  return {
    name: line.name,
    detail: details.join(" · "),
    amount: isPriced ? decimalMoney(line.price * line.quantity, currency) : null,
    picture: line.picture,
  };
}

const noItem = { detail: null, amount: null, picture: null } as const;

/** The first lines as `row` makes them, and one line that counts the others. */
export function shownRows(
  lines: readonly ItemLine[],
  row: (line: ItemLine) => ItemRow,
  { say }: Texts,
): readonly ItemRow[] {
  const rows = lines.slice(0, LINES_SHOWN).map(row);
  const more = lines.length - rows.length;
  if (more <= 0) return rows;
  return [...rows, { ...noItem, name: say("shared.more_items", { count: more }) }];
}

function itemRows(json: string | null, currency: string | null, texts: Texts): readonly ItemRow[] {
  return shownRows(parseItems(json), (line) => itemRow(line, currency, texts), texts);
}

/** Each amount has its sign in the sum. */
function sums(order: OrderFacts, currency: string, { say }: Texts): readonly AmountRow[] {
  return orderSums(order, minorMicrosOf(currency)).map(({ kind, micros }) => {
    const isFree = kind === "shipping" && micros === 0;
    const isStrong = kind === "due" || kind === "total";
    return {
      label: say(`shared.${kind}`),
      amount: isFree ? say("shared.free") : money(micros, currency),
      ...(isStrong ? { strong: true } : {}),
    };
  });
}

/** Items with their sums; empty if the order has neither. */
export function orderItems(order: OrderFacts, currency: string, texts: Texts): readonly Block[] {
  const items = itemRows(order.items, currency, texts);
  const totals = sums(order, currency, texts);
  if (items.length === 0 && totals.length === 0) return [];
  const title = texts.say(items.length === 0 ? "shared.summary" : "shared.items");
  return [{ kind: "items", title, items, totals }];
}

/** Items without prices; empty if none are listed. */
function itemsBlock(title: string, json: string | null, texts: Texts): readonly Block[] {
  const items = itemRows(json, null, texts);
  return items.length === 0 ? [] : [{ kind: "items", title, items, totals: [] }];
}

/** The items of an order, without prices. */
export function boughtItems(order: OrderFacts, texts: Texts): readonly Block[] {
  return itemsBlock(texts.say("shared.items"), order.items, texts);
}

/** A button to the page of the order, or to the page where it is paid; none if the shop has set no URL. */
export function orderButton(
  label: string,
  url: string | null,
  { order_number: number }: OrderFacts,
): readonly Block[] {
  const link = orderLink(url, number);
  return link === null ? [] : [{ kind: "button", label, url: link }];
}

/** Replaces `{order}` in a link of the shop by the order number. */
export function orderLink(url: string | null, number: string): string | null {
  return httpUrl(url?.replaceAll("{order}", () => encodeURIComponent(number)) ?? null);
}

/** The buyer's tax id, as an invoice needs it. */
export function taxIdFact(
  order: OrderFacts,
  { say }: Texts,
): readonly [label: string, value: string | null] {
  return [say("shared.tax_id"), parseTaxId(order.billing_address)];
}

export function deliveryAddress(order: OrderFacts, { say }: Texts): readonly Block[] {
  const lines = parseAddressLines(order.shipping_address);
  return lines.length === 0 ? [] : [{ kind: "lines", title: say("shared.address"), lines }];
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
