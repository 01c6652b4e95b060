/** How the inbox is, for pages, the admin API and metrics: the same figures everywhere. */
import { loadSystemStatus, type SystemStatus } from "../store/overview";
import { isLockedOut } from "../store/inbox/refusals";
import { type Expected, type MissingPiece, missingPieces } from "../store/set-up/missing-pieces";
import { loadSetUp } from "../store/set-up/set-up";

export interface Health {
  /** Every event ever received. */
  readonly events: number;
  /** Applied, ignored, or purged since. */
  readonly settled: number;
  readonly received: number;
  readonly quarantined: number;
  readonly failed: number;
  readonly oldest_waiting_seconds: number | null;
  /** When the last authentic event was received, whatever its status. */
  readonly last_received_at: string | null;
  readonly last_sweep_at: string | null;
  /** Deliveries refused within the last hour (store/inbox/refusals.ts): all, and by reason. */
  readonly refused_last_hour: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Deliveries were refused for their signature, and no event was received in that time. */
  readonly locked_out: boolean;
  /** Missing from the set-up: a consumer, the cron, migrations …; the most important one first. */
  readonly missing_pieces: readonly MissingPiece[];
}

export interface HealthDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  readonly expected: Expected;
}

/** The queries run in parallel; reads a limited part of the inbox. */
export async function checkHealth({ db, now, expected }: HealthDeps): Promise<Health> {
  const at = now();
  const [status, setUp] = await Promise.all([
    loadSystemStatus(db, at.toISOString()),
    loadSetUp(db, at),
  ]);
  return healthOf(status, missingPieces(setUp, expected, at), at);
}

export function healthOf(
  { totals, refused }: SystemStatus,
  missing: readonly MissingPiece[],
  now: Date,
): Health {
  if (totals === null) throw new Error("the inbox did not answer");
  const { events, received, quarantined, failed, oldest_waiting_at, swept_at } = totals;
  const waitingMs =
    oldest_waiting_at === null ? null : now.getTime() - Date.parse(oldest_waiting_at);
  return {
    events,
    settled: Math.max(0, events - received - quarantined - failed),
    received,
    quarantined,
    failed,
    oldest_waiting_seconds: waitingMs === null ? null : Math.max(0, Math.round(waitingMs / 1000)),
    last_received_at: totals.last_received_at,
    last_sweep_at: swept_at === null ? null : new Date(swept_at).toISOString(),
    refused_last_hour: refused.reduce((sum, { deliveries }) => sum + deliveries, 0),
    locked_out: isLockedOut(refused, totals.last_received_at, now.toISOString()),
    refused: Object.fromEntries(refused.map(({ reason, deliveries }) => [reason, deliveries])),
    missing_pieces: missing,
  };
}
