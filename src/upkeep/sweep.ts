/**
 * Every minute: pushes stuck events, then does the other work of the cron, stage by stage, each with its own time
 * limit. An event that is still `received` a minute after its receipt goes to the queue by id, oldest first, and
 * again after 2, 4, 8 … minutes. All work is bounded, and two sweeps may run at the same time: pushing an event twice
 * changes nothing.
 */
// As in src/index.ts, the order is that of the bundle.
import { encodeMessage } from "../events/queue-message";
import { recordBeat } from "../store/set-up/beats";
import { continueErasures, type ErasureDeps } from "./erasure";
import { renew, reread, type RereadDeps } from "./reread";
import {
  AUDIT_EVENTS,
  COUNT_WAITS_MS,
  PUSH_AFTER_MS,
  SWEEP_MAX_ROWS,
  SWEEP_MAX_STRETCHES,
  SWEEP_STRETCH_ROWS,
} from "../limits";
import { type ChannelWatchDeps, watchChannels } from "./watch/channels";
import { deferPush, listWaiting, markStuck } from "../store/inbox/waiting";
import { auditSlice } from "../store/state/audit";
import { continueRebuild } from "./rebuild";
import { countStretch } from "../store/inbox/counts";
import { errorText, log } from "../log";
import { auditAlert } from "../store/outbox/alerts";
import { watchDeliveries, type WatchDeps } from "./watch/deliveries";
import { within } from "../time-limit";
import { purgeWhenDue, type RetentionDeps } from "./retention";
import { type SizeWatchDeps, watchSize } from "./watch/size";
import { addMs } from "../events/field-formats/time";
import { type SetUpWatchDeps, watchSetUp } from "./watch/set-up";

export interface SweepDeps
  extends
    RereadDeps,
    ErasureDeps,
    RetentionDeps,
    WatchDeps,
    ChannelWatchDeps,
    SetUpWatchDeps,
    SizeWatchDeps {
  /** Sends messages (JSON text) to ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
  readonly dispatch: () => Promise<unknown>;
}

/**
 * The time limit of each stage, in milliseconds; the next run continues the rest. The sweep stops waiting for a
 * stage after twice its limit, so that all stages together stay within the 15 minutes that a cron run may last.
 * Stages that divide their own work (dispatch, reading again, erasing, purging) have limits of their own, which
 * are not longer than these. The table is not in limits.ts: the receiver imports that file, and must know nothing
 * of some of these stages.
 */
const STAGE_MS = {
  "mark stuck events": 15_000,
  "push waiting events": 10_000,
  "renew rows": 15_000,
  "watch channels": 10_000,
  "dispatch notifications": 40_000,
  "watch deliveries": 10_000,
  "watch the set-up": 10_000,
  "watch the size": 10_000,
  "erase people": 15_000,
  "purge what is old": 15_000,
  "read events again": 30_000,
  "audit state": 10_000,
  "count events": 15_000,
  "record the run": 5_000,
  rebuild: 30_000,
} as const;

type Stage = (inTime: () => boolean) => Promise<unknown>;

/**
 * Runs one stage. If it fails or takes too long, the next stages still run. A stage that can be divided calls
 * `inTime` before each part.
 */
async function run(deps: SweepDeps, name: keyof typeof STAGE_MS, work: Stage): Promise<void> {
  const ms = STAGE_MS[name];
  const endMs = deps.now().getTime() + ms;
  try {
    await within(
      work(() => deps.now().getTime() < endMs),
      2 * ms,
    );
  } catch (error) {
    log.error("sweep_step_failed", { step: name, error: errorText(error) });
  }
}

/** Walks range by range, so that one run can cover a flood of events; the number of ranges is limited. */
async function walk(inTime: () => boolean, takeStretch: () => Promise<boolean>): Promise<void> {
  for (let stretch = 0; stretch < SWEEP_MAX_STRETCHES && inTime(); stretch += 1) {
    if (!(await takeStretch())) return;
  }
}

async function pushWaiting({ db, push }: SweepDeps, now: string): Promise<void> {
  const ids = await listWaiting(db, now, SWEEP_MAX_ROWS);
  if (ids.length === 0) return;
  // Pushed first, deferred second: if the run stops in between, events are pushed twice, which is harmless.
  await push(ids.map((id) => encodeMessage({ id })));
  await deferPush(db, ids, now);
  log.info("sweep_pushed", { events: ids.length });
}

/** Compares a slice of events with the rows that they are about; alerts the team about differences. */
async function auditState({ db, raiseAlert }: SweepDeps): Promise<void> {
  const [first, ...rest] = await auditSlice(db, AUDIT_EVENTS);
  if (first !== undefined) await raiseAlert(auditAlert([first, ...rest]));
}

/** Sending, erasing and purging come before repairs of rows, so they never wait for a rebuild. */
export async function sweep(deps: SweepDeps): Promise<void> {
  const { db, defaults } = deps;
  const now = (): string => deps.now().toISOString();
  const stage = (name: keyof typeof STAGE_MS, work: Stage): Promise<void> => run(deps, name, work);
  await stage("mark stuck events", (inTime) =>
    walk(inTime, () => markStuck(db, now(), addMs(now(), -PUSH_AFTER_MS), SWEEP_STRETCH_ROWS)),
  );
  await stage("push waiting events", () => pushWaiting(deps, now()));
  // Before other stages rely on these rows.
  await stage("renew rows", () => renew(deps));
  await stage("watch channels", () => watchChannels(deps));
  await stage("dispatch notifications", deps.dispatch);
  await stage("watch deliveries", () => watchDeliveries(deps));
  await stage("watch the set-up", () => watchSetUp(deps));
  await stage("watch the size", () => watchSize(deps));
  await stage("erase people", () => continueErasures(deps));
  await stage("purge what is old", () => purgeWhenDue(deps));
  await stage("read events again", () => reread(deps));
  await stage("audit state", () => auditState(deps));
  await stage("count events", (inTime) =>
    walk(inTime, () => countStretch(db, now(), addMs(now(), -COUNT_WAITS_MS))),
  );
  await stage("record the run", () => recordBeat(db, "swept_at", deps.now().getTime()));
  // Last: large orders cost CPU time, and a run that exceeds its CPU limit ends immediately.
  await stage("rebuild", (inTime) => continueRebuild(db, now(), defaults, inTime, deps.putBack));
}
