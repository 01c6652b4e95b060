/** The components of pages: times, badges, tables, facts. All text from outside is displayed by these. */
import { isDay } from "../../events/field-formats/time";
import type { Child } from "hono/jsx";
import { describeLeftOut, type LeftOut } from "../left-out";
import { type Place, pathTo } from "../links";
import { money } from "../../money";
import { clip, visible, words } from "../text";
import { clockTime, pageFrame, relativeTime } from "./frame";

const CLIP_CHARACTERS = 64;

/** Text from an event, isolated from the text direction around it; `whole`: not shortened. */
export function Text(props: {
  readonly of: string | number | null | undefined;
  readonly whole?: boolean;
}) {
  const { of, whole } = props;
  if (of === null || of === undefined || of === "") return <span class="none">–</span>;
  const text = visible(String(of));
  return <bdi>{whole === true ? text : clip(text, CLIP_CHARACTERS)}</bdi>;
}

/**
 * In the shop's zone, or in UTC, which the script converts to the reader's zone; the width does not change. A date
 * without a time is the same in every zone, and the script does not change it.
 */
export function Time({ at, only }: { readonly at: string | null; readonly only?: "hour" }) {
  const { zone } = pageFrame();
  if (at === null) return <span class="none">–</span>;
  if (isDay(at)) return <span>{at}</span>;
  const local = clockTime(at, zone).slice(0, 19).replace("T", " ");
  return (
    <time datetime={at} title={`${at.slice(0, 23).replace("T", " ")} UTC`} data-only={only}>
      {only === "hour" ? local.slice(11, 16) : local}
    </time>
  );
}

/** A time in a list: how long ago, or the day if it is over a week ago. The exact time is shown on hover. */
export function Ago({ at }: { readonly at: string | null }) {
  const { zone, now } = pageFrame();
  if (at === null) return <span class="none">–</span>;
  if (isDay(at)) return <span>{at}</span>;
  const local = clockTime(at, zone).slice(0, 19).replace("T", " ");
  return (
    <time datetime={at} title={local} data-only="ago">
      {relativeTime(at, now) ?? local.slice(0, 10)}
    </time>
  );
}

/** A status that needs a person is tinted; a normal one is plain text after a small dot. */
const tones: Readonly<Record<string, "good" | "busy" | "warn" | "bad">> = {
  processed: "good",
  sent: "good",
  success: "good",
  complete: "good",
  delivered: "good",
  paid: "good",
  settled: "good",
  refunded: "good",
  set: "good",
  on: "good",
  active: "good",
  received: "busy",
  pending: "busy",
  approved: "busy",
  shipped: "busy",
  in_transit: "busy",
  out_for_delivery: "busy",
  "cash on delivery": "busy",
  paused: "warn",
  quarantined: "warn",
  "partly paid": "warn",
  partially_paid: "warn",
  delivery_attempted: "warn",
  undelivered: "warn",
  return_to_origin: "warn",
  refund_due: "bad",
  "not paid": "bad",
  failing: "bad",
  disabled: "bad",
  failed: "bad",
  lost: "bad",
  incomplete: "bad",
};

/** A status in words; its colour only repeats the meaning. */
export function Badge(props: { readonly status: string | null; readonly as?: string | undefined }) {
  const { status, as } = props;
  if (status === null) return <span class="none">–</span>;
  const tone = Object.hasOwn(tones, status) ? tones[status] : "calm";
  return <span class={`badge ${tone ?? "calm"}`}>{as ?? clip(visible(words(status)), 32)}</span>;
}

export function Money(props: {
  readonly micros: number | null | undefined;
  readonly in: string | null;
}) {
  if (props.micros === null || props.micros === undefined) return <span class="none">–</span>;
  return <span class="number">{money(props.micros, props.in ?? "")}</span>;
}

/** Notes about data of a very large order or event that the page leaves out, and where to find it. */
export function LeftOutNotes({ of }: { readonly of: readonly LeftOut[] }) {
  return (
    <>
      {of.map((one) => (
        <p class="soft">{describeLeftOut(one)}</p>
      ))}
    </>
  );
}

/** An id with a link to its page. */
export function Ref(props: {
  readonly to: Place;
  readonly id: string | null;
  readonly label?: string | null | undefined;
}) {
  const { to, id, label } = props;
  if (id === null || id === "") return <span class="none">–</span>;
  const path = pathTo(to, id);
  const text = <Text of={label ?? id} />;
  return path === null ? text : <a href={path}>{text}</a>;
}

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Child;
  /** Numbers are aligned right. */
  readonly number?: boolean;
  /** `short`: one line of any length; `word`: space for an event type; `wide`: more space, if there is any. */
  readonly as?: "short" | "word" | "wide";
  /** Hidden if the table would be wider than the screen; a card shows it. */
  readonly isMinor?: true;
}

function classOf<Row>({ number, as, isMinor }: Column<Row>): string | undefined {
  const names = [number === true ? "number" : as, isMinor === true ? "minor" : undefined];
  return names.filter((name) => name !== undefined).join(" ") || undefined;
}

