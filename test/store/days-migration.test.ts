/** The effect of migration 0017 on existing rows. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { migrateOn, migrateUpTo } from "../support/migrations";
import { rows } from "../support/receiver";

it("fills the days with those of UTC, and leaves what has no date without one", async () => {
  await migrateUpTo("0017");
  const time = "'2026-10-31T20:00:00.000Z'";
  await env.DB.batch(
    [
      `INSERT INTO orders (order_number, order_date, updated_at) VALUES ('A', ${time}, ''), ('B', NULL, '')`,
      `INSERT INTO payments (payment_id, payment_date, updated_at) VALUES ('A', ${time}, ''), ('B', NULL, '')`,
      `INSERT INTO refunds (refund_id, refund_date, updated_at) VALUES ('A', ${time}, ''), ('B', NULL, '')`,
    ].map((sql) => env.DB.prepare(sql)),
  );
  await migrateOn();
  const days = await rows(
    `SELECT orders.order_number, order_day, payment_day, refund_day FROM orders
     JOIN payments ON payment_id = orders.order_number JOIN refunds ON refund_id = orders.order_number ORDER BY 1`,
  );
  expect(days.map((row) => Object.values(row))).toEqual([
    ["A", "2026-10-31", "2026-10-31", "2026-10-31"],
    ["B", null, null, null],
  ]);
  expect(await rows("SELECT 1 FROM orders WHERE stale = 1")).toEqual([]);
});
