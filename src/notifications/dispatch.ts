/**
 * Checks whether each due message is still true, claims it, sends it, and records the outcome. Any number of runs may
 * overlap: a claim reserves a row for one of them.
 *
 * Three round trips to D1 for each slice: the due rows with their facts, the claim with the rendered bytes, and the
 * outcomes, which lanes that end together share. Each endpoint has slices of its own, so that one that hangs delays only
 * itself. The claim comes directly before the request, so a row that is claimed and has no outcome may have been sent.
 */
import { log } from "../log";
import { loadConsents } from "./consent";
import { loadKnownChannels } from "../store/outbox/channels";
import { listBusyLanes, listDueOfLane, releaseWaiting } from "../store/outbox/lanes";
import { loadDue } from "../store/outbox/outbox-facts";
import { loadEndpoints } from "../store/outbox/endpoints";
import { makeShop } from "./shop";
import { atMost } from "../time-limit";
import type { OutgoingMessage, Settled } from "./outcome";
import { type ClosedLanes, type PlanDeps, planRow, type Slice } from "./plan";
import {
  byReceipt,
  endpointLane,
  endpointOfId,
  laneOf,
  type LanesDeps,
  mostOf,
  type OpenLane,
  openLanes,
} from "./forwarding/open-lanes";
import { record, type RecordDeps } from "./record";
import { editsOf } from "./texts/say";
import { claim, type DueRow, listDue } from "../store/outbox/outbox";
import { type Lane, type LaneReport, rest, runLane } from "./lane";
import { storeRendered } from "./message";
import { suppressionCheck } from "./suppression";
import { type ChannelSetups, withMemory } from "./channels/setup";
import {
  CHANNEL_CONCURRENCY,
  DISPATCH_MAX_ROWS,
  DISPATCH_RUN_MS,
  DISPATCH_SLICE_ROWS,
  FORWARD_MAX_ROWS,
  FORWARD_SLICE_ROWS,
  RECORD_TOGETHER_MS,
} from "../limits";
import type { Outcome } from "./channels/channel";
import { ConnectionGate } from "./forwarding/connection-gate";
import { learnEndpoint } from "./forwarding/learn";

/** The dependencies of a run; deps.ts connects them. */
export interface DispatchDeps extends PlanDeps, RecordDeps, LanesDeps {}

/** Adds the connections that the lanes of a run share. */
interface RunDeps extends DispatchDeps {
  readonly gate: ConnectionGate;
}

/** The result of a run, in rows. `later`: still pending, to be retried. */
export interface DispatchReport {
  claimed: number;
  sent: number;
  suppressed: number;
  failed: number;
  later: number;
}

/** The id; after a resend, a key that no provider knows yet. */
function sendKey({ id, resends }: OutgoingMessage["row"]): string {
  return resends === 0 ? id : `${id}/again/${String(resends)}`;
}

function sendThrough(
  connection: OpenLane["connection"],
  { message, row }: OutgoingMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  if (connection === null) {
    return Promise.resolve({ kind: "down", error: "channel not configured" });
  }
  return connection.send(message, sendKey(row), signal);
}

/** A message may be sent only after it is stored, and only by the run that has claimed it. */
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

/** Reads D1 only if one of these rows is for a channel that is off according to its settings. */
async function recallSetups(
  rows: readonly Pick<DueRow, "channel">[],
  deps: DispatchDeps,
): Promise<ChannelSetups> {
  const isKnown = rows.every(({ channel }) => deps.setups[channel].state !== "off");
  return isKnown ? deps.setups : withMemory(deps.setups, await loadKnownChannels(deps.db));
}

/** Runs one lane of a slice; its outcomes are to be recorded. */
async function runOne(
  name: string,
  open: OpenLane,
  messages: readonly OutgoingMessage[],
  run: Pick<Lane, "check" | "claimedAtMs">,
  deps: RunDeps,
): Promise<LaneReport> {
  const { connection, endpoint } = open;
  // Forwards that had to wait are sent one by one, so that they arrive in the order of receipt.
  const isCatchingUp = endpoint !== null && messages.some(({ row }) => row.reason !== null);
  const lane: Lane = {
    ...run,
    takesKey: connection?.takesKey ?? false,
    gapMs: open.gapMs,
    startMs: open.startMs,
    concurrency: isCatchingUp ? 1 : CHANNEL_CONCURRENCY,
    connect: () => deps.gate.enter(name),
    send: (outgoing, signal) => sendThrough(connection, outgoing, signal),
  };
  const report = await runLane(lane, messages.toSorted(inOrder), deps);
  if (report.closed !== null) log.warn("lane_closed", { lane: name, kind: report.closed.kind });
  if (endpoint === null) return report;
  const now = deps.now().toISOString();
  const told = await learnEndpoint(deps.db, endpoint, report, now, deps.random());
  // A person gets one alert when the endpoint fails and must wait, and one when it is paused.
  const isTold = endpoint.failing_since !== null && endpoint.retry_at !== null;
  const settled = report.settled
    .map((one) => (report.closed === null ? one : rest(one)))
    .map((one) => (isTold ? { ...one, alerts: [] } : one));
  return { ...report, settled: withAlerts(settled, told) };
}

