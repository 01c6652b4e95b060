/**
 * Checks whether a text may be used. Pure. It must be ICU MessageFormat with only the placeholders of its key. It must
 * not contain line breaks, hidden characters or links if its form allows none.
 */
import { closestMatch } from "leven";
import { IntlMessageFormat } from "intl-messageformat";
import { TEXT_CASES_MAX } from "../../limits";
import { smsAlphabets } from "../channels/sms/alphabets";
import { gsmText } from "../channels/sms/gsm";
import { httpUrl, isLinkLike } from "../formatting/safe-text";
import { type LanguageCode, languages } from ".";
import { type Placeholder, placeholders, textForms, type TextKey, textRules } from "./keys";

/** `at`: the position in the text, in UTF-16 units from its beginning. */
export type TextCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: string; readonly at: number };

class Problem extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** A part of a parsed text. `type`: the number that the parser gives to its kind. */
interface Part {
  readonly type: number;
  readonly value?: string;
  readonly options?: Readonly<
    Record<string, { readonly value: readonly Part[]; readonly location?: Location }>
  >;
  readonly location?: Location;
}
interface Location {
  readonly start: { readonly offset: number };
}
const LITERAL = 0;
const ARGUMENT = 1;
const SELECT = 5;
const PLURAL = 6;
const POUND = 7;

/** One variant of a text, with MARK for each placeholder. */
interface Case {
  readonly text: string;
  readonly used: ReadonlySet<string>;
  /** The position of the words that only this case has. */
  readonly at: number;
}
const MARK = "\ufffc";

/** With placeholders and cases, a text may be this many times longer than one of its variants. */
const TEXT_SOURCE_FACTOR = 5;

const syntaxProblems: Readonly<Record<string, string>> = {
  EXPECT_ARGUMENT_CLOSING_BRACE: "A { is never closed by a }",
  EMPTY_ARGUMENT: "There is nothing between { and }",
  MALFORMED_ARGUMENT: "What is between { and } is not the name of a placeholder",
  MISSING_OTHER_CLAUSE: "A choice needs a case for everything else: other {…}",
};

function startOf(location: Location | undefined): number {
  return location?.start.offset ?? 0;
}

function parse(text: string, language: LanguageCode): readonly Part[] {
  try {
    const options = { ignoreTag: true, captureLocation: true };
    return new IntlMessageFormat(text, languages[language].locale, undefined, options).getAst();
  } catch (error) {
    const name = error instanceof Error ? error.message : "";
    const location = error instanceof Error && "location" in error ? error.location : undefined;
    const problem = syntaxProblems[name] ?? "This is not ICU MessageFormat";
    throw new Problem(problem, isLocation(location) ? location.start.offset : 0);
  }
}

function isLocation(value: unknown): value is Location {
  return typeof value === "object" && value !== null && "start" in value;
}

/** The kind of a placeholder that the key has. */
function kindOf(part: Part, known: readonly Placeholder[]): "text" | "count" {
  const name = known.find((one) => one === part.value);
  if (name !== undefined) return placeholders[name].kind;
  const wrong = `There is no placeholder {${part.value ?? ""}} in this text`;
  const advice =
    known.length === 0
      ? "it has none"
      : `did you mean {${closestMatch(part.value ?? "", [...known])}}?`;
  throw new Problem(`${wrong}: ${advice}`, startOf(part.location));
}

/** The cases that follow from one part. */
function casesOfPart(part: Part, known: readonly Placeholder[]): readonly Case[] {
  const at = startOf(part.location);
  if (part.type === LITERAL) return [{ text: part.value ?? "", used: new Set(), at: 0 }];
  if (part.type === POUND) return [{ text: MARK, used: new Set(), at: 0 }];
  const kind = kindOf(part, known);
  const name = part.value ?? "";
  if (part.type === ARGUMENT) return [{ text: MARK, used: new Set([name]), at: 0 }];
  if (part.type === PLURAL && kind === "text") {
    throw new Problem(`{${name}} is no number, so it has no plural`, at);
  }
  if (part.type !== PLURAL && part.type !== SELECT) {
    throw new Problem(`{${name}} is written already: leave out what follows its name`, at);
  }
  return Object.values(part.options ?? {}).flatMap(({ value, location }) =>
    casesOf(value, known).map((one) => ({
      text: one.text,
      used: new Set([...one.used, name]),
      at: one.at === 0 ? startOf(location) : one.at,
    })),
  );
}

