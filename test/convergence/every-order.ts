/** Hand-written histories, delivered in every order, one event per batch and all in one batch. */
import { env } from "cloudflare:workers";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { modelOf } from "../../src/projection/history/model";
import { expectModel } from "./compare";
import { deliver, NOW, options } from "./deliver";
import { clearTables } from "../support/rows";

/** `10:00` on the day of these histories; null for an event without a time. */
export function event(
  type: string,
  clock: string | null,
  data: Record<string, unknown>,
  id = `${type}@${clock ?? "unknown"}`,
): StoredEvent {
  const createdAt = clock === null ? undefined : `2026-03-01T${clock}:00.000Z`;
  const payload = JSON.stringify({ id, event_type: type, created_at: createdAt, data });
  return { id, typeHint: null, receivedAt: NOW, payload };
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length <= 1) return [list];
  return list.flatMap((entry, index) =>
    permutations(list.toSpliced(index, 1)).map((rest) => [entry, ...rest]),
  );
}

/** The number of orders of four events. Of more orders, only every third one is tested. */
const ALL_ORDERS_MAX = 24;

/** The orders in which events are delivered. */
export function ordersOf(events: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] {
  const orders = permutations(events);
  const step = orders.length > ALL_ORDERS_MAX ? 3 : 1;
  return orders.filter((_, index) => index % step === 0);
}

/**
 * Delivers the events in every order, one per batch and all in one batch, and calls `check` after each; the reference
 * model must agree each time.
 */
export async function inEveryOrder(
  events: readonly StoredEvent[],
  check: () => Promise<void>,
): Promise<void> {
  for (const order of ordersOf(events)) {
    for (const batches of [order.map((one) => [one]), [order]]) {
      await clearTables();
      await deliver(batches, false);
      await expectModel(modelOf(order, options));
      await check();
    }
  }
}

/** One row, or null. */
export async function row(sql: string, ...values: readonly string[]): Promise<unknown> {
  return await env.DB.prepare(sql)
    .bind(...values)
    .first();
}
