/**
 * The texts of messages that people have edited: one row for each version; the latest one counts. A null text returns
 * to the default. At most TEXT_VERSIONS_MAX versions of each text are kept, and there are no more texts than in the
 * catalogue, so a language is read whole.
 */
import { TEXT_VERSIONS_MAX } from "../../limits";
import type { messageTexts } from "../schema";

export type TextVersion = Readonly<typeof messageTexts.$inferSelect>;
export type EditedText = Pick<TextVersion, "language" | "key" | "text">;

/** Primary key, for the latest version of each. */
const isLatest = `version = (SELECT max(version) FROM message_texts
  WHERE language = m.language AND key = m.key)`;

/** For `SELECT language, key, text`. Scans the table: at most TEXT_VERSIONS_MAX rows for each edited text. */
export const fromEdited = `FROM message_texts m WHERE text IS NOT NULL AND ${isLatest}`;

/** The edited texts of every language. */
export async function loadEditedTexts(db: D1Database): Promise<readonly EditedText[]> {
  const { results } = await db
    .prepare(`SELECT language, key, text ${fromEdited}`)
    .all<EditedText>();
  return results;
}

/** Primary key. */
const latestSql = `SELECT * FROM message_texts m WHERE language = ?1 AND ${isLatest} ORDER BY key`;

/** The latest version of each edited text of a language. */
export async function listEditedTexts(
  db: D1Database,
  language: string,
): Promise<readonly TextVersion[]> {
  const { results } = await db.prepare(latestSql).bind(language).all<TextVersion>();
  return results;
}

/** Primary key. */
const versionsSql =
  "SELECT * FROM message_texts WHERE language = ?1 AND key = ?2 ORDER BY version DESC";

/** The stored versions of a text, latest first. */
export async function listTextVersions(
  db: D1Database,
  language: string,
  key: string,
): Promise<readonly TextVersion[]> {
  const { results } = await db.prepare(versionsSql).bind(language, key).all<TextVersion>();
  return results;
}

/** Primary key. A text that equals the latest version adds none. */
const saveSql = `
INSERT INTO message_texts (language, key, version, text, changed_at, changed_by)
SELECT ?1, ?2, coalesce(max(version), 0) + 1, ?3, ?4, ?5 FROM message_texts
WHERE language = ?1 AND key = ?2
HAVING (SELECT text FROM message_texts WHERE language = ?1 AND key = ?2
  ORDER BY version DESC LIMIT 1) IS NOT ?3`;

/** Primary key. */
const trimSql = `
DELETE FROM message_texts WHERE language = ?1 AND key = ?2
  AND version <= (SELECT max(version) FROM message_texts WHERE language = ?1 AND key = ?2) - ?3`;

/** A person's action. `text` null: back to the default. */
export async function saveText(
  db: D1Database,
  { language, key, text }: EditedText,
  change: { readonly at: string; readonly by: string },
): Promise<void> {
  await db.batch([
    db.prepare(saveSql).bind(language, key, text, change.at, change.by),
    db.prepare(trimSql).bind(language, key, TEXT_VERSIONS_MAX),
  ]);
}
