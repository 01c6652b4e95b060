/** Conditions for lists that people filter; `?1` is the filter as JSON. */

/** True if the filter has no such field, or if `test`, a column and an operator, is true for its value. */
export const ifAsked = (field: string, test: string): string =>
  `(?1->>'${field}' IS NULL OR ${test} ?1->>'${field}')`;

/** For events, by type and time of receipt; `from` is inclusive, `to` is exclusive. */
export const eventMatches = [
  ifAsked("status", "status ="),
  ifAsked("type", "event_type ="),
  ifAsked("from", "received_at >="),
  ifAsked("to", "received_at <"),
].join(" AND ");
