/**
 * JSON as text, token by token. Nothing is parsed into values, so numbers keep every digit, both of two equal names
 * are seen, and nesting costs no stack. Text that is not JSON is split into tokens too.
 */

import { parseJson } from "./values";

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;
const colon = /\s*:/y;

/** Texts with their quotes, brackets, commas, colons, and all other text between spaces. */
export function jsonTokens(json: string): RegExpStringIterator<RegExpExecArray> {
  return json.matchAll(token);
}

/** The value of a text token; a token that is not valid JSON is its own value. */
export function saidBy(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  const value = parseJson(token);
  return typeof value === "string" ? value : token;
}

/** True if the text that ends at `end` is a name and not a value. */
export function isNameBefore(json: string, end: number): boolean {
  colon.lastIndex = end;
  return colon.test(json);
}
