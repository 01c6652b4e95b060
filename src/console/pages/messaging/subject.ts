/** The subject of a page of texts: a template, or texts that several share, in one language. */
import { type Template, templates } from "../../../notifications/templates";
import {
  DEFAULT_LANGUAGE,
  findLanguage,
  type LanguageCode,
  languageCodes,
  languageOf,
} from "../../../notifications/texts";
import { withQuery } from "../../links";
import type { PageContext } from "../../page-context";
import { listTexts, type TextView } from "../../texts/message-texts";
import { templateOf, textOf } from "../../texts/samples";
import { labelOf, MESSAGES } from "./parts";

/** Texts of no single template: the prefixes of their keys, and a message that shows some of them. */
const groups = {
  shared: {
    title: "Texts of all messages to customers",
    keys: ["shared.", "unsubscribe."],
    example: "order_confirmed",
  },
  team: {
    title: "Texts of all messages to the team",
    keys: ["team.", "alert."],
    example: "refund_due",
  },
} as const;

export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly template: Template;
  /** The name of the text, if the template has several. */
  readonly text: string | null;
  readonly language: LanguageCode;
  /** The languages that it has. */
  readonly codes: readonly LanguageCode[];
  readonly keys: readonly string[];
  readonly order: string | null;
}

/** Null if there is no such template. */
export function subjectIn({ c, deps }: PageContext): Subject | null {
  const name = c.req.param("template") ?? "";
  const group = name === "shared" || name === "team" ? groups[name] : null;
  const template = templateOf(group?.example ?? name);
  if (template === null || templates[template].audience === "system") return null;
  const isTeam = templates[template].audience === "team";
  const asked = findLanguage(c.req.query("language") ?? "");
  const text = textOf(template, c.req.query("text"));
  return {
    name,
    title: group?.title ?? labelOf(template),
    template,
    text,
    language: isTeam ? DEFAULT_LANGUAGE : (asked ?? languageOf(null, deps.shop.shop.locale)),
    codes: isTeam ? [DEFAULT_LANGUAGE] : languageCodes,
    keys: group?.keys ?? [text === null ? `${template}.` : `${template}.${text}.`],
    order: c.req.query("order")?.trim() || null,
  };
}

export function pathOf(
  { name, language, text, order }: Subject,
  more: Partial<Subject> = {},
): string {
  const query = { language, text, order, ...more };
  return withQuery(`${MESSAGES}/${name}`, {
    language: query.language,
    text: query.text ?? undefined,
    order: query.order ?? undefined,
  });
}

/** The path of an action or a part of the page, with the same query. */
export const belowIt = (subject: Subject, part: string): string =>
  pathOf(subject).replace("?", `/${part}?`);

export async function textsOf(
  { deps }: PageContext,
  subject: Subject,
): Promise<readonly TextView[]> {
  const listed = await listTexts(deps, subject.language);
  const isOwn = ({ key }: TextView): boolean => subject.keys.some((one) => key.startsWith(one));
  return listed.ok ? listed.value.texts.filter(isOwn) : [];
}
