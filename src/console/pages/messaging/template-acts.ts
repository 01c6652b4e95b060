/** The form handlers of the page of a message, and the e-mail that it shows. */
import { channelNames } from "../../../notifications/channels";
import type { LanguageCode } from "../../../notifications/texts";
import { note, noteChanges } from "../../activity/note";
import { formOf, type PageContext } from "../../page-context";
import { answerMail } from "../messages/mail-frame";
import { changeText, restoreText } from "../../texts/message-texts";
import { loadMaking, loadSamples } from "../../texts/samples";
import type { Tested } from "./looks";
import { changedIn } from "./parts";
import { pathOf, subjectIn, textsOf } from "./subject";
import { showTemplate, showUnknown } from "./template-page";
import type { TextProblem } from "./text-form";

/** Handles a button beside a text: restores the default or an earlier version. */
async function goBack(
  { deps, who: by }: PageContext,
  language: LanguageCode,
  form: Readonly<Record<string, unknown>>,
): Promise<{ readonly key: string; readonly did: "default" | "restored" } | null> {
  const { default: key, restore } = form;
  if (typeof key === "string") {
    await changeText(deps, language, key, { text: null, by });
    return { key, did: "default" };
  }
  const [, name = "", version = ""] =
    /^([\w.]+):(\d{1,9})$/.exec(typeof restore === "string" ? restore : "") ?? [];
  if (name === "") return null;
  await restoreText(deps, language, name, { version: Number(version), by });
  return { key: name, did: "restored" };
}

/** Drafts of other texts when a person restores one: they stay in their fields, and are not saved yet. */
function asDrafts(changed: ReadonlyMap<string, string>, taken: string): Problems {
  const drafts = [...changed].filter(([key]) => key !== taken);
  const reason = "not saved yet: press Save";
  return new Map(drafts.map(([key, typed]) => [key, { typed, reason, at: undefined }]));
}

type Problems = ReadonlyMap<string, TextProblem>;

/** Saves the changes; a blank text means the default again. Returns the refused ones. */
async function save(
  { deps, who: by }: PageContext,
  language: LanguageCode,
  changed: ReadonlyMap<string, string>,
): Promise<Problems> {
  const problems = new Map<string, TextProblem>();
  for (const [key, typed] of changed) {
    const text = typed === "" ? null : typed;
    const saved = await changeText(deps, language, key, { text, by });
    if (!saved.ok) problems.set(key, { typed, reason: saved.reason, at: saved.at });
  }
  return problems;
}

/** Save saves all changes; a button beside a text restores only that text. */
export async function saveTexts(context: PageContext): Promise<Response> {
  const { c } = context;
  const subject = subjectIn(context);
  if (subject === null) return await showUnknown(context);
  const { language } = subject;
  const texts = await textsOf(context, subject);
  const form = await formOf(c);
  const changed = new Map(
    changedIn(
      form,
      texts.map((one) => one.key),
    ),
  );
  const back = await goBack(context, language, form);
  const problems =
    back === null ? await save(context, language, changed) : asDrafts(changed, back.key);
  const keys = back === null ? [...changed.keys()].filter((key) => !problems.has(key)) : [back.key];
  noteChanges(
    c,
    "text_changed",
    keys.map((key) => `${language} ${key}`),
  );
  const did = back === null ? {} : { did: back.did };
  if (problems.size > 0) return await showTemplate(context, subject, { problems, ...did });
  return c.redirect(`${pathOf(subject)}&did=${back?.did ?? "saved"}`, 303);
}

/** Sends a test through the real channel, and shows the result. */
export async function sendTest(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const subject = subjectIn(context);
  if (subject === null) return await showUnknown(context);
  const form = await formOf(c);
  const channel = channelNames.find((name) => name === form["channel"]);
  if (channel === undefined) return await showTemplate(context, subject);
  const recipient = typeof form["recipient"] === "string" ? form["recipient"].trim() : "";
  const isOwn = form["own"] === "1";
  const { template, text, language } = subject;
  const making = await loadMaking(deps);
  const wish = { template, text, language, channel, recipient, isOwn, ...making };
  const tested = { channel, recipient, problem: null, isCustomers: isOwn, done: null };
  const answer = await deps.samples.sendTest(wish);
  if (answer.kind === "tried" && answer.outcome.kind === "sent")
    note(c, "test_sent", { about: `${template} ${channel}` });
  return await showTemplate(context, subject, { tested: { ...tested, ...wordsOf(answer) } });
}

type TestAnswer = Awaited<ReturnType<PageContext["deps"]["samples"]["sendTest"]>>;

function wordsOf(answer: TestAnswer): Partial<Tested> {
  if (answer.kind === "refused") return { problem: answer.reason };
  if (answer.kind === "customer") {
    return { problem: "a customer has ordered with it", isCustomers: true };
  }
  const { outcome } = answer;
  return outcome.kind === "sent"
    ? { done: "A test was sent. It shows the example, whichever order is shown here." }
    : { problem: outcome.error };
}

/** The e-mail itself, in the requested theme whatever the reader's is. */
export async function templatePreview(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const subject = subjectIn(context);
  const { samples, shop } =
    subject === null ? { samples: [], shop: null } : await loadSamples(deps, subject);
  const html = samples.find(({ channel }) => channel === "email")?.shown.html;
  if (html === undefined) return await showUnknown(context);
  const isDark = c.req.query("theme") === "dark";
  const themed = html.replace(
    "@media (prefers-color-scheme: dark)",
    isDark ? "@media all" : "@media not all",
  );
  return answerMail(c, themed, shop?.logoUrl ?? null);
}