function inOrder(a: OutgoingMessage, b: OutgoingMessage): number {
  return byReceipt(a.row, b.row);
}

function withAlerts(settled: readonly Settled[], alerts: Settled["alerts"]): readonly Settled[] {
  const [first, ...rest] = settled;
  return first === undefined ? [] : [{ ...first, alerts: [...first.alerts, ...alerts] }, ...rest];
}

/** The result of a slice, in rows. `taken`: settled or claimed; `claimed`: only those that were claimed. */
interface Progress {
  readonly taken: number;
  readonly claimed: number;
}

async function runSlice(
  ids: readonly string[],
  deps: RunDeps,
  closed: ClosedLanes,
  report: DispatchReport,
): Promise<Progress> {
  const now = deps.now().toISOString();
  const {
    rows: due,
    recipientKey,
    settings,
    editedTexts,
    ...rules
  } = await loadDue(deps.db, ids, now);
  if (due.length === 0) return { taken: 0, claimed: 0 };
  const rows = due.map(({ row }) => row);
  const lanes = await openLanes(rows, deps, await recallSetups(rows, deps));
  const shop = makeShop(deps.shop, settings);
  const { linkSecret, db } = deps;
  const consents = await loadConsents(due, recipientKey, {
    db,
    linkSecret,
    publicUrl: shop.publicUrl,
  });
  const slice: Slice = {
    deps,
    now,
    lanes,
    shop,
    consents,
    edits: editsOf(editedTexts),
    closed,
    ...rules,
  };
  const plans = due.map(({ row, facts }) => planRow(row, facts, slice));
  const settled = plans.flatMap((one) => (one.kind === "settled" ? [one.settled] : []));
  const claimedAt = deps.now();
  const { messages, listVersion } = await claimMessages(
    plans.flatMap((one) => (one.kind === "send" ? [one.outgoing] : [])),
    deps.db,
    claimedAt.toISOString(),
  );
  const claimedAtMs = claimedAt.getTime();
  const check = suppressionCheck(deps.db, { listVersion, atMs: claimedAtMs }, deps.now);
  const taken = settled.length + messages.length;
  report.claimed += taken;

  const runLaneOf = async ([name, open]: readonly [string, OpenLane]) => {
    const own = messages.filter(({ row }) => laneOf(row) === name);
    if (own.length === 0) return [];
    const result = await runOne(name, open, own, { check, claimedAtMs }, deps);
    if (result.closed !== null) closed.set(name, result.closed);
    return result.settled;
  };
  const sending = [...lanes.lanes].map(runLaneOf);
  await recordTogether([Promise.resolve(settled), ...sending], deps, report);
  return { taken, claimed: messages.length };
}

/**
 * Those that end within RECORD_TOGETHER_MS share one write; a slow lane holds up no other for longer. Every lane records
 * its outcomes, even if another one fails.
 */
async function recordTogether(
  lanes: readonly Promise<readonly Settled[]>[],
  deps: RecordDeps,
  report: DispatchReport,
): Promise<void> {
  const ended = Promise.allSettled(lanes);
  const waiting: Settled[] = [];
  const settle = async (lane: Promise<readonly Settled[]>): Promise<void> => {
    waiting.push(...(await lane));
    await atMost(ended, RECORD_TOGETHER_MS);
    const together = waiting.splice(0);
    for (const { outcome } of together) {
      report[outcome.status === "pending" ? "later" : outcome.status] += 1;
    }
    await record(together, deps);
  };
  await allOf(lanes.map(settle));
}

/** Waits for all of them; then throws the first error. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(works);
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
}

function emptyReport(): DispatchReport {
  return { claimed: 0, sent: 0, suppressed: 0, failed: 0, later: 0 };
}

/** One group for each endpoint, and one for all other messages. */
function groupsOf(
  ids: readonly string[],
): readonly (readonly [string | null, readonly string[]])[] {
  return [...Map.groupBy(new Set(ids), endpointOfId)];
}

