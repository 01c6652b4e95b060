/** JSX elements as the text of pages and e-mails. Hono escapes every text and attribute in them. */
import type { JSX } from "hono/jsx/jsx-runtime";

/** What a component returns: by Hono's types also a promise of it. */
export type Element = JSX.Element;

/** The text of an element. Throws where a component has to be waited for: none here does. */
export function htmlOf(element: Element): string {
  if (element instanceof Promise) throw new Error("an asynchronous component");
  return element.toString();
}
