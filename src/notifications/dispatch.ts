/**
 * Takes notifications whose turn has come, asks whether each is still true, sends it, and records
 * what became of it. Any number of runs may overlap: a claim holds a row for one of them.
 *
 * Four round trips to D1 a slice: claim, facts, rendered bytes, and the outcomes of each lane. The
 * rendered bytes are stored before the first request goes out, so that a row found claimed but
 * without an outcome tells whether anything can have been sent.
 */
import type { ShopConfig } from "../config";
import { DISPATCH_MAX_ROWS, DISPATCH_RUN_MS, DISPATCH_SLICE_ROWS, WAKE_WITHIN_MS } from "../limits";
import { errorText, log } from "../log";
import {
  type Channel as ChannelName,
  channels as channelNames,
  factId,
} from "../projection/templates";
import {
  claim,
  type ClaimedRow,
  listDue,
  type OutcomeRow,
  recordOutcomes,
  saveRendered,
} from "../store/outbox";
import { type Facts, isEndpointGone, loadFacts } from "../store/outbox-facts";
import { nextAttemptAt } from "./backoff";
import type { Channels } from "./channels";
import type { Channel, Outcome } from "./channels/channel";
import { sha256Hex } from "./channels/key";
import { parseContext } from "./context";
import { type Closed, type Lane, type LaneDeps, putBack, runLane } from "./lane";
import { type Message, parseRendered, storeRendered } from "./message";
import { type Letter, outcomeRow, type Settled } from "./outcome";
import { customerAddress, judge } from "./relevance";
import { renderMessage } from "./templates";

export interface DispatchDeps extends LaneDeps {
  readonly db: D1Database;
  readonly channels: Channels;
  readonly shop: ShopConfig;
  /** Null: no limit. */
  readonly notifyMaxAgeMs: number | null;
  /** Sends a wake-up call; may fail, since the sweep looks for itself. */
  readonly wake: (ids: readonly string[], delaySeconds: number) => Promise<void>;
}

/** What a run did, in rows. `later`: still pending, to be tried again. */
export interface DispatchReport {
  claimed: number;
  sent: number;
  suppressed: number;
  failed: number;
  later: number;
}

type ClosedLanes = Map<ChannelName, Closed>;

/** What is to be done with a claimed row: settled without a request, or sent. */
type Plan =
  | { readonly kind: "settled"; readonly settled: Settled }
  | { readonly kind: "letter"; readonly letter: Letter };

interface Slice {
  readonly deps: DispatchDeps;
  readonly now: string;
  readonly interrupted: ReadonlySet<string>;
  readonly endpointGone: boolean;
  readonly closed: ClosedLanes;
}

function done(outcome: OutcomeRow): Plan {
  return { kind: "settled", settled: { outcome, alerts: [] } };
}

/** An earlier request may have gone out, and a repeat would not be recognised as one. */
function isUnrepeatable(row: ClaimedRow, channels: Channels): boolean {
  return row.channel === "email" ? channels.email?.takesKey === false : row.channel !== "forward";
}

function waitLonger(row: ClaimedRow, reason: string, slice: Slice): Plan {
  const since = row.created_at > row.due_at ? row.created_at : row.due_at;
  const random = slice.deps.random();
  const at = nextAttemptAt({ firstAttemptAt: since, now: slice.now, retryAfterMs: null, random });
  // The wait for a recipient is an hour longer than the time for retries.
  const last = new Date(Date.parse(slice.now) + 3_600_000).toISOString();
  return done(outcomeRow(row, { status: "pending", reason, nextAttemptAt: at ?? last }));
}

/** The stored message; forward's body is made again from the stored event, to the same bytes. */
function letterOf(row: ClaimedRow, facts: Facts, recipient: string | null, slice: Slice): Letter {
  const known = row.rendered === null ? null : parseRendered(row.rendered);
  const message: Message =
    known !== null && known.message.channel !== "forward"
      ? known.message
      : renderMessage(row, parseContext(row.context), facts, recipient, slice.deps.shop);
  return {
    row,
    message,
    firstAttemptAt: known?.firstAttemptAt ?? slice.now,
    recipient: row.channel === "forward" ? slice.deps.channels.forwardUrl : recipient,
    orderNumber: facts.orderNumber,
  };
}

