/**
 * Every minute: checks whether events arrive. The team is alerted, once per kind and hour, if deliveries are
 * refused for their signature and no authentic event arrives, and if no authentic event has arrived for longer
 * than is normal for the shop.
 */
import { addMs } from "../../events/field-formats/time";
import { signatureAlert, silenceAlert } from "../../store/outbox/alerts";
import { type Arrivals, loadArrivals } from "../../store/inbox/arrivals";
import type { Alert } from "../../store/outbox/alerts";
import { isLockedOut, signatureRefusals } from "../../store/inbox/refusals";

const HOUR_MS = 3_600_000;

export interface WatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** How long no event may arrive, in milliseconds; null: no limit. */
  readonly silenceMs: number | null;
  /** Stores the refusals that this isolate has counted. Never throws. */
  readonly flushRefusals: () => Promise<void>;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/**
 * Pure. `silenceMs` counts from the last authentic event: a shop that has not had its first event gets no alert.
 */
export function alertsAbout(
  arrivals: Arrivals,
  now: string,
  silenceMs: number | null,
): readonly Alert[] {
  const { refused, last_received_at: last } = arrivals;
  const alerts: Alert[] = [];
  if (isLockedOut(refused, last, now))
    alerts.push(signatureAlert(signatureRefusals(refused), last));
  if (silenceMs !== null && last !== null && last < addMs(now, -silenceMs)) {
    alerts.push(silenceAlert(last, silenceMs / HOUR_MS));
  }
  return alerts;
}

export async function watchDeliveries(deps: WatchDeps): Promise<void> {
  await deps.flushRefusals();
  const now = deps.now().toISOString();
  const alerts = alertsAbout(await loadArrivals(deps.db, now), now, deps.silenceMs);
  for (const alert of alerts) await deps.raiseAlert(alert);
}
