/** The arithmetic of the benchmarks: medians, ratios, rows by statement, the price of a million. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { countRepeats } from "../../bench/sending.ts";
import { nameOf, summarize } from "../../bench/ledger.ts";
import { parseOptions } from "../../bench/options.ts";
import { priceOfMillion } from "../../bench/prices.ts";
import { median, medianRatio, table } from "../../bench/statistics.ts";

await test("medians and ratios are those of the same round", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(medianRatio([10, 40, 90], [10, 20, 30]), 2);
  assert.equal(table(["a"], [["1"]]), "| a |\n| --- |\n| 1 |");
});

await test("a statement is named by what it writes", () => {
  assert.equal(nameOf("\nWITH x AS (SELECT 1)\nUPDATE orders SET a = 1"), "UPDATE orders");
  assert.equal(nameOf("INSERT OR IGNORE INTO orders (a)"), "INSERT OR IGNORE INTO orders");
  assert.equal(nameOf("SELECT 1"), "reads");
});

await test("rows, trips and operations are counted for one event", () => {
  const entry = summarize(
    {
      steps: {
        receipt: [{ sql: "INSERT INTO webhook_events", read: 1, written: 6 }],
        consume: [
          { sql: "UPDATE orders", read: 9, written: 2 },
          { sql: "SELECT 1", read: 10, written: 0 },
        ],
      },
      trips: { receipt: 1, consume: 2 },
      wakeUpCalls: 1,
      messages: [
        { channel: "email", status: "sent", messages: 1 },
        { channel: "sms", status: "suppressed", messages: 1 },
      ],
      retention: 14,
    },
    { channels: "none", batch: 2, events: 2 },
  );
  assert.equal(entry.rowsWritten, 4);
  assert.equal(entry.rowsRead, 10);
  assert.equal(entry.trips, 1.5);
  assert.equal(entry.receiptTrips, 1);
  assert.equal(entry.consumeTripsABatch, 2);
  assert.equal(entry.queueOperations, 4.5);
  assert.deepEqual([entry.messages, entry.sent], [1, 0.5]);
  assert.equal(entry.retentionRows, 7);
  assert.deepEqual(entry.writes, {
    receipt: { "INSERT INTO webhook_events": 3 },
    consume: { "UPDATE orders": 1 },
  });
});

await test("a message that a provider got again counts as told twice", () => {
  assert.equal(countRepeats(["a", "b", null, null], 2), 0);
  assert.equal(countRepeats(["a", "b", "a", "a", null, null], 2), 2);
  assert.equal(countRepeats(["a", null, null, null], 2), 1);
});

await test("a million events cost what their parts cost", () => {
  const usage = { rowsWritten: 7, rowsRead: 100, queueOperations: 3, requests: 1, cpuMs: 5 };
  assert.equal(priceOfMillion(usage).toFixed(2), "8.70");
});

await test("flags that are wrong are named", () => {
  assert.throws(() => parseOptions(["--only", "sleep"]), /--only takes/);
  assert.throws(() => parseOptions(["--rounds", "0"]), /--rounds takes/);
  assert.equal(parseOptions(["--help"]), null);
  assert.deepEqual(parseOptions(["--quick"])?.growth, [1000, 3000]);
});
