/** Which messages people have switched on or off. At most one row for each: the table is read whole. */
export interface SwitchRow {
  readonly template: string;
  readonly channel: string;
  /** 0 or 1. */
  readonly is_on: number;
  readonly changed_at: string;
  readonly changed_by: string;
}

const rowsSql = `
SELECT template, channel, is_on, changed_at, changed_by FROM message_switches ORDER BY template, channel`;

export async function loadSwitches(db: D1Database): Promise<readonly SwitchRow[]> {
  return (await db.prepare(rowsSql).all<SwitchRow>()).results;
}

/** `?1`: template; `?2`: channel; `?3`: 0 or 1; `?4`: now; `?5`: who. Primary key. */
const saveSql = `
INSERT INTO message_switches (template, channel, is_on, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (template, channel) DO UPDATE SET is_on = excluded.is_on, changed_at = excluded.changed_at,
  changed_by = excluded.changed_by`;

/** Also holds for pending messages: the switch is checked when they are due. */
export async function saveSwitch(db: D1Database, row: SwitchRow): Promise<void> {
  const { template, channel, is_on: isOn, changed_at: at, changed_by: by } = row;
  await db.prepare(saveSql).bind(template, channel, isOn, at, by).run();
}
