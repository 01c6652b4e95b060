/** Rows as statements that D1 accepts: at most 100,000 bytes each. Longer rows are written in pieces. */

export type Value = null | number | bigint | string | Uint8Array;

/** D1's limit, less a tenth. */
const STATEMENT_MAX_BYTES = 90_000;

/** Characters of a piece: each takes at most six bytes, as three bytes in hex digits. */
const PIECE_MAX_CHARACTERS = 12_000;

export const piecesTable = "ce_webhooks_backup_pieces";

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** No line break and no NUL in a statement: programs split statements at lines, or end them at a NUL. */
function textOf(text: string): string {
  if (!/[\0\r\n]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return `CAST(X'${Buffer.from(text).toString("hex")}' AS TEXT)`;
}

function literalOf(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return textOf(value);
  return typeof value === "object" ? `X'${Buffer.from(value).toString("hex")}'` : String(value);
}

/** Never cuts a surrogate pair. */
function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + PIECE_MAX_CHARACTERS;
    const piece = text.slice(at, end).isWellFormed()
      ? text.slice(at, end)
      : text.slice(at, end - 1);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

/**
 * The statements that insert one row. The pieces of its longest texts are inserted before, and removed after it.
 */
export function insertRow(table: string, row: Readonly<Record<string, Value>>): string[] {
  const columns = Object.keys(row);
  const head = `INSERT INTO ${quoteName(table)} (${columns.map(quoteName).join(",")}) `;
  const literals = Object.values(row).map(literalOf);
  const bytes = literals.map((literal) => Buffer.byteLength(literal));
  let total = Buffer.byteLength(head) + bytes.reduce((sum, size) => sum + size + 1, 0);
  if (total <= STATEMENT_MAX_BYTES) return [`${head}VALUES(${literals.join(",")});`];
  const pieces: string[] = [];
  const longestFirst = bytes
    .map((_, at) => at)
    .toSorted((a, b) => (bytes[b] ?? 0) - (bytes[a] ?? 0));
  for (const at of longestFirst) {
    const value = row[columns[at] ?? ""];
    if (total <= STATEMENT_MAX_BYTES || typeof value !== "string") break;
    for (const [place, piece] of cut(value).entries()) {
      pieces.push(
        `INSERT INTO ${piecesTable} VALUES(${String(at)},${String(place)},${textOf(piece)});`,
      );
    }
    literals[at] =
      `(SELECT group_concat(piece,'' ORDER BY place) FROM ${piecesTable} WHERE value=${String(at)})`;
    total += Buffer.byteLength(literals[at]) - (bytes[at] ?? 0);
  }
  return [...pieces, `${head}SELECT ${literals.join(",")};`, `DELETE FROM ${piecesTable};`];
}
