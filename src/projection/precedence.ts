/**
 * Precedence decides between two events that set the same register: one short text, compared as bytes,
 * `$<time><stage><tie> <id>` (18 characters, 25 with a tie). The empty text is below every precedence;
 * it marks a register that was never set.
 *
 * Every number has a fixed length and is written with 64 digits whose byte order is their numeric order:
 * time    7  milliseconds since 2000, plus one; zeros if the time is not known
 * stage   1  how far along the status is (events/stages.ts)
 * tie     7  the first receipt, if the event itself states no time; otherwise left out, which is lowest
 * id      8  a hash of the event's id; of an import the first is `!`, below every digit
 *
 * `$` sorts below every digit. Precedences of version 0.2 begin with a digit of the year; by this they are
 * recognized and rewritten (projection/precedence-0-2.ts).
 */
import { isImported } from "../events/imports/import-id";

// oxlint-disable eslint/no-restricted-globals -- Date parses and formats here; nothing reads a clock

export const DIGITS = "$0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;
const MARK = "$";
export const TIME_DIGITS = 7;
export const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Where the parts begin, counted from 1 as SQL does. */
export const TIME_POSITION = 1 + MARK.length;
export const STAGE_POSITION = TIME_POSITION + TIME_DIGITS;
export const TIE_POSITION = STAGE_POSITION + 1;
export const ID_LENGTH = 8;

function digitsOf(value: number, length: number): string {
  let text = "";
  let rest = Math.max(0, value);
  for (let place = 0; place < length; place += 1) {
    text = DIGITS.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

/** ISO time with milliseconds, or null -> seven digits. */
function timeDigits(time: string | null): string {
  return digitsOf(time === null ? 0 : Date.parse(time) - EPOCH_MS + 1, TIME_DIGITS);
}

export const UNKNOWN_TIME = timeDigits(null);

/** Printable ASCII stays, except space and percent; everything else is percent-encoded UTF-8. */
export function escapeId(id: string): string {
  return id.replace(/[^\x21-\x24\x26-\x7e]+/gu, encodeURIComponent);
}

/** Two primes below 64⁴, each with its own multiplier: together 48 bits. */
const LANES = [
  { prime: 16_777_213, factor: 8_191 },
  { prime: 16_777_199, factor: 131_071 },
] as const;

/**
 * The hash of an escaped id. A polynomial, since migrations/0013 computes the same hash in SQL, where there
 * is no better one. It only has to distinguish two events that set the same register at the same
 * millisecond and stage.
 */
export function hashEscapedId(escaped: string): string {
  return LANES.map(({ prime, factor }) => {
    let hash = 0;
    for (let at = 0; at < escaped.length; at += 1) {
      hash = (hash * factor + escaped.charCodeAt(at)) % prime;
    }
    return digitsOf(hash, ID_LENGTH / LANES.length);
  }).join("");
}

/** Marks an import, which is below an otherwise equal delivery. */
const IMPORT_MARK = "!";

export function hashId(id: string): string {
  const hash = hashEscapedId(escapeId(id));
  return isImported(id) ? IMPORT_MARK + hash.slice(IMPORT_MARK.length) : hash;
}

/** The same as `isOfImport`, for SQL. */
export function ofImportSql(precedence: string): string {
  return `substr(${precedence}, -${String(ID_LENGTH)}, 1) = '${IMPORT_MARK}'`;
}

/** Whether an import has set it. */
export function isOfImport(precedence: string): boolean {
  return idHashIn(precedence).startsWith(IMPORT_MARK);
}

/** The parts of a precedence. Times are ISO 8601 with milliseconds. */
export interface PrecedenceParts {
  /** Null if no time is known. */
  readonly time: string | null;
  readonly stage: number;
  /** The first receipt if the event states no time of its own, otherwise null. */
  readonly tie: string | null;
  /** As `hashId` makes it. */
  readonly idHash: string;
}

export function encodePrecedence({ time, stage, tie, idHash }: PrecedenceParts): string {
  const tieDigits = tie === null ? "" : timeDigits(tie);
  return `${MARK}${timeDigits(time)}${digitsOf(stage, 1)}${tieDigits} ${idHash}`;
}

/** Whether it is a precedence of this encoding; false for the empty text. */
export function isPrecedence(text: string): boolean {
  return text.startsWith(MARK);
}

/** The time, for comparing with that of another precedence. */
export function timeIn(precedence: string): string {
  return precedence.slice(TIME_POSITION - 1, STAGE_POSITION - 1);
}

/** Whether a time is known; false for the empty text. */
export function hasTime(precedence: string): boolean {
  return timeIn(precedence) > UNKNOWN_TIME;
}

/** The stage, for comparing with that of another precedence on the same scale. */
export function stageIn(precedence: string): string {
  return precedence.slice(STAGE_POSITION - 1, TIE_POSITION - 1);
}

/** Time, stage and tie: two events with the same value differ only in their ids. */
export function placeIn(precedence: string): string {
  return precedence.slice(0, -ID_LENGTH);
}

/** Whether the event states its own time: then there is no tie. False for the empty text. */
export function statesTime(precedence: string): boolean {
  return precedence.charAt(TIE_POSITION - 1) === " ";
}

/** The hash of the event's id. */
export function idHashIn(precedence: string): string {
  return precedence.slice(-ID_LENGTH);
}
