/**
 * The id of an imported event: the hash of its body, with a prefix that is the only mark of an import. All code that
 * reads an event knows its id, so an import needs no column, and is recognized wherever it is read again.
 */

const PREFIX = "import:";
const IMPORT_ID = /^import:[0-9a-f]{64}$/;

/** The same as `isImported`, for SQL. */
export const IMPORT_GLOB = `${PREFIX}*`;

/**
 * `sha256`: of the body, in hex. A delivery of the same body has another id: it is another event, and people are
 * notified of it.
 */
export function importId(sha256: string): string {
  return `${PREFIX}${sha256}`;
}

/** True if an event was imported. Recognition accepts no such id from a sender. */
export function isImported(id: string): boolean {
  return IMPORT_ID.test(id);
}
