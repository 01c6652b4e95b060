/**
 * Bodies as they were received. An export writes a line break as `\n` and has SQLite put it back, with every `\n`
 * that was in the text before: JSON is full of those. Its strings hold no line breaks, so it can be told which
 * is which, and the stored hash says whether that is right.
 */
import { createHash } from "node:crypto";

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

/** JSON with each line break in a string as its escape. */
function withEscapes(json: string): string {
  let isInString = false;
  let isEscaped = false;
  let restored = "";
  for (const character of json) {
    const escape = isInString ? escapes[character] : undefined;
    restored += escape ?? character;
    if (isEscaped || escape !== undefined) isEscaped = false;
    else if (character === "\\") isEscaped = isInString;
    else if (character === '"') isInString = !isInString;
  }
  return restored;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The body that has this hash; null where it cannot be found out. */
export function restoreBody(exported: string, sha256: string): string | null {
  if (hashOf(exported) === sha256) return exported;
  const restored = withEscapes(exported);
  return hashOf(restored) === sha256 ? restored : null;
}
