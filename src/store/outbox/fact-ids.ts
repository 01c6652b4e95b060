/** Ids of facts in SQL, as `factId` in projection/outbox-row.ts makes them. */

/** A part of an id: a slash inside it is escaped, so facts never collide. */
export const escaped = (column: string): string =>
  `replace(replace(${column}, '%', '%25'), '/', '%2F')`;
