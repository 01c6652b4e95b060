/** Finds settings that are only partly set: their feature does not work, and nothing else would report it. Pure. */
import type { SettingRow } from ".";
import { parseValue } from "./kinds";
import { DLT_TEMPLATE, findSetting, settingOf, WHATSAPP_CONTENT } from "./settings";

export interface SetUp {
  readonly rows: readonly SettingRow[];
  /** Names of the texts that an SMS can have. */
  readonly texts: readonly string[];
  readonly timeZone: string | null;
  readonly publicUrl: string | null;
  readonly hasLinkSecret: boolean;
  readonly isOn: (channel: "sms" | "whatsapp") => boolean;
}

function listed(names: readonly string[]): string {
  const [one = "", ...others] = names;
  return others.length === 0 ? one : `${one} and ${String(others.length)} more`;
}

function unusable({ rows, texts }: SetUp): readonly string[] {
  return rows.flatMap(({ name, value }) => {
    const setting = findSetting(name, texts);
    if (setting === null) return [`The setting ${name} is not known any more and is ignored.`];
    const parsed = parseValue(setting.kind, value);
    return parsed.ok ? [] : [`The setting ${name} is not usable and is ignored: ${parsed.reason}.`];
  });
}

function registration({ rows, texts, isOn }: SetUp): readonly string[] {
  const names = new Set(rows.map(({ name }) => name));
  const missing = texts.filter((text) => !names.has(settingOf(DLT_TEMPLATE, text)));
  const hasEntity = names.has("dlt_entity_id");
  if (!isOn("sms") || (!hasEntity && missing.length === texts.length)) return [];
  return [
    ...(hasEntity ? [] : ["DLT template ids are set, and dlt_entity_id is not."]),
    ...(missing.length === 0 ? [] : [`No DLT template id is set for ${listed(missing)}.`]),
  ];
}

function contentTemplates({ rows, texts, isOn }: SetUp): readonly string[] {
  if (!isOn("whatsapp")) return [];
  const missing = texts.filter(
    (text) => !rows.some(({ name }) => name.startsWith(`${settingOf(WHATSAPP_CONTENT, text)}.`)),
  );
  return missing.length === 0
    ? []
    : [`WhatsApp is on, and no approved content template is set for ${listed(missing)}.`];
}

/** One sentence for each. */
export function halfDone(setUp: SetUp): readonly string[] {
  const { rows, timeZone, publicUrl, hasLinkSecret } = setUp;
  const missing = [
    ...(hasLinkSecret ? [] : ["LINK_SECRET"]),
    ...(publicUrl === null ? ["PUBLIC_URL"] : []),
  ];
  const hasQuietHours = rows.some(({ name }) => name.startsWith("quiet_hours_"));
  return [
    ...unusable(setUp),
    ...(missing.length === 0
      ? []
      : [
          `Review requests have no link to unsubscribe: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set.`,
        ]),
    ...(hasQuietHours && timeZone === null
      ? ["Quiet hours are set and do not apply: STORE_TIME_ZONE is not set."]
      : []),
    ...registration(setUp),
    ...contentTemplates(setUp),
  ];
}
