/** Quiet hours: when a message to a telephone waits. Pure: the clock and the randomness are passed in. */
import { addMs } from "../events/field-formats/time";
import { fromLocalMs, toLocal } from "../events/field-formats/time-zone";
import { QUIET_HOURS_SPREAD_MS } from "../limits";
import type { QuietHours } from "./shop";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** When the quiet hours end (ISO time), if `now` is within them in local time; null if it is not. */
export function quietHoursEnd(
  now: string,
  { from, to }: QuietHours,
  timeZone: string,
): string | null {
  const localMs = Date.parse(`${toLocal(now, timeZone)}Z`);
  const midnightMs = Math.floor(localMs / DAY_MS) * DAY_MS;
  const minute = (localMs - midnightMs) / MINUTE_MS;
  const isOvernight = from > to;
  const isQuiet = isOvernight ? minute >= from || minute < to : minute >= from && minute < to;
  if (!isQuiet) return null;
  const dayMs = isOvernight && minute >= from ? midnightMs + DAY_MS : midnightMs;
  return new Date(fromLocalMs(dayMs + to * MINUTE_MS, timeZone)).toISOString();
}

/** Spreads the messages of a night, so that they are not all sent within one second. `random`: 0 to 1. */
export function spread(end: string, random: number): string {
  return addMs(end, Math.round(QUIET_HOURS_SPREAD_MS * random));
}
