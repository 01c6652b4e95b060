/**
 * The rows of one table as Parquet, and back: texts are STRING, integers INT64, all may be null, compressed with
 * Snappy, which every engine reads. The file names its table, its format and its version, so that every version that
 * was ever written can be told apart and converted.
 */
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Value } from "../projection/registers";
import type { Column, Row } from "../store/closed-orders/set-rows";

/** Raise it when you change what a column means or how it is written; `conversions` then reads the version before. */
export const FORMAT_VERSION = 1;
const FORMAT = "ce-webhooks closed orders";

/** From each older version to the next: rows of a table. */
const conversions: Readonly<
  Record<number, (table: string, rows: readonly Row[]) => readonly Row[]>
> = {};

type NamedColumn = Pick<Column, "name" | "type">;

export interface Table {
  readonly name: string;
  readonly rows: readonly Row[];
}

function cell({ type, name }: NamedColumn, row: Row): string | bigint | null {
  const value = row[name] ?? null;
  if (value === null) return null;
  return type === "INTEGER" ? BigInt(value) : String(value);
}

/** Integers are exact up to 2^53, as in D1. */
export function encodeTable(
  { name, rows }: Table,
  columns: readonly NamedColumn[],
  version = FORMAT_VERSION,
): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: columns.map((column) => ({
      name: column.name,
      type: column.type === "INTEGER" ? "INT64" : "STRING",
      nullable: true,
      data: rows.map((row) => cell(column, row)),
    })),
    kvMetadata: [
      { key: "format", value: FORMAT },
      { key: "version", value: String(version) },
      { key: "table", value: name },
    ],
  });
}

function valueOf(read: unknown): Value {
  if (typeof read === "bigint") return Number(read);
  return typeof read === "string" || typeof read === "number" ? read : null;
}

/** Reads what `encodeTable` has written, in this version or an older one. Throws if it is something else. */
export async function decodeTable(bytes: ArrayBuffer, table: string): Promise<readonly Row[]> {
  const metadata = parquetMetadata(bytes);
  const found = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]));
  if (found.get("format") !== FORMAT || found.get("table") !== table) {
    throw new Error(`it does not have ${table} of closed orders`);
  }
  const version = Number(found.get("version"));
  if (version > FORMAT_VERSION) {
    throw new Error(
      `it has version ${String(version)} of the format, which this Worker does not know`,
    );
  }
  const read = await parquetReadObjects({ file: bytes, metadata });
  let rows: readonly Row[] = read.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, valueOf(value)])),
  );
  for (let from = version; from < FORMAT_VERSION; from += 1) {
    const convert = conversions[from];
    if (convert === undefined) throw new Error(`version ${String(from)} cannot be converted`);
    rows = convert(table, rows);
  }
  return rows;
}
