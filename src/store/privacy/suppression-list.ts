/**
 * The suppression list: the people who were erased, known by keyed hashes of their data-subject
 * identifiers (contacts, and the rows about them). An isolate keeps it in memory and asks D1 nothing;
 * every batch that writes what a body says is fenced by the version that it has seen, so that what a
 * stale memory let through is not written.
 */
import { hmac, importKey } from "../../digest";
import { eraseBody } from "../../events/erased-body";
import { identifiersOf } from "../../projection/identifiers";
import { fenceStatement, isFenced } from "../fence";

export interface SuppressionList {
  /** Another one with each change; 0: nobody was ever on it. */
  readonly version: number;
  readonly hasAny: (identifiers: readonly string[]) => Promise<boolean>;
  /** The body without the person where it names somebody on the list, else as it is. */
  readonly erase: (payload: string) => Promise<string>;
}

/** Nothing is looked at. */
const emptyList: SuppressionList = {
  version: 0,
  hasAny: () => Promise.resolve(false),
  erase: (payload) => Promise.resolve(payload),
};

export type Hasher = (identifier: string) => Promise<string>;

/** An identifier as it is stored: 96 bits of HMAC-SHA256, in hex. */
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
  const hasAny = async (identifiers: readonly string[]): Promise<boolean> =>
    (await Promise.all(identifiers.map(hash))).some((one) => known.has(one));
  return {
    version: seen,
    hasAny,
    erase: async (payload) =>
      (await hasAny(identifiersOf(payload))) ? eraseBody(payload) : payload,
  };
}

/** As each database was last read by this isolate. */
const memories = new WeakMap<D1Database, SuppressionList>();

async function readSince(db: D1Database, known: SuppressionList): Promise<SuppressionList> {
  const version = (await db.prepare(versionSql).first<number>("position")) ?? 0;
  if (version === known.version) return known;
  return version === 0 ? emptyList : await readAll(db);
}

/** As D1 has it now; all is read only where nothing is known, or the version has moved. */
export async function loadSuppressionList(db: D1Database): Promise<SuppressionList> {
  const known = memories.get(db);
  const list = await (known === undefined ? readAll(db) : readSince(db, known));
  memories.set(db, list);
  return list;
}

/** As this isolate last knew it; empty where it has never asked. What relies on it has to be fenced. */
export function knownSuppressionList(db: D1Database): SuppressionList {
  return memories.get(db) ?? emptyList;
}

/** Reads which version holds, for a batch of somebody else's. */
export function listVersionStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(versionSql);
}

/** The list of a version that D1 has just named: from memory where that is known. */
export async function suppressionListAt(db: D1Database, version: number): Promise<SuppressionList> {
  const known = knownSuppressionList(db);
  return known.version === version ? known : await loadSuppressionList(db);
}

const FENCE = "suppression list";

/** Fails its batch where the list has changed since `version`. Primary key. */
export function suppressionFence(db: D1Database, version: number): D1PreparedStatement {
  return fenceStatement(db, FENCE, `coalesce((${versionSql}), 0) = ?1`, version);
}

/** Somebody is on the list of whom this isolate did not know; it does now. */
export class SuppressionListChanged extends Error {}

/** Does work that is fenced by `suppressionFence`. */
export async function unlessListChanged<T>(db: D1Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error, FENCE)) throw error;
    await loadSuppressionList(db);
    // Without its cause, which would be taken for the fault of the events in the batch.
    // oxlint-disable-next-line eslint/preserve-caught-error
    throw new SuppressionListChanged("the suppression list has changed meanwhile");
  }
}
