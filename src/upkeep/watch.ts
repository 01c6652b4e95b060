/**
 * Every minute: is anything coming in as it should? The team is alerted, once a kind and hour, where
 * deliveries are refused for their signature and nothing authentic comes, and where nothing authentic has
 * come for longer than the shop finds normal.
 */
import { addMs } from "../events/formats/time";
import { signatureAlert, silenceAlert } from "../store/outbox/alerts";
import { type Arrivals, loadArrivals } from "../store/inbox/arrivals";
import type { Alert } from "../store/outbox/alerts";
import { isLockedOut, signatureRefusals } from "../store/inbox/refusals";

const HOUR_MS = 3_600_000;

export interface WatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** For how long nothing may come; null: for ever. */
  readonly silenceMs: number | null;
  /** Writes down what this isolate has refused. Never throws. */
  readonly flushRefusals: () => Promise<void>;
  /** Calls a person: once a kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/**
 * Pure. `silenceMs` is measured from the last authentic event, so that a shop that has not had its first
 * one yet is not alerted of that.
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
