/** Events as a list: when they were received, their status, what they are about. */
import { nameType } from "../../src/events/form-words.ts";
import { stripVTControlCharacters } from "node:util";
import type { EventRow } from "../api/answers.ts";
import { shortTime, stateOf, type When, zoneName } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { type Column, printTable, type TableRow } from "../../testbed/terminal/table.ts";

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

/** Wide enough for most events: lines that are printed one by one cannot be aligned with later ones. */
const LINE_WIDTHS = [8, 13, 18, 4, 12];

/** One event as a line, with its remarks below it. */
export function describeEventLine(out: Output, row: EventRow, when: When): readonly string[] {
  const cells = cellsOf(out, row, when).map((cell, index) => {
    const missing = (LINE_WIDTHS[index] ?? 0) - stripVTControlCharacters(cell).length;
    return cell + " ".repeat(Math.max(0, missing));
  });
  return [`  ${cells.join("  ")}`, ...remarksOf(out, row).map((remark) => `            ${remark}`)];
}
