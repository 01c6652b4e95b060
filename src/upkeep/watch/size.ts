/**
 * Stores the size of the database once a day. If the database is so full that a person must decide what to remove, it
 * also alerts the team once a day; not where as much leaves as comes, since that may go on for years.
 */
import { DATABASE_ALERT_SHARE, DATABASE_WINDOWS } from "../../limits";
import { type Alert, sizeAlert } from "../../store/outbox/alerts";
import { keepSize, loadSize } from "../../store/retention/database-size";

export interface SizeWatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** The most bytes that the database may hold. */
  readonly maxBytes: number;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

export async function watchSize({ db, now, maxBytes, raiseAlert }: SizeWatchDeps): Promise<void> {
  const at = now().toISOString();
  const size = await loadSize(db, maxBytes, at);
  if (size.isKept) return;
  // Alerts first: if the run stops in between, the next one raises the alert again, and there is only one each hour.
  const isSteady = size.growth !== null && size.fullOn === null;
  const share = isSteady ? DATABASE_WINDOWS[0].share : DATABASE_ALERT_SHARE;
  if (size.bytes >= share * maxBytes) await raiseAlert(sizeAlert(size));
  await keepSize(db, size.bytes, at);
}
