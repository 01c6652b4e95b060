/**
 * The deliveries of a small shop, in the order of sending: orders that begin one after the other, with valid events
 * spread over a lifetime, some late, some twice, and invalid deliveries between them. Pure and lazy: the same options
 * give the same moves, and a soak test of several days fits in memory.
 */
import {
  chooseForms,
  createRandom,
  type DeliveredStory,
  deliverStory,
  type Form,
  type FormChoice,
  hashId,
  type Random,
  type StoryDelivery,
  storyKinds,
  createStory,
} from "../../testbed/stories/index.ts";

export interface SimulationPlan {
  readonly seed: number;
  /** Part of every order number, so that runs do not share orders. */
  readonly run: string;
  readonly startedAtMs: number;
  readonly form: FormChoice;
  /** Milliseconds from one order to the next, and the time over which the events of one order are spread. */
  readonly intervalMs: number;
  readonly lifetimeMs: number;
  /** Shares of all events. */
  readonly duplicates: number;
  readonly disorder: number;
  readonly faults: number;
}

/**
 * `cut`: the sender disconnects before it reads the answer. `forged`: must be refused. `broken`: a valid signature, but
 * half of a body; it must be stored and not applied.
 */
type MoveKind = "event" | "again" | "cut" | "forged" | "broken";

export interface Move {
  readonly kind: MoveKind;
  /** Milliseconds after the start. */
  readonly dueMs: number;
  readonly order: number;
  readonly form: Form;
  /** The id that the receiver must give it. */
  readonly eventId: string;
  readonly body: string;
}

const STORY_MS = 2 * 3_600_000;
/** Random streams that no story uses. */
const MOVES_STREAM = 1_000_000_000;
const FORMS_STREAM = 2_000_000_000;

/** The same order again, for the final comparison. */
export async function tellOrder(plan: SimulationPlan, order: number): Promise<DeliveredStory> {
  const random = createRandom(plan.seed, order);
  const endsAtMs = plan.startedAtMs + order * plan.intervalMs;
  const story = createStory({
    kind: random.weighted(storyKinds).name,
    orderNumber: `SIM-${plan.run}-${order + 1}`,
    random,
    ids: createRandom(plan.seed + plan.startedAtMs, order),
    startsAtMs: endsAtMs - STORY_MS,
    endsAtMs,
  });
  const forms = createRandom(plan.seed, FORMS_STREAM + order);
  return await deliverStory(story, chooseForms(plan.form, forms));
}

const faultKinds: readonly MoveKind[] = ["cut", "forged", "broken"];

async function fault(kind: MoveKind, move: Omit<Move, "kind">): Promise<Move> {
  if (kind !== "broken") return { ...move, kind };
  const body = move.body.slice(0, move.body.length / 2);
  return { ...move, kind, body, eventId: await hashId(body) };
}

async function movesOfEvent(
  plan: SimulationPlan,
  random: Random,
  { form, eventId, body }: StoryDelivery,
  at: { readonly order: number; readonly dueMs: number },
): Promise<readonly Move[]> {
  const { lifetimeMs } = plan;
  const isLate = random.chance(plan.disorder);
  const dueMs = at.dueMs + (isLate ? random.between(0.1, 1) * lifetimeMs : 0);
  const move = { order: at.order, form, eventId, body, dueMs };
  const moves: Move[] = [{ ...move, kind: "event" }];
  if (random.chance(plan.duplicates)) {
    moves.push({ ...move, kind: "again", dueMs: dueMs + random.next() * lifetimeMs });
  }
  if (random.chance(plan.faults)) moves.push(await fault(random.pick(faultKinds), move));
  return moves;
}

async function movesOfOrder(plan: SimulationPlan, order: number): Promise<readonly Move[]> {
  const { deliveries } = await tellOrder(plan, order);
  const random = createRandom(plan.seed, MOVES_STREAM + order);
  const step = plan.lifetimeMs / deliveries.length;
  const moves: Move[] = [];
  for (const [index, delivery] of deliveries.entries()) {
    const dueMs = order * plan.intervalMs + (index + random.next()) * step;
    moves.push(...(await movesOfEvent(plan, random, delivery, { order, dueMs })));
  }
  return moves;
}

/** Moves in the order in which they are due. `isOver` is called before each new order. */
export async function* planMoves(
  plan: SimulationPlan,
  isOver: (order: number) => boolean,
): AsyncGenerator<Move, void, undefined> {
  let pending: Move[] = [];
  for (let order = 0; !isOver(order); order += 1) {
    // A later order has no moves before it begins.
    const begins = order * plan.intervalMs;
    yield* pending.filter(({ dueMs }) => dueMs < begins);
    const begun = await movesOfOrder(plan, order);
    pending = [...pending.filter(({ dueMs }) => dueMs >= begins), ...begun];
    pending.sort((a, b) => a.dueMs - b.dueMs);
  }
  yield* pending;
}
