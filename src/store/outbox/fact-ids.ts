/** Ids of facts in SQL, as projection/outbox-row.ts makes them. */
import { keyMarks } from "../../projection/outbox-row";

/** A part of an id, as `factPart` makes it. */
export const escaped = (column: string): string =>
  `replace(replace(${column}, '%', '%25'), '/', '%2F')`;

/** An order number as a part, as `orderPart` makes it. The view order_messages does the same. */
export const escapedOrder = (column: string): string =>
  keyMarks.reduce(
    (sql, mark) => `replace(${sql}, '${mark}', '${mark.replace(":", "%3A")}')`,
    escaped(column),
  );
