/** Imports of orders that are archived: they are compared with what is archived, as if it were in D1. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import type { ImportReport } from "../../src/consumer/imports";
import { calmEnv } from "../faults/drive";
import { bucket, closedOrders } from "../support/archive";
import { archivedKeys, archiveOrders } from "../support/closed-orders";
import { orderDetail, payment } from "../support/models";
import { consumeAll, consumer, queued } from "../support/queue";
import { fetchWith, rows } from "../support/receiver";
import { clearTables } from "../support/rows";
import { emptyBucket } from "../upkeep/aged";

beforeEach(async () => {
  await clearTables();
  await emptyBucket();
});

const order = (number: string, over: object = {}) =>
  orderDetail(number, {
    order_date: "2026-03-01T09:00:00Z",
    status: "complete",
    payment_status: "success",
    payments: [
      payment(`P-${number}`, { payment_status: "success", payment_date: "2026-03-01T09:05:00Z" }),
    ],
    ...over,
  });

/** Applied as delivered events, and archived in one file. */
async function archive(...numbers: readonly string[]): Promise<void> {
  const events = numbers.map((number) => {
    const event = { id: number, event_type: "order.completed", data: order(number) };
    return queued(number, JSON.stringify({ ...event, created_at: "2026-03-02T09:00:00Z" }));
  });
  await consumeAll(events, consumer());
  await env.DB.prepare("UPDATE notifications SET status = 'sent'").run();
  await archiveOrders(numbers);
}

async function post(body: unknown, query = ""): Promise<Response> {
  return await fetchWith(
    { ...calmEnv, ADMIN_TOKEN: "let-me-in", CLOSED_ORDERS: closedOrders() },
    new Request(`https://receiver.test/api/admin/imports${query}`, {
      method: "POST",
      headers: { authorization: "Bearer let-me-in" },
      body: JSON.stringify(body),
    }),
  );
}

const figures = async (answer: Response) => {
  const { new: added, changed, unchanged, waiting } = await answer.json<ImportReport>();
  return { added, changed, unchanged, waiting };
};

const newer = { order_date: "2026-03-03T09:00:00Z", customer_note: "Ring twice" };

it.each(["?dry_run=true", ""])("compares with what is archived (%s)", async (query) => {
  await archive("ORD-1", "ORD-2");
  const file = [order("ORD-1"), order("ORD-2", newer), order("ORD-3")];
  const answer = await post(file, query);
  expect(await figures(answer)).toEqual({ added: 1, changed: 1, unchanged: 1, waiting: 0 });
  expect(await archivedKeys()).toEqual([]);
});

it("applies the other orders if a file is lost, and a dry run says that it is", async () => {
  await archive("ORD-1");
  await emptyBucket();
  const file = [order("ORD-1", newer), order("ORD-3")];
  const dry = await post(file, "?dry_run=true");
  expect(dry.status).toBe(503);
  expect(await dry.text()).toContain("its file cannot be read");
  expect(await figures(await post(file))).toMatchObject({ added: 1, waiting: 1 });
  expect(await rows("SELECT order_number FROM orders")).toEqual([{ order_number: "ORD-3" }]);
  expect((await bucket().list()).objects).toEqual([]);
});

it("compares what can be read, though a file before it cannot", async () => {
  await archive("ORD-1");
  for (const { key } of (await bucket().list()).objects) await bucket().put(key, "damaged");
  await archive("ORD-2");
  const answer = await post([order("ORD-1"), order("ORD-2"), order("ORD-3")]);
  expect(await figures(answer)).toEqual({ added: 1, changed: 0, unchanged: 1, waiting: 1 });
  expect(await rows("SELECT order_number FROM orders ORDER BY 1")).toEqual([
    { order_number: "ORD-2" },
    { order_number: "ORD-3" },
  ]);
});
