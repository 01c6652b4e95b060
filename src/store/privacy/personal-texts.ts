/** Rows of the state with the texts that may name a person, read in the order of their keys. */
import { BODIES_MAX_BYTES } from "../../limits";
import { ERASE_TEXT_ROWS } from "../../privacy-limits";
import { personalColumns } from "../../projection/registers";
import { parts } from "./order-rows";

const { addresses, objects } = personalColumns;
/**
 * Not searched here: a telephone number may be stored without its country code. Orders are found by both columns
 * through their contacts.
 */
const found: ReadonlySet<string> = new Set(["customer_email", "customer_phone"]);
const texts = personalColumns.texts.filter((name) => !found.has(name));

/** In the order of the walk; JSON columns are searched as JSON. */
export const searchedColumns = {
  orders: {
    subject: "order",
    key: "order_number",
    texts,
    json: [...addresses, ...objects, "items"],
  },
  payments: { ...parts.payments, texts: ["method"], json: ["extra"] },
  refunds: { ...parts.refunds, texts: ["payment_mode", "remarks"], json: ["extra"] },
  shipments: {
    ...parts.shipments,
    texts: ["courier", "tracking_url", "cancellation_reason"],
    json: ["extra", "items"],
  },
} as const;
type Table = keyof typeof searchedColumns;
const names: readonly Table[] = ["orders", "payments", "refunds", "shipments"];

/** `?1`: after which key; `?2`: limit. Primary key. As many bytes as fit; the first row always fits. */
const selectSql = (table: Table): string => {
  const { subject, key, texts: plain, json } = searchedColumns[table];
  const cells = [
    ...plain.map((name) => `'${name}', ${name}`),
    ...json.map((name) => `'${name}', json(${name})`),
  ];
  return `SELECT '${subject}' AS subject, row_key AS "key", texts FROM (
    SELECT row_key, texts, coalesce(sum(octet_length(texts)) OVER (ORDER BY row_key
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (SELECT ${key} AS row_key, json_object(${cells.join(", ")}) AS texts
      FROM ${table} WHERE ${key} > ?1 ORDER BY ${key} LIMIT ?2))
  WHERE before < ${String(BODIES_MAX_BYTES)} ORDER BY row_key`;
};

export interface RowTexts {
  readonly subject: string;
  readonly key: string;
  /** A JSON object. */
  readonly texts: string;
}

/** The next rows, and where the walk continues: a table and a key, as JSON; null after the last. */
export async function loadTexts(
  db: D1Database,
  place: string,
): Promise<{ readonly rows: readonly RowTexts[]; readonly next: string | null }> {
  const [table, after] = JSON.parse(place === "" ? '["orders",""]' : place) as [Table, string];
  const { results: rows } = await db
    .prepare(selectSql(table))
    .bind(after, ERASE_TEXT_ROWS)
    .all<RowTexts>();
  const last = rows.at(-1)?.key;
  if (last !== undefined) return { rows, next: JSON.stringify([table, last]) };
  const following = names[names.indexOf(table) + 1];
  return { rows, next: following === undefined ? null : JSON.stringify([following, ""]) };
}
