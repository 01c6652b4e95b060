/**
 * When a row of the inbox is expired, as SQL. First the bodies of settled events are removed; later the row, when
 * a repeat of the event can no longer be mistaken for a new event.
 */
import { LIES_AHEAD } from "../../events/field-formats/time";

/** Times, ISO 8601: what is as old as that, or older, is expired. */
export interface Horizons {
  readonly now: string;
  /** Events received before this lose their body. */
  readonly bodies: string;
  /** Messages created before this lose their recipient; records of upkeep made before this are removed. */
  readonly recipients: string;
  /** Events are removed if both their receipt and their own time are before this. */
  readonly rows: string;
  /** Messages created before this lose their content. */
  readonly rendered: string;
  /** Bodies received before this are archived without waiting for others of the same day. */
  readonly unaccompanied: string;
}

/** True unless the body was restored and is still kept. */
export const free = (now: string): string => `(keep_until IS NULL OR keep_until <= ${now})`;

/** An event that waits, is quarantined or has failed keeps its body: it may still be applied. */
export const losesBody = (before: string): string =>
  `(status IN ('processed', 'ignored') AND received_at <= ${before} AND payload IS NOT NULL)`;

export const isOver = (before: string): string =>
  `(status <> 'received' AND received_at <= ${before} AND coalesce(occurred_at, '') <= ${before})`;

/**
 * A row may be removed if a repeat is too old by the time in its envelope (projection/decode.ts), or changes
 * nothing (docs/privacy.md). A row stays if the event's time was in the future and was not believed: once that
 * time has passed, a repeat would be applied with it.
 */
export const isDated = `(instr(coalesce(notes, ''), '${LIES_AHEAD}') = 0)`;
export const keptNotes = `CASE WHEN instr(notes, '${LIES_AHEAD}') > 0 THEN notes END`;

/** An event whose time was in the future keeps only what is needed to recognise a repeat. */
export const isWhole = "(payload IS NOT NULL OR subject IS NOT NULL OR order_number IS NOT NULL)";

export const isExpired = (bodies: string, rows: string): string =>
  `(${losesBody(bodies)} OR (${isOver(rows)} AND (${isDated} OR ${isWhole})))`;
