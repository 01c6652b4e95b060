/**
 * The items of an order: lines from a shop of twenty products, prices that include GST, and the sums that an order
 * states. All amounts are whole paise, so that lines, tax and totals add up.
 */
import type { OrderItem } from "@commercengine/storefront-sdk";
import { rupees, taxWithin } from "./money.ts";
import type { Random } from "../random.ts";

export interface Line {
  readonly item: OrderItem;
  /** Price of all pieces, GST included. */
  readonly paise: number;
}

export interface Basket {
  readonly lines: readonly Line[];
  readonly itemsPaise: number;
  readonly taxPaise: number;
  readonly shippingPaise: number;
  readonly totalPaise: number;
}

const FREE_SHIPPING_FROM_PAISE = 99_900;
const SHIPPING_GST_PERCENT = 18;

const products = [
  ["Handloom Cotton Saree", "SAR-HLC", 2_499_00, 5],
  ["Banarasi Silk Dupatta", "DUP-BSK", 1_849_50, 5],
  ["Block Print Kurta", "KUR-BLP", 1_199_00, 5],
  ["Linen Shirt", "SHT-LIN", 1_599_00, 5],
  ["Kolhapuri Sandals", "SND-KLP", 1_349_00, 5],
  ["Filter Coffee, 500 g", "COF-FIL", 449_50, 5],
  ["Darjeeling First Flush, 250 g", "TEA-DJL", 629_00, 5],
  ["Kashmiri Saffron, 2 g", "SPC-SAF", 799_00, 5],
  ["Cold Pressed Groundnut Oil, 1 l", "OIL-GNT", 389_75, 5],
  ["Stainless Steel Tiffin", "TIF-SST", 899_00, 5],
  ["Brass Diya, set of 4", "DIY-BRS", 749_25, 18],
  ["Jute Storage Basket", "BSK-JUT", 549_00, 5],
  ["Cast Iron Tawa", "TAW-CIR", 1_129_00, 18],
  ["Sandalwood Soap, box of 6", "SOP-SND", 359_40, 18],
  ["Rosewater Face Mist", "MST-ROS", 299_00, 18],
  ["Leather Wallet", "WLT-LTH", 1_249_00, 18],
  ["Yoga Mat", "MAT-YOG", 1_799_00, 18],
  ["Wireless Earbuds", "EAR-WRL", 2_999_00, 18],
  ["Table Fan", "FAN-TBL", 2_149_90, 18],
  ["Notebook, handmade paper", "NTB-HMP", 219_50, 18],
] as const;

function createLine(random: Random, product: (typeof products)[number]): Line {
  const [name, sku, paise, gst] = product;
  const quantity = random.weighted([
    { weight: 70, quantity: 1 },
    { weight: 22, quantity: 2 },
    { weight: 8, quantity: 3 },
  ]).quantity;
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const item: OrderItem = {
    product_id: `prd_${sku.toLowerCase().replace("-", "_")}`,
    product_name: name,
    product_image_url: `https://cdn.example.com/p/${slug}.webp`,
    product_type: "physical",
    sku,
    slug,
    variant_id: null,
    variant_name: null,
    backorder: false,
    on_promotion: false,
    on_subscription: false,
    subscription_plan: null,
    subscription_interval: null,
    subscription_frequency: null,
    quantity,
    free_quantity: 0,
    is_free_item: false,
    price_including_tax: true,
    selling_price: rupees(paise),
    listing_price: rupees(Math.round(paise * 1.15)),
    selling_price_excluding_tax: rupees(paise - taxWithin(paise, gst)),
    promotion_discount_amount: 0,
    coupon_discount_amount: 0,
    tax_type: "GST",
    tax_rate: gst,
    tax_amount: rupees(taxWithin(paise * quantity, gst)),
    handling_charge_excluding_tax: 0,
    handling_charge_tax_rate: 0,
    handling_charge_including_tax: 0,
    seller_id: null,
  };
  return { item, paise: paise * quantity };
}

/** One to four different products, at least `atLeast` of them. */
export function createBasket(random: Random, atLeast: number): Basket {
  const wanted = Math.max(
    atLeast,
    random.weighted([
      { weight: 50, count: 1 },
      { weight: 30, count: 2 },
      { weight: 14, count: 3 },
      { weight: 6, count: 4 },
    ]).count,
  );
  const chosen = new Set<(typeof products)[number]>();
  while (chosen.size < wanted) chosen.add(random.pick(products));
  const lines = [...chosen].map((product) => createLine(random, product));
  const itemsPaise = lines.reduce((sum, line) => sum + line.paise, 0);
  const shippingPaise =
    itemsPaise >= FREE_SHIPPING_FROM_PAISE ? 0 : random.pick([49_00, 79_00, 99_00]);
  const taxPaise =
    lines.reduce((sum, line) => sum + taxWithin(line.paise, line.item.tax_rate), 0) +
    taxWithin(shippingPaise, SHIPPING_GST_PERCENT);
  return { lines, itemsPaise, taxPaise, shippingPaise, totalPaise: itemsPaise + shippingPaise };
}

/** The subtotal and shipping that the shop states: both without the GST, which is in `taxPaise`. */
export function withoutTax(basket: Basket): { subtotalPaise: number; shippingPaise: number } {
  const shippingTax = taxWithin(basket.shippingPaise, SHIPPING_GST_PERCENT);
  return {
    subtotalPaise: basket.itemsPaise - (basket.taxPaise - shippingTax),
    shippingPaise: basket.shippingPaise - shippingTax,
  };
}