async function dispatchGroup(
  [endpoint, ids]: readonly [string | null, readonly string[]],
  deps: RunDeps,
  report: DispatchReport,
): Promise<void> {
  const closed: ClosedLanes = new Map();
  const rows = endpoint === null ? DISPATCH_SLICE_ROWS : FORWARD_SLICE_ROWS;
  for (let start = 0; start < ids.length; start += rows) {
    await runSlice(ids.slice(start, start + rows), deps, closed, report);
  }
}

/** Sends the messages of `ids` that are due. Skips those that are not due, or that another run has claimed. */
export async function dispatchIds(
  ids: readonly string[],
  deps: DispatchDeps,
): Promise<DispatchReport> {
  const report = emptyReport();
  const run: RunDeps = { ...deps, gate: new ConnectionGate() };
  await allOf(groupsOf(ids).map((group) => dispatchGroup(group, run, report)));
  if (report.claimed > 0) log.info("dispatched", { ...report });
  return report;
}

/** Finds the next slice for a run of the cron, at most `most`: of one endpoint, or of all that are no forwards. */
type NextIds = (now: string, most: number) => Promise<readonly string[]>;

/** Sends until nothing more can be sent: at most `most` rows, for about DISPATCH_RUN_MS. */
async function drain(
  next: NextIds,
  deps: RunDeps,
  report: DispatchReport,
  most: number,
  isDone: (progress: Progress, closed: ClosedLanes) => boolean,
): Promise<void> {
  const closed: ClosedLanes = new Map();
  const endMs = deps.now().getTime() + DISPATCH_RUN_MS;
  let left = most;
  while (left > 0 && deps.now().getTime() < endMs) {
    const ids = await next(deps.now().toISOString(), left);
    if (ids.length === 0) break;
    const progress = await runSlice(ids, deps, closed, report);
    // Nothing taken: another run has claimed the rest.
    if (progress.taken === 0 || isDone(progress, closed)) break;
    left -= progress.taken;
  }
}

/** How many of the forwards that wait for an endpoint may become due now. */
function releasable(lane: OpenLane): number {
  const { state, ended, wait, endpoint } = lane;
  if (ended !== null) return FORWARD_SLICE_ROWS;
  if (state !== "on" || wait !== null) return 0;
  // A few are enough to show whether it works again.
  if ((endpoint?.failing_since ?? null) !== null) return CHANNEL_CONCURRENCY;
  return mostOf(lane) ?? FORWARD_SLICE_ROWS;
}

/** Sends the due forwards of one endpoint, then those that wait for it, in the order of receipt. */
async function drainEndpoint(
  endpoint: string,
  deps: RunDeps,
  report: DispatchReport,
): Promise<void> {
  const { db } = deps;
  const setups = await recallSetups([{ channel: "forward" }], deps);
  const openNow = async (): Promise<OpenLane> =>
    endpointLane(endpoint, await loadEndpoints(db), deps, setups);
  let isReleasing = false;
  const next: NextIds = async (now, left) => {
    const limit = Math.min(left, FORWARD_SLICE_ROWS);
    const due = await listDueOfLane(db, endpoint, now, limit);
    isReleasing = due.length === 0;
    if (!isReleasing) return due;
    const most = Math.min(limit, releasable(await openNow()));
    return most === 0 ? [] : await releaseWaiting(db, endpoint, now, most);
  };
  const { ended } = await openNow();
  await drain(
    next,
    deps,
    report,
    FORWARD_MAX_ROWS,
    // If due forwards had to wait for earlier ones, those are next. If the endpoint is gone, the run goes on and
    // suppresses the rest.
    ({ claimed }, closed) =>
      (closed.size > 0 && ![...closed.values()].every(({ kind }) => kind === "gone")) ||
      (isReleasing && claimed === 0 && ended === null),
  );
}

/**
 * Sends what is due, oldest first: messages, then the forwards of all endpoints in parallel. Not all at once: a Worker
 * waits for six answers at a time, and requests to endpoints that hang would take the connections of messages.
 */
export async function dispatchDue(deps: DispatchDeps): Promise<DispatchReport> {
  const report = emptyReport();
  const run: RunDeps = { ...deps, gate: new ConnectionGate() };
  const drainMessages = (): Promise<void> =>
    drain(
      (now, most) => listDue(deps.db, now, Math.min(most, DISPATCH_SLICE_ROWS)),
      run,
      report,
      DISPATCH_MAX_ROWS,
      () => false,
    );
  const drainEndpoints = async (): Promise<void> => {
    const endpoints = await listBusyLanes(deps.db, deps.now().toISOString());
    await allOf(endpoints.map((one) => drainEndpoint(one, run, report)));
  };
  try {
    await drainMessages();
  } finally {
    await drainEndpoints();
  }
  if (report.claimed > 0) log.info("dispatched", { ...report });
  return report;
}
