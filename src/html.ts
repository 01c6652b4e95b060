/** Renders JSX elements to text, for pages and e-mails. Hono escapes every text and attribute. */
import type { JSX } from "hono/jsx/jsx-runtime";

/** What a component returns; Hono's types also allow a promise. */
export type Element = JSX.Element;

/** The text of an element. Throws if a component is asynchronous: none is. */
export function htmlOf(element: Element): string {
  if (element instanceof Promise) throw new Error("an asynchronous component");
  return element.toString();
}
