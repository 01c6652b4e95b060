/**
 * Keeps the size of the database, once a day, and tells the team once a day from when it is so full that somebody has to
 * decide what leaves.
 */
import { DATABASE_ALERT_SHARE } from "../../limits";
import { type Alert, sizeAlert } from "../../store/outbox/alerts";
import { keepSize, loadSize } from "../../store/retention/database-size";

export interface SizeWatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** What the database may hold. */
  readonly maxBytes: number;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

export async function watchSize({ db, now, maxBytes, raiseAlert }: SizeWatchDeps): Promise<void> {
  const at = now().toISOString();
  const size = await loadSize(db, maxBytes, at);
  if (size.isKept) return;
  // Alerted first: if the run stops in between, the next one alerts again, which the hour makes one.
  if (size.bytes >= DATABASE_ALERT_SHARE * maxBytes) await raiseAlert(sizeAlert(size));
  await keepSize(db, size.bytes, at);
}