function plan(row: ClaimedRow, facts: Facts, slice: Slice): Plan {
  const { channels, notifyMaxAgeMs: maxAgeMs } = slice.deps;
  if (slice.interrupted.has(row.id) && row.rendered !== null && isUnrepeatable(row, channels)) {
    return done(outcomeRow(row, { status: "failed", reason: "outcome unknown" }));
  }
  const verdict = judge({ ...row, context: parseContext(row.context) }, facts, {
    now: slice.now,
    maxAgeMs,
    channelConfigured: channels[row.channel] !== null,
    endpointGone: slice.endpointGone,
  });
  // Whoever looks at a message that was not sent sees to whom it would have gone.
  const about = {
    orderNumber: facts.orderNumber,
    recipient: row.recipient ?? customerAddress(row.channel, facts),
  };
  switch (verdict.kind) {
    case "suppress":
      return done(outcomeRow(row, { status: "suppressed", reason: verdict.reason, ...about }));
    case "fail":
      return done(outcomeRow(row, { status: "failed", reason: verdict.reason, ...about }));
    case "wait":
      return waitLonger(row, verdict.reason, slice);
    case "send": {
      if (facts.event?.deferred === 1) {
        return done(outcomeRow(row, { status: "pending", nextAttemptAt: slice.now }));
      }
      if (row.channel === "forward" && facts.event?.payload === null) {
        return done(outcomeRow(row, { status: "failed", reason: "body no longer stored" }));
      }
      const letter = letterOf(row, facts, verdict.recipient, slice);
      const closed = slice.closed.get(row.channel);
      return closed === undefined
        ? { kind: "letter", letter }
        : { kind: "settled", settled: putBack(letter, closed, slice.deps) };
    }
  }
}

/** A template that throws is a bug of ours: it costs its own row, and a person is told. */
function planSafely(row: ClaimedRow, facts: Facts, slice: Slice): Plan {
  try {
    return plan(row, facts, slice);
  } catch (error) {
    log.error("notification_not_rendered", { id: row.id, error: errorText(error) });
    const reason = "could not be rendered";
    const outcome = outcomeRow(row, { status: "failed", reason, error: errorText(error) });
    const text = `${row.id} could not be rendered: ${errorText(error)}`;
    const alerts = row.template === "alert" ? [] : [{ kind: "render_failed", text }];
    return { kind: "settled", settled: { outcome, alerts } };
  }
}

function through<M extends Message>(
  channel: Channel<M> | null,
  message: M,
  id: string,
  signal: AbortSignal,
): Promise<Outcome> {
  if (channel === null) return Promise.resolve({ kind: "down", error: "channel not configured" });
  return channel.send(message, id, signal);
}

function sendThrough(channels: Channels, letter: Letter, signal: AbortSignal): Promise<Outcome> {
  const { message, row } = letter;
  switch (message.channel) {
    case "email":
      return through(channels.email, message, row.id, signal);
    case "sms":
      return through(channels.sms, message, row.id, signal);
    case "team":
      return through(channels.team, message, row.id, signal);
    case "forward":
      return through(channels.forward, message, row.id, signal);
  }
}

/** Only what is stored may be sent, and only by the run that still holds it. */
async function storeLetters(letters: readonly Letter[], db: D1Database): Promise<Letter[]> {
  const fresh = letters.filter((letter) => letter.row.rendered === null);
  const saved = await saveRendered(
    db,
    fresh.map(({ row, message, firstAttemptAt, recipient, orderNumber }) => ({
      id: row.id,
      attempts: row.attempts,
      recipient,
      orderNumber,
      rendered: storeRendered(message, firstAttemptAt),
    })),
  );
  return letters.filter((letter) => letter.row.rendered !== null || saved.has(letter.row.id));
}

async function wakeSafely(
  deps: DispatchDeps,
  ids: readonly string[],
  delaySeconds: number,
): Promise<void> {
  if (ids.length === 0) return;
  try {
    await deps.wake(ids, delaySeconds);
  } catch (error) {
    log.warn("wake_up_call_not_sent", { count: ids.length, error: errorText(error) });
  }
}

/** Writes outcomes and alerts, then asks to be woken for what is due again soon. */
async function record(settled: readonly Settled[], deps: DispatchDeps): Promise<void> {
  if (settled.length === 0) return;
  const now = deps.now();
  const outcomes = settled.map((one) => one.outcome);
  const alerts = settled.flatMap((one) => one.alerts);
  const raised = await recordOutcomes(deps.db, outcomes, alerts, now.toISOString());
  const waits = outcomes.flatMap(({ id, nextAttemptAt: at }) => {
    const waitMs = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - now.getTime();
    return waitMs <= WAKE_WITHIN_MS ? [{ id, waitMs }] : [];
  });
  await wakeSafely(deps, raised, 0);
  const longestMs = Math.max(0, ...waits.map((wait) => wait.waitMs));
  await wakeSafely(
    deps,
    waits.map((wait) => wait.id),
    Math.ceil(longestMs / 1000),
  );
}

