/**
 * An upgrade as in production: the released Worker, then the newest migrations under it, then the new Worker, then a
 * rollback, then the new Worker again. One shop's day is delivered across all five, in random order; at the end every
 * order must match its story, and every row the reference model of all events.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import {
  bundleWorker,
  migrationNames,
  migrationStatements,
} from "../../testbed/receiver/bundle.ts";
import { withPrecedences } from "../../src/projection/shared-precedence.ts";
import { sendEvents } from "../../testbed/deliveries/send.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { checkState } from "../../testbed/checks/orders.ts";
import { readState } from "../../testbed/checks/state.ts";
import {
  createRandom,
  repeat,
  shuffle,
  type StoryEvent,
  createDay,
} from "../../testbed/stories/index.ts";

const SECRET = "upgrade";
const SETTLED_WITHIN_MS = 15_000;
/** The most cron runs; each continues for half a minute, in which it reads far more than there is here. */
const REREAD_MAX_RUNS = 10;
const root = new URL("../../", import.meta.url);
const baseline = z
  .object({ version: z.string(), migrations: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("test/upgrade/baseline.json", root), "utf8")));
const migrations = migrationNames();
const folder = mkdtempSync(join(tmpdir(), "ce-upgrade-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Starts a bundle on the storage in `folder`, which is kept afterwards. Queues deliver at once. */
async function start(bundle: string): Promise<Receiver> {
  const settings = { CE_WEBHOOK_SECRET: SECRET };
  return await startReceiver({
    bundle,
    folder,
    settings,
    statements: [],
    batchTimeoutSeconds: 0.05,
  });
}

async function during<T>(bundle: string, work: (running: Receiver) => Promise<T>): Promise<T> {
  const running = await start(bundle);
  try {
    return await work(running);
  } finally {
    await running.close();
  }
}

async function migrate({ batch }: Receiver, names: readonly string[]): Promise<void> {
  await batch(migrationStatements(names));
}

/** Delivers events, waits until all are applied, and runs the cron. */
async function tell(receiver: Receiver, events: readonly StoryEvent[]): Promise<void> {
  await sendEvents(receiver, events, SECRET);
  const isSettled = await settleEvents(receiver, { patienceMs: SETTLED_WITHIN_MS });
  assert.ok(isSettled, "events are not applied");
  await receiver.sweep();
}

await test("no migration of the release was edited, and later ones come after", () => {
  const released = Object.keys(baseline.migrations);
  assert.deepEqual(migrations.slice(0, released.length), released);
  for (const [name, hash] of Object.entries(baseline.migrations)) {
    const text = readFileSync(new URL(`migrations/${name}`, root));
    assert.equal(createHash("sha256").update(text).digest("hex"), hash, name);
  }
});

type Columns = Readonly<Record<string, unknown>>;

type ModelOf = (
  events: readonly object[],
  options: object,
) => {
  readonly state: Readonly<Record<string, ReadonlyMap<string, Columns>>>;
  readonly facts: ReadonlySet<string>;
};

const modelModule = z.object({
  modelOf: z.custom<ModelOf>((value) => typeof value === "function"),
  usualRules: z.array(z.unknown()),
});

/** The reference model and the messages of events; only a bundler resolves their imports. */
async function loadModel(): Promise<z.infer<typeof modelModule>> {
  const text = Buffer.from(await bundleWorker("test/support/model.ts")).toString("base64");
  return modelModule.parse({ ...(await import(`data:text/javascript;base64,${text}`)) });
}

const keyColumns = {
  orders: "order_number",
  payments: "payment_id",
  refunds: "refund_id",
  shipments: "shipment_id",
} as const;

const bookkeeping: ReadonlySet<string> = new Set(
  "updated_at stale placed_at short_extra".split(" "),
);

/** Rows by key, without bookkeeping. */
async function readTable(
  { query }: Receiver,
  table: keyof typeof keyColumns,
): Promise<Readonly<Record<string, Columns>>> {
  const stored = await query<Record<string, string | number | null>>(`SELECT * FROM ${table}`);
  const rows = stored.map(withPrecedences);
  const columnsOf = (row: Columns): Columns =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !bookkeeping.has(name)));
  return Object.fromEntries(rows.map((row) => [String(row[keyColumns[table]]), columnsOf(row)]));
}

