/**
 * Rows as comma-separated values (RFC 4180). Whatever an event contains, no cell runs as a formula when a spreadsheet
 * opens the file.
 */

type Cell = string | number | null;

export interface CsvColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Cell;
}

/** What spreadsheets treat as the beginning of a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

function quotedCell(value: Cell): string {
  const text = String(value ?? "");
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(quotedCell).join(",")}\r\n`;
}

/**
 * The file as bytes, with one page in memory at a time: the next page is read when the client has taken the last. At
 * the end, `pages` returns a last line that says what is missing, or null.
 */
export function csvStream<Row>(
  columns: readonly CsvColumn<Row>[],
  pages: AsyncGenerator<readonly Row[], string | null>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      // The byte order mark makes Excel read UTF-8.
      controller.enqueue(encoder.encode(`\ufeff${csvLine(columns.map(({ head }) => head))}`));
    },
    pull: async (controller) => {
      const { done, value } = await pages.next();
      if (done !== true) {
        const lines = value.map((row) => csvLine(columns.map(({ cell }) => cell(row))));
        return controller.enqueue(encoder.encode(lines.join("")));
      }
      if (value !== null) controller.enqueue(encoder.encode(csvLine([value])));
      controller.close();
    },
  });
}
