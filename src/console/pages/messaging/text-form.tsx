/** The texts of one message in one language, each as a field: placeholders, default, earlier versions. */
import type { LanguageCode } from "../../../notifications/texts";
import type { TextView, TextWithVersions } from "../../texts/message-texts";
import { visible } from "../../text";
import { Ago, Text, Time } from "../parts";
import { Field, labelOf } from "./parts";

/** Why a text was refused; `at`: the place in it. */
export interface TextProblem {
  readonly typed: string;
  readonly reason: string;
  readonly at: number | undefined;
}

const AROUND_CHARACTERS = 24;

/** The reason, and the text around its place. */
function Place({ of: { typed, reason, at } }: { readonly of: TextProblem }) {
  const why = reason.replace(/ \(at character \d+\)$/, "");
  if (at === undefined || typed === "") return <>{why}.</>;
  const before = typed.slice(Math.max(0, at - AROUND_CHARACTERS), at);
  const after = typed.slice(at, at + AROUND_CHARACTERS);
  return (
    <>
      {why}
      {/[.?]$/.test(why) ? "" : "."}{" "}
      <code>
        {at > AROUND_CHARACTERS ? "…" : ""}
        {visible(before)}
        <mark>{after === "" ? "▮" : visible(after)}</mark>
      </code>
    </>
  );
}

function Placeholders({ of }: { readonly of: TextView["placeholders"] }) {
  const list = (isNeeded: boolean) =>
    of
      .filter((one) => one.is_needed === isNeeded)
      .map(({ name, about, example }, index) => (
        <>
          {index > 0 ? ", " : isNeeded ? "Needs " : "May have "}
          <code title={about}>{`{${name}}`}</code> ({example})
        </>
      ));
  const [needed, others] = [list(true), list(false)];
  return (
    <>
      {needed}
      {needed.length > 0 && others.length > 0 ? ". " : ""}
      {others}.
    </>
  );
}

interface TextFieldProps {
  readonly of: TextView;
  /** Without the common beginning of the keys. */
  readonly label: string;
  readonly language: LanguageCode;
  readonly problem: TextProblem | undefined;
  /** The path and query of the page; the key whose versions are shown is added to it. */
  readonly path: string;
  readonly history: TextWithVersions | null;
}

function Versions({ of: { key, versions } }: { readonly of: TextWithVersions }) {
  return (
    <ol class="panel versions" id="history" aria-label="Versions, the latest first">
      {versions.map(({ version, text, changed_at: at, changed_by: by }, index) => (
        <li>
          <span class="soft">
            <Time at={at} /> by <Text of={by} />
          </span>{" "}
          {text === null ? <i>the default</i> : <Text of={text} whole />}{" "}
          {index === 0 ? (
            <span class="soft">as it is now</span>
          ) : (
            <button class="outline" name="restore" value={`${key}:${String(version)}`}>
              Restore
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

function Edited({ of, path, history }: Pick<TextFieldProps, "of" | "path" | "history">) {
  const { key, edited, changed_at: at, changed_by: by, problem } = of;
  if (at === null) return null;
  return (
    <>
      <p class="edited">
        {edited === null ? "Default again, by " : "Edited by "}
        <Text of={by} /> <Ago at={at} />
        {problem === null ? "." : `; not usable any more, so the default is said: ${problem}.`}{" "}
        {history === null ? <a href={`${path}&history=${key}#history`}>Versions</a> : null}
        {edited === null ? null : (
          <>
            {" "}
            <button class="outline" name="default" value={key}>
              Back to default
            </button>
            <span class="soft default">Default: {visible(of.default)}</span>
          </>
        )}
      </p>
      {history === null ? null : <Versions of={history} />}
    </>
  );
}

const rowsOf = { label: undefined, line: undefined, paragraph: 4, sms: 3 } as const;

function TextField({ of, label, language, problem, path, history }: TextFieldProps) {
  const { key, form, placeholders } = of;
  const isPlain = placeholders.length === 0;
  return (
    <Field
      name={key}
      label={label}
      value={of.edited ?? of.default}
      typed={problem?.typed}
      problem={problem === undefined ? null : <Place of={problem} />}
      rows={rowsOf[form]}
      lang={language}
      hint={isPlain ? null : <Placeholders of={placeholders} />}
    >
      <Edited of={of} path={path} history={history?.key === key ? history : null} />
    </Field>
  );
}

export interface TextFormProps {
  readonly texts: readonly TextView[];
  /** The common beginning of the keys. */
  readonly prefix: string;
  readonly language: LanguageCode;
  readonly path: string;
  readonly problems: ReadonlyMap<string, TextProblem>;
  readonly history: TextWithVersions | null;
}

export function TextForm({ texts, prefix, problems, ...more }: TextFormProps) {
  return (
    <form method="post" action={more.path} class="filters settings one-column">
      {/* Enter in a field presses the first button of the form. */}
      <button class="unseen" tabindex={-1} aria-hidden="true">
        Save
      </button>
      <div class="fields">
        {texts.map((of) => {
          const label = labelOf(of.key.startsWith(prefix) ? of.key.slice(prefix.length) : of.key);
          return <TextField of={of} label={label} problem={problems.get(of.key)} {...more} />;
        })}
      </div>
      <div class="save">
        <button>Save</button>
      </div>
    </form>
  );
}
