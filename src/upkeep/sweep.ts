/**
 * Every minute: whatever is stored but not moving is pushed again. Events that still stand as
 * `received` a minute after their receipt go onto the queue by id, oldest first, and again after 2,
 * 4, 8 … minutes. Then everything else that comes round with the cron, stage by stage, each with its own
 * time. Bounded, and safe to run twice at once: pushing an event twice changes nothing.
 */
import { encodeMessage } from "../events/queue-message";
import { addMs } from "../events/formats/time";
import {
  AUDIT_EVENTS,
  COUNT_WAITS_MS,
  PUSH_AFTER_MS,
  SWEEP_MAX_ROWS,
  SWEEP_MAX_STRETCHES,
  SWEEP_STRETCH_ROWS,
} from "../limits";
import { errorText, log } from "../log";
import { auditAlert } from "../store/outbox/alerts";
import { auditSlice } from "../store/state/audit";
import { countStretch } from "../store/inbox/counts";
import { deferPush, listWaiting, markStuck } from "../store/inbox/waiting";
import { type ChannelWatchDeps, watchChannels } from "./channels";
import { recordBeat } from "../store/set-up/beats";
import { continueErasures, type ErasureDeps } from "./erasure";
import { continueRebuild } from "./rebuild";
import { renew, reread, type RereadDeps } from "./reread";
import { purgeWhenDue, type RetentionDeps } from "./retention";
import { within } from "../time-limit";
import { watchDeliveries, type WatchDeps } from "./watch";
import { type SetUpWatchDeps, watchSetUp } from "./watch-set-up";

export interface SweepDeps
  extends RereadDeps, ErasureDeps, RetentionDeps, WatchDeps, ChannelWatchDeps, SetUpWatchDeps {
  /** Puts messages (JSON text) onto ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
  /** Sends notifications that are due. */
  readonly dispatch: () => Promise<unknown>;
}

/**
 * How long each stage of the sweep goes on, in milliseconds; what is left is done a minute later. One
 * that hangs is left alone after twice as long: all of them together stay within the quarter of an
 * hour that a cron run may last. Those that divide their own work (dispatch, reading again, erasing,
 * purging) end by limits of their own, which are no longer than these. They stand here and not with the
 * other limits, which the receiver reads: it knows nothing of what some of these stages do.
 */
const STAGE_MS = {
  "mark what stands still": 15_000,
  "push waiting events": 10_000,
  "renew rows": 15_000,
  "watch channels": 10_000,
  "dispatch notifications": 40_000,
  "watch deliveries": 10_000,
  "watch the set-up": 10_000,
  "erase people": 15_000,
  "purge what is old": 15_000,
  "read events again": 30_000,
  "audit state": 10_000,
  "count events": 15_000,
  "say that it ran": 5_000,
  rebuild: 30_000,
} as const;

type Stage = (inTime: () => boolean) => Promise<unknown>;

/**
 * A stage that fails, or takes too long, does not stop the ones after it. One that can be divided asks
 * `inTime` before each part; one that hangs is waited for twice as long. The next cron carries it on.
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

/** A stretch after the other, so that a flood is walked through in one run; bounded all the same. */
async function walk(inTime: () => boolean, takeStretch: () => Promise<boolean>): Promise<void> {
  for (let stretch = 0; stretch < SWEEP_MAX_STRETCHES && inTime(); stretch += 1) {
    if (!(await takeStretch())) return;
  }
}

async function pushWaiting({ db, push }: SweepDeps, now: string): Promise<void> {
  const ids = await listWaiting(db, now, SWEEP_MAX_ROWS);
  if (ids.length === 0) return;
  // Pushed first, deferred second: dying in between pushes twice, which is harmless.
  await push(ids.map((id) => encodeMessage({ id })));
  await deferPush(db, ids, now);
  log.info("sweep_pushed", { events: ids.length });
}

/** Holds a slice of events against the rows that they are about; alerts the team of a finding. */
async function auditState({ db, raiseAlert }: SweepDeps): Promise<void> {
  const [first, ...rest] = await auditSlice(db, AUDIT_EVENTS);
  if (first !== undefined) await raiseAlert(auditAlert([first, ...rest]));
}

/** What people are owed comes before what repairs rows: erasing and purging never wait for a rebuild. */
export async function sweep(deps: SweepDeps): Promise<void> {
  const { db, defaults } = deps;
  const now = (): string => deps.now().toISOString();
  const stage = (name: keyof typeof STAGE_MS, work: Stage): Promise<void> => run(deps, name, work);
  await stage("mark what stands still", (inTime) =>
    walk(inTime, () => markStuck(db, now(), addMs(now(), -PUSH_AFTER_MS), SWEEP_STRETCH_ROWS)),
  );
  await stage("push waiting events", () => pushWaiting(deps, now()));
  // Before anything is judged by them.
  await stage("renew rows", () => renew(deps));
  await stage("watch channels", () => watchChannels(deps));
  await stage("dispatch notifications", deps.dispatch);
  await stage("watch deliveries", () => watchDeliveries(deps));
  await stage("watch the set-up", () => watchSetUp(deps));
  await stage("erase people", () => continueErasures(deps));
  await stage("purge what is old", () => purgeWhenDue(deps));
  await stage("read events again", () => reread(deps));
  await stage("audit state", () => auditState(deps));
  await stage("count events", (inTime) =>
    walk(inTime, () => countStretch(db, now(), addMs(now(), -COUNT_WAITS_MS))),
  );
  await stage("say that it ran", () => recordBeat(db, "swept_at", deps.now().getTime()));
  // Last: large orders cost CPU time, and a run that has used up its own ends at once.
  await stage("rebuild", (inTime) => continueRebuild(db, now(), defaults, inTime));
}
