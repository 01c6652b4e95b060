/**
 * Data for mail programs: objects of schema.org, from which they show an order or a parcel next to the mail
 * (developers.google.com/workspace/gmail/markup/reference). It says nothing that the message does not say. Pure.
 */
import type { StructuredData } from "../channels/email/content";
import type { Shop } from "../shop";
import { lineOrNull, outsideLine } from "../formatting/safe-text";
import type { OrderFacts, ShipmentFacts } from "./facts";
import { LINES_SHOWN, parseItems } from "./order-lines";
import { decimal } from "../../money";
import { orderLink } from "./parts";
import { trackingLink } from "./shipment/tracking";

/** Leaves out unknown fields. */
function known(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Only a currency code: any other text would be text from outside. */
function codeOf(currency: string): string | null {
  return /^[A-Z]{3}$/.test(currency) ? currency : null;
}

function statusOf({ status }: OrderFacts): string {
  if (status === "cancelled") return "https://schema.org/OrderCancelled";
  return status === "complete"
    ? "https://schema.org/OrderDelivered"
    : "https://schema.org/OrderProcessing";
}

export function orderData(order: OrderFacts, currency: string, shop: Shop): StructuredData {
  const items = parseItems(order.items).slice(0, LINES_SHOWN);
  return {
    "@type": "Order",
    orderNumber: outsideLine(order.order_number, 60),
    orderStatus: statusOf(order),
    merchant: { "@type": "Organization", name: shop.name },
    ...known({
      priceCurrency: codeOf(currency),
      price: decimal(order.grand_total_micros),
      orderDate: order.order_date,
      url: orderLink(shop.orderUrl, order.order_number),
    }),
    acceptedOffer: items.map((item) => ({
      "@type": "Offer",
      itemOffered: {
        "@type": "Product",
        ...known({ name: item.name, sku: lineOrNull(item.sku), image: item.picture }),
      },
      eligibleQuantity: { "@type": "QuantitativeValue", value: item.quantity },
      ...known({
        price: item.price === null ? null : item.price.toFixed(2),
        priceCurrency: item.price === null ? null : codeOf(currency),
      }),
    })),
  };
}

export function parcelData(shipment: ShipmentFacts, order: OrderFacts, shop: Shop): StructuredData {
  const courier = lineOrNull(shipment.courier, 60);
  return {
    "@type": "ParcelDelivery",
    ...known({
      carrier: courier === null ? null : { "@type": "Organization", name: courier },
      trackingNumber: lineOrNull(shipment.awb_no, 60),
      trackingUrl: trackingLink(shipment, shop.trackingUrls),
      expectedArrivalUntil: shipment.eta,
    }),
    itemShipped: parseItems(shipment.items)
      .slice(0, LINES_SHOWN)
      .map(({ name }) => ({ "@type": "Product", name })),
    partOfOrder: {
      "@type": "Order",
      orderNumber: outsideLine(order.order_number, 60),
      merchant: { "@type": "Organization", name: shop.name },
    },
  };
}
