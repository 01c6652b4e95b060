/**
 * JSX as HTML text: what tsconfig.json's `jsxImportSource` names. Every text and every attribute is
 * escaped; only `Html` is written as it stands. Components are plain functions, called at once: there
 * is no state, no context and nothing to wait for.
 */
import type { JSX as Hono } from "hono/jsx/jsx-runtime";

/** HTML that needs no escaping: an element, or text that is known to be safe. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between two tags. Nothing is shown of null, undefined, true and false. */
export type Child = Html | string | number | boolean | null | undefined | readonly Child[];

type Component = (props: object) => Child;

// oxlint-disable-next-line typescript/no-namespace -- TypeScript looks up the types of JSX by this name.
export declare namespace JSX {
  type Element = Html;
  type ElementType = string | ((props: never) => Child);
  type IntrinsicElements = Hono.IntrinsicElements;
  interface ElementChildrenAttribute {
    readonly children: unknown;
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? "");
}

/** Elements without content have no end tag either. */
const isVoid = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;

function render(child: Child): string {
  if (child === null || child === undefined || typeof child === "boolean") return "";
  if (child instanceof Html) return child.text;
  if (typeof child === "object") return child.map(render).join("");
  return escaped(String(child));
}

type Props = Readonly<Record<string, unknown>> & { readonly children?: Child };

/** ` name="value"`; true is an attribute without a value, and what is no text or number is none. */
function attribute([name, value]: [string, unknown]): string {
  if (value === true) return ` ${name}=""`;
  if (typeof value !== "string" && typeof value !== "number") return "";
  return ` ${name}="${escaped(String(value))}"`;
}

/** What `<tag …>` is compiled to. Names of tags and attributes come from the code alone. */
export function jsx(tag: string | Component, props: Props): Html {
  if (typeof tag === "function") return new Html(render(tag(props)));
  const { children, ...attributes } = props;
  const start = `<${tag}${Object.entries(attributes).map(attribute).join("")}`;
  return new Html(isVoid.test(tag) ? `${start}/>` : `${start}>${render(children)}</${tag}>`);
}

export function Fragment({ children }: { readonly children?: Child }): Child {
  return children;
}

export { jsx as jsxs, jsx as jsxDEV };
