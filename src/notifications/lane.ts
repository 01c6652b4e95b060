/**
 * Sends the messages of one lane: a few requests at a time, each with its time-out. It stops as soon as more requests
 * would be useless. Lanes run in parallel, so that a slow provider delays no other lane, and each has its own outcomes.
 */
import { ABORT_MS, CHANNEL_UNKNOWN_MAX, LEASE_MS, THROTTLED_GAP_MS } from "../limits";
import { TimeoutError, within } from "../time-limit";
import type { DueRow } from "../store/outbox/outbox";
import { addAttempt } from "./channels/attempt-log";
import type { Outcome } from "./channels/channel";
import { ENDPOINT_BUSY, ENDPOINT_FAILING } from "./channels/reasons";
import {
  type Attempt,
  channelSilent,
  type OutgoingMessage,
  outcomeRow,
  retryLater,
  type Settled,
  settle,
} from "./outcome";

/** Why a lane sends nothing more in this run. */
export type Closed =
  | { readonly kind: "gone" }
  /** `stalled`: the provider does not answer, or asks for a pause that is longer than this run. */
  | {
      readonly kind: "down" | "stalled";
      readonly error: string;
      readonly retryAfterMs: number | null;
    };

export interface LaneDeps {
  readonly now: () => Date;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly timeoutMs: number;
}

export interface Lane {
  readonly takesKey: boolean;
  /** Milliseconds between the starts of two requests; 0 if the provider requires none. */
  readonly gapMs: number;
  /** Why a message must not be sent after all; null if it may. Never throws. */
  readonly check: (outgoing: OutgoingMessage) => Promise<Attempt | null>;
  readonly send: (outgoing: OutgoingMessage, signal: AbortSignal) => Promise<Outcome>;
  /** When the first request may be sent, in milliseconds since 1970; 0: at once. */
  readonly startMs: number;
  /** The most requests at the same time. */
  readonly concurrency: number;
  /** Resolves once the run has a connection for a request; the result gives it back. */
  readonly connect: () => Promise<() => void>;
  /** When the messages were claimed, in milliseconds: no request may outlive the lease. */
  readonly claimedAtMs: number;
}

export interface LaneReport {
  readonly settled: readonly Settled[];
  readonly closed: Closed | null;
}

/** The provider's answer, or `unknown` after the time-out. A status that has come by then counts without its body. */
async function sendInTime(
  lane: Lane,
  outgoing: OutgoingMessage,
  timeoutMs: number,
): Promise<Attempt> {
  const controller = new AbortController();
  const unchecked: Attempt = { kind: "retry", error: "not checked in time", retryAfterMs: null };
  let isChecked = false;
  const attempt = async (): Promise<Attempt> => {
    const stop = await lane.check(outgoing);
    // After the time-out the message is pending again, so it must not be sent any more.
    if (stop !== null || controller.signal.aborted) return stop ?? unchecked;
    isChecked = true;
    return await lane.send(outgoing, controller.signal);
  };
  const attempting = attempt();
  try {
    return await within(attempting, timeoutMs);
  } catch (error) {
    controller.abort();
    if (!(error instanceof TimeoutError)) return { kind: "unknown", error: "connection cut" };
    if (!isChecked) return unchecked;
    const silence: Attempt = { kind: "unknown", error: "no answer in time" };
    return await within(attempting, ABORT_MS).catch(() => silence);
  }
}

/** A forward that waits for its endpoint, without a time for the next attempt (store/outbox/lanes.ts). */
export function waitForEndpoint(row: DueRow, reason: string, error: string | null): Settled {
  return { outcome: outcomeRow(row, { status: "pending", reason, error }), alerts: [] };
}

/** For a forward that was tried before the lane closed: it waits for its endpoint, to keep the order of receipt. */
export function rest(settled: Settled): Settled {
  const { outcome } = settled;
  if (outcome.status !== "pending") return settled;
  const reason = outcome.reason ?? ENDPOINT_FAILING;
  return { ...settled, outcome: { ...outcome, reason, nextAttemptAt: null } };
}

/** Adds the alert that the provider does not answer, if this message has closed the lane. */
function withAlarm(settled: Settled, { row }: OutgoingMessage, isSilent: boolean): Settled {
  return isSilent ? { ...settled, alerts: [...settled.alerts, ...channelSilent(row)] } : settled;
}

/** Adds the answer to the attempts of the message, unless it was suppressed before the request. */
function withAttempt(
  settled: Settled,
  { row }: OutgoingMessage,
  attempt: Attempt,
  began: Date,
  ended: Date,
): Settled {
  if (attempt.kind === "suppressed") return settled;
  const ms = ended.getTime() - began.getTime();
  const attemptLog = addAttempt(row, began.toISOString(), ms, attempt);
  return { ...settled, outcome: { ...settled.outcome, attemptLog } };
}

