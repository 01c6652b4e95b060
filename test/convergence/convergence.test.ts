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
import { createRandom, tellDay } from "../../tools/story/index.ts";
import { clearTables, expectModel } from "./compare";
import { expectExplained } from "./explanation";
import { arrange, deliver, NOW, options } from "./deliver";
import { anyEvent, schedule, storeAll } from "./history";

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

describe("state converges", () => {
  beforeEach(clearTables);

  it(`for ${String(runs)} unlawful histories`, { timeout: 3_600_000 }, async () => {
    console.info(`unlawful histories: runs ${String(runs)}, seed ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: 14 }),
        schedule,
        async (specs, plan) => {
          const events = await storeAll(specs);
          await clearTables();
          await deliver(arrange(events, plan), plan.together);
          const model = modelOf(events, options);
          await expectModel(model);
          await expectExplained(model, events);
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
          typeHint: null,
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
      const model = modelOf(events, options);
      await expectModel(model);
      await expectExplained(model, events);
    }
  });
});
