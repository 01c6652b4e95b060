/** Problems that need a person, one line each: what is wrong, since when, the possible cause, and what to do. */
import type { QuietUntil } from "../../../store/outbox/quiet-until";
import type { Overview } from "../../../store/overview-figures";
import type { WorklistCounts } from "../../../store/worklists/worklists";
import { isQuietHour } from "../../../store/inbox/refusals";
import { NOT_CONFIGURED } from "../../../notifications/channels/reasons";
import { channels } from "../../../notifications/channels";
import { DATABASE_ALERT_SHARE } from "../../../limits";
import type { ChannelView } from "../../channel-view";
import { databaseText, type Health } from "../../health";
import { troubleOf } from "../../forwarding/condition";
import type { EndpointView } from "../../forwarding/endpoints";
import { pathTo, withQuery } from "../../links";
import { wordsFor } from "../../refusal-words";
import { clip, count, duration, visible } from "../../text";
import { Ago, Empty } from "../parts";
import { messagesOf } from "./figures";
import type { Range } from "./range";

/** A longer wait, in seconds, is not explained by a busy queue. */
const LONG_WAIT_S = 300;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const SETTINGS = "/console/settings";

export interface Concern {
  readonly to: string;
  readonly text: string;
  /** The possible cause. */
  readonly hint?: string | undefined;
  /** The first or the latest time, ISO 8601; absent if the text contains it. */
  readonly at?: readonly ["since" | "latest", string | null];
  /** The page on which to fix it, if it is not `to`. */
  readonly fix?: string;
}

function refusalsOf({ refused }: Overview, last: string | null, now: Date): Concern[] {
  const quiet = isQuietHour(last, now.toISOString()) ? "No event came in that time. " : "";
  return refused.map(({ reason, deliveries, last_at: at }, index) => ({
    to: "/console/refused",
    text: `${count(deliveries, "delivery", "deliveries")} refused in the last hour: ${reason}.`,
    hint: (index === 0 ? quiet : "") + wordsFor(reason).advice,
    at: ["latest", at],
  }));
}

/** `alertHours`: SILENCE_ALERT_HOURS; a shop without a first event is not silent. */
function silenceOf(
  lastReceivedAt: string | null,
  alertHours: number | undefined,
  now: Date,
): Concern[] {
  if (lastReceivedAt === null || alertHours === undefined) return [];
  const silentS = (now.getTime() - Date.parse(lastReceivedAt)) / 1_000;
  if (silentS <= alertHours * HOUR_S) return [];
  return [
    {
      to: "/console/events",
      text: `No event has come for ${duration(silentS)}.`,
      hint: `The team is alerted after ${duration(alertHours * HOUR_S)} of silence.`,
    },
  ];
}

function missingOf({ missing_pieces: pieces }: Health): Concern[] {
  return pieces.map(({ piece, problem, fix }) => ({
    to: piece.endsWith("consumer") ? "/console/events?status=received" : SETTINGS,
    text: problem,
    hint: fix,
    fix: SETTINGS,
  }));
}

/** The link to events of a status, with the error of the latest; a single event links to its own page. */
function errorOf({ latest }: Overview, status: string, events: number) {
  const known = latest.find((one) => one.status === status);
  const { received_at: at = null, error = null } = known ?? {};
  const hint = error === null ? undefined : `Last error: ${clip(visible(error), 120)}`;
  const own = events === 1 && known !== undefined ? pathTo("events", known.id) : null;
  return { to: own ?? `/console/troubled?status=${status}`, hint, at: ["latest", at] as const };
}

/** Unapplied or stuck events, and failed messages. */
function stuckOf({ health, status, range }: State): Concern[] {
  const { quarantined, failed, oldest_waiting_seconds: wait } = health;
  const unsent = messagesOf(status.messages, "failed");
  const times = status.messages.flatMap((row) => (row.status === "failed" ? row.latest_at : []));
  const concerns: readonly (Concern | false)[] = [
    failed > 0 && {
      text: `${count(failed, "event")} failed after all retries`,
      ...errorOf(status, "failed", failed),
    },
    quarantined > 0 && {
      text: `${count(quarantined, "event")} quarantined: signature valid, data not understood`,
      ...errorOf(status, "quarantined", quarantined),
    },
    wait !== null &&
      wait > LONG_WAIT_S && {
        to: "/console/events?status=received",
        text: `The oldest waiting event has waited for ${duration(wait)}`,
      },
    unsent > 0 && {
      to: "/console/messages?status=failed",
      text: `${count(unsent, "message")} could not be sent ${range.words}`,
      at: ["latest", times.toSorted().at(-1) ?? null],
    },
  ];
  return concerns.filter((one) => one !== false);
}

/** Channels that hold their messages back, and channels that are not set up although messages need them. */
function channelsOf({ setups, status, range }: State): Concern[] {
  return setups.flatMap(({ channel, problem, held, held_since: since, state }): Concern[] => {
    const fix = `${SETTINGS}#channels`;
    if (problem !== null) {
      const hint = held === 0 ? undefined : `${count(held, "message")} held back so far.`;
      return [{ to: SETTINGS, text: problem, hint, at: ["since", since], fix }];
    }
    const messages = status.unset.find((row) => row.channel === channel)?.messages ?? 0;
    if (state !== "off" || messages === 0) return [];
    const were = `${count(messages, "message was", "messages were")} not sent`;
    return [
      {
        to: withQuery("/console/unsent", { reason: NOT_CONFIGURED, channel, from: range.from }),
        text: `${channels[channel].label} is not set up: ${were} for that reason ${range.words}`,
        fix,
      },
    ];
  });
}

