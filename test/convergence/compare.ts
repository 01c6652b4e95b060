/** Compares the rows in D1 with the reference model, column by column. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type Model, modelRows, type ModelRow } from "../../src/projection/history/model";
import {
  entities,
  type Entity,
  entityNames,
  registersOf,
  type Value,
} from "../../src/projection/registers";
import { isShared, withPrecedences } from "../../src/projection/shared-precedence";
import { shortenKeys } from "../../src/store/short-keys";

/** Equal rows must also be stored in the same way: no register repeats the precedence of the status. */
function expectShared(entity: Entity, row: ModelRow): void {
  const repeated = registersOf(entity)
    .map(([register]) => register)
    .filter(isShared)
    .filter((register) => row[`${register}_precedence`] === (row["status_precedence"] || null));
  expect(repeated, `${entity}: a precedence in full`).toEqual([]);
}

/**
 * Bookkeeping is not compared; after a batch `stale` must be 0, `placed_at` must equal `order_date`, and `extra` must be
 * stored with its keys shortened.
 */
export async function storedRows(): Promise<Map<string, ModelRow>> {
  const rows = new Map<string, ModelRow>();
  const results = await env.DB.batch<Record<string, Value>>(
    entityNames.map((entity) => env.DB.prepare(`SELECT * FROM ${entity}`)),
  );
  for (const [index, entity] of entityNames.entries()) {
    for (const found of results[index]?.results ?? []) {
      const { updated_at: _, stale, placed_at: placed, short_extra: short, ...raw } = found;
      const row = withPrecedences(raw);
      expectShared(entity, raw);
      if (stale !== undefined) expect(stale, `${entity} left stale`).toBe(0);
      if (placed !== undefined) expect(placed, `${entity}: placed_at`).toBe(row["order_date"]);
      const { extra = null } = row;
      if (short !== undefined) {
        expect(short, `${entity}: extra`).toBe(extra && shortenKeys(entity, String(extra)));
      }
      rows.set(`${entity} ${String(row[entities[entity].key])}`, row);
    }
  }
  return rows;
}

async function storedFacts(): Promise<ReadonlySet<string>> {
  const { results } = await env.DB.prepare(
    "SELECT id || ' ' || template || ' ' || channel AS fact FROM notifications WHERE template NOT IN ('refund_due', 'alert')",
  ).all<{ fact: string }>();
  return new Set(results.map(({ fact }) => fact));
}

/** Fails with the first rows that differ from the model. */
export async function expectModel(model: Model): Promise<void> {
  const stored = Object.fromEntries(await storedRows());
  const expected = Object.fromEntries(modelRows(model.state));
  expect(stored).toEqual(expected);
  expect([...(await storedFacts())].toSorted()).toEqual([...model.facts].toSorted());
  const audit = await env.DB.prepare("SELECT * FROM state_audit").all();
  expect(audit.results).toEqual([]);
}
