/**
 * Claims of events: an amount of a payment, an order for a row, a contact of an order. Contradictory claims are
 * recorded, since the merge keeps one of them and only a person can say which one is right. Run before the merge,
 * while the earlier values can still be read.
 */
import type { LinkClaim } from "../../projection/fold";
import type { AmountClaim } from "../../projection/patches/amount-claims";
import type { ContactClaim } from "../../projection/patches/contacts";
import { ID_LENGTH } from "../../projection/precedence";
import { precedenceSql } from "../../projection/shared-precedence";
import { slicedRows, slicedStatements } from "../slices";

const place = (precedence: string): string =>
  `substr(${precedence}, 1, length(${precedence}) - ${String(ID_LENGTH)})`;
const ofAmount = precedenceSql("p", "amount");
const samePlace = `${place(ofAmount)} = ${place("c.precedence")}`;

/** `?1`: [event, payment, precedence, amount, 1 if the batch contradicts itself]. Primary keys. */
const flagSql = `
UPDATE webhook_events SET notes = '["amount differs from another event of the same time and stage"]'
WHERE id IN (
  SELECT c.event_id FROM ${slicedRows("event_id", "payment_id", "precedence", "amount", "contested")} c
  LEFT JOIN payments p ON p.payment_id = c.payment_id
  WHERE c.contested = 1
    OR (${ofAmount} <> c.precedence AND p.amount_micros IS NOT c.amount AND ${samePlace}))`;

/**
 * Flags events that state another amount for a payment than its present one, with the same time and stage. The
 * merge keeps the value with the higher hash of the event id.
 */
export function flagStatements(
  db: D1Database,
  claims: readonly AmountClaim[],
): readonly D1PreparedStatement[] {
  const rows = claims.map((c) => [
    c.eventId,
    c.paymentId,
    c.precedence,
    c.amountMicros,
    c.contested ? 1 : 0,
  ]);
  return slicedStatements(db, flagSql, rows);
}

/** `?1`: [entity, key, order, 1 if the batch itself names several] rows. Primary keys. */
const linkClaimsSql = `
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

/** The claims, and the present values that contradict them. */
const disputeSql = `${linkClaimsSql}
INSERT INTO disputed_links (entity, row_key, order_number)
SELECT entity, row_key, CASE side.value WHEN 'claimed' THEN order_number ELSE named_order END
FROM standing CROSS JOIN json_each('["claimed","standing"]') side
WHERE named_order <> order_number OR (contested = 1 AND side.value = 'claimed')
ON CONFLICT DO NOTHING`;

/**
 * Records the orders that were named for a row in addition to the one that it is linked to. The events of all of
 * them patch the row, so explanation and rebuild must find them.
 */
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
  return slicedStatements(db, disputeSql, rows);
}

/** Primary key. Known rows are not written again. */
const contactSql = `
INSERT INTO order_contacts (contact, order_number)
SELECT value->>0, value->>1 FROM jsonb_each(?1) WHERE true
ON CONFLICT (contact, order_number) DO NOTHING`;

/** The contacts by which an order can be found: all that order events name, also past ones. */
export function contactStatements(
  db: D1Database,
  claims: readonly ContactClaim[],
): readonly D1PreparedStatement[] {
  const distinct = new Map(claims.map((claim) => [`${claim.contact} ${claim.orderNumber}`, claim]));
  const rows = [...distinct.values()].map(({ contact, orderNumber }) => [contact, orderNumber]);
  return slicedStatements(db, contactSql, rows);
}
