/**
 * Amounts that contradict each other: two events that give one payment different amounts at the same
 * time and stage. The merge keeps the higher event id; the event is kept and flagged in its notes,
 * since one of the two is wrong and nobody but a person can say which. Run before the merge.
 */
import type { AmountClaim } from "../../projection/patches/amount-claims";
import { ID_LENGTH } from "../../projection/precedence";
import { slicedRows, slicedStatements } from "../slices";

const place = (precedence: string): string =>
  `substr(${precedence}, 1, length(${precedence}) - ${String(ID_LENGTH)})`;
const samePlace = `${place("p.amount_precedence")} = ${place("c.precedence")}`;

/** `?1`: [event, payment, precedence, amount, 1 where the batch contradicts itself]. Primary keys. */
const flagSql = `
UPDATE webhook_events SET notes = '["amount differs from another event of the same time and stage"]'
WHERE id IN (
  SELECT c.event_id FROM ${slicedRows("event_id", "payment_id", "precedence", "amount", "contested")} c
  LEFT JOIN payments p ON p.payment_id = c.payment_id
  WHERE c.contested = 1
    OR (p.amount_precedence <> c.precedence AND p.amount_micros IS NOT c.amount AND ${samePlace}))`;

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
