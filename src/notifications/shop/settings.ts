/**
 * Every setting of the shop that people edit in the console, one entry for each, by its name in `shop_settings`. A row
 * of that table overrides the var. Names are a contract: the API uses them.
 */
import { DEFAULT_STORE_NAME, type ShopConfig } from "../../config";
import { lookUp } from "../formatting/safe-text";
import { languageCodes } from "../texts";
import type { SettingKind } from "./kinds";

/** Where the console shows it. */
type SettingGroup = "look" | "contact" | "links" | "social" | "quiet_hours" | "dlt" | "whatsapp";

export interface ShopSetting {
  readonly group: SettingGroup;
  readonly kind: SettingKind;
  readonly help: string;
  /** The var that may set it too, and its value; null if the var is not set. */
  readonly stated?: readonly [name: string, (vars: ShopConfig) => string | null];
  /** The value if nobody has set it. */
  readonly otherwise?: string;
}

const orderMark = "{order} in it is replaced by the order number";

const table = {
  name: {
    group: "look",
    kind: "text",
    help: "The shop's name, as its customers know it",
    stated: ["STORE_NAME", ({ name }) => (name === DEFAULT_STORE_NAME ? null : name)],
    otherwise: DEFAULT_STORE_NAME,
  },
  logo_url: {
    group: "look",
    kind: "url",
    help: "A picture of the shop's logo, on a public server",
  },
  accent_colour: {
    group: "look",
    kind: "colour",
    help: "Of buttons and links; white text on it must be readable",
  },
  support_email: { group: "contact", kind: "email", help: "Where customers write to" },
  support_phone: { group: "contact", kind: "phone", help: "The number that customers call" },
  postal_address: { group: "contact", kind: "lines", help: "The shop's address, in lines" },
  tax_id: { group: "contact", kind: "tax_id", help: "The shop's GSTIN, or another tax number" },
  order_url: {
    group: "links",
    kind: "order_url",
    help: `The page of an order; ${orderMark}`,
    stated: ["ORDER_URL", ({ orderUrl }) => orderUrl],
  },
  payment_url: {
    group: "links",
    kind: "order_url",
    help: `The page where an order is paid; ${orderMark}`,
    stated: ["PAYMENT_URL", ({ paymentUrl }) => paymentUrl],
  },
  review_url: {
    group: "links",
    kind: "order_url",
    help: `The page where customers write reviews; ${orderMark}`,
    stated: ["REVIEW_URL", ({ reviewUrl }) => reviewUrl],
  },
  instagram: { group: "social", kind: "url", help: "The shop's page on Instagram" },
  facebook: { group: "social", kind: "url", help: "The shop's page on Facebook" },
  x: { group: "social", kind: "url", help: "The shop's page on X" },
  youtube: { group: "social", kind: "url", help: "The shop's channel on YouTube" },
  whatsapp: { group: "social", kind: "url", help: "A link that opens a chat with the shop" },
  quiet_hours_from: {
    group: "quiet_hours",
    kind: "time",
    help: "From then on SMS and WhatsApp wait, in STORE_TIME_ZONE",
    otherwise: "21:00",
  },
  quiet_hours_to: {
    group: "quiet_hours",
    kind: "time",
    help: "Until then SMS and WhatsApp wait; the same time as the beginning: they never wait",
    otherwise: "08:00",
  },
  dlt_entity_id: {
    group: "dlt",
    kind: "dlt_id",
    help: "The shop's principal entity id, as the DLT portal shows it",
  },
} as const satisfies Readonly<Record<string, ShopSetting>>;

export type PlainSetting = keyof typeof table;
export const plainSettings: Readonly<Record<PlainSetting, ShopSetting>> = table;

export const socialNetworks = ["instagram", "facebook", "x", "youtube", "whatsapp"] as const;

/**
 * Settings that each text of a template has separately: `dlt_template_id.payment_failed`,
 * `whatsapp_content_sid.shipment_update.shipped.hi`.
 */
export const DLT_TEMPLATE = "dlt_template_id";
export const WHATSAPP_CONTENT = "whatsapp_content_sid";

const families: Readonly<Record<string, ShopSetting & { readonly hasLanguage: boolean }>> = {
  [DLT_TEMPLATE]: {
    group: "dlt",
    kind: "dlt_id",
    help: "The id under which the words of this SMS are registered",
    hasLanguage: false,
  },
  [WHATSAPP_CONTENT]: {
    group: "whatsapp",
    kind: "content_sid",
    help: "The approved content template of this message",
    hasLanguage: true,
  },
};

const isLanguage = (name: string | undefined): boolean =>
  languageCodes.some((code) => code === name);

/** Null if there is no such setting. `texts`: names of the texts that an SMS can have (templates/index.ts). */
export function findSetting(name: string, texts: readonly string[]): ShopSetting | null {
  const plain = lookUp<ShopSetting>(plainSettings, name);
  if (plain !== undefined) return plain;
  const [family = "", ...parts] = name.split(".");
  const found = lookUp(families, family);
  if (found === undefined) return null;
  if (found.hasLanguage && !isLanguage(parts.pop())) return null;
  return texts.includes(parts.join(".")) ? found : null;
}

/** The names of all settings, including those of each text, in each language of messages. */
export function settingNames(texts: readonly string[]): readonly string[] {
  const ofTexts = Object.entries(families).flatMap(([family, { hasLanguage }]) =>
    texts.flatMap((text) =>
      hasLanguage
        ? languageCodes.map((language) => settingOf(family, text, language))
        : [settingOf(family, text)],
    ),
  );
  return [...Object.keys(plainSettings), ...ofTexts];
}

/** The name of a setting of one text. */
export function settingOf(family: string, ...parts: readonly string[]): string {
  return [family, ...parts].join(".");
}
