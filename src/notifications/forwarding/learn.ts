/**
 * The state of an endpoint after a run: it works, it fails, it gets no requests for a while, it wants no more events,
 * or it has failed for so long that it is paused. Pure except for the last function.
 */
import { addMs, msBetween } from "../../events/field-formats/time";
import { ENDPOINT_FAILS_MS, RETRY_FOR_MS } from "../../limits";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import type { Alert } from "../../store/outbox/alerts";
import { type EndpointRow, type EndpointState, learnState } from "../../store/outbox/endpoints";
import { backoffMs } from "../backoff";
import type { LaneReport } from "../lane";

interface Learned {
  /** Null if nothing has changed. */
  readonly state: EndpointState | null;
  readonly alerts: readonly Alert[];
}

const works: EndpointState = {
  status: "active",
  status_reason: null,
  failing_since: null,
  retry_at: null,
};

function nameOf({ id, url }: EndpointRow): string {
  return id === DEFAULT_ENDPOINT ? `FORWARD_URL (${url})` : `The endpoint ${id} (${url})`;
}

function isSame(a: EndpointState, b: EndpointState): boolean {
  return (
    a.status === b.status &&
    a.status_reason === b.status_reason &&
    a.failing_since === b.failing_since &&
    a.retry_at === b.retry_at
  );
}

function gone(endpoint: EndpointRow): Learned {
  const { id } = endpoint;
  const text = `${nameOf(endpoint)} answered 410 and gets no more events. To switch it on again: ce-webhooks endpoints resume ${id}`;
  const state = { ...works, status: "disabled", status_reason: "it answered 410" } as const;
  return { state, alerts: [{ kind: `endpoint_gone:${id}`, text }] };
}

function pausedFor(endpoint: EndpointRow, error: string): Learned {
  const { id, failing_since } = endpoint;
  const text = `${nameOf(endpoint)} has failed for five days (${error}) and is paused. Its events are kept for RETENTION_DAYS, and are sent in the order of receipt after: ce-webhooks endpoints resume ${id}`;
  return {
    state: {
      status: "paused",
      status_reason: "it has failed for five days",
      failing_since,
      retry_at: null,
    },
    alerts: [{ kind: `endpoint_paused:${id}`, text }],
  };
}

/** From the report of its lane. `random`: 0 to 1. */
function learnFrom(
  endpoint: EndpointRow,
  { settled, closed }: LaneReport,
  now: string,
  random: number,
): Learned {
  if (closed?.kind === "gone") return gone(endpoint);
  const tried = settled.map(({ outcome }) => outcome).filter((one) => one.attemptLog !== null);
  const asked = closed?.kind === "stalled" ? Math.min(closed.retryAfterMs ?? 0, RETRY_FOR_MS) : 0;
  const failed = tried.find(({ status }) => status === "pending");
  // It answers, even if it only rejects what it was sent.
  const isAnswering = (status: string): boolean =>
    status === "sent" || (status === "failed" && failed === undefined);
  if (tried.some(({ status }) => isAnswering(status))) {
    const state = asked === 0 ? works : { ...works, retry_at: addMs(now, asked) };
    return { state: isSame(endpoint, state) ? null : state, alerts: [] };
  }
  if (failed === undefined) return { state: null, alerts: [] };
  const since = endpoint.failing_since ?? now;
  const failingMs = msBetween(since, now);
  if (failingMs >= ENDPOINT_FAILS_MS) return pausedFor(endpoint, failed.error ?? "");
  // A time in the past is kept: it shows that an alert was raised for this.
  const before = endpoint.failing_since === null ? null : endpoint.retry_at;
  const retry_at =
    closed === null ? before : addMs(now, Math.max(backoffMs(failingMs, random), asked));
  const state = { status: "active", status_reason: null, failing_since: since, retry_at } as const;
  return { state: isSame(endpoint, state) ? null : state, alerts: [] };
}

/** Stores the state if it has changed; returns the alerts to raise. */
export async function learnEndpoint(
  db: D1Database,
  endpoint: EndpointRow,
  report: LaneReport,
  now: string,
  random: number,
): Promise<readonly Alert[]> {
  const { state, alerts } = learnFrom(endpoint, report, now, random);
  if (state === null) return alerts;
  return (await learnState(db, endpoint, state, endpoint, now)) ? alerts : [];
}
