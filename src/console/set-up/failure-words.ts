/** What a person reads where an answer could not be given: a database that is behind the Worker explains most. */
import { DEEP_HEALTH } from "../../limits";
import { migrateCommand } from "../../store/set-up/missing-pieces";
import { loadMissingMigrations } from "../../store/set-up/migrations";
import { within } from "../../time-limit";
import type { HealthDeps } from "../health";

/** Null where no migration is missing, or D1 cannot be asked. Names none: it is also read before a sign-in. */
export async function explainFailure({
  db,
  expected,
}: Pick<HealthDeps, "db" | "expected">): Promise<string | null> {
  try {
    const missing = await within(loadMissingMigrations(db), DEEP_HEALTH.timeoutMs);
    if (missing.length === 0) return null;
    const command = migrateCommand(expected.environment);
    return `The database is older than this version of the Worker: migrations are missing. Run: ${command}`;
  } catch {
    return null;
  }
}