/** Version 0.2 does not name the day of an update that may happen again on another day. */
function withoutDay(fact: string): string {
  return fact.replace(/(\/(?:out_for_delivery|delivery_attempted)\/)\d{4}-\d{2}-\d{2}\//, "$1");
}

/** Every row equals the reference model of all events, with precedences and messages. */
async function expectModel(running: Receiver): Promise<void> {
  const { modelOf, usualRules } = await loadModel();
  const events = await running.query<object>(
    `SELECT id, type_hint AS typeHint, received_at AS receivedAt, payload FROM webhook_events
     WHERE status = 'processed' ORDER BY rowid`,
  );
  const options = {
    country: "IN",
    timeZone: null,
    rules: usualRules,
    forwardTo: [],
    reviewDelayMs: 0,
    dedupeDays: null,
  };
  const { state, facts } = modelOf(events, options);
  for (const table of ["orders", "payments", "refunds", "shipments"] as const) {
    const expected = Object.fromEntries(state[table] ?? []);
    assert.deepEqual(await readTable(running, table), expected, table);
  }
  const undated = "SELECT order_number FROM orders WHERE placed_at IS NOT order_date";
  assert.deepEqual(await running.query(undated), []);
  const long = `SELECT shipment_id FROM shipments WHERE short_extra GLOB '*"created_at":*'`;
  assert.deepEqual(await running.query(long), []);
  const told = await running.query<{ readonly fact: string }>(
    `SELECT id || ' ' || template || ' ' || channel AS fact FROM notifications
     WHERE template NOT IN ('refund_due', 'tracking_changed', 'alert') ORDER BY 1`,
  );
  assert.deepEqual(
    [...new Set(told.map(({ fact }) => withoutDay(fact)))].toSorted(),
    [...new Set([...facts].map(withoutDay))].toSorted(),
  );
}

const unread =
  "SELECT count(*) AS events FROM webhook_events WHERE form IS NULL OR status_precedence >= '0'";

/** Runs the cron until it has read again everything that the released version wrote. */
async function rereadAll(running: Receiver): Promise<void> {
  for (let runs = 0; runs < REREAD_MAX_RUNS; runs += 1) {
    const [left] = await running.query<{ readonly events: number }>(unread);
    if (left?.events === 0) return;
    await running.sweep();
  }
  assert.fail("the cron does not get done");
}

/** No precedence in any table begins with a digit. */
async function expectNothingOld({ query }: Receiver): Promise<void> {
  for (const table of [...Object.keys(keyColumns), "webhook_events"]) {
    const rows = await query<Record<string, unknown>>(`SELECT * FROM ${table}`);
    const old = rows
      .flatMap((row) => Object.entries(row))
      .filter(([name, value]) => name.endsWith("_precedence") && /^\d/.test(String(value)));
    assert.deepEqual(old, [], table);
  }
  assert.deepEqual(await query("SELECT id FROM webhook_events WHERE form IS NULL"), []);
}

await test("the new Worker runs on what the released one left, before and after a rollback", async () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  console.log(`seed ${String(seed)}`);
  const random = createRandom(seed);
  const stories = createDay({ seed, orders: 40, endsAtMs: Date.now() - 60_000 });
  const events = shuffle(
    repeat(
      stories.flatMap((story) => story.events),
      random,
      0.2,
    ),
    random,
  );
  const fifth = Math.ceil(events.length / 5);
  const part = (index: number) => events.slice(index * fifth, (index + 1) * fifth);
  const old = gunzipSync(readFileSync(new URL("test/upgrade/worker.js.gz", root))).toString();
  const current = await bundleWorker("src/index.ts");
  const released = Object.keys(baseline.migrations).length;

  await during(old, async (before) => {
    await migrate(before, migrations.slice(0, released));
    await tell(before, part(0));
    await migrate(before, migrations.slice(released));
    await tell(before, part(1));
  });
  await during(current, async (upgraded) => {
    await tell(upgraded, part(2));
    await rereadAll(upgraded);
    await expectNothingOld(upgraded);
    await expectModel(upgraded);
  });
  await during(old, (rolledBack) => tell(rolledBack, part(3)));
  const state = await during(current, async (again) => {
    await tell(again, part(4));
    await rereadAll(again);
    await expectNothingOld(again);
    await expectModel(again);
    return await readState(again);
  });

  const off = state.events.filter(({ status }) => status !== "processed");
  assert.deepEqual(off, []);
  for (const check of checkState({ stories, state })) {
    assert.deepEqual(check.problems, [], check.claim);
  }
  assert.ok(state.notifications.length > 0);
  const alerts = state.notifications.filter(({ template }) => template === "alert");
  assert.deepEqual(alerts, []);
});
