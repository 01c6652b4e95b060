/** JSON for people: the text itself, token by token, with line breaks added. */

import { jsonTokens } from "../events/json-text";

export interface JsonPart {
  readonly kind: "name" | "other";
  readonly text: string;
}

/** Deeper levels are not indented further: the size of the text would grow with the square of the depth. */
const INDENT_MAX = 24;

/** Text that is not JSON is split into pieces too, without loss. */
export function layOutJson(text: string): readonly JsonPart[] {
  const parts: JsonPart[] = [];
  let depth = 0;
  let other = "";
  const found = [...jsonTokens(text)].map(([token]) => token);
  const newLine = (): string => `\n${"  ".repeat(Math.min(depth, INDENT_MAX))}`;
  for (const [index, token] of found.entries()) {
    const next = found[index + 1];
    if (token === "{" || token === "[") {
      const isEmpty = next === "}" || next === "]";
      depth += 1;
      other += isEmpty ? token : token + newLine();
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      const before = found[index - 1];
      other += before === "{" || before === "[" ? token : newLine() + token;
    } else if (token === ",") {
      other += `,${newLine()}`;
    } else if (token === ":") {
      other += ": ";
    } else if (next === ":") {
      parts.push({ kind: "other", text: other }, { kind: "name", text: token });
      other = "";
    } else {
      other += token;
    }
  }
  return [...parts, { kind: "other", text: other }];
}
