/** Whom an order can be looked up by: what order events name, past contacts too. */
import type { ContactClaim } from "../../projection/patches/contacts";
import { slicedStatements } from "../slices";

/** Primary key. What is known is not written again. */
const insertSql = `
INSERT INTO order_contacts (contact, order_number)
SELECT value->>0, value->>1 FROM jsonb_each(?1) WHERE true
ON CONFLICT (contact, order_number) DO NOTHING`;

/** For the batch that applies the events. */
export function contactStatements(
  db: D1Database,
  claims: readonly ContactClaim[],
): readonly D1PreparedStatement[] {
  const distinct = new Map(claims.map((claim) => [`${claim.contact} ${claim.orderNumber}`, claim]));
  const rows = [...distinct.values()].map(({ contact, orderNumber }) => [contact, orderNumber]);
  return slicedStatements(db, insertSql, rows);
}
