/** Connects the receiver to its bindings, and keeps what the requests of one isolate share. */
import type { Context } from "hono";
import { BODY_TIMEOUT_MS } from "../limits";
import { saveRefusals } from "../store/inbox/refusals";
import { isProbe } from "./probe";
import { type RefusalCounter, refusalCounter } from "./refusal-counter";
import type { ReceiptConfig, ReceiverDeps } from "./route";
import { sharedSave, type SharedSave } from "./shared-writes";

/** The requests of an isolate share their writes. */
const shared = new WeakMap<D1Database, { readonly queue: Queue; readonly save: SharedSave }>();

function saveThrough(db: D1Database, queue: Queue): SharedSave {
  const known = shared.get(db);
  if (known?.queue === queue) return known.save;
  const save = sharedSave(db, queue, Date.now);
  shared.set(db, { queue, save });
  return save;
}

/** The deliveries that this isolate has refused. */
const refusals = new WeakMap<D1Database, RefusalCounter>();

export function refusalsOf(db: D1Database): RefusalCounter {
  const known = refusals.get(db);
  if (known !== undefined) return known;
  const counter = refusalCounter((counts) => saveRefusals(db, counts), Date.now);
  refusals.set(db, counter);
  return counter;
}

export function receiverDeps(
  { env, executionCtx, req }: Context<{ Bindings: Env }>,
  config: ReceiptConfig,
  reportConflict: ReceiverDeps["reportConflict"],
): ReceiverDeps {
  const background = (work: Promise<unknown>): void => executionCtx.waitUntil(work);
  // Half the time that a receipt may take: the other half is for a write alone.
  const caller = { background, patienceMs: config.timeoutMs / 2, nowMs: Date.now };
  return {
    config,
    bodyTimeoutMs: BODY_TIMEOUT_MS,
    now: () => new Date(),
    save: (event) => saveThrough(env.DB, env.EVENTS)(event, caller),
    reportConflict,
    push: (message) => env.EVENTS.send(message, { contentType: "text" }),
    refused: (reason) => {
      if (!isProbe(req.raw)) refusalsOf(env.DB).count(reason, background);
    },
    background,
  };
}