/** Why no more messages can be sent after this outcome; null if they can. */
function closedBy(outcome: Attempt): Closed | null {
  if (outcome.kind === "gone") return { kind: "gone" };
  if (outcome.kind !== "down") return null;
  return { kind: "down", error: outcome.error, retryAfterMs: outcome.retryAfterMs ?? null };
}

/** A message that is not sent, because its lane is closed. */
export function putBack(outgoing: OutgoingMessage, closed: Closed, deps: LaneDeps): Settled {
  // Also if the endpoint is gone: the next run suppresses the forward, unless a person has set another URL meanwhile.
  if (closed.kind === "gone" || outgoing.row.channel === "forward") {
    return waitForEndpoint(outgoing.row, ENDPOINT_FAILING, outgoing.row.error);
  }
  const moment = { now: deps.now().toISOString(), random: deps.random() };
  return retryLater(outgoing, closed.error, closed.retryAfterMs, moment);
}

/** Not sent because no time is left: due at once. */
function leaveForNextRun({ row }: OutgoingMessage, now: Date): Settled {
  if (row.channel === "forward") return waitForEndpoint(row, ENDPOINT_BUSY, row.error);
  const nextAttemptAt = now.toISOString();
  return { outcome: outcomeRow(row, { status: "pending", nextAttemptAt }), alerts: [] };
}

/** Does the work with a connection of the run. */
async function connected<T>({ connect }: Lane, work: () => Promise<T>): Promise<T> {
  const leave = await connect();
  try {
    return await work();
  } finally {
    leave();
  }
}

/** Sends as many messages as it can; in the end, every message is settled. */
export async function runLane(
  lane: Lane,
  messages: readonly OutgoingMessage[],
  deps: LaneDeps,
): Promise<LaneReport> {
  const startBy = lane.claimedAtMs + LEASE_MS - deps.timeoutMs - 5_000;
  const settled: Settled[] = [];
  const waiting = messages.values();
  let closed: Closed | null = null;
  let unknowns = 0;
  let { gapMs } = lane;
  let nextStartMs = lane.startMs;

  /** Milliseconds to wait for a start; starts are `gapMs` apart, more after each 429. */
  const takePlace = (): number => {
    const now = deps.now().getTime();
    const start = Math.max(now, nextStartMs);
    nextStartMs = start + gapMs;
    return start - now;
  };

  /** Applies the outcome to the next messages. True if it closes the lane because there are no answers. */
  const learn = (outcome: Attempt): boolean => {
    unknowns = outcome.kind === "unknown" ? unknowns + 1 : 0;
    closed = closedBy(outcome) ?? closed;
    const isSilent = unknowns >= CHANNEL_UNKNOWN_MAX && closed === null;
    if (isSilent) {
      closed = { kind: "stalled", error: "the provider does not answer", retryAfterMs: null };
    }
    if (outcome.kind === "retry" && outcome.retryAfterMs !== null) {
      const { retryAfterMs } = outcome;
      gapMs = Math.max(gapMs * 2, THROTTLED_GAP_MS);
      nextStartMs = Math.max(nextStartMs, deps.now().getTime() + retryAfterMs);
      if (nextStartMs > startBy) {
        closed ??= { kind: "stalled", error: "the provider asks for a pause", retryAfterMs };
      }
    }
    return isSilent;
  };

  /** Runs with a connection: the time-out and the measured milliseconds begin here. */
  const ask = async (outgoing: OutgoingMessage): Promise<Settled> => {
    if (closed !== null) return putBack(outgoing, closed, deps);
    const began = deps.now();
    if (began.getTime() > startBy) return leaveForNextRun(outgoing, began);
    const outcome = await sendInTime(lane, outgoing, deps.timeoutMs);
    const ended = deps.now();
    const moment = { now: ended.toISOString(), random: deps.random() };
    const one = settle(outgoing, outcome, lane.takesKey, moment);
    return withAttempt(withAlarm(one, outgoing, learn(outcome)), outgoing, outcome, began, ended);
  };

  const handle = async (outgoing: OutgoingMessage): Promise<Settled> => {
    if (closed !== null) return putBack(outgoing, closed, deps);
    const waitMs = takePlace();
    const now = deps.now();
    if (now.getTime() + waitMs > startBy) return leaveForNextRun(outgoing, now);
    if (waitMs > 0) await deps.sleep(waitMs);
    return await connected(lane, () => ask(outgoing));
  };
  const work = async (): Promise<void> => {
    for (const outgoing of waiting) settled.push(await handle(outgoing));
  };
  await Promise.all(Array.from({ length: lane.concurrency }, work));
  return { settled, closed };
}
