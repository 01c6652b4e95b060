/** Events as a list: when they were received, their status, and their subject. */
import { nameType } from "../../src/events/form-words.ts";
import { stripVTControlCharacters } from "node:util";
import type { EventRow } from "../api/answers.ts";
import { shortTime, stateOf, type When, zoneName } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { safeLine } from "../../testbed/terminal/safe-text.ts";
import { type Column, cut, printTable, type TableRow } from "../../testbed/terminal/table.ts";

const eventListColumns = (when: When): readonly Column[] => [
  { title: zoneName(when) },
  { title: "status" },
  { title: "event" },
  { title: "form" },
  { title: "about", narrow: "cut" },
  { title: "id", narrow: "cut" },
];

/** The subject of an event, by the number that people know, and the order that it belongs to. */
export function aboutOf(event: EventRow): string {
  const { subject_id: subject, linked_order: order = event.order_number } = event;
  if (subject === null || order === null) return subject ?? order ?? "";
  return subject === order ? subject : `${subject} (${order})`;
}

/** Why it is not applied, and how often it was repeated or in conflict. */
function remarksOf({ colours }: Output, row: EventRow): readonly string[] {
  const { error, redeliveries, conflicts } = row;
  return [
    ...(error === null ? [] : [colours.yellow(error)]),
    ...(conflicts === 0
      ? []
      : [colours.yellow("another body came under this id; the first stands")]),
    ...(redeliveries === 0 ? [] : [colours.dim(`came ${redeliveries + 1} times`)]),
  ];
}

function cellsOf({ colours }: Output, row: EventRow, when: When): readonly string[] {
  return [
    shortTime(row.received_at, when),
    stateOf(colours, row.status),
    nameType(row.event_type),
    colours.dim(row.form ?? ""),
    aboutOf(row),
    colours.dim(row.id),
  ];
}

export function printEvents(out: Output, events: readonly EventRow[], when: When): void {
  printTable(
    out,
    eventListColumns(when),
    events.flatMap((row): readonly TableRow[] => [
      cellsOf(out, row, when),
      ...remarksOf(out, row).map((remark) => ({ remark })),
    ]),
  );
}

/** The widths of the longest time, status, type and form; the subject is cut on a terminal, so that lines align. */
const LINE_WIDTHS = [11, 13, 24, 8, 16];
/** On a narrower terminal the form is left out. */
const WHOLE_LINE = 100;
const ID_MIN = 10;

const safe = (row: EventRow): EventRow => {
  const line = (text: string | null) => (text === null ? null : safeLine(text));
  return {
    ...row,
    id: safeLine(row.id),
    event_type: line(row.event_type),
    subject_id: line(row.subject_id),
    order_number: line(row.order_number),
  };
};

/** One event as a line, with its remarks below it. Lines are printed one by one, so their columns have fixed widths. */
export function describeEventLine(out: Output, row: EventRow, when: When): readonly string[] {
  const isTerminal = Number.isFinite(out.width);
  // Made safe before it is measured: a hidden character is shown as several.
  const cells = cellsOf(out, safe(row), when).flatMap((cell, index) => {
    const width = LINE_WIDTHS[index];
    if (index === 3 && out.width < WHOLE_LINE) return [];
    if (width === undefined) return cell;
    const fitting = isTerminal ? cut(cell, width) : cell;
    return fitting + " ".repeat(Math.max(0, width - stripVTControlCharacters(fitting).length));
  });
  const [id = ""] = cells.splice(-1);
  const line = `  ${cells.join("  ")}`;
  const left = out.width - stripVTControlCharacters(line).length - 2;
  const end = left < ID_MIN ? "" : `  ${isTerminal ? cut(id, left) : id}`;
  const remarks = remarksOf(out, row).map((remark) => `${" ".repeat(15)}${remark}`);
  return [(line + end).trimEnd(), ...remarks];
}
