/** Conditions of lists that a person filters; `?1` is the filter as JSON. */

/** True where the filter does not name the field, or `test`, a column and an operator, holds of its value. */
export const ifAsked = (field: string, test: string): string =>
  `(?1->>'${field}' IS NULL OR ${test} ?1->>'${field}')`;

/** Of events, by type and time of receipt; times from inclusive, to exclusive. */
export const eventMatches = [
  ifAsked("status", "status ="),
  ifAsked("type", "event_type ="),
  ifAsked("from", "received_at >="),
  ifAsked("to", "received_at <"),
].join(" AND ");
