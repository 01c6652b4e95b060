/** The actions on one endpoint other than its settings: its secret, a test event, a replay. */
import { catalog } from "../../events/catalog";
import { addMs } from "../../events/field-formats/time";
import { PROVIDER_TIMEOUT_MS, ROTATION_MS } from "../../limits";
import type { Outcome } from "../../notifications/channels/channel";
import { deriveSecret, forward, openEndpoints } from "../../notifications/channels/forward";
import { isWanted } from "../../projection/event-filter";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import { type EndpointRow, loadEndpoint, rotateSecret } from "../../store/outbox/endpoints";
import {
  countReplayable,
  type ReplayedStretch,
  replayForwards,
} from "../../store/outbox/forward-replay";
import {
  type Answer,
  done,
  type EndpointsDeps,
  find,
  isDefaults,
  isDisabled,
  noSecret,
  unknown,
  whyNotTypes,
} from "./endpoints";

export interface EndpointTest {
  readonly outcome: Outcome["kind"];
  readonly status: number | null;
  readonly ms: number;
  readonly answer: string | null;
}

export interface EndpointSecret {
  readonly id: string;
  readonly secret: string;
  /** Also signs until `previous_until`; null if there is none. */
  readonly previous: string | null;
  readonly previous_until: string | null;
}

export interface ReplayWish {
  readonly event_types?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor: number;
  readonly dry_run: boolean;
}

async function secretOf(
  { channels, io }: EndpointsDeps,
  { id, secret_version: version, rotated_at: rotatedAt }: EndpointRow,
): Promise<Answer<EndpointSecret>> {
  const { forwardSecret } = channels;
  if (forwardSecret === null) return noSecret;
  const until = rotatedAt === null ? null : addMs(rotatedAt, ROTATION_MS);
  const isRotating = until !== null && until > io.now().toISOString();
  return done({
    id,
    secret: await deriveSecret(forwardSecret, id, version),
    previous: isRotating ? await deriveSecret(forwardSecret, id, version - 1) : null,
    previous_until: isRotating ? until : null,
  });
}

/** Never returns FORWARD_SECRET itself, because all other secrets are derived from it. */
export async function showSecret(deps: EndpointsDeps, id: string): Promise<Answer<EndpointSecret>> {
  if (id === DEFAULT_ENDPOINT) return isDefaults;
  const row = await loadEndpoint(deps.db, id);
  return row === null ? unknown : await secretOf(deps, row);
}

/** Both secrets sign for a day. */
export async function rotateEndpoint(
  deps: EndpointsDeps,
  id: string,
): Promise<Answer<EndpointSecret>> {
  if (id === DEFAULT_ENDPOINT) return isDefaults;
  if (deps.channels.forwardSecret === null) return noSecret;
  const row = await rotateSecret(deps.db, id, deps.io.now().toISOString());
  return row === null ? unknown : await secretOf(deps, row);
}

/** Sends one signed request of the type `endpoint.test` immediately, whatever the status of the endpoint is. */
export async function testEndpoint(deps: EndpointsDeps, id: string): Promise<Answer<EndpointTest>> {
  const row = await find(deps, id);
  if (row === null) return unknown;
  const connection =
    id === DEFAULT_ENDPOINT
      ? forward.connect(deps.channels, deps.io, null)
      : openEndpoints(deps.channels, deps.io)(row);
  if (connection === null) return noSecret;
  const began = deps.io.now();
  const timestamp = began.toISOString();
  const body = JSON.stringify({ type: "endpoint.test", timestamp, data: { endpoint: id } });
  const eventId = `test_${crypto.randomUUID()}`;
  const message = { channel: "forward", eventId, body, order: null } as const;
  const outcome = await connection.send(message, eventId, AbortSignal.timeout(PROVIDER_TIMEOUT_MS));
  return done({
    outcome: outcome.kind,
    status: outcome.answered?.status ?? null,
    ms: deps.io.now().getTime() - began.getTime(),
    answer: outcome.answered?.start ?? ("error" in outcome ? outcome.error : null),
  });
}

/** Counts or replays the next stretch of stored events. New events are sent before them. */
export async function replayToEndpoint(
  deps: EndpointsDeps,
  id: string,
  { event_types, from, to, cursor, dry_run }: ReplayWish,
): Promise<Answer<ReplayedStretch>> {
  const row = await find(deps, id);
  if (row === null) return unknown;
  if (row.status === "disabled") return isDisabled(row);
  const wanted = event_types ?? row.event_types;
  const wrong = whyNotTypes(wanted);
  if (wrong !== null) return wrong;
  const types = catalog.map(({ type }) => type).filter((type) => isWanted(type, wanted));
  const replay = { endpoint: id, types, from, to };
  return done(
    dry_run
      ? await countReplayable(deps.db, replay, cursor)
      : await replayForwards(deps.db, replay, cursor, deps.io.now().toISOString()),
  );
}
