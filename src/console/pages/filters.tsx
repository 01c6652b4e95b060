/** The form above a list: a search, and filters that are folded if none is set. */
import type { Child } from "hono/jsx";
import { words } from "../text";
import { clockTime, pageFrame } from "./frame";

type Values = Readonly<Record<string, string>>;

interface Named {
  readonly name: string;
  readonly label: string;
  readonly values: Values;
}

/** `list`: suggestions that a person may pick instead of typing. */
export function Field({
  name,
  label,
  values,
  list,
}: Named & { readonly list?: readonly string[] }) {
  const id = `filter-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        value={values[name]}
        autocomplete="off"
        list={list === undefined ? undefined : `${id}-list`}
      />
      {list === undefined ? null : (
        <datalist id={`${id}-list`}>
          {list.map((value) => (
            <option value={value} />
          ))}
        </datalist>
      )}
    </div>
  );
}

/** `none`: the label of no choice; `names`: the labels of values whose names are not clear. */
export function Options({
  name,
  label,
  values,
  of,
  none = "any",
  names = {},
}: Named & {
  readonly of: readonly string[];
  readonly none?: string;
  readonly names?: Values;
}) {
  const id = `filter-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} name={name}>
        <option value="">{none}</option>
        {of.map((value) => (
          <option value={value} selected={values[name] === value}>
            {names[value] ?? words(value)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A date and time, in the zone of the page. */
export function When({ name, label, values }: Named) {
  const { zone } = pageFrame();
  const id = `filter-${name}`;
  const utc = values[name];
  return (
    <div>
      <label for={id}>
        {label} <span data-zone>{`(${zone ?? "UTC"})`}</span>
      </label>
      <input
        id={id}
        name={name}
        type="datetime-local"
        value={utc === undefined ? undefined : clockTime(utc, zone).slice(0, 16)}
        data-utc={utc}
      />
    </div>
  );
}

interface FiltersProps {
  readonly path: string;
  readonly values: Values;
  /** Absent if the list has only filters, which are then not folded. */
  readonly search?: { readonly label: string; readonly hint: string; readonly name?: string };
  /** Also folded without a search: people look at the list more often than they filter it. */
  readonly isFolded?: true;
  /** The names of the filters. */
  readonly more?: readonly string[];
  readonly children?: Child;
}

function Search(props: NonNullable<FiltersProps["search"]> & { readonly values: Values }) {
  const { label, hint, name = "q", values } = props;
  return (
    <div class="search">
      <label for={name} class="unseen">
        {label}
      </label>
      <input
        id={name}
        name={name}
        type="search"
        value={values[name]}
        placeholder={hint}
        autocomplete="off"
      />
      <button>Search</button>
    </div>
  );
}

export function Filters({ path, values, search, isFolded, more = [], children }: FiltersProps) {
  const set = more.filter((name) => values[name] !== undefined);
  const clear = set.length > 0 ? <a href={path}>Clear</a> : null;
  return (
    <search>
      <form method="get" action={path} class="filters">
        {search === undefined ? null : <Search {...search} values={values} />}
        {search === undefined && isFolded === undefined ? (
          <div class="fields">
            {children}
            <button>Filter</button>
            {clear}
          </div>
        ) : more.length === 0 ? null : (
          <details open={set.length > 0}>
            <summary>{set.length > 0 ? `Filters (${String(set.length)} set)` : "Filters"}</summary>
            <div class="fields">
              {children}
              <button>Filter</button>
              {clear}
            </div>
          </details>
        )}
      </form>
    </search>
  );
}
