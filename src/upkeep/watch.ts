/**
 * Every minute: is anything coming in as it should? The team is alerted, once a kind and hour, where
 * deliveries are refused for their signature and nothing authentic comes, and where nothing authentic has
 * come for longer than the shop finds normal. Pure.
 */
import { addMs } from "../events/time";
import { signatureAlert, silenceAlert } from "../store/alerts";
import type { Arrivals } from "../store/arrivals";
import type { Alert } from "../store/outbox";
import { isLockedOut, signatureRefusals } from "../store/refusals";

const HOUR_MS = 3_600_000;

/**
 * `silenceMs`: for how long nothing may come; null: for ever. It is measured from the last authentic
 * event, so that a shop that has not had its first one yet is not alerted of that.
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