/** Every combination of the cases of the parts, in order. */
function casesOf(parts: readonly Part[], known: readonly Placeholder[]): readonly Case[] {
  let cases: readonly Case[] = [{ text: "", used: new Set(), at: 0 }];
  for (const part of parts) {
    const next = casesOfPart(part, known);
    if (cases.length * next.length > TEXT_CASES_MAX) {
      throw new Problem("This text has too many cases", startOf(part.location));
    }
    cases = cases.flatMap((one) =>
      next.map(({ text, used, at }) => ({
        text: one.text + text,
        used: new Set([...one.used, ...used]),
        at: Math.max(one.at, at),
      })),
    );
  }
  return cases;
}

/** Characters that cannot be shown in one line. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const controlsButBreaks = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

function checkCharacters(key: TextKey, text: string, language: LanguageCode): void {
  const { form } = textRules[key];
  const { maxCharacters, isParagraph } = textForms[form];
  if (text.trim() === "") throw new Problem("The text is empty", 0);
  const hidden = text.search(isParagraph ? controlsButBreaks : controls);
  if (hidden >= 0) {
    const isBreak = text[hidden] === "\n" || text[hidden] === "\r";
    throw new Problem(
      isBreak ? "This text is in one line: no line break" : "This character cannot be shown",
      hidden,
    );
  }
  if (text.length > maxCharacters * TEXT_SOURCE_FACTOR) {
    throw new Problem("This text is too long", maxCharacters * TEXT_SOURCE_FACTOR);
  }
  const characters = Array.from(text);
  if (form === "sms" && languages[language].sms === "GSM-7") {
    const wrong = characters.findIndex((one) => one !== "?" && gsmText(one).includes("?"));
    const at = characters.slice(0, wrong).join("").length;
    if (wrong >= 0)
      throw new Problem(`An SMS in this language has no ${characters[wrong] ?? ""}`, at);
  }
}

/** A whole link, or an e-mail address, without a placeholder in it. */
function isOwnLink(word: string): boolean {
  const bare = word.replace(/^\(/, "");
  if (bare.includes(MARK)) return false;
  return bare.startsWith("https://") ? httpUrl(bare) !== null : /^[^@/:]+@[^@/:]+$/.test(bare);
}

/** The first word that is, or would become, a link that is not allowed there; null: none. */
function findLink(said: string, isParagraph: boolean): { readonly at: number } | null {
  const words = [...said.matchAll(/\S+/g)].filter(([word]) => !isParagraph || !isOwnLink(word));
  const found = words.find(([word]) => isLinkLike(word.replaceAll(MARK, "x")));
  return found === undefined ? null : { at: found.index };
}

/** A placeholder next to a dot or an @ would turn text from outside into a link. */
function checkLinks(key: TextKey, text: string, { text: said }: Case): void {
  const { isParagraph } = textForms[textRules[key].form];
  if (findLink(said, isParagraph) === null) return;
  const typed = text.replace(/\{\s*\w+\s*\}/g, (name) => MARK.repeat(name.length));
  throw new Problem(
    isParagraph
      ? "A link begins with https://, has spaces around it, and no placeholder in it"
      : "This text can have no link",
    findLink(typed, isParagraph)?.at ?? 0,
  );
}

function checkCase(key: TextKey, text: string, language: LanguageCode, one: Case): void {
  const { needed, form } = textRules[key];
  const missing = needed.find((name) => !one.used.has(name));
  if (missing !== undefined) {
    const where = one.at === 0 ? "" : " in this case";
    throw new Problem(`{${missing}} is missing${where}`, one.at === 0 ? text.length : one.at);
  }
  const words = Array.from(one.text.replaceAll(MARK, "")).length;
  const { maxCharacters } = textForms[form];
  if (words > maxCharacters) {
    throw new Problem(`The text has more than ${String(maxCharacters)} characters`, maxCharacters);
  }
  const { maxWords } = smsAlphabets[languages[language].sms];
  if (form === "sms" && words > maxWords) {
    throw new Problem(
      `An SMS has room for ${String(maxWords)} characters beside its placeholders`,
      text.length,
    );
  }
  checkLinks(key, text, one);
}

/** `text`: the default or an edited text. Returns the first problem. */
export function checkText(key: TextKey, text: string, language: LanguageCode): TextCheck {
  const { needed, optional } = textRules[key];
  try {
    checkCharacters(key, text, language);
    const cases = casesOf(parse(text, language), [...needed, ...optional]);
    for (const one of cases) checkCase(key, text, language, one);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ok: false, problem: error.message, at: error.at };
  }
}
