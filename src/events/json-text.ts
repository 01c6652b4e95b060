/**
 * JSON as text, token by token. Nothing is parsed into values, so numbers keep every digit, a name that
 * stands twice is seen twice, and nesting costs no stack. What is no JSON comes in pieces all the same.
 */

import { parseJson } from "./values";

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;
const colon = /\s*:/y;

/** Texts with their quotes, brackets, commas, colons, and what else stands without spaces. */
export function jsonTokens(json: string): RegExpStringIterator<RegExpExecArray> {
  return json.matchAll(token);
}

/** What a token of text says; one that only looks like JSON stands for itself. */
export function saidBy(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  const value = parseJson(token);
  return typeof value === "string" ? value : token;
}

/** Whether the text that ends at `end` is a name and not a value. */
export function isNameBefore(json: string, end: number): boolean {
  colon.lastIndex = end;
  return colon.test(json);
}
