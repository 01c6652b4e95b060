/** What needs a person, one line each: what is wrong, where to look, and the possible cause. */
import type { QuietUntil } from "../../store/outbox/quiet-until";
import type { ChannelRow } from "../../store/overview";
import type { WorklistCounts } from "../../store/worklists/worklists";
import { isQuietHour } from "../../store/inbox/refusals";
import { DATABASE_ALERT_SHARE } from "../../limits";
import type { ChannelView } from "../channel-view";
import { databaseText, type Health } from "../health";
import { troubleOf } from "../forwarding/condition";
import type { EndpointView } from "../forwarding/endpoints";
import { pathTo } from "../links";
import { wordsFor } from "../refusal-words";
import { count, duration, visible } from "../text";
import { Empty } from "./parts";

/** A longer wait, in seconds, is not explained by a busy queue. */
const LONG_WAIT_S = 300;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

export interface Concern {
  readonly to: string;
  readonly text: string;
  /** The possible cause. */
  readonly hint?: string;
}

function refusalsOf({ refused, last_received_at: last }: Health, now: Date): Concern[] {
  const quiet = isQuietHour(last, now.toISOString()) ? "No event came in that time. " : "";
  return Object.entries(refused).map(([reason, deliveries], index) => ({
    to: "/console/refused",
    text: `${count(deliveries, "delivery", "deliveries")} refused in the last hour: ${reason}.`,
    hint: (index === 0 ? quiet : "") + wordsFor(reason).advice,
  }));
}

/** `alertHours`: SILENCE_ALERT_HOURS; a shop without a first event is not silent. */
function silenceOf(lastReceivedAt: string | null, alertHours: number | undefined, now: Date) {
  if (lastReceivedAt === null || alertHours === undefined) return [];
  const silentS = (now.getTime() - Date.parse(lastReceivedAt)) / 1_000;
  if (silentS <= alertHours * HOUR_S) return [];
  const hint = `The team is alerted after ${duration(alertHours * HOUR_S)} of silence.`;
  return [{ to: "/console/events", text: `No event has come for ${duration(silentS)}.`, hint }];
}

function missingOf({ missing_pieces: pieces }: Health): Concern[] {
  return pieces.map(({ piece, problem, fix }) => ({
    to: piece.endsWith("consumer") ? "/console/events?status=received" : "/console/settings",
    text: problem,
    hint: fix,
  }));
}

/** Events and messages that are stuck, from the figures. */
function stuckOf(health: Health, channels: readonly ChannelRow[]): Concern[] {
  const { quarantined, failed, oldest_waiting_seconds: wait } = health;
  const unsent = channels.filter(({ status }) => status === "failed");
  const messages = unsent.reduce((sum, row) => sum + row.messages, 0);
  const concerns: readonly (Concern | false)[] = [
    failed > 0 && {
      to: "/console/troubled?status=failed",
      text: `${count(failed, "event")} failed after all retries`,
    },
    quarantined > 0 && {
      to: "/console/troubled?status=quarantined",
      text: `${count(quarantined, "event")} quarantined: signature valid, data not understood`,
    },
    wait !== null &&
      wait > LONG_WAIT_S && {
        to: "/console/events?status=received",
        text: `The oldest waiting event has waited for ${duration(wait)}`,
      },
    messages > 0 && {
      to: "/console/messages?status=failed",
      text: `${count(messages, "message")} of the latest events could not be sent`,
    },
  ];
  return concerns.filter((one) => one !== false);
}

/** Channels that hold their messages back. */
function heldBackOf(setups: readonly ChannelView[]): Concern[] {
  return setups.flatMap(({ problem, held }) => {
    if (problem === null) return [];
    const hint = held === 0 ? {} : { hint: `${count(held, "message")} held back so far.` };
    return [{ to: "/console/settings", text: problem, ...hint }];
  });
}

