/** One data point per run, if a data set is bound: the kind, result and size of the run; nothing personal. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { measured } from "../../src/data-points";
import worker from "../../src/index";
import { event, order } from "../support/events";
import { consumeBatch, post, receiveOnly } from "../support/receiver";

interface Point {
  readonly indexes: readonly string[];
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

function recorder(): { readonly points: Point[]; readonly METRICS: object } {
  const points: Point[] = [];
  return { points, METRICS: { writeDataPoint: (point: Point) => points.push(point) } };
}

test("says of each run what it was, how it ended and how many it had", async () => {
  const { points, METRICS } = recorder();
  const body = event("order.confirmed", order("DP-1", { customer_email: "asha@example.com" }));
  const vars = { METRICS };
  expect((await post(JSON.stringify(body), { vars })).status).toBe(200);
  expect((await post(JSON.stringify(body), { vars, signature: "00" })).status).toBe(401);
  const id = await receiveOnly(event("order.created", order("DP-2")));
  await consumeBatch([id], vars);
  await worker.scheduled(
    { cron: "", scheduledTime: 0, noRetry: () => undefined },
    { ...env, ...vars },
  );

  expect(points.map(({ blobs }) => blobs)).toEqual([
    ["receipt", "200"],
    ["receipt", "401"],
    ["ce-events", "ok"],
    ["sweep", "ok"],
  ]);
  for (const { indexes, blobs, doubles } of points) {
    expect(indexes).toEqual([blobs[0]]);
    const [count, ms] = doubles;
    expect(count).toBe(1);
    expect(ms).toBeGreaterThanOrEqual(0);
  }
  expect(JSON.stringify(points)).not.toMatch(/DP-|asha|evt_/);
});

test("a run that throws is recorded as failed, and still throws", async () => {
  const { points, METRICS } = recorder();
  const failing = measured({ METRICS }, "sweep", 1, () => {
    throw new Error("D1 is down");
  });
  await expect(failing).rejects.toThrow("D1 is down");
  expect(points.map(({ blobs }) => blobs)).toEqual([["sweep", "failed"]]);
});

test("without a data set, or with something else bound, nothing is recorded", async () => {
  for (const METRICS of [undefined, null, "text", {}]) {
    await expect(measured({ METRICS }, "sweep", 1, () => 7)).resolves.toBe(7);
  }
});
