/** Archives orders as the cron does, and reads what the archive then has. */
import { withPrecedences } from "../../src/projection/shared-precedence";
import { env } from "cloudflare:workers";
import { entities, type Entity, entityNames, type Value } from "../../src/projection/registers";
import type { ClosedFile } from "../../src/store/closed-orders/closed-files";
import { gatherSets } from "../../src/store/closed-orders/connected";
import { loadColumns, type SetRows } from "../../src/store/closed-orders/set-rows";
import { archiveSets } from "../../src/closed-orders/closing";
import { readFile } from "../../src/closed-orders/files";
import { putBack } from "../../src/closed-orders/putting-back";
import { bucket } from "./archive";
import { NOW } from "./queue";

const limits = { keys: 500, steps: 12, rows: 2_500 };

interface Bindings {
  readonly db: D1Database;
  readonly archive: R2Bucket;
}

/** The real ones; tests that break them hand in their own. */
export const bindings = (): Bindings => ({ db: env.DB, archive: bucket() });

/** Archives the sets of these orders, whether they are finished or not; returns how many. */
export async function archiveOrders(
  orders: readonly string[],
  { db, archive }: Bindings = bindings(),
): Promise<number> {
  const sets = await gatherSets(db, orders, limits);
  const deps = { db, archive, orderDays: 1, now: () => new Date(NOW) };
  return await archiveSets(deps, sets, () => true, await loadColumns(db));
}

export async function putBackKeys(
  keys: readonly string[],
  { db, archive }: Bindings = bindings(),
): Promise<number> {
  const answer = await putBack({ db, archive, now: () => new Date(NOW) }, keys);
  if (!answer.ok) throw new Error(answer.problem);
  return answer.sets;
}

export async function archivedKeys(): Promise<readonly string[]> {
  const { results } = await env.DB.prepare("SELECT DISTINCT key FROM archived_keys").all<{
    key: string;
  }>();
  return results.map(({ key }) => key);
}

/** The sets that are in the archive and not in D1. */
export async function archivedSets(): Promise<readonly SetRows[]> {
  const { results: files } = await env.DB.prepare(
    "SELECT * FROM closed_files WHERE state IN ('closed', 'placed')",
  ).all<ClosedFile>();
  const { results: back } = await env.DB.prepare("SELECT file_id, set_no FROM put_back_sets").all();
  const gone = new Set(back.map(({ file_id, set_no }) => `${String(file_id)} ${String(set_no)}`));
  const sets: SetRows[] = [];
  for (const file of files) {
    const read = await readFile(bucket(), file);
    if (read === null) throw new Error(`${file.name} is missing`);
    for (const [setNo, rows] of read) {
      if (!gone.has(`${String(file.id)} ${String(setNo)}`)) sets.push(rows);
    }
  }
  return sets;
}

type Row = Readonly<Record<string, Value>>;

/** The archived rows of the state by `orders ORD-1`, without bookkeeping. Fails where one is there twice. */
export async function archivedRows(): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  const put = (
    entity: Entity,
    { updated_at: _updated, stale: _stale, placed_at: _placed, ...row }: Row,
  ): void => {
    const name = `${entity} ${String(row[entities[entity].key])}`;
    if (rows.has(name)) throw new Error(`${name} is archived twice`);
    rows.set(name, withPrecedences(row));
  };
  for (const set of await archivedSets()) {
    for (const entity of entityNames) for (const row of set[entity]) put(entity, row);
  }
  return rows;
}
