/**
 * The smallest histories that once gave a wrong result, as the random runs shrank them. Each in every order against the
 * reference model; a rebuild changes nothing, and fixes a sum that is made wrong.
 */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { loadRebuild, startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { type Model, modelOf } from "../../src/projection/history/model";
import { expectModel } from "./compare";
import { deliver, NOW, options } from "./deliver";
import { event, ordersOf } from "./every-order";
import { defaults } from "./defaults";
import { SIDE_BY_SIDE, sideBySide, storedApart } from "./history";
import { clearTables } from "../support/rows";

const cases: Readonly<Record<string, readonly StoredEvent[]>> = {
  "a stub for an order whose link is overridden within its batch": [
    event("shipment.created", null, { awb_no: "S1", order_number: "A" }, "e0"),
    event("shipment.created", null, { awb_no: "S1", order_number: "B" }, "e1"),
  ],
  "a shipment that names no order and is missing": [
    event("shipment.created", "10:00", { id: "X1" }, "e0"),
    event("order.created", null, { order_number: "A" }, "e1"),
  ],
  "a refund whose key is its order's number": [
    event("payment.refund.initiated", "10:00", { order_number: "A" }, "e0"),
  ],
  "a refund that follows a payment known by its reference alone": [
    event(
      "order.created",
      "10:00",
      { order_number: "A", payments: [{ payment_reference_number: "R1" }] },
      "e0",
    ),
    event("payment.refund.initiated", null, { payment_reference_number: "R1" }, "e1"),
  ],
  "a listed payment whose other name belongs to another order": [
    event(
      "order.created",
      "10:00",
      { order_number: "A", payments: [{ request_number: "P1", payment_reference_number: "R1" }] },
      "e0",
    ),
    event("payment.success", "10:00", { request_number: "R1", order_number: "B" }, "e1"),
  ],
  "two orders that list one payment under different names": [
    event(
      "order.created",
      null,
      {
        order_number: "A",
        payments: [{ payment_reference_number: "R2", payment_status: "pending" }],
      },
      "e0",
    ),
    event(
      "order.created",
      "10:00",
      { order_number: "B", payments: [{ request_number: "P1", payment_reference_number: "R2" }] },
      "e1",
    ),
  ],
  "a refund that follows one of two payments with one reference, whose alias another order claims":
    [
      event(
        "payment.success",
        "10:00",
        { request_number: "P2", payment_reference_number: "R2", order_number: "A", amount: 70 },
        "e0",
      ),
      event(
        "payment.refund.success",
        "10:00",
        { payment_reference_number: "R2", refund_amount: 100 },
        "e1",
      ),
      event(
        "payment.success",
        null,
        { payment_reference_number: "R2", order_number: "C", amount: 80 },
        "e2",
      ),
      event(
        "payment.success",
        "10:00",
        { request_number: "P1", payment_reference_number: "R2" },
        "e3",
      ),
      event("order.created", null, { order_number: "A" }, "e4"),
    ],
  "an order that was named for a payment which another order has, beside a third one's": [
    event("payment.success", "10:00", { payment_reference_number: "P1", order_number: "C" }, "e0"),
    event("payment.success", "10:00", { request_number: "R1", order_number: "B" }, "e1"),
    event("payment.success", "10:00", { request_number: "P1", order_number: "B" }, "e2"),
    event(
      "order.created",
      "10:00",
      { order_number: "A", payments: [{ payment_reference_number: "R1" }] },
      "e3",
    ),
  ],
  "sums beyond what an integer holds": [
    event(
      "order.created",
      "10:00",
      {
        order_number: "A",
        payments: Array.from({ length: 1_100 }, (_, index) => ({
          request_number: `P${String(index)}`,
          payment_status: "success",
          amount: 9_000_000_000,
        })),
      },
      "e0",
    ),
  ],
};

/** Five events have 40 orders, ten of them side by side; each in two ways, with a rebuild. */
const PATIENCE_MS = 90_000;

type Batches = readonly (readonly StoredEvent[])[];

interface Ways {
  readonly oneByOne: Batches;
  readonly atOnce: Batches;
}

/** Orders of the events under their own names, some side by side: one event per batch, and one order per batch. */
function* waysOf(events: readonly StoredEvent[]): Generator<Ways> {
  const apart = ordersOf(events).map((order, n) =>
    order.map((one) => storedApart(one, `~${String(n)}`)),
  );
  for (let from = 0; from < apart.length; from += SIDE_BY_SIDE) {
    const orders = apart.slice(from, from + SIDE_BY_SIDE);
    yield {
      oneByOne: sideBySide(orders.map((order) => order.map((one) => [one]))),
      atOnce: orders,
    };
  }
}

/** Delivers everything; expects the rows of the model. */
async function expectAfter(batches: Batches): Promise<Model> {
  await clearTables();
  await deliver(batches, false);
  const model = modelOf(batches.flat(), options);
  await expectModel(model);
  return model;
}

async function rebuildAll(dryRun: boolean): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, dryRun, NOW);
  while ((await continueRebuild(env.DB, NOW, defaults)) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged ?? -1;
}

describe("once wrong, now right", () => {
  it.each(Object.entries(cases))("%s", { timeout: PATIENCE_MS }, async (_name, events) => {
    for (const { oneByOne, atOnce } of waysOf(events)) {
      const model = await expectAfter(oneByOne);
      expect(await rebuildAll(true)).toBe(0);
      // The result is the same rows, so that one rebuild of each kind is enough.
      await expectAfter(atOnce);
      await env.DB.prepare("UPDATE orders SET paid_micros = 7, payment_status = 'odd'").run();
      await rebuildAll(false);
      await expectModel(model);
    }
  });
});
