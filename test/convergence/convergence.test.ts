/**
 * Promise 3: state is a pure function of the set of events. For any order, repetition, split into batches and number of
 * consumers, the rows equal those of the reference model.
 *
 * `npm run test:convergence -- --runs N --seed S` runs more; a failure prints its seed and its smallest history.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/digest";
import { importId } from "../../src/events/imports/import-id";
import { addMs } from "../../src/events/field-formats/time";
import { modelOf } from "../../src/projection/history/model";
import {
  createRandom,
  deliverStory,
  expectedParts,
  type FormChoice,
  type FormOptions,
  forms,
  judgeOrder,
  judgeParts,
  partKinds,
  type PartRow,
  type Random,
  type Story,
  createLives,
} from "../../testbed/stories/index.ts";
import { expectModel } from "./compare";
import { expectExplained } from "./explanation";
import { deliver, NOW, options } from "./deliver";
import { histories, SIDE_BY_SIDE, storeApart, arrange } from "./history";
import { clearTables } from "../support/rows";

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

const LIFECYCLES_AT_ONCE = 10;

interface Way extends FormOptions {
  readonly name: string;
  readonly form: FormChoice;
}

/** The form of the deliveries in one run: one form only, or mixed; with and without ids and times. */
const ways: readonly [Way, ...Way[]] = [
  { name: "envelopes", form: "envelope" },
  { name: "bare bodies", form: "bare" },
  { name: "flat bodies", form: "flat" },
  { name: "mixed", form: "mixed" },
  { name: "envelopes without ids and times", form: "envelope", id: false, times: false },
  { name: "flat bodies without ids and times", form: "flat", id: false, times: false },
];

/** Events that are received after the end of the lives, in the order of their lots. */
async function deliverLives(run: number, random: Random, way: Way) {
  const lives = createLives({
    seed: seed + run,
    orders: LIFECYCLES_AT_ONCE,
    endsAtMs: Date.parse(NOW),
  });
  const told = await Promise.all(
    lives.map((story) => {
      const { form } = way;
      const formOf = form === "mixed" ? () => random.pick(forms) : () => form;
      return deliverStory(story, formOf, way);
    }),
  );
  const deliveries = told.flatMap((one) => one.deliveries);
  const lots = deliveries.map(() => Math.floor(random.next() * 100_000));
  const stored = deliveries.map(({ eventId, body }, index) => ({
    id: eventId,
    typeHint: null,
    receivedAt: addMs(NOW, lots[index] ?? 0),
    payload: body,
  }));
  // An export repeats deliveries at any moment between them, and does not change the result.
  const copies = stored.filter(() => random.next() < 0.2);
  const imported = await Promise.all(
    copies.map(async (event, index) => ({
      ...event,
      id: importId((await sha256(event.payload)).toHex()),
      receivedAt: addMs(NOW, Math.floor(random.next() * 100_000) + index),
    })),
  );
  const all = [...stored, ...imported];
  // Bare bodies with the same bytes are one event.
  const events = all.filter(({ id }, at) => all.findIndex((one) => one.id === id) === at);
  const plan = {
    lots: events.map((_, index) => lots[index] ?? Math.floor(random.next() * 100_000)),
    repeats: deliveries.map((_, index) => index).filter(() => random.next() < 0.2),
    batchSizes: [30, 7, 50, 1],
    together: random.next() < 0.5,
  };
  return { stories: told.map(({ story }) => story), events, plan };
}

/** The differences between the rows and the stories. */
async function judge(stories: readonly Story[]): Promise<readonly string[]> {
  const orders = await env.DB.prepare("SELECT * FROM orders").all();
  const rows = new Map(orders.results.map((row) => [row["order_number"], row]));
  const parts = await env.DB.batch<PartRow>(
    partKinds.map((kind) => {
      const amount = kind === "shipments" ? "NULL" : "amount_micros";
      const key = `${kind.slice(0, -1)}_id`;
      return env.DB.prepare(
        `SELECT ${key} AS id, order_number, status, ${amount} AS amount_micros FROM ${kind}`,
      );
    }),
  );
  return [
    ...stories.flatMap((story) => judgeOrder(story, rows.get(story.orderNumber) ?? {})),
    ...partKinds.flatMap((kind, index) =>
      judgeParts(
        kind,
        stories.flatMap((story) => expectedParts(story, kind)),
        parts[index]?.results ?? [],
      ),
    ),
  ];
}

describe("state converges", () => {
  beforeEach(clearTables);

  it(`for ${String(runs)} unlawful histories`, { timeout: 3_600_000 }, async () => {
    console.info(`unlawful histories: runs ${String(runs)}, seed ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(histories(14), fc.boolean(), async (told, together) => {
        const { events, batches } = await storeApart(told);
        await clearTables();
        await deliver(batches, together);
        const model = modelOf(events, options);
        await expectModel(model);
        await expectExplained(model, events);
      }),
      { numRuns: Math.ceil(runs / SIDE_BY_SIDE), seed },
    );
  });

  it(`for ${String(runs)} lawful lifecycles`, { timeout: 3_600_000 }, async () => {
    console.info(`lawful lifecycles: runs ${String(runs)}, seed ${String(seed)}`);
    for (let run = 0; run < runs; run += LIFECYCLES_AT_ONCE) {
      const random = createRandom(seed, run);
      const way = ways[(run / LIFECYCLES_AT_ONCE) % ways.length] ?? ways[0];
      const { stories, events, plan } = await deliverLives(run, random, way);
      await clearTables();
      await deliver(arrange(events, plan), plan.together);
      const model = modelOf(events, options);
      await expectModel(model);
      await expectExplained(model, events);
      // For orders in mixed forms, only the comparison with the model is possible.
      const wrong = way.form === "mixed" ? [] : await judge(stories);
      expect(wrong, way.name).toEqual([]);
    }
  });
});
