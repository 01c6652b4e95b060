/** Recipients who want no marketing: keyed hashes, under the key of the suppression list. */

/** `?1`: JSON array of hashes. Primary key. */
const listSql = `
SELECT recipient_hash FROM marketing_opt_outs WHERE recipient_hash IN (SELECT value FROM json_each(?1))`;

/** The hashes that have opted out. */
export async function listOptOuts(
  db: D1Database,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set();
  const { results } = await db
    .prepare(listSql)
    .bind(JSON.stringify(hashes))
    .all<{ recipient_hash: string }>();
  return new Set(results.map((row) => row.recipient_hash));
}

export interface OptOut {
  readonly recipientHash: string;
  /** ISO time. */
  readonly at: string;
  readonly source: "one-click" | "page";
}

/** Primary key. The first time is kept. */
const saveSql = `
INSERT INTO marketing_opt_outs (recipient_hash, at, source) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`;

export async function saveOptOut(db: D1Database, optOut: OptOut): Promise<void> {
  await db.prepare(saveSql).bind(optOut.recipientHash, optOut.at, optOut.source).run();
}

/** Primary key. */
const removeSql = "DELETE FROM marketing_opt_outs WHERE recipient_hash = ?1";

/** The recipient wants marketing again. */
export async function removeOptOut(db: D1Database, recipientHash: string): Promise<void> {
  await db.prepare(removeSql).bind(recipientHash).run();
}
