/** Parses the values of flags: numbers, times, durations. Commander writes the error message. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { formChoices } from "../testbed/stories/index.ts";

type Parse<T> = (text: string) => T;

export function wholeNumber(least: number, most: number): Parse<number> {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Greater than 0; decimals are allowed. */
export function positiveNumber(most: number): Parse<number> {
  return (text) => {
    const number = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && number > 0 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a number above 0, at most ${most}.`);
  };
}

/** `25` or `25%` -> 0.25 */
export function share(text: string): number {
  const percent = Number(text.replace(/%$/, ""));
  if (/^\d+(\.\d+)?%?$/.test(text) && percent <= 100) return percent / 100;
  throw new InvalidArgumentError("It must be a percentage from 0 to 100.");
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function parseDuration(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return number === undefined || unit === undefined ? null : Number(number) * (units[unit] ?? 0);
}

/** `90s`, `5m`, `2h`, `1d` -> milliseconds */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new InvalidArgumentError("It must be a length of time such as 90s, 5m, 2h or 1d.");
}

/** A date, a time (UTC unless it has a zone), or a duration before now -> `2026-11-24T10:00:00.000Z` */
export function moment(text: string): string {
  const ago = parseDuration(text);
  if (ago !== null) return new Date(Date.now() - ago).toISOString();
  const isDated = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$/.test(text);
  const isZoned = !/[T ]/.test(text) || /(Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const ms = isDated ? Date.parse(isZoned ? text : `${text}Z`) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError(
    "It must be a time such as 2026-11-24T10:00Z, or 2h for two hours ago.",
  );
}

/** The same, or `+2h`: two hours from now. */
export function momentOrAhead(text: string): string {
  const ahead = text.startsWith("+") ? parseDuration(text.slice(1)) : null;
  return ahead === null ? moment(text) : new Date(Date.now() + ahead).toISOString();
}

export interface EventFilter {
  readonly status?: string;
  readonly type?: string;
  readonly order?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The flags that select events. */
export function takeFilter(command: Command, statuses: readonly string[]): Command {
  return command
    .addOption(new Option("--status <status>", "only those with this status").choices(statuses))
    .option("--type <type>", "of this type, such as payment.failed")
    .option("--order <number>", "about this order")
    .option("--from <time>", "received from then on; a time, or 2h for two hours ago", moment)
    .option("--to <time>", "received before then", moment);
}

/** The form of the deliveries. */
export function formOption(): Option {
  return new Option("--form <form>", "the form of the bodies; mixed: another one for each delivery")
    .choices(formChoices)
    .default("envelope");
}
