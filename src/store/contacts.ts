/**
 * Where the orders of a person are found: by e-mail address and by phone number. One row for each
 * that an order has ever named; whoever reads them holds them against the order as it stands.
 */

/** Signs that people put between the digits of a phone number. */
const digits = ["+", " ", "-", "(", ")", "."].reduce(
  (text, sign) => `replace(${text}, '${sign}', '')`,
  "customer_phone",
);

/** `?1`: order numbers. Primary keys; writes only what is new. */
const contactsSql = `
INSERT OR IGNORE INTO order_contacts (contact, order_number)
SELECT c.value, o.order_number FROM json_each(?1) k
JOIN orders o ON o.order_number = k.value
JOIN json_each(json_array(lower(trim(customer_email)), ${digits})) c WHERE c.value <> ''`;

/** Run after the orders of the batch are merged; `orders`: their numbers as a JSON array. */
export function contactStatement(db: D1Database, orders: string): D1PreparedStatement {
  return db.prepare(contactsSql).bind(orders);
}

/** How a person's e-mail address or phone number is written in `order_contacts`. */
export function contactOf(text: string): string {
  const trimmed = text.trim();
  return trimmed.includes("@") ? trimmed.toLowerCase() : trimmed.replace(/[+ \-().]/g, "");
}
