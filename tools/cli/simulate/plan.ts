/**
 * What a store in miniature sends, in the order of sending: orders that begin one after the other, their
 * lawful events spread over a lifetime, some late, some twice, and among them what a public endpoint also
 * meets. Pure and lazy: the same options give the same moves, and a soak of days fits in memory.
 */
import {
  createRandom,
  type Random,
  type Story,
  type StoryEvent,
  storyKinds,
  tellStory,
} from "../../story/index.ts";

export interface SimulationPlan {
  readonly seed: number;
  /** Part of every order number: no run meets the orders of another. */
  readonly run: string;
  readonly startedAtMs: number;
  /** Milliseconds from one order to the next, and over which the events of one are spread. */
  readonly intervalMs: number;
  readonly lifetimeMs: number;
  /** Shares of all events. */
  readonly duplicates: number;
  readonly disorder: number;
  readonly faults: number;
}

/** `cut`: hung up on before the answer is read. `forged`, `broken`: must be refused. */
type MoveKind = "event" | "again" | "cut" | "forged" | "broken";

export interface Move {
  readonly kind: MoveKind;
  /** Milliseconds after the start. */
  readonly dueMs: number;
  readonly order: number;
  readonly eventId: string;
  readonly body: string;
}

const STORY_MS = 2 * 3_600_000;
/** Streams of chance that no story uses. */
const MOVES_STREAM = 1_000_000_000;

/** The same order again, for reconciling. */
export function tellOrder(plan: SimulationPlan, order: number): Story {
  const random = createRandom(plan.seed, order);
  const endsAtMs = plan.startedAtMs + order * plan.intervalMs;
  return tellStory({
    kind: random.weighted(storyKinds).name,
    orderNumber: `SIM-${plan.run}-${order + 1}`,
    random,
    ids: createRandom(plan.seed + plan.startedAtMs, order),
    startsAtMs: endsAtMs - STORY_MS,
    endsAtMs,
  });
}

const faultKinds: readonly MoveKind[] = ["cut", "forged", "broken"];

function movesOfEvent(
  plan: SimulationPlan,
  random: Random,
  event: StoryEvent,
  at: { readonly order: number; readonly dueMs: number },
): readonly Move[] {
  const { lifetimeMs } = plan;
  const move = { order: at.order, eventId: event.id, body: JSON.stringify(event) };
  const isLate = random.chance(plan.disorder);
  const dueMs = at.dueMs + (isLate ? random.between(0.1, 1) * lifetimeMs : 0);
  const moves: Move[] = [{ ...move, kind: "event", dueMs }];
  if (random.chance(plan.duplicates)) {
    moves.push({ ...move, kind: "again", dueMs: dueMs + random.next() * lifetimeMs });
  }
  if (random.chance(plan.faults)) moves.push({ ...move, kind: random.pick(faultKinds), dueMs });
  return moves;
}

function movesOfOrder(plan: SimulationPlan, order: number): readonly Move[] {
  const { events } = tellOrder(plan, order);
  const random = createRandom(plan.seed, MOVES_STREAM + order);
  const step = plan.lifetimeMs / events.length;
  return events.flatMap((event, index) => {
    const dueMs = order * plan.intervalMs + (index + random.next()) * step;
    return movesOfEvent(plan, random, event, { order, dueMs });
  });
}

/** Moves in the order in which they are due. `isOver` is asked before each new order. */
export function* planMoves(
  plan: SimulationPlan,
  isOver: (order: number) => boolean,
): Generator<Move, void, undefined> {
  let pending: Move[] = [];
  for (let order = 0; !isOver(order); order += 1) {
    // No later order has anything due before it begins.
    const begins = order * plan.intervalMs;
    yield* pending.filter(({ dueMs }) => dueMs < begins);
    pending = [...pending.filter(({ dueMs }) => dueMs >= begins), ...movesOfOrder(plan, order)];
    pending.sort((a, b) => a.dueMs - b.dueMs);
  }
  yield* pending;
}
