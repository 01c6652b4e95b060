/**
 * Precedence decides between two events that set the same register: one text, compared as bytes,
 * `<time> <stage> <id>`. The empty text is below every precedence; it marks a register never set.
 */

/** Below every time that can be known. */
export const UNKNOWN_TIME = "0000-00-00T00:00:00.000Z";

/** Where the stage and the id begin, counted from 1 as SQL does. */
export const STAGE_POSITION = 26;
export const ID_POSITION = 29;

/** Printable ASCII without space and percent stays; all else is percent-encoded UTF-8. */
export function escapeId(id: string): string {
  return id.replace(/[^\x21-\x24\x26-\x7e]+/gu, encodeURIComponent);
}

/** `time` is ISO with milliseconds or null, `stage` two digits, `eventId` well-formed text. */
export function precedenceOf(time: string | null, stage: string, eventId: string): string {
  return `${time ?? UNKNOWN_TIME} ${stage} ${escapeId(eventId)}`;
}

export function timeIn(precedence: string): string {
  return precedence.slice(0, UNKNOWN_TIME.length);
}

export function stageIn(precedence: string): string {
  return precedence.slice(STAGE_POSITION - 1, STAGE_POSITION + 1);
}

/** The event id, escaped. */
export function idOf(precedence: string): string {
  return precedence.slice(ID_POSITION - 1);
}
