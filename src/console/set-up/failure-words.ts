/** Explains a failure on a page: an archive that cannot be read, or, most likely, a database older than the Worker. */
import { DEEP_HEALTH } from "../../limits";
import { migrateCommand } from "../../store/set-up/missing-pieces";
import { loadMissingMigrations } from "../../store/set-up/migrations";
import { UnreadableArchive } from "../../store/closed-orders/archived-orders";
import { within } from "../../time-limit";
import type { HealthDeps } from "../health";

const UNREADABLE =
  "The order is archived, and its file cannot be read. The team was alerted; the log says why.";

/**
 * Null if no migration is missing, or if D1 does not answer. Contains no names, because it is also shown before
 * the sign-in.
 */
export async function explainFailure(
  { db, expected }: Pick<HealthDeps, "db" | "expected">,
  error: Error,
): Promise<string | null> {
  if (error instanceof UnreadableArchive) return UNREADABLE;
  try {
    const missing = await within(loadMissingMigrations(db), DEEP_HEALTH.timeoutMs);
    if (missing.length === 0) return null;
    const command = migrateCommand(expected.environment);
    return `The database is older than this version of the Worker: migrations are missing. Run: ${command}`;
  } catch {
    return null;
  }
}
