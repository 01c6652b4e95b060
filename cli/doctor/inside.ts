/** The receiver from inside, through its admin API: D1, settings, waiting and failed events, the cron. */
import { troubleOf } from "../../src/console/forwarding/condition.ts";
import { wordsFor } from "../../src/console/refusal-words.ts";
import { DATABASE_ALERT_SHARE } from "../../src/limits.ts";
import { CRON_LATE_MS } from "../../src/store/set-up/missing-pieces.ts";
import { count } from "../../testbed/terminal/text.ts";
import type { Endpoint, Health, ReceiverSettings } from "../api/answers.ts";
import type { Api } from "../api/api.ts";
import { Failure } from "../failure.ts";
import { type Finding, found } from "./finding.ts";

const MORE = "(docs/runbook.md, Deliveries are refused)";

/** The sweep pushes events after a minute; an event that waits longer than this is stuck. */
const WAITING_LATE_SECONDS = 300;

/** Channels that have lost a setting: their messages are held back. */
function checkSetups({ channel_setups: setups = [] }: ReceiverSettings): readonly Finding[] {
  return setups.flatMap(({ problem, held }) => {
    if (problem === null) return [];
    const waiting = held === 0 ? "" : ` ${count(held, "message")} held back.`;
    const fix = "set what is missing, and deploy again (docs/runbook.md, A setting was lost)";
    return [found.fail("channels", `${problem}${waiting}`, fix)];
  });
}

/** The environment of the receiver, and who can receive its messages. */
function checkAudience({ environment, allowlist }: ReceiverSettings): readonly Finding[] {
  if (environment === undefined) return [];
  if (allowlist === null || allowlist === undefined) return [found.ok("environment", environment)];
  return allowlist.length === 0
    ? [
        found.warn(
          "environment",
          `${environment}: no customer's message is sent`,
          "set MESSAGE_ALLOWLIST to those who may get them, or leave it so",
        ),
      ]
    : [found.ok("environment", `${environment}: messages go only to ${allowlist.join(", ")}`)];
}

function checkSettings(settings: ReceiverSettings): readonly Finding[] {
  const { problems, channels, secrets, channel_setups: setups = [], half_done = [] } = settings;
  const on = Object.entries(channels).flatMap(([name, isOn]) => (isOn ? [name] : []));
  const names = Object.entries(secrets).flatMap(([name, isSet]) => (isSet ? [name] : []));
  const ofChannels = new Set(setups.map(({ problem }) => problem));
  return [
    ...problems
      .filter((problem) => !ofChannels.has(problem))
      .map((problem) => found.warn("settings", problem, "fix the value, and deploy again")),
    ...half_done.map((what) =>
      found.warn("messages", what, "set what is missing, or leave it so (docs/notifications.md)"),
    ),
    found.ok("secrets", `set: ${names.join(", ")}`),
    ...checkAudience(settings),
    ...checkSetups(settings),
    on.length === 0
      ? found.warn(
          "channels",
          "none is configured: messages are recorded, and not sent",
          "see the table of channels in README.md, or leave it so",
        )
      : found.ok("channels", `configured: ${on.join(", ")}`),
  ];
}

/** One finding for each reason: the deliveries that were refused within the last hour. */
function checkDeliveries({ refused, locked_out: isLockedOut = false }: Health): readonly Finding[] {
  const check = "deliveries";
  if (refused === undefined) {
    return [found.skip(check, "this version of the receiver does not count what it refuses")];
  }
  const quiet = isLockedOut ? " No event came in that time." : "";
  const findings = Object.entries(refused).map(([reason, deliveries]) => {
    const { means, advice } = wordsFor(reason);
    const said = `${count(deliveries)} refused in the last hour: ${reason}`;
    const make = isLockedOut ? found.fail : found.warn;
    return make(check, `${said}. ${means}${quiet}`, `${advice} ${MORE}`);
  });
  return findings.length > 0 ? findings : [found.ok(check, "none was refused in the last hour")];
}

function lasting(seconds: number): string {
  return seconds < 7_200
    ? `${String(Math.round(seconds / 60))} minutes`
    : `${String(Math.round(seconds / 3_600))} hours`;
}

