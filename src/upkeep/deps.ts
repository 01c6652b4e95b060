/** Connects the cron, and the console's actions on stored data, to bindings and configuration. */
import type { SweepDeps } from "./sweep";
import { sendTexts } from "../store/inbox/queue";
import { findClosedOrders } from "../closed-orders-service";
import { findArchive, listObjects } from "./archive";
import { erase } from "./erasure";
import type { ReplayFilter } from "../store/inbox/waiting";
import { archivedOrders } from "../store/closed-orders/archived-orders";
import { replayEvents } from "./replay";
import { restore, type RestoreRequest } from "./restore";
import type { Calls } from "../store/outbox/calls";
import { type Config, expectedOf } from "../config";
import { exportPage } from "./export";

type Bindings = Pick<Env, "DB" | "EVENTS">;

const now = (): Date => new Date();

/** `others`: work of other edges that the cron starts. */
export function sweepDeps(
  env: Bindings,
  config: Config,
  calls: Calls,
  others: Pick<SweepDeps, "dispatch" | "flushRefusals" | "channelSetups">,
): SweepDeps {
  const { defaults, receipt, retention, silenceAlertMs } = config;
  return {
    ...others,
    ...retention,
    db: env.DB,
    archive: findArchive(env),
    defaults,
    now,
    expected: expectedOf(config),
    // A retired receiver is expected to get no events.
    silenceMs: receipt.retired ? null : silenceAlertMs,
    raiseAlert: calls.raiseAlert,
    closedOrders: findClosedOrders(env),
    putBack: archivedOrders(env.DB, findClosedOrders(env), calls).putBack,
    push: (messages) => sendTexts(env.EVENTS, messages),
  };
}

/** The console's actions on stored events and personal data. */
export function upkeepActions(env: Bindings, { defaults }: Config, calls: Calls) {
  const archive = findArchive(env);
  const closedOrders = findClosedOrders(env);
  const archived = archivedOrders(env.DB, closedOrders, calls);
  const deps = { db: env.DB, archive, defaults, now, closedOrders, ...archived };
  const push = (messages: readonly string[]): Promise<void> => sendTexts(env.EVENTS, messages);
  return {
    replay: (filter: ReplayFilter, limit: number) => replayEvents({ ...deps, push }, filter, limit),
    erase: (contacts: readonly string[]) => erase(deps, contacts),
    exportPage: (contacts: readonly string[], cursor?: string) =>
      exportPage(deps, contacts, cursor),
    archived,
    /** Null if no archive is bound. */
    archive:
      archive === null
        ? null
        : {
            list: (after: string, limit: number) => listObjects(archive, after, limit),
            restore: (request: RestoreRequest) => restore({ ...deps, archive }, request),
          },
  };
}
