/**
 * Promise 3: state is a pure function of the set of events. Whatever the order, the repetition, the
 * split into batches and the number of consumers, the rows are those of the reference model.
 *
 * `npm run test:convergence -- --runs N --seed S` for more; a failure prints its seed and its
 * smallest history.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, it } from "vitest";
import { modelOf } from "../../src/projection/model";
import type { StoredEvent } from "../../src/projection/decode";
import { createRandom, tellDay } from "../../tools/story/index.ts";
import { clearTables, expectModel } from "./compare";
import { arrange, deliver, NOW, options } from "./deliver";
import { anyEvent, schedule, type Spec } from "./history";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_RUNS: string;
      TEST_SEED: string;
    }
  }
}

const runs = Number(env.TEST_RUNS);
const seed = Number(env.TEST_SEED);

/** Ids decide the last ties; their order is drawn, not the order of the list. */
function store(specs: readonly Spec[]): readonly StoredEvent[] {
  return specs.map(({ type, time, idRank, data }, index) => {
    const id = `evt-${String(idRank).padStart(2, "0")}-${String(index)}`;
    const payload = JSON.stringify({ id, event_type: type, created_at: time, data });
    return { id, eventType: type, receivedAt: NOW, payload };
  });
}

describe("state converges", () => {
  beforeEach(clearTables);

  it(`for ${String(runs)} unlawful histories`, { timeout: 3_600_000 }, async () => {
    console.info(`unlawful histories: runs ${String(runs)}, seed ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: 14 }),
        schedule,
        async (specs, plan) => {
          const events = store(specs);
          await clearTables();
          await deliver(arrange(events, plan), plan.together);
          await expectModel(modelOf(events, options));
        },
      ),
      { numRuns: runs, seed },
    );
  });

  it(`for ${String(runs)} lawful lifecycles`, { timeout: 3_600_000 }, async () => {
    console.info(`lawful lifecycles: runs ${String(runs)}, seed ${String(seed)}`);
    const lifecyclesAtOnce = 10;
    for (let run = 0; run < runs; run += lifecyclesAtOnce) {
      const stories = tellDay({
        seed: seed + run,
        orders: lifecyclesAtOnce,
        endsAtMs: Date.parse(NOW),
      });
      const events = stories
        .flatMap((story) => story.events)
        .map((event) => ({
          id: event.id,
          eventType: event.event_type,
          receivedAt: NOW,
          payload: JSON.stringify(event),
        }));
      const random = createRandom(seed, run);
      const plan = {
        lots: events.map(() => Math.floor(random.next() * 100_000)),
        repeats: events.map((_, index) => index).filter(() => random.next() < 0.2),
        batchSizes: [30, 7, 50, 1],
        together: random.next() < 0.5,
      };
      await clearTables();
      await deliver(arrange(events, plan), plan.together);
      await expectModel(modelOf(events, options));
    }
  });
});
