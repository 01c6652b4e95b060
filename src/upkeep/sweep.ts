/**
 * Every minute: whatever is stored but not moving is pushed again. Events that still stand as
 * `received` a minute after their receipt go onto the queue by id, oldest first, and again after 2,
 * 4, 8 … minutes. Bounded, and safe to run twice at once: pushing an event twice changes nothing.
 */
import { encodeMessage } from "../events/queue-message";
import { SWEEP_MAX_ROWS, SWEEP_MAX_STRETCHES } from "../limits";
import { errorText, log } from "../log";

export interface SweepDeps {
  /** Marks what stands still in the next stretch of the inbox; true where there is more behind it. */
  readonly markStanding: () => Promise<boolean>;
  /** Counts the next stretch of settled events; true where there is more behind it. */
  readonly count: () => Promise<boolean>;
  /** Says that the sweep has run. */
  readonly beat: () => Promise<void>;
  /** Ids of events that have waited, oldest first. */
  readonly listWaiting: (limit: number) => Promise<readonly string[]>;
  /** Puts messages (JSON text) onto ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
  /** Says that they were pushed; the next push waits twice as long. */
  readonly deferPush: (ids: readonly string[]) => Promise<void>;
  /** Renews rows that a Worker of version 0.2 has written. */
  readonly renew: () => Promise<unknown>;
  /** Reads again what a Worker of version 0.2 has stored or applied. */
  readonly reread: () => Promise<void>;
  /** Sends notifications that are due. */
  readonly dispatch: () => Promise<void>;
  /** Holds a slice of events against the rows that they are about; alerts the team of a finding. */
  readonly audit: () => Promise<void>;
  /** Alerts the team where deliveries do not come in as they should. */
  readonly watch: () => Promise<void>;
  /** Carries an unfinished rebuild on. */
  readonly rebuild: () => Promise<void>;
  /** Carries on the erasing of people. */
  readonly erase: () => Promise<void>;
  /** Removes what has outlived its time. */
  readonly purge: () => Promise<void>;
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
async function markStanding(deps: SweepDeps): Promise<void> {
  for (let stretch = 0; stretch < SWEEP_MAX_STRETCHES; stretch += 1) {
    if (!(await deps.markStanding())) return;
  }
}

async function count(deps: SweepDeps): Promise<void> {
  for (let stretch = 0; stretch < SWEEP_MAX_STRETCHES; stretch += 1) {
    if (!(await deps.count())) return;
  }
}

async function pushWaiting(deps: SweepDeps): Promise<void> {
  const ids = await deps.listWaiting(SWEEP_MAX_ROWS);
  if (ids.length === 0) return;
  // Pushed first, deferred second: dying in between pushes twice, which is harmless.
  await deps.push(ids.map((id) => encodeMessage({ id })));
  await deps.deferPush(ids);
  log.info("sweep_pushed", { events: ids.length });
}

export async function sweep(deps: SweepDeps): Promise<void> {
  await step("mark what stands still", () => markStanding(deps));
  await step("push waiting events", () => pushWaiting(deps));
  // Before anything is judged by them.
  await step("renew rows", () => deps.renew());
  await step("dispatch notifications", () => deps.dispatch());
  await step("read events again", () => deps.reread());
  await step("audit state", () => deps.audit());
  await step("watch deliveries", () => deps.watch());
  await step("rebuild", () => deps.rebuild());
  await step("count events", () => count(deps));
  await step("erase people", () => deps.erase());
  await step("purge what is old", () => deps.purge());
  await step("say that it ran", () => deps.beat());
}
