/** Connects the receiver to its bindings, and keeps what the requests of one isolate share. */
import type { Context } from "hono";
import { BODY_TIMEOUT_MS, SLOW_RECEIPT_MS } from "../limits";
import { saveRefusals } from "../store/inbox/refusals";
import { CircuitBreaker } from "./circuit-breaker";
import { isProbe } from "./probe";
import { type RefusalCounter, refusalCounter } from "./refusal-counter";
import type { ReceiptConfig, ReceiverDeps } from "./route";
import { sharedPush, type SharedPush, sharedSave, type SharedSave } from "./shared-writes";

/** The requests of an isolate share their writes, and what they know about D1. */
interface Shared {
  readonly queue: Queue;
  readonly save: SharedSave;
  readonly push: SharedPush;
  readonly breaker: CircuitBreaker;
}

const shared = new WeakMap<D1Database, Shared>();

function sharedOf(db: D1Database, queue: Queue): Shared {
  const known = shared.get(db);
  if (known?.queue === queue) return known;
  const save = sharedSave(db, queue, Date.now);
  const made = { queue, save, push: sharedPush(queue), breaker: new CircuitBreaker() };
  shared.set(db, made);
  return made;
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
  const { timeoutMs } = config;
  const { save, push, breaker } = sharedOf(env.DB, env.EVENTS);
  // Half the time that a receipt may take: the other half is for a write alone.
  const caller = { background, patienceMs: timeoutMs / 2, nowMs: Date.now };
  return {
    config,
    bodyTimeoutMs: BODY_TIMEOUT_MS,
    now: () => new Date(),
    nowMs: Date.now,
    breaker,
    timeoutMs,
    slowMs: Math.max(SLOW_RECEIPT_MS, timeoutMs / 20),
    save: (event, isAwaited) => save(event, { ...caller, isAwaited }),
    pushWhole: (message) => push(message, { ...caller, isAwaited: () => true }),
    reportConflict,
    push: (message) => env.EVENTS.send(message, { contentType: "text" }),
    refused: (reason) => {
      if (!isProbe(req.raw)) refusalsOf(env.DB).count(reason, background);
    },
    background,
  };
}
