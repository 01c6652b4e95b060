/**
 * Wrong admin tokens, counted where every isolate sees them: the platform's own rate limit counts in
 * each of its locations apart, for a minute at most, and asks for a binding. Once all sources together
 * have reached their limit, each has one wrong token left: a source without any is never refused for what
 * others do, or whoever has many networks could keep the admins out.
 */

/** Wrong tokens within a period after which a source, or all of them, have to wait. */
export interface SignInLimits {
  readonly ofOne: number;
  readonly ofAll: number;
}

/** `?1`: period; `?2`: source; `?3`, `?4`: the limits. Primary keys. */
const lockedSql = `
SELECT 1 FROM sign_in_failures WHERE period = ?1 AND source = ?2 AND (failures >= ?3
  OR (SELECT failures FROM sign_in_failures WHERE period = ?1 AND source = '') >= ?4)`;

/** True where nobody from this source may try another token within the period. */
export async function isLockedOut(
  db: D1Database,
  period: number,
  source: string,
  { ofOne, ofAll }: SignInLimits,
): Promise<boolean> {
  return (await db.prepare(lockedSql).bind(period, source, ofOne, ofAll).first()) !== null;
}

/** Primary key, by its beginning. A row a network, which may be many: some at a time. */
const forgetSql = `
DELETE FROM sign_in_failures WHERE (period, source) IN (
  SELECT period, source FROM sign_in_failures WHERE period < ?1 LIMIT 1000)`;

const countSql = `
INSERT INTO sign_in_failures (period, source, failures)
SELECT ?1, value, 1 FROM json_each(json_array(?2, '')) WHERE true
ON CONFLICT (period, source) DO UPDATE SET failures = failures + 1`;

/** Counts a wrong token, and forgets periods before. */
export async function recordFailure(db: D1Database, period: number, source: string): Promise<void> {
  await db.batch([db.prepare(forgetSql).bind(period), db.prepare(countSql).bind(period, source)]);
}
