/**
 * Restores bodies as they were received. An export writes a line break as `\n`, and its SQL turns every `\n` back
 * into a line break, also one that was in the text before. JSON has many of those, but its strings contain no real
 * line breaks, so the two can be distinguished; the stored hash shows whether the result is right.
 */
import { createHash } from "node:crypto";

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

/** The JSON with each line break inside a string as an escape. */
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

/** The body that has this hash; null if it cannot be found. */
export function restoreBody(exported: string, sha256: string): string | null {
  if (hashOf(exported) === sha256) return exported;
  const restored = withEscapes(exported);
  return hashOf(restored) === sha256 ? restored : null;
}
