/** The shop's settings that people have set in the console. One row for each: the table is read whole. */
import type { SettingRow } from "../../notifications/shop";

export interface StoredSetting extends SettingRow {
  readonly changed_at: string;
  readonly changed_by: string;
}

const rowsSql = "SELECT name, value, changed_at, changed_by FROM shop_settings ORDER BY name";

export async function loadSettings(db: D1Database): Promise<readonly StoredSetting[]> {
  return (await db.prepare(rowsSql).all<StoredSetting>()).results;
}

/** `?1`: name; `?2`: value; `?3`: now; `?4`: who. Primary key. */
const saveSql = `
INSERT INTO shop_settings (name, value, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at,
  changed_by = excluded.changed_by`;

export async function saveSetting(db: D1Database, row: StoredSetting): Promise<void> {
  const { name, value, changed_at: at, changed_by: by } = row;
  await db.prepare(saveSql).bind(name, value, at, by).run();
}

/** `?1`: name. Primary key. */
const removeSql = "DELETE FROM shop_settings WHERE name = ?1";

/** Returns to the var, or to the default. */
export async function removeSetting(db: D1Database, name: string): Promise<void> {
  await db.prepare(removeSql).bind(name).run();
}
