/**
 * Who was erased, as an isolate knows it: keyed hashes of their contacts and of the rows about them, and
 * what is done to an event that names one of them. The hashes are kept in memory, so that the receiver
 * asks D1 nothing; every batch that applies events is fenced by the version that it has seen, so what a
 * stale memory let through is never applied as it is.
 */
import { hmac, importKey } from "../digest";
import { eraseBody } from "../events/erased-body";
import { identifiersOf } from "../projection/identifiers";
import { fenceStatement, isFenced } from "./fence";

/** An event as far as it matters here. */
interface Named {
  readonly payload: string;
}

export interface SuppressionList {
  /** Another one with each change of what is known; 0: emptyList was ever erased. */
  readonly version: number;
  /** The body without the person where the event names somebody who was erased, else as it is. */
  readonly erase: (event: Named) => Promise<string>;
}

/** A stored event whose body is to be replaced. */
export interface ErasedBody {
  readonly id: string;
  readonly payload: string;
}

/** Nobody was ever erased: nothing is looked at. */
export const emptyList: SuppressionList = {
  version: 0,
  erase: ({ payload }) => Promise.resolve(payload),
};

export type Hasher = (identifier: string) => Promise<string>;

/** A identifier as it is stored: 96 bits of HMAC-SHA256, in hex. */
export async function createHasher(key: string): Promise<Hasher> {
  const imported = await importKey(key);
  return async (identifier) => (await hmac(imported, identifier)).subarray(0, 12).toHex();
}

/** Primary keys. */
const versionSql = "SELECT position FROM cursors WHERE name = 'erased'";

/** Every hash: an isolate has to know them all, and there are a few dozen for each person. */
const hashesSql = "SELECT hash FROM erased";
const keySql = "SELECT key FROM erasure_key WHERE id = 1";

async function readAll(db: D1Database): Promise<SuppressionList> {
  const [version, hashes, key] = await db.batch<{ position?: number; hash?: string; key?: string }>(
    [versionSql, hashesSql, keySql].map((sql) => db.prepare(sql)),
  );
  const known = new Set(hashes?.results.map(({ hash }) => hash));
  const seen = version?.results[0]?.position ?? 0;
  const secret = key?.results[0]?.key;
  if (known.size === 0 || secret === undefined) return { ...emptyList, version: seen };
  const hash = await createHasher(secret);
  return {
    version: seen,
    erase: async ({ payload }) => {
      const found = await Promise.all(identifiersOf(payload).map(hash));
      return found.some((one) => known.has(one)) ? eraseBody(payload) : payload;
    },
  };
}

interface Memory {
  readonly erased: SuppressionList;
  readonly readAtMs: number;
}

const memories = new WeakMap<D1Database, Memory>();

async function readSince(db: D1Database, known: SuppressionList): Promise<SuppressionList> {
  const version = (await db.prepare(versionSql).first<number>("position")) ?? 0;
  if (version === known.version) return known;
  return version === 0 ? emptyList : await readAll(db);
}

function remember(db: D1Database, erased: SuppressionList, nowMs: number): void {
  memories.set(db, { erased, readAtMs: nowMs });
}

/** As D1 has it now; all is read only where nothing is known, or the version has moved. */
export async function loadSuppressionList(db: D1Database, nowMs: number): Promise<SuppressionList> {
  const memory = memories.get(db);
  const erased = await (memory === undefined ? readAll(db) : readSince(db, memory.erased));
  remember(db, erased, nowMs);
  return erased;
}

/** What has passed the fence of version 0 has shown it. */
export function rememberNobody(db: D1Database, nowMs: number): void {
  remember(db, emptyList, nowMs);
}

/** As this isolate last knew it, and how long ago that was; null where it has never asked. */
export function rememberSuppressionList(
  db: D1Database,
  nowMs: number,
): { readonly erased: SuppressionList; readonly ageMs: number } | null {
  const memory = memories.get(db);
  return memory === undefined ? null : { erased: memory.erased, ageMs: nowMs - memory.readAtMs };
}

const FENCE = "erased";

/** Fails its batch where somebody was erased since `version`. Primary key. */
export function suppressionFence(db: D1Database, version: number): D1PreparedStatement {
  return fenceStatement(db, FENCE, `coalesce((${versionSql}), 0) = ?1`, version);
}

/** Somebody was erased of whom this isolate did not know; it does now. */
export class SuppressionListChanged extends Error {}

/** Does work that is fenced by `suppressionFence`. */
export async function unlessListChanged<T>(db: D1Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error, FENCE)) throw error;
    await loadSuppressionList(db, memories.get(db)?.readAtMs ?? 0);
    // Without its cause, which would be taken for the fault of the events in the batch.
    // oxlint-disable-next-line eslint/preserve-caught-error
    throw new SuppressionListChanged("somebody was erased meanwhile");
  }
}
