/** The range of time that the overview shows, and its division into the bars of the chart. */
import * as z from "zod/mini";
import { dayIn } from "../../../events/field-formats/time-zone";
import { addMs, DAY_MS, parseTime } from "../../../events/field-formats/time";
import type { EventStatus } from "../../../store/inbox/inbox";
import type { EventCount } from "../../../store/overview-figures";

const HOUR_MS = 3_600_000;

const rangeNames = ["1h", "today", "24h", "7d", "30d"] as const;
type RangeName = (typeof rangeNames)[number];

export const rangeQuery = z.object({ range: z._default(z.enum(rangeNames), "24h") });

/** The length of a bar, in milliseconds. */
const steps = { "ten minutes": HOUR_MS / 6, hour: HOUR_MS, day: DAY_MS } as const;
export type Step = keyof typeof steps;

/** Words that follow "events", the step, and the number of bars; today has none that ended before it began. */
export const ranges: Readonly<
  Record<RangeName, readonly [words: string, step: Step, bars: number]>
> = {
  "1h": ["in the last hour", "ten minutes", 7],
  today: ["today", "hour", 26],
  "24h": ["in the last 24 hours", "hour", 25],
  "7d": ["in the last 7 days", "day", 7],
  "30d": ["in the last 30 days", "day", 30],
};

export interface Range {
  readonly name: RangeName;
  readonly words: string;
  readonly step: Step;
  /** ISO 8601; it ends now. */
  readonly from: string;
  /** The starts of the bars, ISO 8601; hours and days start at a whole hour of UTC, as events are counted. */
  readonly starts: readonly string[];
}

/** Days begin in `zone`; null: in UTC. */
export function rangeOf(name: RangeName, now: string, zone: string | null): Range {
  const [words, step, bars] = ranges[name];
  const today = `${dayIn(now, zone)}T00:00:00.000Z`;
  const midnight = (daysAgo: number): string =>
    parseTime(addMs(today, -daysAgo * DAY_MS).slice(0, 10), zone) ?? today;
  const floor = (time: string): string => {
    const size = Math.min(steps[step], HOUR_MS);
    return addMs(time, -(Date.parse(time) % size));
  };
  const starts = Array.from({ length: bars }, (_, ago) =>
    floor(step === "day" ? midnight(ago) : addMs(now, -ago * steps[step])),
  ).toReversed();
  if (step === "day") return { name, words, step, from: midnight(bars - 1), starts };
  const first = name === "today" ? midnight(0) : (starts[0] ?? now);
  return { name, words, step, from: first, starts: starts.filter((at) => at >= floor(first)) };
}

/** The events between two times, by status. */
export interface Bar extends Record<EventStatus | "all", number> {
  readonly from: string;
  /** Undefined for the last bar. */
  readonly to: string | undefined;
}

export function barsOf({ starts }: Range, counts: readonly EventCount[]): readonly Bar[] {
  const none = { all: 0, processed: 0, ignored: 0, received: 0, quarantined: 0, failed: 0 };
  const bars = starts.map((from, index): Bar => ({ from, to: starts[index + 1], ...none }));
  for (const { start, status, events } of counts) {
    // `start` is a prefix: `~` sorts after every time that begins with it.
    const bar = bars.findLast(({ from }) => from <= `${start}~`);
    if (bar === undefined) continue;
    bar[status] += events;
    bar.all += events;
  }
  return bars;
}

export function sumOf(bars: readonly Bar[], name: EventStatus | "all"): number {
  return bars.reduce((sum, bar) => sum + bar[name], 0);
}
