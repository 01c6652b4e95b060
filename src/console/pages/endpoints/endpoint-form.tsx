/** The form of an endpoint's settings, with the input and the problem of each field. */
import type { Child } from "hono/jsx";
import { filterNames } from "../../../projection/event-filter";
import type { EndpointSettings } from "../../../store/outbox/endpoints";
import { newEndpointBody } from "../../api/endpoints/shapes";
import type { EndpointView, Refusal } from "../../forwarding/endpoints";
import { visible } from "../../text";

/** The input as typed. */
export interface Typed {
  readonly url: string;
  readonly description: string;
  readonly event_types: string;
  readonly include_order: boolean;
  readonly rate_limit: string;
}

/** By the name of the field; `form`: problems that belong to no field. */
export type Problems = Readonly<Partial<Record<keyof Typed | "form", string>>>;

export const blank: Typed = {
  url: "",
  description: "",
  event_types: "*",
  include_order: false,
  rate_limit: "",
};

/** Why the shape of a field was refused. */
const shapeProblems: Problems = {
  url: "it is too long",
  description: "it has more than 200 characters",
  event_types: "name from 1 to 50 event types, each of at most 100 characters",
  rate_limit: "write a whole number from 1 to 6000, or leave it blank",
};

const isField = (name: string): name is keyof Typed => Object.hasOwn(blank, name);

export function typedIn(form: Readonly<Record<string, unknown>>): Typed {
  const text = (name: string): string => {
    const value = form[name];
    return typeof value === "string" ? value.trim() : "";
  };
  return {
    url: text("url"),
    description: text("description"),
    event_types: text("event_types"),
    include_order: text("include_order") !== "",
    rate_limit: text("rate_limit"),
  };
}

export function typedOf(endpoint: EndpointView): Typed {
  const { url, event_types: types, include_order, rate_limit: rate } = endpoint;
  const rate_limit = rate === null ? "" : String(rate);
  // A form field hides invisible characters too: they are shown escaped, and are saved so.
  const description = visible(endpoint.description);
  return { url, description, event_types: types.join(", "), include_order, rate_limit };
}

/** Names separated by commas or spaces. */
export function typesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

export function readSettings(
  typed: Typed,
):
  | { readonly settings: EndpointSettings; readonly problems: null }
  | { readonly settings: null; readonly problems: Problems } {
  const types = typesIn(typed.event_types);
  const parsed = newEndpointBody.safeParse({
    ...typed,
    event_types: types.length === 0 ? ["*"] : types,
    rate_limit: typed.rate_limit === "" ? null : Number(typed.rate_limit),
  });
  if (parsed.success) return { settings: parsed.data, problems: null };
  const names = parsed.error.issues.map(({ path }) => String(path[0])).filter(isField);
  const problems = Object.fromEntries(names.map((name) => [name, shapeProblems[name]]));
  return { settings: null, problems };
}

/** `url: it must begin with https://` belongs to the field `url`. */
export function problemsOf({ reason }: Refusal): Problems {
  const [, name = "", why = ""] = /^(\w+): (.*)$/s.exec(reason) ?? [];
  return isField(name) ? { [name]: why } : { form: reason };
}

interface FieldProps {
  readonly name: Exclude<keyof Typed, "include_order">;
  readonly label: string;
  readonly hint: string;
  readonly typed: Typed;
  readonly problems: Problems;
  readonly type?: "url" | "text";
  readonly numeric?: boolean;
  readonly list?: string;
  readonly required?: boolean;
}

function Field({ name, label, hint, typed, problems, ...more }: FieldProps) {
  const id = `endpoint-${name}`;
  const problem = problems[name];
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={more.type ?? "text"}
        value={typed[name]}
        inputmode={more.numeric === true ? "numeric" : undefined}
        list={more.list}
        required={more.required}
        autocomplete="off"
        aria-invalid={problem === undefined ? undefined : "true"}
        aria-describedby={`${id}-hint`}
      />
      <small id={`${id}-hint`} class={problem === undefined ? undefined : "problem"}>
        {problem === undefined ? hint : `Not saved: ${problem}`}
      </small>
    </div>
  );
}

/** `to`: the path that it is posted to. */
export function EndpointForm(props: {
  readonly to: string;
  readonly typed: Typed;
  readonly problems: Problems;
  readonly label: string;
  readonly children?: Child;
}) {
  const { to, typed, problems, label, children } = props;
  const of = { typed, problems };
  return (
    <form method="post" action={to} class="filters settings">
      <div class="fields">
        <Field {...of} name="url" label="URL" type="url" hint="https://…" required />
        <Field {...of} name="description" label="Description" hint="What it is, for people" />
        <Field
          {...of}
          name="event_types"
          label="Event types"
          list="event-types"
          hint="Between commas; payment.* is all of payment, * is all"
        />
        <Field
          {...of}
          name="rate_limit"
          label="Requests a minute, at most"
          numeric
          hint="Blank: no limit"
        />
      </div>
      <datalist id="event-types">
        {filterNames.map((name) => (
          <option value={name} />
        ))}
      </datalist>
      <label>
        <input type="checkbox" name="include_order" value="1" checked={typed.include_order} />
        Include the order as it stands
      </label>
      <button>{label}</button>
      {children}
    </form>
  );
}
