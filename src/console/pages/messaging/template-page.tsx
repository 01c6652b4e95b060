/** One message: its texts in a language, with a preview beside them. */
import { templates } from "../../../notifications/templates";
import { languages } from "../../../notifications/texts";
import type { PageContext } from "../../page-context";
import { findText, type TextView, type TextWithVersions } from "../../texts/message-texts";
import { loadSamples, type Samples } from "../../texts/samples";
import { count, visible } from "../../text";
import { Notice, Tabs, Text } from "../parts";
import { withQuery } from "../../links";
import { Page, show } from "../page";
import { PlainPage } from "../sign-in-page";
import { Looks, type Tested } from "./looks";
import { labelOf, MESSAGES, SettingsTabs } from "./parts";
import { belowIt, pathOf, type Subject, subjectIn, textsOf } from "./subject";
import { TextForm, type TextProblem } from "./text-form";

/** The result of an action, shown on the page. */
interface Shown {
  /** What was restored, if drafts of other texts are shown with it. */
  readonly did?: "default" | "restored";
  readonly problems?: ReadonlyMap<string, TextProblem>;
  readonly tested?: Tested;
}

interface TemplateProps extends Omit<Shown, "did"> {
  readonly who: string;
  readonly subject: Subject;
  readonly texts: readonly TextView[];
  readonly history: TextWithVersions | null;
  readonly samples: Samples;
  readonly isOn: PageContext["deps"]["shop"]["isOn"];
  readonly did: string | undefined;
}

function OrderForm({ subject }: { readonly subject: Subject }) {
  const { name, language, text, order } = subject;
  return (
    <form method="get" action={`${MESSAGES}/${name}`} class="filters">
      <input type="hidden" name="language" value={language} />
      {text === null ? null : <input type="hidden" name="text" value={text} />}
      <label for="order">With the values of an order (blank: an example)</label>
      <div class="search">
        <input id="order" name="order" value={visible(order ?? "")} placeholder="Order number" />
        <button class="outline">Show</button>
      </div>
    </form>
  );
}

function Choices({ subject }: { readonly subject: Subject }) {
  const { template, text, language, codes } = subject;
  const names = text === null ? [] : (templates[template].texts?.names ?? []);
  const tab = (more: Partial<Subject>, name: string, isHere: boolean) => ({
    to: pathOf(subject, more),
    name,
    isHere,
  });
  return (
    <>
      {names.length === 0 ? null : (
        <Tabs
          label="Texts"
          of={names.map((one) => tab({ text: one }, labelOf(one), one === text))}
        />
      )}
      {codes.length < 2 ? null : (
        <Tabs
          label="Languages"
          of={codes.map((code) => ({
            ...tab({ language: code }, languages[code].name, code === language),
            lang: code,
          }))}
        />
      )}
    </>
  );
}

/** Links to texts that the message shares with others. */
function Shared({ subject: { name, template, language } }: { readonly subject: Subject }) {
  if (name !== template) return null;
  const isTeam = templates[template].audience === "team";
  return (
    <p>
      {isTeam ? "Names of facts and links" : "Greeting, names of facts, buttons and footer"} are{" "}
      <a href={withQuery(`${MESSAGES}/${isTeam ? "team" : "shared"}`, { language })}>
        texts of all messages
      </a>
      .
    </p>
  );
}

const did: Readonly<Record<string, string>> = {
  saved: "Saved. What is rendered from now on says it.",
  default: "The default text is in use again.",
  restored: "The earlier version is in use again.",
};

function TemplatePage(props: TemplateProps) {
  const { who, subject, texts, history, samples, isOn, problems = new Map(), tested } = props;
  const { title, template, text, language } = subject;
  const done = did[props.did ?? ""];
  return (
    <Page title={title} who={who} path={MESSAGES}>
      <h1>{title}</h1>
      <SettingsTabs here={MESSAGES} />
      <Choices subject={subject} />
      {done === undefined ? null : <Notice>{done}</Notice>}
      {problems.size === 0 ? null : (
        <Notice
          bad
        >{`${count(problems.size, "text")} not saved: see below. The others are.`}</Notice>
      )}
      <div class="with-look">
        <div>
          <TextForm
            {...{ texts, language, problems, history }}
            prefix={subject.keys[0] ?? ""}
            path={pathOf(subject)}
          />
          <Shared subject={subject} />
        </div>
        <div class="look">
          <OrderForm subject={subject} />
          {samples.problem === null ? null : (
            <Notice bad>
              <Text of={samples.problem} whole />
            </Notice>
          )}
          <Looks
            samples={samples.samples}
            shop={samples.shop}
            name={text === null ? template : `${template}.${text}`}
            {...{ language, isOn }}
            preview={belowIt(subject, "preview")}
            test={belowIt(subject, "test")}
            tested={tested ?? null}
          />
        </div>
      </div>
    </Page>
  );
}

export function showUnknown({ c, who }: PageContext): Response | Promise<Response> {
  const text = "There is no such message.";
  return show(c, <PlainPage title="No such message" text={text} who={who} />, 404);
}

export async function showTemplate(
  context: PageContext,
  subject: Subject,
  shown: Shown = {},
): Promise<Response> {
  const { c, deps, who } = context;
  const asked = c.req.query("history");
  const [texts, found, samples] = await Promise.all([
    textsOf(context, subject),
    asked === undefined ? null : findText(deps, subject.language, asked),
    loadSamples(deps, subject),
  ]);
  const history = found?.ok === true ? found.value : null;
  const isWrong = shown.problems !== undefined || typeof shown.tested?.problem === "string";
  const isRefused = isWrong && shown.did === undefined;
  const { isOn } = deps.shop;
  return show(
    c,
    <TemplatePage
      {...shown}
      {...{ who, subject, texts, history, samples, isOn }}
      did={shown.did ?? c.req.query("did")}
    />,
    isRefused ? 400 : 200,
  );
}

export async function template(context: PageContext): Promise<Response> {
  const subject = subjectIn(context);
  return subject === null ? await showUnknown(context) : await showTemplate(context, subject);
}
