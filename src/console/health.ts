/** The health of inbox and database: the same figures for pages, the admin API and metrics. */
import { type DatabaseSize, loadSize } from "../store/retention/database-size";
import { loadSystemStatus, type SystemStatus } from "../store/overview";
import { isLockedOut } from "../store/inbox/refusals";
import { type Expected, type MissingPiece, missingPieces } from "../store/set-up/missing-pieces";
import { loadSetUp } from "../store/set-up/set-up";

export interface Health {
  /** Every event ever received. */
  readonly events: number;
  /** Applied or ignored, even if purged since. */
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
  readonly database: {
    readonly bytes: number;
    /** DATABASE_MAX_MB. */
    readonly max_bytes: number;
    /** Null before the second day. */
    readonly growth_bytes_per_day: number | null;
    /** `2027-03-03`; null while it does not grow. */
    readonly full_on: string | null;
  };
  /** Missing pieces of the set-up (a consumer, the cron, migrations …), the most important one first. */
  readonly missing_pieces: readonly MissingPiece[];
}

export interface HealthDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  readonly expected: Expected;
}

interface CheckDeps extends HealthDeps {
  /** DATABASE_MAX_MB, in bytes. */
  readonly maxBytes: number;
}

/** The queries run in parallel; reads a limited part of the inbox. */
export async function checkHealth({ db, now, expected, maxBytes }: CheckDeps): Promise<Health> {
  const at = now();
  const [status, setUp, size] = await Promise.all([
    loadSystemStatus(db, at.toISOString()),
    loadSetUp(db, at),
    loadSize(db, maxBytes, at.toISOString()),
  ]);
  return healthOf(status, missingPieces(setUp, expected, at), size, at);
}

export function healthOf(
  { totals, refused }: SystemStatus,
  missing: readonly MissingPiece[],
  size: DatabaseSize,
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
    database: {
      bytes: size.bytes,
      max_bytes: size.maxBytes,
      growth_bytes_per_day: size.growth,
      full_on: size.fullOn,
    },
    missing_pieces: missing,
  };
}

/** `1.2 GB`, `340 MB`. */
const sizeText = (bytes: number): string =>
  bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** `1.2 GB of 10.0 GB (12 %), 14 MB more a day: full on 2027-03-03`. */
export function databaseText({
  bytes,
  max_bytes,
  growth_bytes_per_day,
  full_on,
}: Health["database"]) {
  const percent = Math.floor((100 * bytes) / max_bytes);
  const used = `${sizeText(bytes)} of ${sizeText(max_bytes)} (${String(percent)} %)`;
  if (growth_bytes_per_day === null) return used;
  if (growth_bytes_per_day <= 0) return `${used}, not growing`;
  const end = full_on === null ? "" : `: full on ${full_on}`;
  return `${used}, ${sizeText(growth_bytes_per_day)} more a day${end}`;
}
