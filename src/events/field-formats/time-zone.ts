/**
 * Local times and days of an IANA time zone. `@date-fns/tz` returns the offset of a zone from UTC at a moment; its
 * own dates are not used, since they also depend on the zone of the machine.
 */
// oxlint-disable eslint/no-restricted-globals -- Date formats here; nothing reads a clock
import { tzOffset } from "@date-fns/tz/tzOffset";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Whether the runtime knows it as the name of a zone: `Asia/Kolkata`, but not an offset such as `+05:30`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function offsetMs(ms: number, timeZone: string): number {
  return Math.round(tzOffset(timeZone, new Date(ms)) * MINUTE_MS);
}

/**
 * The moment at which the clocks of a zone show a time; both in milliseconds since 1970, the local one as if it
 * were UTC. If clocks show a time twice, the first moment is used. If they skip it, the time moves on by the length
 * of the gap: 02:30, when 02:00 becomes 03:00, is 03:30. `Date` and Temporal do the same.
 */
export function fromLocalMs(localMs: number, timeZone: string): number {
  // No zone is a whole day away from UTC, so these two moments are before and after any near change.
  const before = offsetMs(localMs - DAY_MS, timeZone);
  const after = offsetMs(localMs + DAY_MS, timeZone);
  const early = localMs - before;
  if (before === after || offsetMs(early, timeZone) === before) return early;
  const late = localMs - after;
  return offsetMs(late, timeZone) === after ? late : early;
}

/** ISO time -> the local time of a zone, `2026-11-26T15:30:00.000`; of UTC if it is null. */
export function toLocal(time: string, timeZone: string | null): string {
  if (timeZone === null) return time.slice(0, 23);
  const ms = Date.parse(time);
  return new Date(ms + offsetMs(ms, timeZone)).toISOString().slice(0, 23);
}

/** ISO time -> its day in a zone, `2026-11-26`; the day in UTC if it is null. */
export function dayIn(time: string, timeZone: string | null): string {
  return toLocal(time, timeZone).slice(0, 10);
}
