/**
 * Disputed links. A payment, refund or shipment that events have named several orders for is linked
 * to one of them, but the events of all of them patch its row: explanation and rebuild have to find
 * them. Run before the merge, while the standing link is still there to be seen.
 */
import type { LinkClaim } from "../../projection/fold";
import { slicedStatements } from "../slices";

/** `?1`: [entity, key, order, 1 where the batch itself names several] rows. Primary keys. */
const claims = `
WITH claims(entity, row_key, order_number, contested) AS (
  SELECT value->>0, value->>1, value->>2, value->>3 FROM jsonb_each(?1)
), standing(entity, row_key, order_number, contested, named_order) AS (
  SELECT c.*, p.named_order FROM claims c LEFT JOIN payments p ON p.payment_id = c.row_key
    WHERE c.entity = 'payments'
  UNION ALL
  SELECT c.*, r.named_order FROM claims c LEFT JOIN refunds r ON r.refund_id = c.row_key
    WHERE c.entity = 'refunds'
  UNION ALL
  SELECT c.*, s.named_order FROM claims c LEFT JOIN shipments s ON s.shipment_id = c.row_key
    WHERE c.entity = 'shipments'
)`;

/** What is claimed, and what stands in its way. */
const recordSql = `${claims}
INSERT INTO disputed_links (entity, row_key, order_number)
SELECT entity, row_key, CASE side.value WHEN 'claimed' THEN order_number ELSE named_order END
FROM standing CROSS JOIN json_each('["claimed","standing"]') side
WHERE named_order <> order_number OR (contested = 1 AND side.value = 'claimed')
ON CONFLICT DO NOTHING`;

export function disputeStatements(
  db: D1Database,
  linkClaims: readonly LinkClaim[],
): readonly D1PreparedStatement[] {
  const rows = linkClaims.map((claim) => [
    claim.entity,
    claim.key,
    claim.orderNumber,
    claim.contested ? 1 : 0,
  ]);
  return slicedStatements(db, recordSql, rows);
}
