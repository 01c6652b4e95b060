/**
 * A body without the person whom it is about. Every text goes but for those that are known to be none of
 * a person's: what rows, links, sums and states are made of. So a field that the vendor adds tomorrow is
 * erased, not kept. The body is changed as text, never parsed and written again: numbers keep every
 * digit, and a body nested however deep costs no stack.
 */

import { findEventType } from "./catalog";
import { parseJson } from "./values";

/** What stands in the place of a text that is gone. */
export const ERASED = "(erased)";
const erasedText = JSON.stringify(ERASED);

/**
 * Fields whose text stays: those that recognition, times, keys, stages and rows read, without people and
 * free text. That a field is there tells what a bare body is about, so an erased one is not removed.
 */
const kept: ReadonlySet<string> = new Set(
  (
    "id event_type created_at timestamp occurred_at event_time modified_at order_number order_date " +
    "payment_success_date status payment_status currency code product_id product_name sku variant_id " +
    "variant_name " +
    "product_image_url slug seller_id transaction_type request_number amount payment_date " +
    "payment_reference_number payment_method refund_date payment_mode reference_number " +
    "courier_company_name awb_no tracking_url eta_delivery shipped_date delivered_date"
  ).split(" "),
);

/** Whatever stands in these is the person's, numbers too. */
const personal: ReadonlySet<string> = new Set(
  "billing_address shipping_address customer metadata".split(" "),
);

/**
 * What the projection reads says that it is gone, here and inside of what is personal; what is shorter
 * elsewhere is emptied, so that no body grows beyond what a row holds.
 */
const read: ReadonlySet<string> = new Set(
  (
    "customer_email customer_phone customer_id customer_note coupon_code refund_remarks " +
    "cancellation_reason"
  ).split(" "),
);
const readOfPerson: ReadonlySet<string> = new Set(
  (
    "first_name last_name name country_code phone email address_line1 address_line2 landmark city " +
    "state pincode country business_name tax_identification_number"
  ).split(" "),
);

/** Known to be a person's where they are numbers, too. */
const numbers: ReadonlySet<string> = new Set(
  "phone customer_phone customer_id coupon_code card_number bank_account_number".split(" "),
);

interface Container {
  /** Under which name it stands. */
  readonly name: string;
  readonly isObject: boolean;
  readonly isPersonal: boolean;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]|-?\d[\d.eE+-]*/g;
const colon = /\s*:/y;

/** Common words, which name a type only where they hold one. */
const mayNameType: ReadonlySet<string> = new Set(["type", "event", "topic"]);

function isKept(name: string, value: string): boolean {
  return kept.has(name) || (mayNameType.has(name) && findEventType(value) !== null);
}

/** What a token of JSON says; a token of text that only looks like JSON stands for itself. */
function said(token: string): string {
  const value = parseJson(token);
  return typeof value === "string" ? value : token;
}

function isKey(json: string, end: number): boolean {
  colon.lastIndex = end;
  return colon.test(json);
}

/** What stands in the place of a value; null where it stays. */
function replacement(text: string, name: string, isPersonal: boolean): string | null {
  const isText = text.startsWith('"');
  const isRead = read.has(name) || (isPersonal && readOfPerson.has(name));
  const says = isRead || text.length > erasedText.length;
  if (!isText) {
    if (numbers.has(name)) return erasedText;
    if (!isPersonal) return null;
    return says ? erasedText : "0";
  }
  if (text === erasedText) return null;
  const value = said(text);
  // Blank counts as absent, and what is absent stays so.
  if (value.trim() === "" || (!isPersonal && isKept(name, value))) return null;
  return says ? erasedText : '""';
}

/** Of a body of any form, JSON or not: it never throws. What is erased already stays as it is. */
export function eraseBody(json: string): string {
  const parts: string[] = [];
  const containers: Container[] = [];
  let name = "";
  let from = 0;
  token.lastIndex = 0;
  for (let match = token.exec(json); match !== null; match = token.exec(json)) {
    const [text] = match;
    const inside = containers.at(-1);
    // In a list each entry stands under the name of the list.
    const here = inside?.isObject === false ? inside.name : name;
    if (text === "{" || text === "[") {
      const isPersonal = inside?.isPersonal === true || personal.has(here);
      containers.push({ name: here, isObject: text === "{", isPersonal });
    } else if (text === "}" || text === "]") {
      containers.pop();
    } else if (inside?.isObject === true && text.startsWith('"') && isKey(json, token.lastIndex)) {
      name = said(text);
    } else {
      const instead = replacement(text, here, inside?.isPersonal === true);
      if (instead === null) continue;
      parts.push(json.slice(from, match.index), instead);
      from = token.lastIndex;
    }
  }
  return parts.length === 0 ? json : parts.join("") + json.slice(from);
}

/**
 * Whether the body is as `eraseBody` leaves it, with something gone. That somebody typed the word into a
 * body which holds more is not enough.
 */
export function isErased(json: string): boolean {
  return json.includes(erasedText) && eraseBody(json) === json;
}
