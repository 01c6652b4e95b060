/**
 * When a row of the inbox has outlived its time, as SQL. Bodies of settled events go first; later the
 * row, once no repeat of the event could be taken for a new one.
 */
import { LIES_AHEAD } from "../../events/formats/time";

/** Times, ISO 8601: what is as old as that, or older, is over. */
export interface Horizons {
  readonly now: string;
  /** Receipt of events that lose their body, and age of messages that lose their recipient. */
  readonly bodies: string;
  /** The later of receipt and own time of events that go. */
  readonly rows: string;
  /** Age of messages that lose what was sent. */
  readonly rendered: string;
  /** Receipt of bodies that wait no longer for company on their way into the archive. */
  readonly unaccompanied: string;
}

/** Nobody has put its body back just now. */
export const free = (now: string): string => `(keep_until IS NULL OR keep_until <= ${now})`;

/** What still waits, is quarantined or has failed keeps its body: it may yet be applied. */
export const losesBody = (before: string): string =>
  `(status IN ('processed', 'ignored') AND received_at <= ${before} AND payload IS NOT NULL)`;

export const isOver = (before: string): string =>
  `(status <> 'received' AND received_at <= ${before} AND coalesce(occurred_at, '') <= ${before})`;

/**
 * A repeat is too old by the time that its envelope states (projection/decode.ts), or says nothing new
 * (docs/privacy.md), so the row may go. Not so where a time was not believed because it lay ahead: once
 * it has passed, a repeat would be taken by it.
 */
export const isDated = `(instr(coalesce(notes, ''), '${LIES_AHEAD}') = 0)`;
export const keptNotes = `CASE WHEN instr(notes, '${LIES_AHEAD}') > 0 THEN notes END`;

/** Of an event whose time lay ahead only what tells a repeat stays. */
export const isWhole = "(payload IS NOT NULL OR subject IS NOT NULL OR order_number IS NOT NULL)";

export const isExpired = (bodies: string, rows: string): string =>
  `(${losesBody(bodies)} OR (${isOver(rows)} AND (${isDated} OR ${isWhole})))`;
