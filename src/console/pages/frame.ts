/** The frame of a page: the shop, the environment, and the current time and zone for its times. */
import { toLocal } from "../../events/field-formats/time-zone";
import type { Frame } from "../page-context";

let current: Frame = { shop: "", environment: "production", zone: null, now: new Date(0) };

/**
 * Renders one page within its frame. Pages are rendered synchronously (html.ts), so no other page is rendered in
 * between. (Contexts of hono/jsx do the same, but add its renderer for browsers to the Worker.)
 */
export function withFrame<T>(frame: Frame, render: () => T): T {
  const before = current;
  current = frame;
  try {
    return render();
  } finally {
    current = before;
  }
}

/** The frame of the page that is being rendered. */
export function pageFrame(): Frame {
  return current;
}

/** An ISO time as local time in the zone, `2026-11-26T15:30:00.000`; other text unchanged. */
export function clockTime(time: string, zone: string | null): string {
  return Number.isNaN(Date.parse(time)) ? time : toLocal(time, zone);
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
/** Older times are easier to read as dates. */
const RELATIVE_MAX_S = 7 * DAY_S;

/** `just now`, `3 min ago`, `in 2 h`; null if it is more than a week away. */
export function relativeTime(time: string, now: Date): string | null {
  const seconds = (now.getTime() - Date.parse(time)) / 1_000;
  const away = Math.abs(seconds);
  if (Number.isNaN(away) || away >= RELATIVE_MAX_S) return null;
  if (away < 10) return "just now";
  const size =
    away < MINUTE_S
      ? `${String(Math.floor(away))} s`
      : away < HOUR_S
        ? `${String(Math.floor(away / MINUTE_S))} min`
        : away < DAY_S
          ? `${String(Math.floor(away / HOUR_S))} h`
          : `${String(Math.floor(away / DAY_S))} d`;
  return seconds < 0 ? `in ${size}` : `${size} ago`;
}
