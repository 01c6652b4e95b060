/**
 * Every minute: checks for missing pieces of the set-up. The team is alerted, once per piece and hour. The first
 * run on a database also stores its environment, if its name can be used.
 */
import { UNKNOWN_ENVIRONMENT } from "../../config";
import { missingPieceAlert } from "../../store/outbox/alerts";
import type { Alert } from "../../store/outbox/alerts";
import { type Expected, missingPieces } from "../../store/set-up/missing-pieces";
import { claimDatabase, loadSetUp } from "../../store/set-up/set-up";

export interface SetUpWatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  readonly expected: Expected;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

export async function watchSetUp({ db, now, expected, raiseAlert }: SetUpWatchDeps): Promise<void> {
  const { environment } = expected;
  if (environment !== UNKNOWN_ENVIRONMENT) await claimDatabase(db, environment);
  const at = now();
  const missing = missingPieces(await loadSetUp(db, at), expected, at);
  for (const piece of missing) {
    // The cron is running now, so a finding about the cron is outdated.
    if (piece.piece !== "cron") await raiseAlert(missingPieceAlert(piece));
  }
}
