/** Names near to one that is not known: what was probably meant. */

/** Insertions, deletions, replacements and swaps of neighbours that part two words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + cost,
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

/** Names that begin alike or have a word in common count as near, however long the rest is. */
function estrangement(word: string, name: string): number {
  if (name.startsWith(word) || name.includes(word)) return 1;
  const parts = name.split(/[.\-_ ]/);
  const within = Math.min(...parts.map((part) => distance(word, part))) + 1;
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
