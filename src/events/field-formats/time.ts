/**
 * Times as text. Commerce Engine writes them as ISO 8601 or as numbers of seconds or milliseconds;
 * here every time is UTC ISO 8601 with milliseconds, 24 characters, so that text order is time order.
 */
// oxlint-disable eslint/no-restricted-globals -- Date parses and formats here; nothing reads a clock
import { fromLocalMs } from "./time-zone.ts";

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
/** Already in the stored format, and certainly a day that exists: true of nearly every time. */
const STORED =
  /^2\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
export const DAY_MS = 86_400_000;
/** As seconds this is the year 5138, as milliseconds 1973: it distinguishes the two. */
const SECONDS_BELOW = 1e11;
const YEAR_2000 = "2000-01-01T00:00:00.000Z";
const MAX_MS = 253_402_300_799_999;

function fromMs(ms: number): string | null {
  return ms >= 0 && ms <= MAX_MS ? new Date(ms).toISOString() : null;
}

/** Null if the offset is invalid. */
function offsetMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2) || "0")];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

function fromText(text: string, timeZone: string | null): string | null {
  if (STORED.test(text)) return text;
  const trimmed = text.trim();
  if (/^\d{9,13}(\.\d+)?$/.test(trimmed)) return parseTime(Number(trimmed), timeZone);
  const match = ISO.exec(trimmed);
  if (match === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // 31 February rolls over instead of failing; a time that does not exist is invalid.
  if (new Date(date).getUTCDate() !== Number(day)) return null;
  if (Number(month) < 1 || Number(month) > 12) return null;
  const offset = zone === undefined ? 0 : offsetMinutes(zone);
  if (offset === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null;
  const clock = (Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second);
  const ms = date + clock * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
  return fromMs(zone === undefined && timeZone !== null ? fromLocalMs(ms, timeZone) : ms);
}

/**
 * Any stated time -> `2026-11-23T10:00:00.000Z`, or null if it is not a time. A time without a zone is in
 * `timeZone` (null: UTC), and a date alone is its midnight. A number below 1e11 is seconds, above it
 * milliseconds. Digits as text count as a number. Finer fractions are cut to milliseconds.
 */
export function parseTime(value: unknown, timeZone: string | null): string | null {
  if (typeof value === "string") return fromText(value, timeZone);
  if (typeof value === "bigint") return parseTime(Number(value), timeZone);
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return fromMs(Math.floor(value < SECONDS_BELOW ? value * 1000 : value));
}

const DAY = /^\s*\d{4}-\d{2}-\d{2}\s*$/;

/** Like `parseTime`, but a date without a time of day stays a date: `2026-11-23`. */
export function parseTimeOrDay(value: unknown, timeZone: string | null): string | null {
  const time = parseTime(value, timeZone);
  return time !== null && typeof value === "string" && DAY.test(value) ? value.trim() : time;
}

/** Whether it is a day (`2026-11-23`) and not a moment. */
export function isDay(time: string): boolean {
  return DAY.test(time);
}

/** The problem of a time in the future of its receipt: it can become valid later. */
export const LIES_AHEAD = "lies more than a day after the first receipt";

/** The context in which a stated time is read and checked. */
export interface TimeFrame {
  /** The first receipt. */
  readonly receivedAt: string;
  /** The zone of times without a zone: STORE_TIME_ZONE; null: UTC. */
  readonly timeZone: string | null;
}

/** A stated time after the comparison with the first receipt of its event. */
export type TimeVerdict =
  | { readonly known: true; readonly time: string }
  | { readonly known: false; readonly problem: string | null };

/**
 * Checks a stated time. A time before 2000, or more than a day after the first receipt, counts as unknown, since it
 * would never override a correct time, or would override all of them forever. An absent time is not a problem.
 */
export function judgeTime(value: unknown, { receivedAt, timeZone }: TimeFrame): TimeVerdict {
  if (value === undefined || value === null || value === "") return { known: false, problem: null };
  const time = parseTime(value, timeZone);
  if (time === null) return { known: false, problem: "is not a time" };
  if (time < YEAR_2000) return { known: false, problem: "lies before 2000" };
  if (time > receivedAt && time > addMs(receivedAt, DAY_MS)) {
    return { known: false, problem: LIES_AHEAD };
  }
  return { known: true, time };
}

/** The time if it is plausible, otherwise null. */
export function knownTime(value: unknown, frame: TimeFrame): string | null {
  const verdict = judgeTime(value, frame);
  return verdict.known ? verdict.time : null;
}

/** ISO time plus milliseconds, as ISO time. */
export function addMs(time: string, ms: number): string {
  return ms === 0 ? time : new Date(Date.parse(time) + ms).toISOString();
}

/** Milliseconds from one ISO time to another; negative if `to` is earlier. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
