/**
 * JSON as text, token by token. Nothing is parsed into values, so numbers keep every digit, a name that
 * stands twice is seen twice, and nesting costs no stack. What is no JSON comes in pieces all the same.
 */

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;
const colon = /\s*:/y;

/** Texts with their quotes, brackets, commas, colons, and what else stands without spaces. */
export function jsonTokens(json: string): RegExpStringIterator<RegExpExecArray> {
  return json.matchAll(token);
}

/** Whether the text that ends at `end` is a name and not a value. */
export function isNameBefore(json: string, end: number): boolean {
  colon.lastIndex = end;
  return colon.test(json);
}
