/**
 * What an erased body keeps, by place in the body and name of the field: the values that recognition, times, keys,
 * stages and rows need, if they say nothing about a person. All others are removed, so a field that the vendor adds
 * tomorrow is erased, not kept. Pure.
 */
import { findEventType } from "./catalog";
import { parseTime } from "./field-formats/time";
import { knownFields } from "./subjects";

/** Where an object is: no code reads a body in other places. */
export type Place =
  | "root"
  | "data"
  | "entry"
  | "item"
  | "currency"
  | "refundable"
  | "address"
  | "unknown";

const ofModel = {
  order_items: "item",
  shipment_items: "item",
  payments: "entry",
  shipments: "entry",
  currency: "currency",
  cancellation_refund_details: "refundable",
  billing_address: "address",
  shipping_address: "address",
} as const satisfies Readonly<Record<string, Place>>;

const inside: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  root: { ...ofModel, data: "data", payload: "data" },
  data: ofModel,
  entry: { shipment_items: "item" },
  item: {},
  currency: {},
  refundable: {},
  address: {},
  unknown: {},
};

/** The place of an object or list under `name`. */
export function placeInside(place: Place, name: string): Place {
  return Object.hasOwn(inside[place], name) ? (inside[place][name] ?? "unknown") : "unknown";
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Keys, links, statuses and other values that join rows: kept unchanged. */
const keys = words(
  "id event_type order_number request_number payment_reference_number reference_number awb_no status " +
    "payment_status",
);
const times = words(
  "created_at timestamp occurred_at event_time modified_at order_date payment_success_date payment_date " +
    "refund_date eta_delivery shipped_date delivered_date",
);
const amounts = words(
  "subtotal promotion_discount_amount coupon_discount_amount total_tax shipping_amount " +
    "handling_charge_including_tax grand_total credit_balance_used loyalty_points_redeemed to_be_paid " +
    "amount refund_amount",
);
/** Words of the vendor, or of a courier. */
const plainWords = words("payment_method payment_mode courier_company_name");
const otherRead = words("transaction_type currency tracking_url");
/** Common words, which name a type only if they contain one. */
const mayNameType = words("type event topic");
/** Free text and ids of a person that the projection reads. */
const ofPerson = words(
  "customer_email customer_phone customer_id customer_note coupon_code refund_remarks cancellation_reason",
);
const ofAddress = words(
  "first_name last_name country_code phone email address_line1 address_line2 landmark city state pincode " +
    "country business_name tax_identification_number",
);

/** The catalogue knows an item by these; an item without them may have been made for one person. */
export const catalogueIds = words("product_id sku variant_id");
/** Names from the catalogue, if it knows the item. */
export const itemNames = words("product_name variant_name");
const ofItem = words("quantity free_quantity selling_price listing_price tax_amount backorder");

const envelope = words("data payload metadata customer");

/** True if the name of a field is kept, because code reads it. Any other name may be personal, too. */
export function isKnownName(place: Place, name: string): boolean {
  switch (place) {
    case "root":
    case "data":
    case "entry":
      return (
        knownFields.has(name) ||
        [keys, times, amounts, plainWords, ofPerson, otherRead, envelope, mayNameType].some((set) =>
          set.has(name),
        )
      );
    case "item":
      return (
        name === "product_image_url" ||
        name === "seller_id" ||
        [catalogueIds, itemNames, ofItem].some((set) => set.has(name))
      );
    case "currency":
      return name === "code";
    case "refundable":
      return name === "refundable_amount";
    case "address":
      return ofAddress.has(name);
    case "unknown":
      return false;
  }
}

/** True if code reads whether the value exists: a mark then shows that it was removed. */
export function isRead(place: Place, name: string): boolean {
  if (place === "address") return ofAddress.has(name);
  if (place === "currency") return name === "code";
  if (place === "item") return itemNames.has(name) || name === "product_image_url";
  if (place !== "root" && place !== "data" && place !== "entry") return false;
  return [times, plainWords, ofPerson, otherRead].some((set) => set.has(name));
}

/** The name of an object or a list: a value under it keeps its type. */
export function isContainerName(name: string): boolean {
  return Object.hasOwn(inside.root, name) || envelope.has(name);
}

/** A time that a shop may state: a telephone number, read as a time, is long ago or far ahead. */
function isPlausibleTime(value: string | number): boolean {
  const time = parseTime(value, null);
  return time !== null && time >= "2000" && time < "2100";
}

/** The code of a currency; null if the text is not one. */
export function keptCurrency(text: string): string | null {
  return /^[A-Za-z]{3}$/.test(text.trim()) ? text : null;
}

/** A word of the vendor; null if it may contain an address, a payment handle or a number. */
export function keptWord(text: string): string | null {
  return text.includes("@") || text.replaceAll(/\D/g, "").length > 6 ? null : text;
}

/** A URL without its query; null if it is not a URL, or contains an address. */
export function keptUrl(text: string): string | null {
  const [plain = ""] = text.split(/[?#]/, 1);
  return /^https?:\/\/\S+$/i.test(plain) && !/@|%40/.test(plain) ? plain : null;
}

function keptText(name: string, text: string): string | null {
  if (keys.has(name)) return text;
  if (times.has(name)) return isPlausibleTime(text) ? text : null;
  if (name === "transaction_type") return text === "payment" || text === "refund" ? text : null;
  if (name === "currency") return keptCurrency(text);
  if (plainWords.has(name)) return keptWord(text);
  return name === "tracking_url" ? keptUrl(text) : null;
}

/** `text`: a text, or a number as it was written. Returns the part that is kept; null if none is. */
export function keptValue(
  place: Place,
  name: string,
  text: string,
  isNumber: boolean,
): string | null {
  switch (place) {
    case "root":
    case "data":
    case "entry": {
      if (isNumber) {
        const isKept = amounts.has(name) || keys.has(name);
        return isKept || (times.has(name) && isPlausibleTime(Number(text))) ? text : null;
      }
      if (mayNameType.has(name)) return findEventType(text) === null ? null : text;
      return keptText(name, text);
    }
    case "item": {
      if (catalogueIds.has(name) || name === "seller_id") return text;
      if (isNumber) return ofItem.has(name) ? text : null;
      if (itemNames.has(name)) return keptWord(text);
      return name === "product_image_url" ? keptUrl(text) : null;
    }
    case "currency":
      return name === "code" ? keptCurrency(text) : null;
    case "refundable":
      return isNumber && name === "refundable_amount" ? text : null;
    case "address":
    case "unknown":
      return null;
  }
}
