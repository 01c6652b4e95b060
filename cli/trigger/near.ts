/** Names near to one that is not known: what was probably meant. */
import { distance } from "fastest-levenshtein";

/** Names that begin alike or have a word in common count as near, however long the rest is. */
function estrangement(word: string, name: string): number {
  if (name.includes(word)) return 1;
  const within = Math.min(...name.split(/[.\-_ ]/).map((part) => distance(word, part))) + 1;
  return Math.min(distance(word, name), within);
}

/** The nearest names, best first; none where nothing is near. */
export function nearNames(word: string, names: readonly string[], most = 4): readonly string[] {
  const wanted = word.trim().toLowerCase().replaceAll(/[_\s]/g, "-");
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((name) => ({ name, far: estrangement(wanted, name) }))
    .filter(({ far }) => wanted !== "" && far <= limit)
    .toSorted((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ name }) => name);
}
