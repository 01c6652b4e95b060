/**
 * The texts of one language for the layouts of messages, with edited texts in place of the defaults. An edited text is
 * left out if it no longer passes the check because a release has changed its key.
 */
import { IntlMessageFormat } from "intl-messageformat";
import { TEXTS_PARSED_MAX } from "../../limits";
import { log } from "../../log";
import { smsAlphabets, type SmsAlphabet } from "../channels/sms/alphabets";
import { defaultText, type LanguageCode, languages } from ".";
import { checkText } from "./check";
import type { TextKey, ValuesOf } from "./keys";

/** Edited texts by language and key. */
export type TextEdits = ReadonlyMap<string, string>;
export const noEdits: TextEdits = new Map();

function editName(language: string, key: string): string {
  return `${language} ${key}`;
}

/** From stored rows; a text of null is the default. */
export function editsOf(
  rows: readonly {
    readonly language: string;
    readonly key: string;
    readonly text: string | null;
  }[],
): TextEdits {
  return new Map(
    rows.flatMap(({ language, key, text }) =>
      text === null ? [] : [[editName(language, key), text]],
    ),
  );
}

export interface Texts {
  readonly language: LanguageCode;
  /** For dates. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly sms: SmsAlphabet;
  readonly say: <K extends TextKey>(key: K, ...values: ValuesOf<K>) => string;
}

/** Parsed texts of this isolate; null: one that fails the check. */
const parsed = new Map<string, IntlMessageFormat | null>();

function remember(name: string, parse: () => IntlMessageFormat | null): IntlMessageFormat | null {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  if (parsed.size >= TEXTS_PARSED_MAX) parsed.clear();
  const made = parse();
  parsed.set(name, made);
  return made;
}

const format = (text: string, language: LanguageCode): IntlMessageFormat =>
  new IntlMessageFormat(text, languages[language].locale, undefined, { ignoreTag: true });

function parseEdit(language: LanguageCode, key: TextKey, text: string): IntlMessageFormat | null {
  const checked = checkText(key, text, language);
  if (checked.ok) return format(text, language);
  log.warn("edited_text_ignored", { language, key, problem: checked.problem });
  return null;
}

export function createTexts(language: LanguageCode, edits: TextEdits): Texts {
  const { locale, direction, sms } = languages[language];
  return {
    language,
    locale,
    direction,
    sms: smsAlphabets[sms],
    say: (key, ...[values]) => {
      const name = editName(language, key);
      const text = defaultText(language, key);
      const edit = edits.get(name);
      const edited =
        edit === undefined
          ? null
          : remember(`${name} edited ${edit}`, () => parseEdit(language, key, edit));
      const message = edited ?? remember(name, () => format(text, language));
      return String(message?.format(values));
    },
  };
}
