/** Connects the consumer to its bindings and configuration. */
import { findClosedOrders } from "../closed-orders-service";
import type { Config } from "../config";
import { archivedOrders } from "../store/closed-orders/archived-orders";
import { applyBatch } from "../store/state/apply";
import { recallForwardTargets } from "../store/outbox/endpoints";
import type { Calls } from "../store/outbox/calls";
import type { ConsumerDeps } from "./consumer";
import type { DeadLetterDeps } from "./dead-letters";

const now = (): Date => new Date();

export function consumerDeps(
  env: Pick<Env, "DB">,
  { defaults, outbox, retention }: Config,
  /** Channels that get no rows unless they were set up before. */
  unused: readonly string[],
  rules: ConsumerDeps["options"]["rules"],
  calls: Calls,
): ConsumerDeps {
  const db = env.DB;
  return {
    ...calls,
    db,
    options: {
      ...defaults,
      reviewDelayMs: outbox.reviewDelayMs,
      rules,
      dedupeDays: retention.dedupeDays,
    },
    forwardTo: () => recallForwardTargets(db, outbox.forwardsByDefault, now().getTime()),
    now,
    random: Math.random,
    putBack: archivedOrders(db, findClosedOrders(env), calls).putBack,
    apply: (batch, listVersion) => applyBatch(db, batch, now().toISOString(), listVersion, unused),
  };
}

export function deadLetterDeps(
  { DB: db, EVENTS }: Pick<Env, "DB" | "EVENTS">,
  { defaults }: Config,
  calls: Calls,
): DeadLetterDeps {
  return {
    ...calls,
    db,
    options: defaults,
    now,
    random: Math.random,
    push: (message) => EVENTS.send(message, { contentType: "text" }),
  };
}
