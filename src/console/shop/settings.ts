/** Reads and changes the shop's settings and the switches of messages, for the admin API and the pages. */
import type { ShopConfig } from "../../config";
import type { Channel } from "../../notifications/channels";
import { makeShop } from "../../notifications/shop";
import { halfDone } from "../../notifications/shop/half-done";
import { parseValue } from "../../notifications/shop/kinds";
import { findSetting, settingNames, type ShopSetting } from "../../notifications/shop/settings";
import {
  isSwitchedOn,
  isSwitchable,
  messagesWhere,
  smsTexts,
  type Template,
} from "../../notifications/templates";
import {
  loadSettings,
  removeSetting,
  saveSetting,
  type StoredSetting,
} from "../../store/shop/settings";
import { loadSwitches, saveSwitch } from "../../store/shop/switches";

export interface ShopDeps {
  readonly db: D1Database;
  /** The values from vars. */
  readonly shop: ShopConfig;
  readonly hasLinkSecret: boolean;
  /** Whether the channel is on. */
  readonly isOn: (channel: Channel) => boolean;
  readonly now: () => Date;
}

/** A setting, and where its value comes from. */
export interface SettingView {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly help: string;
  /** The value that is used; null if there is none. */
  readonly value: string | null;
  /** `console` (a row, which overrides the var), the name of the var, or `default`; null if there is no value. */
  readonly from: string | null;
  /** Why a value that was set in the console is ignored. */
  readonly problem: string | null;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
}

function viewOf(
  name: string,
  { group, kind, help, stated, otherwise }: ShopSetting,
  row: StoredSetting | undefined,
  shop: ShopConfig,
): SettingView {
  const parsed = row === undefined ? null : parseValue(kind, row.value);
  const byVar = stated?.[1](shop) ?? null;
  const [value, from] =
    parsed?.ok === true
      ? [parsed.value, "console"]
      : byVar !== null
        ? [byVar, stated?.[0] ?? null]
        : [otherwise ?? null, otherwise === undefined ? null : "default"];
  const problem = parsed?.ok === false ? parsed.reason : null;
  const { changed_at = null, changed_by = null } = row ?? {};
  return { name, group, kind, help, value, from, problem, changed_at, changed_by };
}

export type Changed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: 400 | 404; readonly reason: string };

const noSetting = { ok: false, status: 404, reason: "There is no setting of this name" } as const;

/** All settings in the order of their definitions, and what is set up only in part. */
export async function viewSettings({ db, shop, hasLinkSecret, isOn }: ShopDeps): Promise<{
  readonly settings: readonly SettingView[];
  readonly halfDone: readonly string[];
}> {
  const rows = await loadSettings(db);
  const settings = settingNames(smsTexts).flatMap((name) => {
    const setting = findSetting(name, smsTexts);
    const row = rows.find((one) => one.name === name);
    return setting === null ? [] : [viewOf(name, setting, row, shop)];
  });
  const { timeZone, publicUrl } = shop;
  const setUp = { rows, texts: smsTexts, timeZone, publicUrl, hasLinkSecret, isOn };
  return { settings, halfDone: halfDone(setUp) };
}

/** The name that is set; the one from vars if the table cannot be read: a page must still report the problem. */
export async function nameOfShop({ db, shop }: ShopDeps): Promise<string> {
  try {
    return makeShop(shop, await loadSettings(db)).name;
  } catch {
    return shop.name;
  }
}

export async function viewSetting(
  { db, shop }: ShopDeps,
  name: string,
): Promise<Changed<SettingView>> {
  const setting = findSetting(name, smsTexts);
  if (setting === null) return noSetting;
  const rows = await loadSettings(db);
  const row = rows.find((one) => one.name === name);
  return { ok: true, value: viewOf(name, setting, row, shop) };
}

export async function changeSetting(
  deps: ShopDeps,
  name: string,
  text: string,
  by: string,
): Promise<Changed<SettingView>> {
  const setting = findSetting(name, smsTexts);
  if (setting === null) return noSetting;
  const parsed = parseValue(setting.kind, text);
  if (!parsed.ok) return { ok: false, status: 400, reason: `${name}: ${parsed.reason}` };
  const changed_at = deps.now().toISOString();
  const row = { name, value: parsed.value, changed_at, changed_by: by };
  await saveSetting(deps.db, row);
  return { ok: true, value: viewOf(name, setting, row, deps.shop) };
}

/** Back to the value of the var, or the default. */
export async function resetSetting(deps: ShopDeps, name: string): Promise<Changed<SettingView>> {
  const setting = findSetting(name, smsTexts);
  if (setting === null) return noSetting;
  await removeSetting(deps.db, name);
  return { ok: true, value: viewOf(name, setting, undefined, deps.shop) };
}

/** A message that can be switched on or off, and its state. */
export interface SwitchView {
  readonly template: Template;
  readonly channel: Channel;
  readonly is_on: boolean;
  /** The default of its template, used until a person switches it. */
  readonly is_on_by_default: boolean;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
}

/** In the order of the registries. */
export async function viewSwitches({ db }: ShopDeps): Promise<readonly SwitchView[]> {
  const rows = await loadSwitches(db);
  return messagesWhere(isSwitchable).map(({ template, channel }) => {
    const row = rows.find((one) => one.template === template && one.channel === channel);
    const { changed_at = null, changed_by = null } = row ?? {};
    return {
      template,
      channel,
      is_on: isSwitchedOn(template, channel, rows),
      is_on_by_default: isSwitchedOn(template, channel, []),
      changed_at,
      changed_by,
    };
  });
}

export async function switchMessage(
  deps: ShopDeps,
  { template, channel, is_on }: Pick<SwitchView, "template" | "channel" | "is_on">,
  by: string,
): Promise<Changed<SwitchView>> {
  const switches = await viewSwitches(deps);
  const found = switches.find((one) => one.template === template && one.channel === channel);
  if (found === undefined) {
    return {
      ok: false,
      status: 404,
      reason: `There is no ${channel} message ${template} to switch`,
    };
  }
  const changed_at = deps.now().toISOString();
  await saveSwitch(deps.db, {
    template,
    channel,
    is_on: is_on ? 1 : 0,
    changed_at,
    changed_by: by,
  });
  return { ok: true, value: { ...found, is_on, changed_at, changed_by: by } };
}
