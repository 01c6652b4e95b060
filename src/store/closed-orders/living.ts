/** The rows that are in D1, page by page, for the copy of them in the lake; and how far the run of a night has come. */
import type { ClosedFile } from "./closed-files";
import type { ArchivedTable } from "./connected";
import { bytesOfRow, type Row } from "./set-rows";

/** The tables that have a copy, each with its key. */
export const livingTables = [
  ["orders", "order_number"],
  ["payments", "payment_id"],
  ["refunds", "refund_id"],
  ["shipments", "shipment_id"],
  ["notifications", "id"],
] as const satisfies readonly (readonly [ArchivedTable, string])[];

/** A set that is in D1 again and still in its file. */
export type StillFiled = ClosedFile & { readonly set_no: number };

export interface LivingPage {
  readonly rows: readonly Row[];
  /** As of the same moment: the rows of these sets are left out. */
  readonly stillFiled: readonly StillFiled[];
}

/** Primary keys: a row for each set that was brought back since its file was written. */
const stillFiledSql = `
SELECT f.*, p.set_no FROM put_back_sets p CROSS JOIN closed_files f ON f.id = p.file_id
WHERE f.state = 'placed'`;

/** Primary key. `?1`: after which key; `?2`: rows; `?3`: bytes. The first row always fits. */
const pageSql = ([table, key]: (typeof livingTables)[number]): string => `
SELECT * FROM ${table} WHERE ${key} > ?1 AND ${key} <= (
  SELECT max(row_key) FROM (
    SELECT row_key, coalesce(sum(bytes) OVER (ORDER BY row_key
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (SELECT ${key} AS row_key, ${bytesOfRow[table]} AS bytes
      FROM ${table} WHERE ${key} > ?1 ORDER BY ${key} LIMIT ?2))
  WHERE before < ?3) ORDER BY ${key}`;

/** The next rows after a key, as many as fit; none after the last. */
export async function loadLiving(
  db: D1Database,
  table: (typeof livingTables)[number],
  after: string,
  limits: { readonly rows: number; readonly bytes: number },
): Promise<LivingPage> {
  const [rows, filed] = await db.batch<Row>([
    db.prepare(pageSql(table)).bind(after, limits.rows, limits.bytes),
    db.prepare(stillFiledSql),
  ]);
  return {
    rows: rows?.results ?? [],
    stillFiled: (filed?.results ?? []) as unknown as readonly StillFiled[],
  };
}

/** How far the run of a night has come. */
export interface Night {
  readonly started_at: string;
  /**
   * files: those that were brought back leave, new ones are placed; copy: rows are copied; replace: the copy is put
   * in place; clear: what it was put together from is deleted.
   */
  readonly phase: "files" | "copy" | "replace" | "clear" | "done";
  /** The last file, or the last key of the copy. */
  readonly after: string;
  /** Of the copy: the index of the table, and the number of objects. */
  readonly table: number;
  readonly part: number;
}

/**
 * Primary key; erasures has a row for each. A person who was erased since the copy began may be in it: a new one
 * is due then.
 */
const nightSql = `
SELECT place, EXISTS (
  SELECT 1 FROM erasures WHERE finished_at > cursors.place->>'started_at') AS is_outdated
FROM cursors WHERE name = 'lake'`;

/** Erasures has a row for each. Until an erasure has searched all files, they keep the sets that were brought back. */
export async function isErasing(db: D1Database): Promise<boolean> {
  const found = await db
    .prepare("SELECT 1 AS found FROM erasures WHERE finished_at IS NULL LIMIT 1")
    .first();
  return found !== null;
}

export async function loadNight(
  db: D1Database,
): Promise<{ readonly night: Night; readonly isOutdated: boolean } | null> {
  const row = await db.prepare(nightSql).first<{ place: string; is_outdated: number }>();
  if (row === null) return null;
  return { night: JSON.parse(row.place) as Night, isOutdated: row.is_outdated === 1 };
}

/** `?1`: now; `?2`: until when; `?3`: the night; `?4`: as it was read. Milliseconds since 1970. Primary key. */
const claimSql = `
INSERT INTO cursors (name, position, place) VALUES ('lake', ?2, ?3)
ON CONFLICT (name) DO UPDATE SET position = excluded.position, place = excluded.place
WHERE cursors.position <= ?1 AND cursors.place IS ?4`;

/** Makes the night that of this run alone. False if it is that of another one, or if another one has moved on. */
export async function claimNight(
  db: D1Database,
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
  read: Night | null,
  night: Night,
): Promise<boolean> {
  const { meta } = await db
    .prepare(claimSql)
    .bind(nowMs, untilMs, JSON.stringify(night), read === null ? null : JSON.stringify(read))
    .run();
  return meta.changes === 1;
}

/** Primary key. */
const saveSql = "UPDATE cursors SET place = ?1 WHERE name = 'lake' AND position = ?2";

/** `untilMs`: as it was claimed. False if the night is no longer that of this run: nothing is written then. */
export async function saveNight(db: D1Database, night: Night, untilMs: number): Promise<boolean> {
  const { meta } = await db.prepare(saveSql).bind(JSON.stringify(night), untilMs).run();
  return meta.changes === 1;
}

/** Primary key. */
const releaseSql = "UPDATE cursors SET position = 0 WHERE name = 'lake' AND position = ?1";

/** The next run may continue at once. */
export async function releaseNight(db: D1Database, untilMs: number): Promise<void> {
  await db.prepare(releaseSql).bind(untilMs).run();
}
