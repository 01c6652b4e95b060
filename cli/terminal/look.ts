/** The look of states, amounts and times in a terminal. */
import { signs } from "../../testbed/terminal/text.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { toLocal } from "../../src/events/field-formats/time-zone.ts";

type Colours = Output["colours"];
type Shade = "green" | "red" | "yellow" | "cyan" | "dim";

const states: Readonly<Record<string, readonly [sign: string, shade: Shade]>> = {
  processed: [signs.ok, "green"],
  sent: [signs.ok, "green"],
  sets: [signs.ok, "green"],
  received: [signs.wait, "cyan"],
  waiting: [signs.wait, "cyan"],
  pending: [signs.wait, "cyan"],
  ignored: [signs.none, "dim"],
  suppressed: [signs.none, "dim"],
  superseded: [signs.none, "dim"],
  purged: [signs.none, "dim"],
  active: [signs.ok, "green"],
  paused: ["!", "yellow"],
  disabled: [signs.bad, "red"],
  quarantined: ["!", "yellow"],
  failed: [signs.bad, "red"],
};

/** The status of an event or a message, with its sign. */
export function stateOf(colours: Colours, state: string): string {
  const [sign, shade] = states[state] ?? ["?", "yellow"];
  return colours[shade](`${sign} ${state}`);
}

/** The current time, and the zone in which the receiver's people read times. */
export interface When {
  readonly now: Date;
  /** STORE_TIME_ZONE of the receiver; null: UTC. */
  readonly timeZone: string | null;
}

export function zoneName({ timeZone }: When): string {
  return timeZone ?? "UTC";
}

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T.*Z$/.test(text);

/** `2026-11-24T10:42:07.123Z` -> `10:42:07` today, `11-24 10:42` on another day. */
export function shortTime(time: string | null, { now, timeZone }: When): string {
  if (time === null) return "";
  const local = isTime(time) ? toLocal(time, timeZone) : time;
  const today = toLocal(now.toISOString(), timeZone).slice(0, 10);
  return local.startsWith(today)
    ? local.slice(11, 19)
    : `${local.slice(5, 10)} ${local.slice(11, 16)}`;
}

/** `2026-11-24 10:42:07 UTC`; a date without a time stays as it is. */
export function fullTime(time: unknown, when: When): string {
  if (typeof time !== "string") return "";
  if (!isTime(time)) return time;
  return `${toLocal(time, when.timeZone).slice(0, 19).replace("T", " ")} ${zoneName(when)}`;
}

/** `command` as a person would type it here. */
export function commandLine(command: string): string {
  return `npx ce-webhooks ${command}`;
}
