/** The JSON columns of an order, as typed data: what was bought and where it goes. Never throws. */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import { addressLineOrNull, httpUrl, lineOrNull, nameOrNull } from "../formatting/safe-text";

/** Lines beyond this number are summed up in one: mail clients cut long messages. */
export const LINES_SHOWN = 25;

export interface ItemLine {
  readonly name: string;
  readonly variant: string | null;
  readonly quantity: number;
  /** Decimal, for one piece; null if unknown. */
  readonly price: number | null;
  readonly sku: string | null;
  readonly variantId: string | null;
  readonly productId: string | null;
  /** https; null if unknown. */
  readonly picture: string | null;
  /** Not in stock when it was ordered: it ships later. */
  readonly isBackordered: boolean;
}

// Not z.catch, which alone adds 2.4 KiB to the Worker.
const text = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => (typeof value === "string" ? value : null)),
);
const amount = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => (typeof value === "number" ? value : null)),
);
const item = z.object({
  product_name: text,
  variant_name: text,
  sku: text,
  variant_id: text,
  product_id: text,
  product_image_url: text,
  quantity: amount,
  selling_price: amount,
  backorder: z.optional(z.unknown()),
});
const place = z.object({
  name: text,
  business_name: text,
  address_line1: text,
  address_line2: text,
  city: text,
  state: text,
  pincode: text,
  country: text,
});

/** Mail programs show only pictures from https. */
function pictureOf(url: string | null): string | null {
  const picture = httpUrl(url);
  return picture !== null && picture.startsWith("https:") ? picture : null;
}

/** Entries that name no product are left out. */
export function parseItems(json: string | null): readonly ItemLine[] {
  const parsed = z.array(z.unknown()).safeParse(parseJson(json));
  if (!parsed.success) return [];
  return parsed.data.flatMap((entry) => {
    const known = item.safeParse(entry);
    const name = known.success
      ? (lineOrNull(known.data.product_name) ?? lineOrNull(known.data.sku))
      : null;
    if (!known.success || name === null) return [];
    const { variant_name, quantity, selling_price, sku, variant_id, product_id } = known.data;
    return [
      {
        name,
        variant: lineOrNull(variant_name),
        quantity: quantity ?? 1,
        price: selling_price ?? null,
        sku: sku ?? null,
        variantId: variant_id ?? null,
        productId: product_id ?? null,
        picture: pictureOf(known.data.product_image_url ?? null),
        isBackordered: known.data.backorder === true,
      },
    ];
  });
}

/** The lines of the address, from top to bottom; empty if it is unknown. */
export function parseAddressLines(json: string | null): readonly string[] {
  const parsed = place.safeParse(parseJson(json));
  if (!parsed.success) return [];
  const { name, business_name, address_line1, address_line2, city, state, pincode, country } =
    parsed.data;
  const town = [city, pincode].flatMap((part) => lineOrNull(part) ?? []).join(" ");
  const lines = [business_name, address_line1, address_line2, town, state, country];
  return [nameOrNull(name), ...lines.map(addressLineOrNull)].filter((line) => line !== null);
}

const taxed = z.object({ tax_identification_number: text });

/** The buyer's tax id, such as a GSTIN, as the billing address states it. */
export function parseTaxId(json: string | null): string | null {
  const parsed = taxed.safeParse(parseJson(json));
  return parsed.success ? lineOrNull(parsed.data.tax_identification_number, 40) : null;
}
