/**
 * Reads, edits and restores the texts of messages, for the admin API and the pages. An invalid text is refused with the
 * place of the error, before anything is saved.
 */
import {
  defaultText,
  findLanguage,
  type LanguageCode,
  languageCodes,
  languages,
} from "../../notifications/texts";
import { checkText } from "../../notifications/texts/check";
import {
  isTextKey,
  type Placeholder,
  placeholders,
  type TextForm,
  type TextKey,
  textForms,
  textRules,
} from "../../notifications/texts/keys";
import {
  listEditedTexts,
  listTextVersions,
  saveText,
  type TextVersion,
} from "../../store/texts/message-texts";

export interface TextsDeps {
  readonly db: D1Database;
  readonly now: () => Date;
}

/** Why an action is refused; `at`: the place in the text, in UTF-16 units from its beginning. */
interface TextRefusal {
  readonly ok: false;
  readonly kind: "unknown" | "wrong";
  readonly reason: string;
  readonly at?: number;
}
export type TextAnswer<T> = { readonly ok: true; readonly value: T } | TextRefusal;

interface PlaceholderView {
  readonly name: Placeholder;
  readonly is_needed: boolean;
  readonly about: string;
  readonly example: string;
}

/** One text as it is now. */
export interface TextView {
  readonly key: TextKey;
  readonly form: TextForm;
  readonly max_characters: number;
  readonly placeholders: readonly PlaceholderView[];
  readonly default: string;
  /** The text that a person has written; null: the default is used. */
  readonly edited: string | null;
  /** Why the default is used in place of the edited text; null if it is not. */
  readonly problem: string | null;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
}

export interface TextWithVersions extends TextView {
  readonly language: LanguageCode;
  /** The latest first; a text of null is the default. */
  readonly versions: readonly Omit<TextVersion, "language" | "key">[];
}

export interface LanguageTexts {
  readonly language: LanguageCode;
  readonly languages: readonly { readonly code: LanguageCode; readonly name: string }[];
  readonly texts: readonly TextView[];
  /** Edited keys that this version does not have; they have no effect. */
  readonly unknown_keys: readonly string[];
}

/** The keys of a language; texts to the team exist only in English. */
function keysOf(language: LanguageCode): readonly TextKey[] {
  return Object.keys(languages[language].texts).filter(isTextKey);
}

function placeholderView(name: Placeholder, is_needed: boolean): PlaceholderView {
  const { about, example } = placeholders[name];
  return { name, is_needed, about, example };
}

function viewOf(language: LanguageCode, key: TextKey, latest: TextVersion | undefined): TextView {
  const { form, needed, optional } = textRules[key];
  const edited = latest?.text ?? null;
  const checked = edited === null ? null : checkText(key, edited, language);
  return {
    key,
    form,
    max_characters: textForms[form].maxCharacters,
    placeholders: [
      ...needed.map((name) => placeholderView(name, true)),
      ...optional.map((name) => placeholderView(name, false)),
    ],
    default: defaultText(language, key),
    edited,
    problem: checked?.ok === false ? checked.problem : null,
    changed_at: latest?.changed_at ?? null,
    changed_by: latest?.changed_by ?? null,
  };
}

function unknown(reason: string): TextRefusal {
  return { ok: false, kind: "unknown", reason };
}

/** Every text of a language. */
export async function listTexts(
  { db }: TextsDeps,
  tag: string,
): Promise<TextAnswer<LanguageTexts>> {
  const language = findLanguage(tag);
  if (language === null) return unknown(`There are no texts in the language ${tag}`);
  const edits = await listEditedTexts(db, language);
  const latest = new Map(edits.map((edit) => [edit.key, edit]));
  const keys = keysOf(language);
  const known: ReadonlySet<string> = new Set(keys);
  return {
    ok: true,
    value: {
      language,
      languages: languageCodes.map((code) => ({ code, name: languages[code].name })),
      texts: keys.map((key) => viewOf(language, key, latest.get(key))),
      unknown_keys: edits.map(({ key }) => key).filter((key) => !known.has(key)),
    },
  };
}

/** The language and the key; null if there is no such text. */
function findKey(
  tag: string,
  name: string,
): { readonly language: LanguageCode; readonly key: TextKey } | null {
  const language = findLanguage(tag);
  if (language === null || !isTextKey(name)) return null;
  return keysOf(language).includes(name) ? { language, key: name } : null;
}

/** One text, with the versions that are kept. */
export async function findText(
  { db }: TextsDeps,
  tag: string,
  name: string,
): Promise<TextAnswer<TextWithVersions>> {
  const found = findKey(tag, name);
  if (found === null) return unknown(`There is no text ${name} in the language ${tag}`);
  const { language, key } = found;
  const versions = await listTextVersions(db, language, key);
  return {
    ok: true,
    value: {
      ...viewOf(language, key, versions[0]),
      language,
      versions: versions.map(({ version, text, changed_at, changed_by }) => ({
        version,
        text,
        changed_at,
        changed_by,
      })),
    },
  };
}

/** The stored form: line feeds only, NFC, and no white space around it. */
function tidy(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").normalize("NFC").trim();
}

/** Saves an edited text; null: the default again. */
export async function changeText(
  deps: TextsDeps,
  tag: string,
  name: string,
  change: { readonly text: string | null; readonly by: string },
): Promise<TextAnswer<TextWithVersions>> {
  const found = findKey(tag, name);
  if (found === null) return unknown(`There is no text ${name} in the language ${tag}`);
  const { language, key } = found;
  const tidied = change.text === null ? null : tidy(change.text);
  const text = tidied === defaultText(language, key) ? null : tidied;
  const checked = text === null ? { ok: true as const } : checkText(key, text, language);
  if (!checked.ok) {
    const { problem, at } = checked;
    return { ok: false, kind: "wrong", reason: `${problem} (at character ${String(at + 1)})`, at };
  }
  await saveText(deps.db, { language, key, text }, { at: deps.now().toISOString(), by: change.by });
  return await findText(deps, language, key);
}

/** Makes an earlier version the latest again. */
export async function restoreText(
  deps: TextsDeps,
  tag: string,
  name: string,
  { version, by }: { readonly version: number; readonly by: string },
): Promise<TextAnswer<TextWithVersions>> {
  const found = await findText(deps, tag, name);
  if (!found.ok) return found;
  const earlier = found.value.versions.find((one) => one.version === version);
  if (earlier === undefined) return unknown(`Version ${String(version)} of ${name} is not kept`);
  return await changeText(deps, tag, name, { text: earlier.text, by });
}
