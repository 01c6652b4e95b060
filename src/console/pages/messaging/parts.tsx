/** Shared parts of the pages of messages and their settings: tabs, a form field, a preview of an e-mail. */
import type { Child } from "hono/jsx";
import { PageTabs } from "../parts";
import { visible, words } from "../../text";

export const SHOP = "/console/settings/shop";
export const MESSAGES = "/console/settings/messages";

const pages = [
  ["/console/settings", "Set-up"],
  [SHOP, "Shop"],
  [MESSAGES, "Messages and texts"],
] as const;

export function SettingsTabs({ here }: { readonly here: (typeof pages)[number][0] }) {
  return <PageTabs label="Settings" of={pages} here={here} />;
}

const short: Readonly<Record<string, string>> = {
  email: "e-mail",
  url: "URL",
  id: "id",
  dlt: "DLT",
  sms: "SMS",
  whatsapp: "WhatsApp",
  youtube: "YouTube",
  x: "X",
  preview: "inbox preview",
};

/** `logo_url` -> Logo URL. */
export function labelOf(name: string): string {
  const text = words(name.replaceAll(".", ", "))
    .split(" ")
    .map((word) => short[word] ?? word)
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface FieldProps {
  /** The name of the field. The form also posts its earlier value under `was.`, so that only changes are saved. */
  readonly name: string;
  readonly label: string;
  /** The stored value. */
  readonly value: string;
  /** Given if the earlier value cannot be shown; it differs from every input. */
  readonly was?: string | undefined;
  /** The input that was refused. */
  readonly typed: string | undefined;
  readonly problem: Child;
  readonly hint: Child;
  readonly rows?: number | undefined;
  readonly lang?: string;
  readonly inputmode?: "url" | "email" | "tel" | "numeric" | undefined;
  readonly placeholder?: string | undefined;
  /** Shown below the hint. */
  readonly children?: Child;
}

export function Field(props: FieldProps) {
  const { name, label, value, was = value, typed, problem, hint, rows, children, ...more } = props;
  const isWrong = problem !== null;
  const shown = typed === undefined ? value : visible(typed);
  const field = {
    id: name,
    name,
    "aria-invalid": isWrong ? ("true" as const) : undefined,
    "aria-describedby": `${name}-hint`,
    ...more,
  };
  return (
    <div>
      <label for={name}>{label}</label>
      {rows === undefined ? (
        <input type="text" value={shown} autocomplete="off" {...field} />
      ) : (
        <textarea rows={rows} {...field}>
          {/* The parser drops one line break at the beginning. */}
          {shown.startsWith("\n") ? `\n${shown}` : shown}
        </textarea>
      )}
      <input type="hidden" name={`was.${name}`} value={was} />
      <small id={`${name}-hint`}>
        {isWrong ? <span class="problem">Not saved: {problem}</span> : null} {hint}
      </small>
      {children}
    </div>
  );
}

/** The fields of a form that were changed, by name, as typed. */
export function changedIn(
  form: Readonly<Record<string, unknown>>,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const text = (name: string): string | null => {
    const value = form[name];
    return typeof value === "string" ? value.replaceAll("\r\n", "\n").trim() : null;
  };
  return new Map(
    names.flatMap((name) => {
      const [typed, was] = [text(name), text(`was.${name}`)];
      return typed === null || typed === was ? [] : [[name, typed] as const];
    }),
  );
}

const looks = [
  ["light", "Light"],
  ["dark", "Dark"],
  ["phone", "Phone"],
] as const;

/** `to`: the path of the e-mail; the theme is added. Previews that are not chosen are not loaded. */
export function MailLooks({ to, title }: { readonly to: string; readonly title: string }) {
  return (
    <div class="looks">
      <fieldset>
        <legend class="unseen">How it is shown</legend>
        {looks.map(([look, name]) => (
          <label>
            <input type="radio" name="look" value={look} checked={look === "light"} />
            {name}
          </label>
        ))}
      </fieldset>
      {looks.map(([look]) => (
        <iframe
          class={look}
          src={`${to}&theme=${look === "dark" ? "dark" : "light"}`}
          title={`${title}, ${look}`}
          sandbox=""
          loading="lazy"
        />
      ))}
    </div>
  );
}