/** Orders that the shop owes something. */
function owedOf({ refunds_due: refunds, undelivered }: WorklistCounts): Concern[] {
  const concerns: readonly (Concern | false)[] = [
    refunds > 0 && {
      to: "/console/orders?list=refunds_due",
      text: `${count(refunds, "refund")} due.`,
      hint: "Cancelled, paid, and the money has not all gone back.",
    },
    undelivered > 0 && {
      to: "/console/orders?list=undelivered",
      text: `${count(undelivered, "order")} with a parcel that did not arrive.`,
    },
  ];
  return concerns.filter((one) => one !== false);
}

/** Endpoints that fail, or that events are not forwarded to at present. */
function endpointsOf(endpoints: readonly EndpointView[], now: Date): Concern[] {
  return endpoints.flatMap((endpoint) => {
    const text = troubleOf(endpoint, now, duration);
    if (text === null) return [];
    const to = pathTo("endpoints", endpoint.id) ?? "/console/endpoints";
    const { pending } = endpoint;
    if (pending === 0) return [{ to, text }];
    return [{ to, text, hint: `${count(pending, "delivery", "deliveries")} pending.` }];
  });
}

/** While it covers what happens now, and for a day after it was set: nobody is to forget it. */
function quietOf(quiet: QuietUntil | null, now: Date): Concern[] {
  const until = quiet?.until ?? null;
  if (quiet === null || until === null) return [];
  const isRecent = (now.getTime() - Date.parse(quiet.setAt)) / 1_000 < DAY_S;
  const aheadS = (Date.parse(until) - now.getTime()) / 1_000;
  if (aheadS <= 0 && !isRecent) return [];
  const to = "/console/settings#quiet-until";
  const what = "Messages to customers and the team are suppressed";
  return aheadS > 0
    ? [{ to, text: `${what}, for another ${duration(aheadS)}.`, hint: "What is new, too." }]
    : [{ to, text: `${what} about what happened before ${duration(-aheadS)} ago.` }];
}

/** From the share of it on at which the team is alerted. */
function fullOf({ database }: Health): Concern[] {
  const { bytes, max_bytes: most } = database;
  if (bytes < DATABASE_ALERT_SHARE * most) return [];
  const hint = "docs/runbook.md, The database fills up, says what to do.";
  return [{ to: "/console/settings", text: `The database: ${databaseText(database)}`, hint }];
}

export interface State {
  readonly health: Health;
  readonly channels: readonly ChannelRow[];
  readonly setups: readonly ChannelView[];
  readonly quiet: QuietUntil | null;
  readonly endpoints: readonly EndpointView[];
  readonly worklists: WorklistCounts;
  /** The number of unusable settings. */
  readonly problems: number;
  /** SILENCE_ALERT_HOURS, if it is set. */
  readonly silenceAlertHours: number | undefined;
}

/** In the order in which a person should look at them: an event that does not arrive cannot be fixed here. */
export function concernsOf(state: State, now: Date): readonly Concern[] {
  const { health, channels, setups, quiet, endpoints, worklists, problems } = state;
  const { silenceAlertHours } = state;
  return [
    ...missingOf(health),
    ...refusalsOf(health, now),
    ...silenceOf(health.last_received_at, silenceAlertHours, now),
    ...heldBackOf(setups),
    ...endpointsOf(endpoints, now),
    ...quietOf(quiet, now),
    ...stuckOf(health, channels),
    ...fullOf(health),
    ...owedOf(worklists),
    ...(problems > 0
      ? [
          {
            to: "/console/settings",
            text: `${count(problems, "setting")} cannot be used and ${problems === 1 ? "is" : "are"} ignored`,
          },
        ]
      : []),
  ];
}

export function Concerns({ of }: { readonly of: readonly Concern[] }) {
  if (of.length === 0) return <Empty>Nothing. Every event is applied or on its way.</Empty>;
  return (
    <ul class="concerns">
      {of.map(({ to, text, hint }) => (
        <li>
          <a href={to}>{visible(text)}</a>
          {hint === undefined ? null : <span class="hint"> {hint}</span>}
        </li>
      ))}
    </ul>
  );
}
