/**
 * Every minute: whatever is stored but not moving is pushed again. Events that still stand as
 * `received` a minute after their receipt go onto the queue by id, oldest first, and again after 2,
 * 4, 8 … minutes. Then everything else that comes round with the cron. Bounded, and safe to run twice at
 * once: pushing an event twice changes nothing.
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
import { countStretch, recordSweep } from "../store/inbox/counts";
import { deferPush, listWaiting, markStuck } from "../store/inbox/waiting";
import { continueErasures, type ErasureDeps } from "./erasure";
import { continueRebuild } from "./rebuild";
import { renew, reread, type RereadDeps } from "./reread";
import { purgeWhenDue, type RetentionDeps } from "./retention";
import { watchDeliveries, type WatchDeps } from "./watch";

export interface SweepDeps extends RereadDeps, ErasureDeps, RetentionDeps, WatchDeps {
  /** Puts messages (JSON text) onto ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
  /** Sends notifications that are due. */
  readonly dispatch: () => Promise<unknown>;
}

/** A failing step does not stop the ones after it. */
async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error("sweep_step_failed", { step: name, error: errorText(error) });
  }
}

/** A stretch after the other, so that a flood is walked through in one run; bounded all the same. */
async function walk(takeStretch: () => Promise<boolean>): Promise<void> {
  for (let stretch = 0; stretch < SWEEP_MAX_STRETCHES; stretch += 1) {
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

export async function sweep(deps: SweepDeps): Promise<void> {
  const { db, defaults } = deps;
  const now = (): string => deps.now().toISOString();
  await step("mark what stands still", () =>
    walk(() => markStuck(db, now(), addMs(now(), -PUSH_AFTER_MS), SWEEP_STRETCH_ROWS)),
  );
  await step("push waiting events", () => pushWaiting(deps, now()));
  // Before anything is judged by them.
  await step("renew rows", () => renew(deps));
  await step("dispatch notifications", deps.dispatch);
  await step("read events again", () => reread(deps));
  await step("audit state", () => auditState(deps));
  await step("watch deliveries", () => watchDeliveries(deps));
  await step("rebuild", () => continueRebuild(db, now(), defaults));
  await step("count events", () =>
    walk(() => countStretch(db, now(), addMs(now(), -COUNT_WAITS_MS))),
  );
  await step("erase people", () => continueErasures(deps));
  await step("purge what is old", () => purgeWhenDue(deps));
  await step("say that it ran", () => recordSweep(db, deps.now().getTime()));
}
