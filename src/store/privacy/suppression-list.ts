/**
 * The suppression list: erased persons, known by keyed hashes of their data-subject identifiers (contacts, and the
 * rows about them). An isolate keeps the list in memory. Every batch that writes data from a body has a fence with
 * the version of the list that was used, so that nothing is written with an outdated list.
 */
import { hmac, importKey } from "../../digest";
import { eraseBody } from "../../events/erased-body";
import { identifiersOf } from "../../projection/identifiers";
import { fenceStatement, isFenced } from "../fence";

export interface SuppressionList {
  /** Changes with the list; 0: the list was always empty. */
  readonly version: number;
  readonly hasAny: (identifiers: readonly string[]) => Promise<boolean>;
  /** Returns the body without the person if it names somebody on the list; otherwise unchanged. */
  readonly erase: (payload: string) => Promise<string>;
}

/** Checks nothing. */
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

/** SQL for the version; null if the list was always empty. Primary key. */
export const listVersion = "SELECT position FROM cursors WHERE name = 'erased'";

/** All hashes: an isolate needs every one, and there are a few dozen for each person. */
const hashesSql = "SELECT hash FROM erased";
const keySql = "SELECT key FROM erasure_key WHERE id = 1";

async function readAll(db: D1Database): Promise<SuppressionList> {
  const [version, hashes, key] = await db.batch<{ position?: number; hash?: string; key?: string }>(
    [listVersion, hashesSql, keySql].map((sql) => db.prepare(sql)),
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

/** The list as this isolate last read it, for each database. */
const memories = new WeakMap<D1Database, SuppressionList>();

async function readSince(db: D1Database, known: SuppressionList): Promise<SuppressionList> {
  const version = (await db.prepare(listVersion).first<number>("position")) ?? 0;
  if (version === known.version) return known;
  return version === 0 ? emptyList : await readAll(db);
}

/** The current list; all hashes are read only if nothing is known or the version has changed. */
export async function loadSuppressionList(db: D1Database): Promise<SuppressionList> {
  const known = memories.get(db);
  const list = await (known === undefined ? readAll(db) : readSince(db, known));
  memories.set(db, list);
  return list;
}

/** The list as this isolate last read it; empty if it has not read one. Writes that use it need the fence. */
export function knownSuppressionList(db: D1Database): SuppressionList {
  return memories.get(db) ?? emptyList;
}

/** The list of a version that was just read from D1; from memory if that has the version. */
export async function suppressionListAt(db: D1Database, version: number): Promise<SuppressionList> {
  const known = knownSuppressionList(db);
  return known.version === version ? known : await loadSuppressionList(db);
}

const FENCE = "suppression list";

/** Fails its batch if the list has changed since `version`. Primary key. */
export function suppressionFence(db: D1Database, version: number): D1PreparedStatement {
  return fenceStatement(db, FENCE, `coalesce((${listVersion}), 0) = ?1`, version);
}

/** The list has changed since this isolate read it; the isolate has now read it again. */
export class SuppressionListChanged extends Error {}

/** Does work that is fenced by `suppressionFence`. */
export async function unlessListChanged<T>(db: D1Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error, FENCE)) throw error;
    await loadSuppressionList(db);
    // Without its cause, which would look like an error in the data of the batch.
    // oxlint-disable-next-line eslint/preserve-caught-error
    throw new SuppressionListChanged("the suppression list has changed meanwhile");
  }
}
