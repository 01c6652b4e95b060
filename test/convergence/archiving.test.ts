/**
 * Promise 3 with an archive: whatever is archived at whatever moment, the rows in D1 and those in the archive together
 * are the rows of the reference model, which never archives, each once; and once all of it is brought back, D1 has
 * what it would have had.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { type Model, modelOf, modelRows } from "../../src/projection/history/model";
import {
  createLives,
  createRandom,
  deliverStory,
  type Random,
} from "../../testbed/stories/index.ts";
import { archivedKeys, archivedRows, archiveOrders, putBackKeys } from "../support/closed-orders";
import { clearTables } from "../support/rows";
import { emptyBucket } from "../upkeep/aged";
import { expectModel, storedRows } from "./compare";
import { deliver, NOW, options } from "./deliver";
import { expectExplained } from "./explanation";
import { arrange, histories, SIDE_BY_SIDE, storeApart } from "./history";

const runs = Number(env.TEST_RUNS);
/** Each takes much longer than a life, and convergence.test.ts has as many as there are lives. */
const unlawfulRuns = Math.ceil(runs / 5);
const seed = Number(env.TEST_SEED);

/** Archives some of the orders that are in D1, with what belongs to them. */
async function archiveSome(random: Random): Promise<number> {
  const { results } = await env.DB.prepare("SELECT order_number FROM orders").all<{
    order_number: string;
  }>();
  const share = random.pick([0, 0, 0, 0.2, 1]);
  const drawn = results.filter(() => random.next() < share);
  return drawn.length === 0 ? 0 : await archiveOrders(drawn.map((row) => row.order_number));
}

/** What is in D1 and what is archived are together what the events say, each row once. */
async function expectRows(model: Model): Promise<void> {
  const [stored, archived] = [await storedRows(), await archivedRows()];
  expect([...archived.keys()].filter((name) => stored.has(name))).toEqual([]);
  const all = Object.fromEntries([...stored, ...archived]);
  expect(all).toEqual(Object.fromEntries(modelRows(model.state)));
  const audit = await env.DB.prepare("SELECT * FROM state_audit").all();
  expect(audit.results).toEqual([]);
}

function modelAfter(delivered: readonly StoredEvent[]): Model {
  return modelOf([...new Map(delivered.map((event) => [event.id, event])).values()], options);
}

/** Nothing is lost and nothing is doubled: neither while it is archived, nor once it is back. */
async function expectWhole(model: Model): Promise<void> {
  await expectRows(model);
  const keys = await archivedKeys();
  await putBackKeys(keys);
  expect(await archivedKeys()).toEqual([]);
  // A second time changes nothing.
  expect(await putBackKeys(keys)).toBe(0);
  await expectModel(model);
}

const LIVES_AT_ONCE = 25;

describe("state converges while orders are archived", () => {
  beforeEach(async () => {
    await clearTables();
    await emptyBucket();
  });

  it(`in ${String(unlawfulRuns)} unlawful histories`, { timeout: 3_600_000 }, async () => {
    console.info(
      `archiving in unlawful histories: runs ${String(unlawfulRuns)}, seed ${String(seed)}`,
    );
    let sets = 0;
    await fc.assert(
      fc.asyncProperty(
        histories(14),
        fc.boolean(),
        fc.nat({ max: 1_000_000 }),
        async (told, together, moment) => {
          const { events, batches } = await storeApart(told);
          await clearTables();
          await emptyBucket();
          const random = createRandom(seed, moment);
          await deliver(batches, together, async (delivered) => {
            sets += await archiveSome(random);
            if (random.next() < 0.3) await expectRows(modelAfter(delivered));
          });
          const model = modelOf(events, options);
          await expectWhole(model);
          await expectExplained(model, events);
        },
      ),
      { numRuns: Math.ceil(unlawfulRuns / SIDE_BY_SIDE), seed },
    );
    console.info(`archiving in unlawful histories: ${String(sets)} sets were archived`);
    // How many is a matter of luck: about half as many as runs, on average.
    expect(sets).toBeGreaterThan(unlawfulRuns / 10);
  });

  it(`in ${String(runs)} lawful lifecycles`, { timeout: 3_600_000 }, async () => {
    console.info(`archiving in lawful lifecycles: runs ${String(runs)}, seed ${String(seed)}`);
    let sets = 0;
    for (let run = 0; run < runs; run += LIVES_AT_ONCE) {
      const random = createRandom(seed, run);
      const lives = createLives({
        seed: seed + run,
        orders: LIVES_AT_ONCE,
        endsAtMs: Date.parse(NOW),
      });
      const told = await Promise.all(
        lives.map((story) => deliverStory(story, () => "envelope", {})),
      );
      const stored = told.flatMap(({ deliveries }) =>
        deliveries.map(({ eventId, body }, index) => ({
          id: eventId,
          typeHint: null,
          receivedAt: addMs(NOW, index),
          payload: body,
        })),
      );
      const events = stored.filter(({ id }, at) => stored.findIndex((one) => one.id === id) === at);
      const plan = {
        lots: events.map(() => Math.floor(random.next() * 100_000)),
        repeats: events.map((_, index) => index).filter(() => random.next() < 0.2),
        batchSizes: [30, 7, 50, 1],
        together: random.next() < 0.5,
      };
      await clearTables();
      await emptyBucket();
      await deliver(
        arrange(events, plan),
        plan.together,
        async () => (sets += await archiveSome(random)),
      );
      const model = modelOf(events, options);
      await expectWhole(model);
      await expectExplained(model, events);
    }
    expect(sets).toBeGreaterThan(runs / 10);
  });
});
