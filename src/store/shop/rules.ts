/**
 * What people have set that decides which messages are sent and what they say. One statement, since it is read for
 * each slice of messages: what is set meanwhile holds for the next one.
 */
import { parseJson } from "../../events/values";
import type { SettingRow } from "../../notifications/shop";
import type { SwitchRow } from "./switches";
import { type EditedText, fromEdited } from "../texts/message-texts";

export interface Rules {
  /** Nothing that happened before this moment is sent; null: no limit. */
  readonly quietUntil: string | null;
  /** The key of the hashes of recipients. */
  readonly recipientKey: string | null;
  /** The shop's settings. */
  readonly settings: readonly SettingRow[];
  readonly switches: readonly Pick<SwitchRow, "template" | "channel" | "is_on">[];
  readonly editedTexts: readonly EditedText[];
}

const noRules: Rules = {
  quietUntil: null,
  recipientKey: null,
  settings: [],
  switches: [],
  editedTexts: [],
};

/** JSON of `Rules`. Primary keys; the three tables have a few rows and are read whole. */
const rulesSql = `
SELECT json_object('quietUntil', (SELECT place FROM cursors WHERE name = 'quiet_until'),
  'recipientKey', (SELECT key FROM erasure_key WHERE id = 1),
  'settings', json((SELECT json_group_array(json_object('name', name, 'value', value)) FROM shop_settings)),
  'switches', json((SELECT json_group_array(json_object('template', template, 'channel', channel, 'is_on', is_on))
    FROM message_switches)),
  'editedTexts', json((SELECT json_group_array(json_object('language', language, 'key', key, 'text', text))
    ${fromEdited}))) AS rules`;

/** For use in another batch; `rulesIn` reads its rows. */
export function rulesStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(rulesSql);
}

/** Of no rows: nothing has been set. */
export function rulesIn(rows: readonly object[] = []): Rules {
  const [row] = rows as readonly { readonly rules: string }[];
  return (parseJson(row?.rules ?? null) ?? noRules) as Rules;
}
