/** Parses what wrangler prints. Its tables are drawn with box characters. */

/** The rows of a table, cell by cell. */
function readRows(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.trimStart().startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** `d1 migrations list`: the migrations that are not applied; null if the text does not say. */
export function readPending(text: string): readonly string[] | null {
  if (text.includes("No migrations to apply")) return [];
  const names = readRows(text).flatMap(([name = ""]) => (name.endsWith(".sql") ? [name] : []));
  return names.length === 0 ? null : names;
}

/** `queues list`: the number of consumers of each queue. */
export function readQueues(text: string): ReadonlyMap<string, number> {
  const [head = [], ...rows] = readRows(text);
  const [name, consumers] = [head.indexOf("name"), head.indexOf("consumers")];
  return new Map(rows.map((cells) => [cells[name] ?? "", Number(cells[consumers] ?? Number.NaN)]));
}

/** `whoami --json`; null if the answer cannot be parsed. */
export function readLogin(text: string): boolean | null {
  const [, answer] = /"loggedIn":\s*(true|false)/.exec(text) ?? [];
  return answer === undefined ? null : answer === "true";
}
