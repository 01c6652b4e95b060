/** Turns each outcome into what is recorded and the alerts that are raised; no other code does. Pure. */
import { DEFAULT_ENDPOINT } from "../projection/outbox-rows";
import type { Alert } from "../store/outbox/alerts";
import type { DueRow, OutcomeRow } from "../store/outbox/outbox";
import { nextAttemptAt } from "./backoff";
import { channels, type Message } from "./channels";
import { EXHAUSTED } from "./channels/reasons";
import type { Outcome } from "./channels/channel";
import type { Tracking } from "./message";

/** A message to be sent: its row, its content, and what is stored with it. */
export interface OutgoingMessage {
  readonly row: DueRow;
  readonly message: Message;
  /** ISO time; retries end RETRY_FOR_MS after it. */
  readonly firstAttemptAt: string;
  readonly recipient: string | null;
  readonly orderNumber: string | null;
  /** The tracking that it shows; null if it shows none. */
  readonly tracking: Tracking | null;
}

/** The outcome of one message: an answer, or `suppressed` if its recipient was erased before the request. */
export type Attempt = Outcome | { readonly kind: "suppressed" };

export interface Settled {
  readonly outcome: OutcomeRow;
  readonly alerts: readonly Alert[];
}

export interface Moment {
  /** ISO time. */
  readonly now: string;
  /** 0 to 1. */
  readonly random: number;
}

type Result = Pick<OutcomeRow, "status"> & Partial<OutcomeRow>;

/** An outcome with defaults for everything that `result` leaves out. */
export function outcomeRow(
  row: Pick<DueRow, "id" | "attempts" | "claimed" | "in_flight">,
  result: Result,
): OutcomeRow {
  return {
    id: row.id,
    attempts: row.attempts,
    claimed: row.claimed ?? false,
    reason: null,
    error: null,
    nextAttemptAt: null,
    providerMessageId: null,
    sentAt: null,
    recipient: null,
    orderNumber: null,
    dueAt: null,
    // An earlier claim left no outcome: its request may have been sent.
    isUnanswered: row.in_flight === 1,
    isHeldBack: false,
    attemptLog: null,
    ...result,
  };
}

/** An alert that cannot be sent raises no other: that would never end. */
function alertsOf(row: DueRow, ...alerts: readonly Alert[]): readonly Alert[] {
  return row.template === "alert" ? [] : alerts;
}

/** For an endpoint, raised once, when it begins to fail (forwarding/learn.ts pauses it in the end). */
function channelDown({ channel, endpoint }: DueRow, error: string): Alert {
  if (channel === "forward") return endpointDown(endpoint, `refuses what is forwarded (${error})`);
  const text = `The ${channel} channel refuses every message (${error}). They are kept and retried for 23 hours.`;
  return { kind: `channel_down:${channel}`, text, repeats: true };
}

function endpointDown(endpoint: string | null, what: string): Alert {
  const isDefault = endpoint === null || endpoint === DEFAULT_ENDPOINT;
  const name = isDefault ? "FORWARD_URL" : `The endpoint ${endpoint}`;
  const text = `${name} ${what}. Its events are kept and sent in the order of receipt once it works; after five days it is paused.`;
  return { kind: `channel_down:forward${isDefault ? "" : `:${endpoint}`}`, text };
}

/** The alert of the message after which a run sends no more to a provider. */
export function channelSilent(row: DueRow): readonly Alert[] {
  const { channel, endpoint } = row;
  if (channel === "forward") return [endpointDown(endpoint, "does not answer")];
  const text = `The ${channel} provider does not answer. What may be repeated is retried for 23 hours; what may not has failed with the reason "outcome unknown".`;
  return alertsOf(row, { kind: `channel_down:${channel}`, text, repeats: true });
}

function gaveUp(row: DueRow, error: string): Alert {
  return {
    kind: `notification_failed:${row.channel}`,
    text: `${row.id} was tried for 23 hours in vain (${error}). Others of this hour may have met the same.`,
    subjectId: row.id,
  };
}

/** Pending again, or failed once the time for retries is over. */
export function retryLater(
  outgoing: OutgoingMessage,
  error: string,
  retryAfterMs: number | null,
  moment: Moment,
): Settled {
  const { row, firstAttemptAt } = outgoing;
  const isForEver = channels[row.channel].isRetriedForEver === true;
  const at = nextAttemptAt({ firstAttemptAt, retryAfterMs, isForEver, ...moment });
  if (at !== null) {
    return {
      outcome: outcomeRow(row, { status: "pending", error, nextAttemptAt: at }),
      alerts: [],
    };
  }
  const result: Result = { status: "failed", reason: EXHAUSTED, error };
  return { outcome: outcomeRow(row, result), alerts: alertsOf(row, gaveUp(row, error)) };
}

/** `takesKey`: a repeat under the same key is accepted only once, so an unknown outcome may be retried. */
export function settle(
  outgoing: OutgoingMessage,
  outcome: Attempt,
  takesKey: boolean,
  moment: Moment,
): Settled {
  const { row } = outgoing;
  switch (outcome.kind) {
    case "sent": {
      const { providerMessageId } = outcome;
      const result: Result = { status: "sent", providerMessageId, sentAt: moment.now };
      return { outcome: outcomeRow(row, result), alerts: [] };
    }
    case "suppressed": {
      const result: Result = { status: "suppressed", reason: "erased" };
      return { outcome: outcomeRow(row, result), alerts: [] };
    }
    case "retry":
      return retryLater(outgoing, outcome.error, outcome.retryAfterMs, moment);
    case "down": {
      const later = retryLater(outgoing, outcome.error, outcome.retryAfterMs ?? null, moment);
      const alerts = alertsOf(row, channelDown(row, outcome.error));
      return { outcome: later.outcome, alerts: [...alerts, ...later.alerts] };
    }
    case "unknown": {
      if (takesKey) {
        const later = retryLater(outgoing, outcome.error, null, moment);
        return { ...later, outcome: { ...later.outcome, isUnanswered: true } };
      }
      const result: Result = { status: "failed", reason: "outcome unknown", error: outcome.error };
      return { outcome: outcomeRow(row, result), alerts: [] };
    }
    case "rejected": {
      const result: Result = { status: "failed", reason: "rejected", error: outcome.error };
      return { outcome: outcomeRow(row, result), alerts: [] };
    }
    case "gone": {
      const result: Result = { status: "failed", reason: "endpoint gone", error: outcome.error };
      return { outcome: outcomeRow(row, result), alerts: [] };
    }
  }
}
