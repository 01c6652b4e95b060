/**
 * Reads what `wrangler d1 export` has written into a SQLite database on this machine, which has no limit on the
 * length of a statement. In an export an INSERT is one line: line breaks in values are written as `\n`.
 */
import { createReadStream } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** Lines that end with a line feed and nothing else: readline ends one at other characters too. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** SQLite ends a statement at a NUL; here one can only be part of a text. */
function withoutNul(statement: string): string {
  return statement.replaceAll("\0", "'||char(0)||'");
}

/** `onRow`: called for each row. Statements that are not an INSERT may have many lines, and are taken together. */
export async function loadExport(
  path: string,
  database: DatabaseSync,
  onRow: () => void,
): Promise<void> {
  let others: string[] = [];
  const define = (): void => {
    if (others.length > 0) database.exec(others.join("\n"));
    others = [];
  };
  for await (const line of linesOf(path)) {
    if (!line.startsWith("INSERT INTO ")) {
      others.push(line);
      continue;
    }
    define();
    database.exec(withoutNul(line));
    onRow();
  }
  define();
}
