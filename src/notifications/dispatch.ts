/**
 * Takes notifications whose turn has come, asks whether each is still true, sends it, and records
 * what became of it. Any number of runs may overlap: a claim holds a row for one of them.
 *
 * Three round trips to D1 a slice: what is due with its facts, the claim with the rendered bytes, and
 * the outcomes of each lane. The claim is the last thing before the request, so a row found claimed but
 * without an outcome is one that may have been sent.
 */
import { sha256 } from "../digest";
import { DISPATCH_MAX_ROWS, DISPATCH_RUN_MS, DISPATCH_SLICE_ROWS } from "../limits";
import { log } from "../log";
import { factId } from "../projection/outbox-row";
import { claim, type DueRow, listDue } from "../store/outbox/outbox";
import { loadKnownChannels } from "../store/outbox/channels";
import { isEndpointGone, loadDue } from "../store/outbox/outbox-facts";
import { type Channel, channelNames, type Channels } from "./channels";
import type { Outcome } from "./channels/channel";
import { type ChannelSetups, withMemory } from "./channels/setup";
import { type Lane, runLane } from "./lane";
import { storeRendered } from "./message";
import type { OutgoingMessage, Settled } from "./outcome";
import { type ClosedLanes, type PlanDeps, planRow, type Slice } from "./plan";
import { record, type RecordDeps } from "./record";
import { suppressionCheck } from "./suppression";

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

/** The id, and once a person has had it sent again a key that no provider knows yet. */
function sendKey({ id, resends }: OutgoingMessage["row"]): string {
  return resends === 0 ? id : `${id}/again/${String(resends)}`;
}

function sendThrough(
  channels: Channels,
  outgoing: OutgoingMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const { message, row } = outgoing;
  const channel = channels[row.channel];
  if (channel === null) return Promise.resolve({ kind: "down", error: "channel not configured" });
  return channel.send(message, sendKey(row), signal);
}

/** Only what is stored may be sent, and only by the run that has claimed it. */
async function claimMessages(
  messages: readonly OutgoingMessage[],
  db: D1Database,
  now: string,
): Promise<{ readonly messages: readonly OutgoingMessage[]; readonly listVersion: number }> {
  const { ids, listVersion } = await claim(
    db,
    messages.map(({ row, message, firstAttemptAt, recipient, orderNumber, tracking }) => ({
      id: row.id,
      attempts: row.attempts,
      recipient,
      orderNumber,
      rendered: storeRendered(message, firstAttemptAt, tracking),
      tracking:
        tracking === null
          ? null
          : { shipmentId: tracking.shipment_id, precedence: tracking.tracking_precedence },
    })),
    now,
  );
  const own = messages
    .filter(({ row }) => ids.has(row.id))
    .map((outgoing): OutgoingMessage => ({ ...outgoing, row: { ...outgoing.row, claimed: true } }));
  return { messages: own, listVersion };
}

function count(report: DispatchReport, settled: readonly Settled[]): void {
  for (const { outcome } of settled) {
    if (outcome.status === "pending") report.later += 1;
    else report[outcome.status] += 1;
  }
}

/** The alert that remembers that an endpoint is gone: `forward_gone:<hash of the URL>`. */
async function goneKindOf(name: Channel, channels: Channels): Promise<string> {
  return `${name}_gone:${(await sha256(channels[name]?.endpoint ?? "")).toHex().slice(0, 16)}`;
}

/** Channels of these rows whose endpoint has answered that it is gone. */
async function findGone(rows: readonly DueRow[], deps: DispatchDeps): Promise<Set<Channel>> {
  const gone = new Set<Channel>();
  for (const name of new Set(rows.map(({ channel }) => channel))) {
    if (deps.channels[name]?.endpoint === undefined) continue;
    const kind = await goneKindOf(name, deps.channels);
    if (await isEndpointGone(deps.db, factId("alert", kind))) gone.add(name);
  }
  return gone;
}

/** D1 is asked only where one of these rows is for a channel that is off by its settings. */
async function recallSetups(rows: readonly DueRow[], deps: DispatchDeps): Promise<ChannelSetups> {
  const isKnown = rows.every(({ channel }) => deps.setups[channel].state !== "off");
  return isKnown ? deps.setups : withMemory(deps.setups, await loadKnownChannels(deps.db));
}

async function runSlice(
  ids: readonly string[],
  deps: DispatchDeps,
  closed: ClosedLanes,
  report: DispatchReport,
): Promise<number> {
  const now = deps.now().toISOString();
  const { rows: due, quietUntil } = await loadDue(deps.db, ids, now);
  if (due.length === 0) return 0;
  const rows = due.map(({ row }) => row);
  const [gone, setups] = [await findGone(rows, deps), await recallSetups(rows, deps)];
  const slice: Slice = { deps, now, setups, gone, quietUntil, closed };
  const plans = due.map(({ row, facts }) => planRow(row, facts, slice));
  const settled = plans.flatMap((one) => (one.kind === "settled" ? [one.settled] : []));
  const claimedAt = deps.now();
  const { messages, listVersion } = await claimMessages(
    plans.flatMap((one) => (one.kind === "send" ? [one.outgoing] : [])),
    deps.db,
    claimedAt.toISOString(),
  );
  const check = suppressionCheck(deps.db, { listVersion, atMs: claimedAt.getTime() }, deps.now);
  const taken = settled.length + messages.length;
  report.claimed += taken;

  const runOne = async (name: Channel): Promise<void> => {
    const own = messages.filter((outgoing) => outgoing.row.channel === name);
    if (own.length === 0) return;
    const lane: Lane = {
      takesKey: deps.channels[name]?.takesKey ?? false,
      gapMs: deps.channels[name]?.gapMs ?? 0,
      check,
      send: (outgoing, signal) => sendThrough(deps.channels, outgoing, signal),
      goneAlertKind: await goneKindOf(name, deps.channels),
      claimedAtMs: claimedAt.getTime(),
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
  return taken;
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