/** Due refunds, and undelivered parcels. */
function owedOf({ worklists: { refunds_due: refunds, undelivered }, status: { times } }: State) {
  const concerns: readonly (Concern | false)[] = [
    refunds > 0 && {
      to: "/console/orders?list=refunds_due",
      text: `${count(refunds, "refund")} due.`,
      at: ["since", times.refund_due_since],
    },
    undelivered > 0 && {
      to: "/console/orders?list=undelivered",
      text: `${count(undelivered, "order")} with a parcel that did not arrive.`,
      at: ["latest", times.undelivered_at],
    },
  ];
  return concerns.filter((one) => one !== false);
}

/** Endpoints that are failing, paused or disabled. */
function endpointsOf(endpoints: readonly EndpointView[], now: Date): Concern[] {
  return endpoints.flatMap((endpoint): Concern[] => {
    const text = troubleOf(endpoint, now, duration);
    if (text === null) return [];
    const to = pathTo("endpoints", endpoint.id) ?? "/console/endpoints";
    const { pending } = endpoint;
    const hint = pending === 0 ? undefined : `${count(pending, "delivery", "deliveries")} pending.`;
    return [{ to, text, hint }];
  });
}

/** A reminder of quiet-until: while it still suppresses new messages, and for a day after it was set. */
function quietOf(quiet: QuietUntil | null, now: Date): Concern[] {
  const until = quiet?.until ?? null;
  if (quiet === null || until === null) return [];
  const isRecent = (now.getTime() - Date.parse(quiet.setAt)) / 1_000 < DAY_S;
  const aheadS = (Date.parse(until) - now.getTime()) / 1_000;
  if (aheadS <= 0 && !isRecent) return [];
  const to = `${SETTINGS}#quiet-until`;
  const what = "Messages to customers and the team are suppressed";
  return aheadS > 0
    ? [{ to, text: `${what}, for another ${duration(aheadS)}.`, hint: "New events wait as well." }]
    : [{ to, text: `${what} about what happened before ${duration(-aheadS)} ago.` }];
}

/** Shown from the same share of the limit at which the team is alerted. */
function fullOf({ database }: Health): Concern[] {
  const { bytes, max_bytes: most } = database;
  if (bytes < DATABASE_ALERT_SHARE * most) return [];
  const hint = "docs/runbook.md, The database fills up, says what to do.";
  return [{ to: SETTINGS, text: `The database: ${databaseText(database)}`, hint }];
}

export interface State {
  readonly health: Health;
  readonly range: Range;
  readonly status: Overview;
  readonly setups: readonly ChannelView[];
  readonly quiet: QuietUntil | null;
  readonly endpoints: readonly EndpointView[];
  readonly worklists: WorklistCounts;
  /** The number of unusable settings. */
  readonly problems: number;
  /** SILENCE_ALERT_HOURS, if it is set. */
  readonly silenceAlertHours: number | undefined;
}

/** The most urgent first: an event that does not arrive cannot be fixed here. */
export function concernsOf(state: State, now: Date): readonly Concern[] {
  const { health, status, quiet, endpoints, problems, silenceAlertHours } = state;
  return [
    ...missingOf(health),
    ...refusalsOf(status, health.last_received_at, now),
    ...silenceOf(health.last_received_at, silenceAlertHours, now),
    ...stuckOf(state),
    ...owedOf(state),
    ...channelsOf(state),
    ...endpointsOf(endpoints, now),
    ...quietOf(quiet, now),
    ...fullOf(health),
    ...(problems > 0
      ? [
          {
            to: SETTINGS,
            text: `${count(problems, "setting")} cannot be used and ${problems === 1 ? "is" : "are"} ignored`,
          },
        ]
      : []),
  ];
}

/** The action on the page that a concern links to. */
const actions = [
  ["/console/troubled", "Read and replay"],
  ["/console/events/", "Read and replay"],
  ["/console/messages", "Read and resend"],
  ["/console/orders", "See the orders"],
  [`${SETTINGS}#channels`, "Set it up"],
  [SETTINGS, "See the settings"],
  ["", "See why"],
] as const;

export function Concerns({ of }: { readonly of: readonly Concern[] }) {
  if (of.length === 0) return <Empty>Nothing. Every event is applied or on its way.</Empty>;
  return (
    <ul class="concerns">
      {of.map(({ to, text, hint, at: [word, at] = ["since", null], fix = to }) => (
        <li>
          <div>
            <a href={to}>{visible(text)}</a>
            {hint === undefined ? null : <span class="hint"> {hint}</span>}
          </div>
          {at === null ? null : (
            <span class="hint">
              {word} <Ago at={at} />
            </span>
          )}
          <a class="action" href={fix}>
            {actions.find(([path]) => fix.startsWith(path))?.[1]}
          </a>
        </li>
      ))}
    </ul>
  );
}
