/** Compares the explanation of every order with the reference model: it must be complete and agree with the model. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { REBUILD_LIMITS } from "../../src/limits";
import { explainOrder } from "../../src/projection/history/explain";
import { interpret } from "../../src/projection/interpret";
import { type Model, modelRows } from "../../src/projection/history/model";
import { hashId, idHashIn } from "../../src/projection/precedence";
import { loadHistory } from "../../src/store/state/history";
import { keysOf, loadRows } from "../../src/store/state/rows";
import { options } from "./deliver";
import { defaults } from "./defaults";

export async function expectExplained(model: Model, events: readonly StoredEvent[]): Promise<void> {
  const rows = new Map(modelRows(model.state));
  const patched = events.map(({ id, ...event }) => ({
    id,
    keys: interpret({ id, ...event }, options).patches.map(({ entity, key }) => `${entity} ${key}`),
  }));
  const explain = async (orderNumber: string): Promise<void> => {
    const { rows: current } = await loadRows(env.DB, orderNumber, REBUILD_LIMITS);
    const keys = keysOf(current);
    const { events: history } = await loadHistory(env.DB, orderNumber, keys, REBUILD_LIMITS);
    const picture = { rows: current, areAllPayments: true };
    const { explained: explanation } = explainOrder(orderNumber, picture, history, defaults);
    for (const { entity, key, register, setBy, precedence } of explanation.registers) {
      const expected = rows.get(`${entity} ${key}`)?.[`${register}_precedence`] ?? "";
      expect(precedence, `${entity} ${key} ${register}`).toBe(expected);
      expect(setBy === null ? "" : hashId(setBy)).toBe(idHashIn(String(expected)));
    }
    const comparisons = explanation.events.flatMap(({ settings }) =>
      settings.map(({ comparison }) => comparison),
    );
    expect(comparisons).not.toContain("not applied");
    expect(explanation.derived?.paymentStatus).toBe(
      rows.get(`orders ${orderNumber}`)?.["payment_status"],
    );
    const own = new Set(current.map(({ entity, key }) => `${entity} ${key}`));
    const about = patched.filter(({ keys }) => keys.some((key) => own.has(key)));
    const explained = new Set(explanation.events.map(({ id }) => id));
    expect(about.map(({ id }) => id).filter((id) => !explained.has(id))).toEqual([]);
  };
  await Promise.all([...model.state.orders.keys()].map(explain));
}