/**
 * A table that turns into cards on a phone. `caption` names it for screen readers, and for everyone if it is `shown`
 * because the heading above does not say the same.
 */
export function Table<Row>(props: {
  readonly caption: string;
  readonly shown?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** For links that lead to one row. */
  readonly rowId?: (row: Row) => string;
}) {
  const { caption, shown, columns, rows, rowId } = props;
  return (
    <table role="table">
      <caption class={shown === true ? undefined : "unseen"}>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th scope="col" role="columnheader" class={classOf(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row" id={rowId?.(row)}>
            {columns.map((column) => (
              <td role="cell" class={classOf(column)} data-head={column.head}>
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Pairs of name and value; pairs without a value are left out. */
export function Facts({ of }: { readonly of: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A section of a page under a heading that names it. */
export function Part(props: {
  readonly id: string;
  readonly title: Child;
  readonly class?: string;
  /** A link beside the heading. */
  readonly beside?: Child;
  readonly children?: Child;
}) {
  return (
    <section aria-labelledby={props.id} class={props.class}>
      {props.beside === undefined ? (
        <h2 id={props.id}>{props.title}</h2>
      ) : (
        <div class="heading">
          <h2 id={props.id}>{props.title}</h2>
          {props.beside}
        </div>
      )}
      {props.children}
    </section>
  );
}

/** A section that updates itself from the page at `path`, if there is script. */
export function Live(props: {
  readonly path: string;
  /** Null if nothing changes any more. */
  readonly beat: "tick" | "tick-slow" | null;
  readonly children?: Child;
}) {
  const { path, beat } = props;
  const id = "live-part";
  const live = {
    "hx-get": path,
    "hx-select": `#${id}`,
    "hx-swap": "outerHTML",
    "hx-trigger": `${beat ?? ""} from:body`,
  };
  return (
    <div id={id} {...(beat === null ? {} : live)}>
      {props.children}
      {beat === "tick" ? (
        <noscript>
          <a href={path}>See how far it is</a>
        </noscript>
      ) : null}
    </div>
  );
}

/** Shown in place of an empty list. */
export function Empty({ children }: { readonly children?: Child }) {
  return <p class="empty">{children}</p>;
}

/** The result of an action, or the problem; screen readers announce it when it appears. */
export function Notice({ bad, children }: { readonly bad?: boolean; readonly children?: Child }) {
  return (
    <p class={bad === true ? "notice bad" : "notice"} role={bad === true ? "alert" : "status"}>
      {children}
    </p>
  );
}

/** A button for an action: posts to `to` immediately, or after confirmation if there is a question. */
export function ActionForm(props: {
  readonly to: string;
  readonly label: string;
  readonly ask?: Child;
  readonly quiet?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
  /** The fields to fill in. */
  readonly children?: Child;
}) {
  const { to, label, ask, quiet, fields, children } = props;
  const button = <button class={quiet === true ? "outline" : undefined}>{label}</button>;
  const form = (
    <form method="post" action={to} class={children === undefined ? undefined : "filters"}>
      {Object.entries(fields ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children === undefined ? (
        button
      ) : (
        <div class="fields">
          {children}
          {button}
        </div>
      )}
    </form>
  );
  if (ask === undefined) return form;
  return (
    <details class="ask">
      <summary role="button" class="outline">
        {label}…
      </summary>
      <div class="panel">
        {ask}
        {form}
      </div>
    </details>
  );
}

/** Links to older and to the newest entries. If a search continues beyond what one page reads, it says so. */
export function Pager(props: {
  readonly newest: string | null;
  readonly older: string | null;
  readonly found: number;
}) {
  const { newest, older, found } = props;
  if (newest === null && older === null) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {newest === null ? <span /> : <a href={newest}>Newest</a>}
      {older === null ? (
        <span class="none">That is all</span>
      ) : (
        <a href={older} rel="next">
          {found === 0 ? "Search further back" : "Older"}
        </a>
      )}
    </nav>
  );
}

export interface Tab {
  readonly to: string;
  readonly name: Child;
  readonly isHere: boolean;
  readonly lang?: string;
  /** The number of entries on its page. */
  readonly count?: number;
}

/** Tabs for related pages, by path and name. */
export function PageTabs(props: {
  readonly label: string;
  readonly of: readonly (readonly [path: string, name: string])[];
  readonly here: string;
}) {
  const { label, of, here } = props;
  return <Tabs label={label} of={of.map(([to, name]) => ({ to, name, isHere: to === here }))} />;
}

export function Tabs({ label, of }: { readonly label: string; readonly of: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {of.map(({ to, name, isHere, lang, count }) => (
        <a href={to} aria-current={isHere ? "page" : undefined} lang={lang}>
          {name}
          {count === undefined ? null : <b> {count.toLocaleString("en")}</b>}
        </a>
      ))}
    </nav>
  );
}
