/** Erasures in the database: the request, its progress, and the data-subject identifiers. */
import { ERASE_ORDERS } from "../../privacy-limits";
import { rowIdentifier } from "../../projection/identifiers";
import { ordersOfPerson, rowsOfOrders } from "./order-rows";
import { createHasher, type Hasher } from "./suppression-list";

export interface Erasure {
  readonly id: number;
  readonly requested_at: string;
  readonly stage: "orders" | "inbox" | "rows" | "forwards" | "contacts" | "archive" | "done";
  readonly place: string;
  readonly orders: number;
  readonly events: number;
  readonly notifications: number;
  readonly archived_events: number;
  readonly error: string | null;
  readonly finished_at: string | null;
}

/** Created once, in D1, and never shown. */
const makeKeySql = `
INSERT INTO erasure_key (id, key) VALUES (1, lower(hex(randomblob(32)))) ON CONFLICT DO NOTHING`;

async function loadHasher(db: D1Database): Promise<Hasher> {
  const [, row] = await db.batch<{ key: string }>([
    db.prepare(makeKeySql),
    db.prepare("SELECT key FROM erasure_key WHERE id = 1"),
  ]);
  return await createHasher(row?.results[0]?.key ?? "");
}

/**
 * `?1`: hashes. Primary keys. Runs before `suppressSql`, and only changes something if that will add a hash. The
 * version is random, not counted: after a restore of D1 to an earlier time, the same number would stand for other
 * persons.
 */
const changeVersionSql = `
INSERT INTO cursors (name, position) SELECT 'erased', 1 + abs(random() >> 12)
WHERE EXISTS (SELECT 1 FROM json_each(?1) WHERE value NOT IN (SELECT hash FROM erased))
ON CONFLICT (name) DO UPDATE SET position = excluded.position`;

const suppressSql = `
INSERT INTO erased (hash, erasure_id)
SELECT value, (SELECT max(id) FROM erasures) FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`;

function suppressStatements(
  db: D1Database,
  hashes: readonly string[],
): readonly D1PreparedStatement[] {
  const list = JSON.stringify(hashes);
  return [db.prepare(changeVersionSql).bind(list), db.prepare(suppressSql).bind(list)];
}

/** `?1`: contacts. Primary keys. */
const collectSql = `
INSERT INTO erasure_orders (erasure_id, order_number)
SELECT (SELECT max(id) FROM erasures), order_number FROM (${ordersOfPerson("?1")})`;

/** Primary keys. */
const countOrdersSql = `
UPDATE erasures SET orders = (SELECT count(*) FROM erasure_orders e WHERE e.erasure_id = erasures.id)
WHERE id = (SELECT max(id) FROM erasures) RETURNING *`;

/** Stores the request, its orders and the hashes of its contacts (or `order:ORD-1`), in one batch. */
export async function startErasure(
  db: D1Database,
  contacts: readonly string[],
  now: string,
): Promise<Erasure> {
  const hash = await loadHasher(db);
  const hashes = await Promise.all(contacts.map(hash));
  const list = JSON.stringify(contacts);
  const results = await db.batch<Erasure>([
    db.prepare("INSERT INTO erasures (requested_at, stage) VALUES (?1, 'orders')").bind(now),
    ...suppressStatements(db, hashes),
    db.prepare(collectSql).bind(list),
    db
      .prepare("DELETE FROM order_contacts WHERE contact IN (SELECT value FROM json_each(?1))")
      .bind(list),
    db.prepare(countOrdersSql),
  ]);
  const [erasure] = results.at(-1)?.results ?? [];
  if (erasure === undefined) throw new Error("an erasure was inserted but not returned");
  return erasure;
}

export async function loadErasure(db: D1Database, id: number): Promise<Erasure | null> {
  return await db.prepare("SELECT * FROM erasures WHERE id = ?1").bind(id).first<Erasure>();
}

/**
 * The table has one row for each erasure; primary key of its orders. An erasure with an error comes after the
 * others. The next stage starts only when no order is pending.
 */
const unfinishedSql = `
SELECT * FROM erasures WHERE finished_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM erasure_orders o WHERE o.erasure_id = erasures.id AND o.pending = 1)
ORDER BY error IS NOT NULL, id LIMIT 1`;

export async function findUnfinished(db: D1Database): Promise<Erasure | null> {
  return await db.prepare(unfinishedSql).first<Erasure>();
}

