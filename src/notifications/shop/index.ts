/**
 * The shop as its messages present it: the only place that combines vars with the settings that people make in the
 * console. All other code reads `Shop`.
 */
import type { ShopConfig } from "../../config";
import { lookUp } from "../formatting/safe-text";
import { parseValue } from "./kinds";
import { plainSettings, type PlainSetting, socialNetworks } from "./settings";

/** A row of `shop_settings`. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

/** Minutes after midnight, in STORE_TIME_ZONE. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

export interface Shop extends ShopConfig {
  /** Null: the default look. */
  readonly logoUrl: string | null;
  /** `#rrggbb`, dark enough for white text. */
  readonly accentColour: string | null;
  readonly supportEmail: string | null;
  readonly supportPhone: string | null;
  readonly addressLines: readonly string[];
  readonly taxId: string | null;
  readonly socialLinks: readonly {
    readonly network: (typeof socialNetworks)[number];
    readonly url: string;
  }[];
  readonly quietHours: QuietHours;
  /** Settings of single texts (settings.ts), by name. */
  readonly ofTexts: Readonly<Record<string, string>>;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** Rows that are no longer usable count as not set. */
export function makeShop(vars: ShopConfig, rows: readonly SettingRow[]): Shop {
  const ofTexts = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  const get = (name: PlainSetting): string | null => {
    const { kind, stated, otherwise }: (typeof plainSettings)[PlainSetting] = plainSettings[name];
    const value = lookUp(ofTexts, name);
    const parsed = value === undefined ? null : parseValue(kind, value);
    if (parsed?.ok === true) return parsed.value;
    return stated?.[1](vars) ?? otherwise ?? null;
  };
  return {
    ...vars,
    name: get("name") ?? vars.name,
    reviewUrl: get("review_url"),
    orderUrl: get("order_url"),
    paymentUrl: get("payment_url"),
    logoUrl: get("logo_url"),
    accentColour: get("accent_colour"),
    supportEmail: get("support_email"),
    supportPhone: get("support_phone"),
    addressLines: get("postal_address")?.split("\n") ?? [],
    taxId: get("tax_id"),
    socialLinks: socialNetworks.flatMap((network) => {
      const url = get(network);
      return url === null ? [] : [{ network, url }];
    }),
    quietHours: {
      from: minutesOf(get("quiet_hours_from") ?? ""),
      to: minutesOf(get("quiet_hours_to") ?? ""),
    },
    ofTexts,
  };
}
