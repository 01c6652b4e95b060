/**
 * Takes notifications whose turn has come, asks whether each is still true, sends it, and records
 * what became of it. Any number of runs may overlap: a claim holds a row for one of them.
 *
 * Four round trips to D1 a slice: claim, facts, rendered bytes, and the outcomes of each lane. The
 * rendered bytes are stored before the first request goes out, so that a row found claimed but
 * without an outcome tells whether anything can have been sent.
 */
import { DISPATCH_MAX_ROWS, DISPATCH_RUN_MS, DISPATCH_SLICE_ROWS } from "../limits";
import { log } from "../log";
import {
  type Channel as ChannelName,
  channels as channelNames,
  factId,
} from "../projection/templates";
import { claim, listDue, saveRendered } from "../store/outbox";
import { isEndpointGone, loadFacts } from "../store/outbox-facts";
import type { Channels } from "./channels";
import type { Channel, Outcome } from "./channels/channel";
import { sha256Hex } from "./channels/key";
import { type Lane, runLane } from "./lane";
import { type Message, storeRendered } from "./message";
import type { Letter, Settled } from "./outcome";
import { type ClosedLanes, type PlanDeps, planRow, type Slice } from "./plan";
import { record, type RecordDeps } from "./record";

/** Everything that a run touches; deps.ts wires it to the real world. */
export interface DispatchDeps extends PlanDeps, RecordDeps {}

/** What a run did, in rows. `later`: still pending, to be tried again. */
export interface DispatchReport {
  claimed: number;
  sent: number;
  suppressed: number;
  failed: number;
  later: number;
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
    return facts === undefined ? [] : [planRow(row, facts, slice)];
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
      gapMs: deps.channels[name]?.gapMs ?? 0,
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
