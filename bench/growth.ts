/** Whether a receiver with many stored events is slower than one with few. */
import { startStep } from "../testbed/terminal/progress.ts";
import { consumeRate } from "./consume.ts";
import { type Loaded, load, mixOfEvents } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { SECRET, startWorker, type WorkerServer } from "./servers/workers.ts";

const SLICE = 20_000;
const CONSUMED = 2_000;

export interface GrowthResult {
  readonly sizes: readonly number[];
  /** By size, one entry per round. */
  readonly receive: Readonly<Record<number, readonly Loaded[]>>;
  readonly consume: Readonly<Record<number, readonly number[]>>;
}

/** The rows of a shop's past, made in SQL: per order eight events, a payment, a parcel and seven messages. */
const past = [
  `INSERT INTO webhook_events (id, event_type, form, subject, subject_id, order_number, occurred_at, received_at,
     status, status_precedence, attempts, processed_at, body_sha256, verified_by, payload)
   SELECT 'evt_' || substr(hex(randomblob(8)), 1, 16), 'order.confirmed', 'envelope', 'order', 'PAST-' || (i / 8),
     'PAST-' || (i / 8), '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 'processed',
     '$Cj000000 00000000', 1, '2026-01-01T00:00:00.000Z', hex(randomblob(32)), 'current',
     '{"padding":"' || hex(randomblob(480)) || '"}' FROM n`,
  `INSERT OR IGNORE INTO orders (order_number, status, status_precedence, customer_email, items, updated_at)
   SELECT 'PAST-' || (i / 8), 'complete', '$Cj000001 00000000', 'a@example.com',
     '[' || hex(randomblob(150)) || ']', '2026-01-01T00:00:00.000Z' FROM n WHERE i % 8 = 0`,
  `INSERT OR IGNORE INTO payments (payment_id, order_number, status, reference_number, amount_micros, updated_at)
   SELECT 'PAYPAST-' || i, 'PAST-' || (i / 8), 'success', 'REFPAST-' || i, 1000000,
     '2026-01-01T00:00:00.000Z' FROM n WHERE i % 8 = 0`,
  `INSERT OR IGNORE INTO shipments (shipment_id, order_number, status, updated_at)
   SELECT 'SHPPAST-' || i, 'PAST-' || (i / 8), 'delivered', '2026-01-01T00:00:00.000Z' FROM n WHERE i % 8 = 0`,
  `INSERT OR IGNORE INTO notifications (id, template, channel, order_number, status, due_at, created_at, rendered)
   SELECT 'order_confirmed/PAST-' || i || '/email', 'order_confirmed', 'email', 'PAST-' || i, 'sent',
     '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', hex(randomblob(300)) FROM n WHERE i % 8 <> 0`,
];

async function fill(server: WorkerServer, events: number): Promise<void> {
  for (let from = 0; from < events; from += SLICE) {
    const upTo = Math.min(from + SLICE, events);
    const n = `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${upTo})`;
    await server.batch(past.map((sql) => sql.replace("SELECT", `${n} SELECT`)));
  }
  // The sweep leaves this position when it has looked at everything.
  await server.query(
    "INSERT OR REPLACE INTO cursors (name, position) SELECT 'sweep', max(rowid) FROM webhook_events",
  );
}

export async function benchGrowth(options: BenchOptions): Promise<GrowthResult> {
  const receive: Record<number, Loaded[]> = {};
  const consume: Record<number, number[]> = {};
  const filling = startStep("filling the databases");
  const shops: { size: number; outer: WorkerServer; inner: WorkerServer }[] = [];
  try {
    for (const size of options.growth) {
      const outer = await startWorker({ entry: "src/index.ts" });
      await fill(outer, size);
      const inner = await startWorker({ entry: "bench/workers/inside.ts" });
      await fill(inner, size);
      shops.push({ size, outer, inner });
      filling.update(shops.length, options.growth.length);
    }
    filling.done(`${options.growth.join(", ")} events stored`);
    const step = startStep("growth");
    const mix = mixOfEvents();
    for (let round = -1; round < options.rounds; round += 1) {
      for (const { size, outer, inner } of shops) {
        const target = {
          name: String(size),
          url: outer.url,
          pids: outer.pids,
          drained: async () => {},
        };
        const one = await load(target, () => mix(`growth_${size}`), SECRET, options);
        const rate = await consumeRate(inner, () => mix(`grown_${size}_${round}`), {
          events: CONSUMED,
        });
        // The first round warms up.
        if (round < 0) continue;
        (receive[size] ??= []).push(one);
        (consume[size] ??= []).push(rate);
      }
      step.update(round + 1, options.rounds);
    }
    step.done(`${options.rounds} rounds, the sizes in turns`);
  } finally {
    for (const { outer, inner } of shops) {
      await outer.close();
      await inner.close();
    }
  }
  return { sizes: options.growth, receive, consume };
}
