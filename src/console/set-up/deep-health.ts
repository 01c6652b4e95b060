/**
 * `GET /health?deep`, for monitors: checks that no piece of the set-up is missing, and that D1 answers in time. No
 * sign-in is needed, so an isolate queries D1 at most once every few seconds, and never twice at the same time.
 */
import { DEEP_HEALTH } from "../../limits";
import { errorText, log } from "../../log";
import { missingPieces } from "../../store/set-up/missing-pieces";
import { loadSetUp } from "../../store/set-up/set-up";
import { within } from "../../time-limit";
import type { HealthDeps } from "../health";

type DeepStatus = "ok" | "degraded";

interface Memory {
  known: { readonly status: DeepStatus; readonly atMs: number } | null;
  /** When the running check began; null if none is running. */
  startedMs: number | null;
}

const memories = new WeakMap<D1Database, Memory>();

function memoryOf(db: D1Database): Memory {
  const memory = memories.get(db) ?? { known: null, startedMs: null };
  memories.set(db, memory);
  return memory;
}

async function check({ db, expected, now }: HealthDeps): Promise<DeepStatus> {
  try {
    const setUp = await within(loadSetUp(db, now()), DEEP_HEALTH.timeoutMs);
    const missing = missingPieces(setUp, expected, now());
    if (missing.length === 0) return "ok";
    log.warn("pieces_missing", { pieces: missing.map(({ piece }) => piece) });
  } catch (error) {
    log.warn("health_unknown", { error: errorText(error) });
  }
  return "degraded";
}

/** A request must not wait for the promise of another request, so it polls until that one has its answer. */
async function untilKnown(memory: Memory, now: HealthDeps["now"]): Promise<DeepStatus> {
  const endMs = now().getTime() + DEEP_HEALTH.timeoutMs;
  while (memory.known === null && now().getTime() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, DEEP_HEALTH.lookMs));
  }
  return memory.known?.status ?? "degraded";
}

/** The known answer is used while it is fresh, and while another request of this isolate runs the check. */
export async function checkDeepHealth(deps: HealthDeps): Promise<DeepStatus> {
  const memory = memoryOf(deps.db);
  const nowMs = deps.now().getTime();
  const { known, startedMs } = memory;
  if (known !== null && nowMs - known.atMs < DEEP_HEALTH.freshMs) return known.status;
  // If the client of a check disconnects, its check may never end; after a while it counts as abandoned.
  if (startedMs !== null && nowMs - startedMs < DEEP_HEALTH.abandonedMs) {
    return known?.status ?? (await untilKnown(memory, deps.now));
  }
  memory.startedMs = nowMs;
  const status = await check(deps);
  memory.known = { status, atMs: deps.now().getTime() };
  memory.startedMs = null;
  return status;
}
