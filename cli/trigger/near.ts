/** Known names that are similar to an unknown one: suggestions for a typing error. */
import distance from "leven";

/** Names with the same beginning or a common word count as similar, whatever the length of the rest. */
function estrangement(word: string, name: string): number {
  if (name.includes(word)) return 1;
  const within = Math.min(...name.split(/[.\-_ ]/).map((part) => distance(word, part))) + 1;
  return Math.min(distance(word, name), within);
}

/** The most similar names, best first; none if no name is similar. */
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
