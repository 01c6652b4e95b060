/** The command line shows times in the receiver's STORE_TIME_ZONE, and in UTC if there is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { order as orderAnswer } from "../../../cli/api/answers.ts";
import { fullTime, shortTime } from "../../../cli/terminal/look.ts";
import { openShop } from "./run.ts";

const now = new Date("2026-10-31T20:00:00.000Z");

await test("a time is short today, and today is the shop's", () => {
  const time = "2026-10-31T18:30:00.000Z";
  assert.equal(shortTime(time, { now, timeZone: null }), "18:30:00");
  assert.equal(shortTime(time, { now, timeZone: "Asia/Kolkata" }), "00:00:00");
  const before = "2026-10-31T18:29:59.000Z";
  assert.equal(shortTime(before, { now, timeZone: null }), "18:29:59");
  assert.equal(shortTime(before, { now, timeZone: "Asia/Kolkata" }), "10-31 23:59");
  assert.equal(fullTime(time, { now, timeZone: null }), "2026-10-31 18:30:00 UTC");
  assert.equal(
    fullTime(time, { now, timeZone: "Asia/Kolkata" }),
    "2026-11-01 00:00:00 Asia/Kolkata",
  );
  for (const day of ["2026-11-27", "BlueDart"])
    assert.equal(fullTime(day, { now, timeZone: "Asia/Kolkata" }), day);
});

await test("every list and page says in which zone it is", async () => {
  const shop = await openShop({ STORE_TIME_ZONE: "Asia/Kolkata" });
  try {
    const sent = await shop.run("trigger happy-path --order ORD-1 --at 2026-10-31T20:00:00Z");
    assert.equal(sent.code, 0, sent.stderr);
    await shop.settled();
    const [order, orders, events, explained, messages, json] = await Promise.all([
      shop.run("order ORD-1"),
      shop.run("orders"),
      shop.run("events"),
      shop.run("explain ORD-1"),
      shop.run("messages"),
      shop.run("order ORD-1 --json"),
    ]);
    for (const { stdout, stderr } of [order, orders, events, explained, messages]) {
      assert.match(stdout, /Asia\/Kolkata/, stderr);
      assert.doesNotMatch(stdout, /UTC/);
    }
    const { order: row } = orderAnswer.parse(JSON.parse(json.stdout));
    const local = new Date(Date.parse(String(row["order_date"])) + 5.5 * 3_600_000).toISOString();
    assert.ok(
      order.stdout.includes(`${local.slice(0, 19).replace("T", " ")} Asia/Kolkata`),
      order.stdout,
    );
    // The expected day of a parcel is the same in every zone.
    assert.match(explained.stdout, /eta 2026-\d\d-\d\d$/m);
  } finally {
    await shop.close();
  }
});
