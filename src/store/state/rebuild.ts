/** Rebuilding: the SQL that clears rows and merges them again. It writes state only, never the outbox. */
import { REBUILD_LIMITS } from "../../limits";
import { foldPatches } from "../../projection/fold";
import type { StateRow } from "../../projection/history/explanation";
import type { RebuildPlan } from "../../projection/history/rebuild-plan";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  registersOf,
} from "../../projection/registers";
import { precedenceSql } from "../../projection/shared-precedence";
import { archiveFence, keysTouched } from "../closed-orders/keys";
import { contactStatements, disputeStatements } from "./claims";
import { deriveStatements } from "./derive";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { keysOf, readBounded, type RowKeys } from "./rows";
import { linkMoneyStatements, paymentsAndAliases } from "./links";
import { foldStatements } from "./merge";
import { slicedRows, slicedStatements } from "../slices";

/**
 * `?1`: [key, precedences] rows. Primary key. A row that an event has changed since it was read stays as it is; the
 * next comparison finds the remaining differences.
 */
function clearSql(entity: Entity): string {
  const { key } = entities[entity];
  const precedences = registersOf(entity)
    .map(([register]) => precedenceSql(entity, register))
    .join(" || ' ' || ");
  return `
DELETE FROM ${entity} WHERE ${key} IN (SELECT value->>0 FROM jsonb_each(?1))
  AND EXISTS (SELECT 1 FROM jsonb_each(?1) WHERE value->>0 = ${key} AND value->>1 = ${precedences})`;
}

function clearStatements(
  db: D1Database,
  cleared: readonly StateRow[],
): readonly D1PreparedStatement[] {
  return entityNames.flatMap((entity) => {
    const rows = cleared
      .filter((row) => row.entity === entity)
      .map(({ key, columns }) => [
        key,
        registersOf(entity)
          .map(([register]) => String(columns[`${register}_precedence`]))
          .join(" "),
      ]);
    return slicedStatements(db, clearSql(entity), rows);
  });
}

/**
 * `?1`: [key, precedence] rows. Primary key. Without its precedence, the merge sets the register again; the row
 * keeps the other registers. Where it is that of the status, a trigger gives those that share it theirs in full
 * (migrations/0037).
 */
function resetSql(entity: Entity, register: string): string {
  const { key } = entities[entity];
  return `
UPDATE ${entity} SET ${register}_precedence = '' FROM ${slicedRows("key", "precedence")} AS v
WHERE ${entity}.${key} = v.key AND ${precedenceSql(entity, register)} = v.precedence`;
}

function resetStatements(
  db: D1Database,
  reset: RebuildPlan["reset"],
): readonly D1PreparedStatement[] {
  return entityNames.flatMap((entity) =>
    registersOf(entity).flatMap(([register]) => {
      const rows = reset
        .filter((one) => one.entity === entity && one.register === register)
        .map(({ key, precedence }) => [key, precedence]);
      return slicedStatements(db, resetSql(entity, register), rows);
    }),
  );
}

/** Primary key. The audit compares the claims of events with the present rows. */
const claimSql = `
UPDATE webhook_events SET status_precedence = c.precedence
FROM ${slicedRows("id", "precedence")} AS c
WHERE webhook_events.id = c.id AND webhook_events.status_precedence IS NOT c.precedence`;

/** Primary key. A time without a zone changes when STORE_TIME_ZONE changes. */
const timeSql = `
UPDATE webhook_events SET occurred_at = c.time FROM ${slicedRows("id", "time")} AS c
WHERE webhook_events.id = c.id`;

/** Statements that write the claims of events for the status of their rows. */
export function claimStatements(
  db: D1Database,
  claims: RebuildPlan["claims"],
): readonly D1PreparedStatement[] {
  const rows = claims.map(({ id, precedence }) => [id, precedence]);
  return slicedStatements(db, claimSql, rows);
}

/**
 * Clears, merges, links and derives in one batch or not at all. Nothing is done if a person was erased since
 * `listVersion`, or if a row of it is archived.
 */
export async function applyRebuild(
  db: D1Database,
  rows: readonly StateRow[],
  plan: RebuildPlan,
  now: string,
  listVersion: number,
): Promise<void> {
  const patches = foldPatches(plan.patches);
  const { rows: folded, orderNumbers, linkClaims } = patches;
  const current = keysOf(rows);
  const owners = rows.flatMap(({ columns }) => columns["order_number"] ?? []).map(String);
  const orders = new Set([...orderNumbers, ...owners]);
  const keys = byEntity((entity) =>
    JSON.stringify([
      ...(entity === "orders" ? orders : new Set([...current[entity], ...folded[entity].keys()])),
    ]),
  );
  const statements = [
    ...archiveFence(db, keysTouched(patches)),
    ...clearStatements(db, plan.cleared),
    ...resetStatements(db, plan.reset),
    ...disputeStatements(db, linkClaims),
    ...contactStatements(db, plan.contacts),
    ...foldStatements(db, patches, now),
    ...linkMoneyStatements(db, keys, now),
    ...deriveStatements(db, keys, now, null),
    ...claimStatements(db, plan.claims),
    ...slicedStatements(
      db,
      timeSql,
      plan.times.map(({ id, occurredAt }) => [id, occurredAt]),
    ),
    suppressionFence(db, listVersion),
  ];
  await unlessListChanged(db, () => db.batch(statements));
}

/** Primary keys, payments_reference. Payments come with their other names. */
const keysSql = byEntity((entity) =>
  entity === "payments" ? paymentsAndAliases : "SELECT value FROM json_each(?1)",
);

/** Reads payments, refunds and shipments by their keys: one batch. Null if there are too many. */
export async function loadRowsByKeys(
  db: D1Database,
  keys: RowKeys,
): Promise<readonly StateRow[] | null> {
  const read = ["payments", "refunds", "shipments"] as const;
  const keysFor = (entity: Entity): string => JSON.stringify(keys[entity]);
  const { rows, cut } = await readBounded(db, read, keysSql, keysFor, REBUILD_LIMITS);
  return cut.length === 0 ? rows : null;
}