/** One finding for all endpoints; none if there are no endpoints. */
function checkEndpoints(endpoints: readonly Endpoint[], now: Date): readonly Finding[] {
  if (endpoints.length === 0) return [];
  const troubles = endpoints.flatMap((one) => troubleOf(one, now, lasting) ?? []);
  if (troubles.length === 0) {
    return [found.ok("endpoints", `${count(endpoints.length, "endpoint")}, none is failing`)];
  }
  const fix = "ce-webhooks endpoints test <id>; then ce-webhooks endpoints resume <id>";
  return [found.warn("endpoints", troubles.join(" "), fix)];
}

function checkInbox(health: Health): readonly Finding[] {
  const { events, received, failed, quarantined, oldest_waiting_seconds: oldest } = health;
  const findings: Finding[] = [];
  if ((oldest ?? 0) > WAITING_LATE_SECONDS) {
    const detail = `${count(received, "event")} waiting, the oldest for ${oldest ?? 0} s`;
    findings.push(found.fail("inbox", detail, "are the queue's consumers and the cron deployed?"));
  }
  if (failed > 0) {
    const fix = "ce-webhooks events --status failed; then ce-webhooks replay --status failed";
    findings.push(found.warn("inbox", `${count(failed, "event")} failed`, fix));
  }
  if (quarantined > 0) {
    const fix = "ce-webhooks events --status quarantined says why";
    findings.push(found.warn("inbox", `${count(quarantined, "event")} quarantined`, fix));
  }
  if (findings.length > 0) return findings;
  return [found.ok("inbox", `${count(events, "event")}, none failed, none stuck`)];
}

/** The missing pieces of the set-up; the cron has a finding of its own. */
function checkPieces({ missing_pieces: missing }: Health): readonly Finding[] {
  if (missing === undefined) return [];
  const findings = missing.flatMap(({ piece, problem, fix }) =>
    piece === "cron" ? [] : [found.fail("set-up", problem, fix)],
  );
  return findings.length > 0 ? findings : [found.ok("set-up", "no piece is missing")];
}

function checkSize({ database }: Health): readonly Finding[] {
  if (database === undefined) return [];
  const { bytes, max_bytes: most, full_on: day } = database;
  const detail = `the database is ${Math.floor((100 * bytes) / most)} % full${day === null ? "" : `, at this pace wholly on ${day}`}`;
  if (bytes < DATABASE_ALERT_SHARE * most) return [found.ok("size", detail)];
  return [found.warn("size", detail, 'docs/runbook.md, "The database fills up"')];
}

function checkCron(
  { last_sweep_at: swept }: Health,
  now: Date,
  url: string,
  isLocal: boolean,
): Finding {
  const ago = swept === null ? null : now.getTime() - Date.parse(swept);
  if (ago !== null && ago < CRON_LATE_MS) {
    return found.ok("cron", `last ran ${Math.max(0, Math.round(ago / 1000))} s ago`);
  }
  const detail =
    ago === null ? "has never run" : `last ran ${Math.round(ago / 60_000)} minutes ago`;
  if (isLocal) {
    return found.skip(
      "cron",
      `${detail}; it does not run on this machine`,
      `curl ${url}/cdn-cgi/local/scheduled`,
    );
  }
  const fix = 'wrangler.toml needs crons = ["* * * * *"]; npm run deploy';
  return found.fail("cron", `${detail}, expected every minute`, fix);
}

export interface InsideOptions {
  readonly url: string;
  readonly isLocal: boolean;
  readonly now: Date;
}

export async function checkInside(
  api: Api,
  { url, isLocal, now }: InsideOptions,
): Promise<{ readonly isOpen: boolean; readonly findings: readonly Finding[] }> {
  try {
    const health = await api.health();
    const settings = await api.settings();
    const forwarded = await api.endpoints();
    const version = settings.versions["receiver"] ?? "?";
    return {
      isOpen: true,
      findings: [
        found.ok("admin API", `accepts the token; the receiver is version ${version}`),
        ...checkSettings(settings),
        ...checkPieces(health),
        ...checkSize(health),
        ...checkDeliveries(health),
        ...checkInbox(health),
        ...checkEndpoints(forwarded?.endpoints ?? [], now),
        checkCron(health, now, url, isLocal),
      ],
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.ending === "interrupted") throw error;
    const isInside = error.ending === "refused";
    const fix = isInside
      ? "apply the migrations: npm run db:migrate"
      : "npx wrangler secret put ADMIN_TOKEN";
    const check = isInside ? "D1" : "admin API";
    return { isOpen: false, findings: [found.fail(check, error.message, fix)] };
  }
}
