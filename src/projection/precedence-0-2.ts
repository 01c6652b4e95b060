/**
 * What version 0.2 wrote: `<ISO time> <two digits of stage> <escaped event id>`. Migration 0013 has
 * rewritten what stood then; a Worker of 0.2 that still runs for a while, or is rolled back to, writes it
 * again. To be removed with the release after the one that removes such Workers.
 */
import type { Subject } from "../events/catalog";
import { encodePrecedence, hashEscapedId } from "./precedence";

const UNKNOWN_TIME = "0000-00-00T00:00:00.000Z";
const OLD = /^(\d{4}-\d{2}-\d{2}T[\d:.]{12}Z) (\d{2}) (.*)$/s;

/**
 * The ranks of 0.2 on today's scales, by their place. Its scale of orders was coarser: what ranked with
 * `confirmed` there ranks with it here, until the order's events are looked at again.
 */
const stages: Readonly<Record<Subject, readonly number[]>> = {
  order: [0, 1, 2, 10, 11],
  payment: [0, 1, 2, 3, 4, 7],
  refund: [0, 1, 2, 3, 4],
  shipment: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
};

/** The precedence as it is written today; as it is where 0.2 did not write it. */
export function renewPrecedence(text: string, scale: Subject): string {
  const match = OLD.exec(text);
  if (match === null) return text;
  const [, time = "", rank = "", escapedId = ""] = match;
  return encodePrecedence({
    time: time === UNKNOWN_TIME ? null : time,
    stage: stages[scale][Number(rank)] ?? 0,
    tie: null,
    idHash: hashEscapedId(escapedId),
  });
}
