/** The languages of messages: one line for each, and its texts in a folder of their own. */
import { isObject, parseJson } from "../../events/values";
import type { SmsAlphabetName } from "../channels/sms/alphabets";
// Next to the texts, which have the same keys: compression of the bundle looks back 32 KiB.
import "./keys";
import { team } from "./english/team";
import { english } from "./english/customers";
import { hindi } from "./hindi/customers";
import type { CustomerKey, TextKey } from "./keys";

interface Language {
  /** The name in the language itself. */
  readonly name: string;
  /** For dates and plurals; its digits are Latin, as in amounts. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly sms: SmsAlphabetName;
  /** Texts to the team are in English. */
  readonly texts: Readonly<Record<CustomerKey, string>> &
    Readonly<Partial<Record<TextKey, string>>>;
}

const registry = {
  en: {
    name: "English",
    locale: "en-GB",
    direction: "ltr",
    sms: "GSM-7",
    texts: { ...english, ...team },
  },
  hi: { name: "हिन्दी", locale: "hi-IN-u-nu-latn", direction: "ltr", sms: "UCS-2", texts: hindi },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof registry;
/** The language of a shop without STORE_LOCALE, and of messages to the team. */
export const DEFAULT_LANGUAGE: LanguageCode = "en";

export const languages: Readonly<Record<LanguageCode, Language>> = registry;

const isCode = (name: string): name is LanguageCode => Object.hasOwn(registry, name);
export const languageCodes: readonly LanguageCode[] = Object.keys(registry).filter(isCode);

/** `hi-IN` and `HI_in` are `hi`; null if there are no texts in that language. */
export function findLanguage(tag: string): LanguageCode | null {
  const parts = tag.trim().toLowerCase().split(/[-_]/);
  const tags = parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
  return tags.find(isCode) ?? null;
}

/** The language of a message to a customer. `metadata`: JSON of the order; `storeLocale`: the shop's own. */
export function languageOf(metadata: string | null, storeLocale: string): LanguageCode {
  const stated = parseJson(metadata);
  const wanted = isObject(stated) ? stated["language"] : null;
  const known = typeof wanted === "string" ? findLanguage(wanted) : null;
  return known ?? findLanguage(storeLocale) ?? DEFAULT_LANGUAGE;
}

/** The language of a page for customers. `accepted`: the header Accept-Language. */
export function languageOfReader(accepted: string, storeLocale: string): LanguageCode {
  const tags = accepted.slice(0, 200).split(",");
  const known = tags.map((tag) => findLanguage(tag.split(";")[0] ?? ""));
  return known.find((code) => code !== null) ?? languageOf(null, storeLocale);
}

/** The built-in text. */
export function defaultText(language: LanguageCode, key: TextKey): string {
  return languages[language].texts[key] ?? registry.en.texts[key];
}
