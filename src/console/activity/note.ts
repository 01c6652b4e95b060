/**
 * Records actions in the activity. A handler notes its action; after the handler has answered, the router stores the
 * note with the name of the person. A refused action notes nothing.
 */
import type { Context } from "hono";
import { errorText, log } from "../../log";
import { type Activity, type ActivityKind, saveActivity } from "../../store/activity/activity";

type Note = Omit<Activity, "who">;

interface Deps {
  readonly db: D1Database;
  readonly now: () => Date;
}

const WHO = "who";
const NOTED = "activity";

export function setWho(c: Context, who: string): void {
  c.set(WHO, who);
}

/** The actor: the e-mail address from Access, `Admin token` (console), or `admin API` (a script with the token). */
export function whoIn(c: Context): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- set above, and nowhere else
  return (c.get(WHO) as string | undefined) ?? "";
}

export function note(c: Context, what: ActivityKind, more: Omit<Note, "what"> = {}): void {
  c.set(NOTED, { what, ...more } satisfies Note);
}

export function noteQuietUntil(c: Context, until: string | null): void {
  if (until === null) note(c, "quiet_until_removed");
  else note(c, "quiet_until_set", { about: until });
}

/** Notes the changes of one form; a single change is named. */
export function noteChanges(c: Context, what: ActivityKind, names: readonly string[]): void {
  if (names.length > 0)
    note(c, what, { about: names.length === 1 ? names[0] : null, times: names.length });
}

/** `order_received email on`. */
export function noteSwitch(
  c: Context,
  message: { readonly template: string; readonly channel: string; readonly is_on: boolean },
): void {
  const { template, channel, is_on: isOn } = message;
  note(c, "message_switched", { about: `${template} ${channel} ${isOn ? "on" : "off"}` });
}

/** Stores the note. The action is already done, so a failure here does not change the answer. */
export async function saveNoted(c: Context, { db, now }: Deps): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- set above, and nowhere else
  const noted = c.get(NOTED) as Note | undefined;
  if (noted === undefined) return;
  const { what, about = null, times = 1 } = noted;
  const who = whoIn(c);
  log.info("activity", { who, what, about, times });
  try {
    await saveActivity(db, { ...noted, who }, now().toISOString());
  } catch (error) {
    log.warn("activity_not_saved", { what, error: errorText(error) });
  }
}

/** The minimum time between two writes of failed sign-ins by one isolate, in milliseconds. */
const FAILURES_EVERY_MS = 10_000;
let failures = 0;
let wroteMs = Number.NEGATIVE_INFINITY;

/**
 * Counts a failed sign-in. The first is written at once, later ones together. When an isolate ends, those since its
 * last write are lost.
 */
export async function noteFailedSignIn({ db, now }: Deps): Promise<void> {
  failures += 1;
  const at = now();
  const sinceMs = at.getTime() - wroteMs;
  if (sinceMs >= 0 && sinceMs < FAILURES_EVERY_MS) return;
  const counted = failures;
  failures = 0;
  wroteMs = at.getTime();
  try {
    const what = "sign_in_failed";
    await saveActivity(db, { who: "", what, times: counted, isCounted: true }, at.toISOString());
  } catch (error) {
    failures += counted;
    log.warn("failed_sign_ins_not_counted", { error: errorText(error) });
  }
}