/**
 * `?1`, `?2`: the erasure and its last position; `?3`: the next position. Primary key. Two runs may take the same
 * step: the second finds the position changed, and only adds its counts.
 */
const moveSql = `
UPDATE erasures SET error = ?4, events = events + ?5, archived_events = archived_events + ?6,
  finished_at = CASE WHEN (stage, place) = (?2->>0, ?2->>1) AND ?3->>0 = 'done' THEN ?7 ELSE finished_at END,
  stage = CASE WHEN (stage, place) = (?2->>0, ?2->>1) THEN ?3->>0 ELSE stage END,
  place = CASE WHEN (stage, place) = (?2->>0, ?2->>1) THEN ?3->>1 ELSE place END
WHERE id = ?1 AND finished_at IS NULL`;

const leaveSql = `
DELETE FROM erasure_orders WHERE erasure_id = ?1 AND pending = 0
  AND EXISTS (SELECT 1 FROM erasures WHERE id = ?1 AND finished_at IS NOT NULL)`;

/** Stores why an erasure does not continue; also for a finished erasure. */
export async function saveError(db: D1Database, id: number, error: string): Promise<void> {
  await db.prepare("UPDATE erasures SET error = ?2 WHERE id = ?1").bind(id, error).run();
}

/** Stores the progress, and adds the counts. */
export async function saveStage(
  db: D1Database,
  { id, stage, place }: Pick<Erasure, "id" | "stage" | "place">,
  to: Partial<Pick<Erasure, "stage" | "place" | "error" | "events" | "archived_events">>,
  now: string,
): Promise<void> {
  const next = JSON.stringify([to.stage ?? stage, to.place ?? place]);
  const found = [to.events ?? 0, to.archived_events ?? 0];
  await db.batch([
    db
      .prepare(moveSql)
      .bind(id, JSON.stringify([stage, place]), next, to.error ?? null, ...found, now),
    db.prepare(leaveSql).bind(id),
  ]);
}

/** Orders of one erasure that are not erased yet. */
export interface PendingOrders {
  readonly erasureId: number;
  readonly orders: readonly string[];
}

/** Orders after `after`, also those added to a finished erasure. erasure_orders_pending. */
export async function findPending(db: D1Database, after: string): Promise<PendingOrders | null> {
  const { results } = await db
    .prepare(
      `SELECT erasure_id, order_number FROM erasure_orders INDEXED BY erasure_orders_pending
      WHERE pending = 1 AND order_number > ?2 ORDER BY order_number LIMIT ?1`,
    )
    .bind(ERASE_ORDERS, after)
    .all<{ erasure_id: number; order_number: string }>();
  const erasureId = results[0]?.erasure_id;
  if (erasureId === undefined) return null;
  const own = results.filter((row) => row.erasure_id === erasureId);
  return { erasureId, orders: own.map((row) => row.order_number) };
}

/** The identifiers of the orders, and of all that belongs or ever belonged to them. */
export async function loadRowIdentifiers(
  db: D1Database,
  orders: readonly string[],
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(rowsOfOrders)
    .bind(JSON.stringify(orders))
    .all<{ subject: string; key: string }>();
  return results.map(({ subject, key }) => rowIdentifier(subject, key));
}

/** From now on, events about these orders and their payments, refunds and shipments are erased. */
export async function suppressOrders(db: D1Database, orders: readonly string[]): Promise<void> {
  await suppressRows(db, await loadRowIdentifiers(db, orders));
}

/** From now on, events with one of these identifiers are erased. */
export async function suppressRows(db: D1Database, identifiers: readonly string[]): Promise<void> {
  const hash = await loadHasher(db);
  await db.batch([...suppressStatements(db, await Promise.all(identifiers.map(hash)))]);
}

/** `?1`: order numbers. Unfinished erasures, which are few; primary key. */
const enteredSql = `
SELECT o.order_number AS number FROM erasures CROSS JOIN erasure_orders o ON o.erasure_id = erasures.id
WHERE erasures.finished_at IS NULL AND o.order_number IN (SELECT value FROM json_each(?1))`;

/** Those of the orders that an unfinished erasure erases or has erased. */
export async function loadEntered(
  db: D1Database,
  orders: readonly string[],
): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare(enteredSql)
    .bind(JSON.stringify(orders))
    .all<{ number: string }>();
  return new Set(results.map(({ number }) => number));
}
