/**
 * Loads the output of `wrangler d1 export` into a local SQLite database, which has no limit for the length of a
 * statement. In an export an INSERT is one line: line breaks in values are written as `\n`.
 */
import { createReadStream } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** Lines that end with a line feed only: readline also splits at other characters. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** SQLite ends a statement at a NUL; in an export, a NUL can only be part of a text. */
function withoutNul(statement: string): string {
  return statement.replaceAll("\0", "'||char(0)||'");
}

/** `onRow`: called for each row. Statements other than INSERT may have many lines, and are collected. */
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