function count(report: DispatchReport, settled: readonly Settled[]): void {
  for (const { outcome } of settled) {
    if (outcome.status === "pending") report.later += 1;
    else report[outcome.status] += 1;
  }
}

async function forwardGoneKind(channels: Channels): Promise<string> {
  return `forward_gone:${(await sha256Hex(channels.forwardUrl ?? "")).slice(0, 16)}`;
}

async function runSlice(
  ids: readonly string[],
  deps: DispatchDeps,
  closed: ClosedLanes,
  report: DispatchReport,
): Promise<number> {
  const started = deps.now();
  const now = started.toISOString();
  const { rows, interrupted } = await claim(deps.db, ids, now);
  if (rows.length === 0) return 0;
  report.claimed += rows.length;
  const factsById = await loadFacts(
    deps.db,
    rows.map((row) => row.id),
  );
  const goneAlertKind = await forwardGoneKind(deps.channels);
  const forwards = deps.channels.forward !== null && rows.some((row) => row.channel === "forward");
  const endpointGone = forwards && (await isEndpointGone(deps.db, factId("alert", goneAlertKind)));
  const slice: Slice = { deps, now, interrupted, endpointGone, closed };
  const plans = rows.flatMap((row) => {
    const facts = factsById.get(row.id);
    return facts === undefined ? [] : [planSafely(row, facts, slice)];
  });
  const settled = plans.flatMap((one) => (one.kind === "settled" ? [one.settled] : []));
  const letters = await storeLetters(
    plans.flatMap((one) => (one.kind === "letter" ? [one.letter] : [])),
    deps.db,
  );

  const runOne = async (name: ChannelName): Promise<void> => {
    const own = letters.filter((letter) => letter.row.channel === name);
    if (own.length === 0) return;
    const lane: Lane = {
      takesKey: deps.channels[name]?.takesKey ?? false,
      send: (letter, signal) => sendThrough(deps.channels, letter, signal),
      goneAlertKind,
      claimedAtMs: started.getTime(),
    };
    const result = await runLane(lane, own, deps);
    if (result.closed !== null) closed.set(name, result.closed);
    count(report, result.settled);
    await record(result.settled, deps);
  };
  const settleRest = async (): Promise<void> => {
    count(report, settled);
    await record(settled, deps);
  };
  // Every lane gets to record what it did, even where another one's record failed.
  const ends = await Promise.allSettled([settleRest(), ...channelNames.map(runOne)]);
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return rows.length;
}

function emptyReport(): DispatchReport {
  return { claimed: 0, sent: 0, suppressed: 0, failed: 0, later: 0 };
}

/** Sends what is due of `ids`; what is not due, or held by another run, is left alone. */
export async function dispatchIds(
  ids: readonly string[],
  deps: DispatchDeps,
): Promise<DispatchReport> {
  const report = emptyReport();
  const closed: ClosedLanes = new Map();
  const unique = [...new Set(ids)];
  for (let start = 0; start < unique.length; start += DISPATCH_SLICE_ROWS) {
    await runSlice(unique.slice(start, start + DISPATCH_SLICE_ROWS), deps, closed, report);
  }
  if (report.claimed > 0) log.info("dispatched", { ...report });
  return report;
}

/** Sends what is due, oldest first: at most DISPATCH_MAX_ROWS, for about DISPATCH_RUN_MS. */
export async function dispatchDue(deps: DispatchDeps): Promise<DispatchReport> {
  const report = emptyReport();
  const closed: ClosedLanes = new Map();
  const endMs = deps.now().getTime() + DISPATCH_RUN_MS;
  let left = DISPATCH_MAX_ROWS;
  while (left > 0 && deps.now().getTime() < endMs) {
    const ids = await listDue(
      deps.db,
      deps.now().toISOString(),
      Math.min(left, DISPATCH_SLICE_ROWS),
    );
    const taken = ids.length === 0 ? 0 : await runSlice(ids, deps, closed, report);
    // Nothing taken: what is left is held by another run.
    if (taken === 0) break;
    left -= taken;
  }
  if (report.claimed > 0) log.info("dispatched", { ...report });
  return report;
}
