/**
 * Describes what an answer about a very large order or event leaves out, and where to find it, with the same words on
 * pages, in the API and on the command line. The import has its file extension because Node reads this file directly
 * for the command line.
 */
import { LEFT_OUT_MAX_COUNT, VIEW_LIMITS } from "../limits.ts";

/** One kind of data that is left out, and where it is: parts of the sentence below. */
export interface LeftOut {
  readonly what: string;
  /** The lowest possible count. */
  readonly count: number;
  readonly where: string;
}

const places = {
  orders: "the table orders",
  payments: "the table payments, by order_number",
  refunds: "the table refunds, by order_number",
  shipments: "the table shipments, by order_number",
  events: "the list of events, by the order's number",
} as const;

type Counts = Readonly<Partial<Record<keyof typeof places, number>>>;

/** For an order: rows and events, and settings of its events. */
export function leftOutOfOrder(counts: Counts, settings = 0): readonly LeftOut[] {
  const kinds = ["orders", "payments", "refunds", "shipments", "events"] as const;
  const found = kinds.map((what) => ({ what, count: counts[what] ?? 0, where: places[what] }));
  const where = "the page of each event";
  return [...found, { what: "settings of events", count: settings, where }].filter(
    ({ count }) => count > 0,
  );
}

export function leftOutOfTimeline(count: number): readonly LeftOut[] {
  return count === 0
    ? []
    : [{ what: "entries of the timeline", count, where: "the view order_timeline" }];
}

/** For one event: rows that it sets and that are not compared. */
export function leftOutOfEvent(count: number): readonly LeftOut[] {
  return count === 0 ? [] : [{ what: "rows that it sets", count, where: "its body" }];
}

/** `Not all payments are shown; for the other 39,900 see the table payments, by order_number.` */
export function describeLeftOut({ what, count, where }: LeftOut): string {
  const orMore = count >= LEFT_OUT_MAX_COUNT - VIEW_LIMITS.rows ? " or more" : "";
  return `Not all ${what} are shown; for the other ${count.toLocaleString("en")}${orMore} see ${where}.`;
}
