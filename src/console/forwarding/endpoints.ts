/**
 * Lists and changes the endpoints that events are forwarded to, for the admin API and the pages. An action that is not
 * possible is refused with the reason, before anything is saved.
 */
import { closestMatch } from "leven";
import type { ChannelsConfig } from "../../config";
import { whyNotEndpoint } from "../../events/field-formats/endpoint-address";
import { FORWARD_ENDPOINTS_MAX } from "../../limits";
import type { ChannelDeps } from "../../notifications/channels/channel";
import { publicUrl } from "../../notifications/channels/forward";
import { filterNames } from "../../projection/event-filter";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import {
  deleteEndpoint,
  type EndpointRow,
  type EndpointSettings,
  type EndpointState,
  insertEndpoint,
  loadEndpoint,
  loadEndpoints,
  newEndpoint,
  saveState,
  updateEndpoint,
} from "../../store/outbox/endpoints";
import {
  countPending,
  type LaneFigures,
  loadLaneFigures,
  queueRetries,
} from "../../store/outbox/lanes";
import { conditionOf } from "./condition";

export interface EndpointView extends Omit<EndpointRow, "next_send_ms"> {
  /** Forwards that are neither sent nor being sent, counted up to PENDING_COUNTED. */
  readonly pending: number;
}

/** Why an action is refused: there is no such endpoint, the input is wrong, or it conflicts with the set-up. */
export interface Refusal {
  readonly ok: false;
  readonly kind: "unknown" | "wrong" | "conflict";
  readonly reason: string;
}
export type Answer<T> = { readonly ok: true; readonly value: T } | Refusal;

export interface EndpointsDeps {
  readonly db: D1Database;
  readonly channels: ChannelsConfig;
  readonly io: ChannelDeps;
}

/** The maximum number of forwards counted per endpoint, and of retries put in order when it is resumed. */
const PENDING_COUNTED = 10_000;

export const done = <T>(value: T): Answer<T> => ({ ok: true, value });
const refuse = (kind: Refusal["kind"], reason: string): Refusal => ({ ok: false, kind, reason });

export const noSecret = refuse(
  "conflict",
  "FORWARD_SECRET is not set, or cannot be used: the secret of every endpoint is derived from it. Set it with npx wrangler secret put FORWARD_SECRET",
);
export const isDefaults = refuse(
  "conflict",
  "The endpoint default is FORWARD_URL with FORWARD_SECRET: change it there",
);
/** Its forwards would be suppressed. */
export const isDisabled = ({ id, status_reason: reason }: EndpointRow): Refusal =>
  refuse(
    "conflict",
    `The endpoint ${id} is disabled${reason === null ? "" : ` (${reason})`} and gets nothing: resume it first`,
  );
export const unknown = refuse("unknown", "There is no endpoint with this id");

/** Null if the filter names only known event types. */
export function whyNotTypes(types: readonly string[]): Refusal | null {
  const stranger = types.find((name) => !filterNames.includes(name));
  if (stranger === undefined) return null;
  return refuse(
    "wrong",
    `event_types: there is no event type ${stranger.slice(0, 100)}; did you mean ${closestMatch(stranger.slice(0, 100), [...filterNames])}?`,
  );
}

function whyNot({ url, event_types: types }: EndpointSettings): Refusal | null {
  const why = whyNotEndpoint(url);
  return why === null ? whyNotTypes(types) : refuse("wrong", `url: ${why}`);
}

/** `ep_` and eight characters. The id may be guessable, because requests are signed with a secret. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `ep_${bytes.toHex()}`;
}

async function view(
  db: D1Database,
  rows: readonly EndpointRow[],
): Promise<readonly EndpointView[]> {
  const ids = rows.map(({ id }) => id);
  const pending = await countPending(db, ids, PENDING_COUNTED);
  return rows.map((row) => {
    const { next_send_ms: _, ...shown } = row;
    return { ...shown, pending: pending.get(row.id) ?? 0 };
  });
}

/** `default` as it is now; null if FORWARD_URL is not set. */
function defaultEndpoint(
  rows: readonly EndpointRow[],
  { channels, io }: EndpointsDeps,
): EndpointRow | null {
  if (channels.forward === null) return null;
  const url = publicUrl(channels.forward.url);
  const row = rows.find((one) => one.id === DEFAULT_ENDPOINT && one.url === url);
  return row ?? newEndpoint(DEFAULT_ENDPOINT, url, io.now().toISOString());
}

/** Also finds `default`. */
export async function find(deps: EndpointsDeps, id: string): Promise<EndpointRow | null> {
  const row = await loadEndpoint(deps.db, id);
  return id === DEFAULT_ENDPOINT ? defaultEndpoint(row === null ? [] : [row], deps) : row;
}

/** `default` first. */
async function loadAll(deps: EndpointsDeps): Promise<readonly EndpointRow[]> {
  const rows = await loadEndpoints(deps.db);
  const others = rows.filter(({ id }) => id !== DEFAULT_ENDPOINT);
  const byDefault = defaultEndpoint(rows, deps);
  return byDefault === null ? others : [byDefault, ...others];
}

export async function listEndpoints(deps: EndpointsDeps): Promise<readonly EndpointView[]> {
  return await view(deps.db, await loadAll(deps));
}

export interface EndpointFigures extends LaneFigures {
  /** Paused, disabled or failing. */
  readonly isStopped: boolean;
}

/** For metrics. */
export async function measureLanes(deps: EndpointsDeps): Promise<readonly EndpointFigures[]> {
  const rows = await loadAll(deps);
  const figures = await loadLaneFigures(
    deps.db,
    rows.map(({ id }) => id),
  );
  return figures.map((one) => {
    const row = rows.find(({ id }) => id === one.endpoint);
    return { ...one, isStopped: row !== undefined && conditionOf(row) !== "active" };
  });
}

async function viewOne(
  deps: EndpointsDeps,
  row: EndpointRow | null,
): Promise<Answer<EndpointView>> {
  if (row === null) return unknown;
  const [shown] = await view(deps.db, [row]);
  return shown === undefined ? unknown : done(shown);
}

export async function findEndpoint(deps: EndpointsDeps, id: string): Promise<Answer<EndpointView>> {
  return await viewOne(deps, await find(deps, id));
}

export async function addEndpoint(
  deps: EndpointsDeps,
  settings: EndpointSettings,
): Promise<Answer<EndpointView>> {
  if (deps.channels.forwardSecret === null) return noSecret;
  const wrong = whyNot(settings);
  if (wrong !== null) return wrong;
  const row = await insertEndpoint(deps.db, newId(), settings, deps.io.now().toISOString());
  return row === null
    ? refuse(
        "conflict",
        `There are ${String(FORWARD_ENDPOINTS_MAX)} endpoints already: delete one first`,
      )
    : await viewOne(deps, row);
}

/** Undefined values are not changed. */
export type EndpointChanges = {
  readonly [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined;
};

export async function editEndpoint(
  deps: EndpointsDeps,
  id: string,
  changes: EndpointChanges,
): Promise<Answer<EndpointView>> {
  if (id === DEFAULT_ENDPOINT) return isDefaults;
  const row = await loadEndpoint(deps.db, id);
  if (row === null) return unknown;
  const settings: EndpointSettings = {
    url: changes.url ?? row.url,
    description: changes.description ?? row.description,
    event_types: changes.event_types ?? row.event_types,
    include_order: changes.include_order ?? row.include_order,
    rate_limit: changes.rate_limit === undefined ? row.rate_limit : changes.rate_limit,
  };
  return whyNot(settings) ?? (await viewOne(deps, await updateEndpoint(deps.db, id, settings)));
}

async function setState(
  deps: EndpointsDeps,
  id: string,
  stateOf: (row: EndpointRow) => EndpointState,
): Promise<Answer<EndpointView>> {
  const row = await find(deps, id);
  if (row === null) return unknown;
  await saveState(deps.db, row, stateOf(row), deps.io.now().toISOString());
  return await findEndpoint(deps, id);
}

/** Keeps its forwards. `reason`: shown to people. */
export async function pauseEndpoint(
  deps: EndpointsDeps,
  id: string,
  reason: string,
): Promise<Answer<EndpointView>> {
  return await setState(deps, id, ({ failing_since }) => ({
    status: "paused",
    status_reason: reason,
    failing_since,
    retry_at: null,
  }));
}

/** Pending forwards are then sent in the order of receipt. */
export async function resumeEndpoint(
  deps: EndpointsDeps,
  id: string,
): Promise<Answer<EndpointView>> {
  const resumed = await setState(deps, id, () => ({
    status: "active",
    status_reason: null,
    failing_since: null,
    retry_at: null,
  }));
  if (resumed.ok) {
    await queueRetries(deps.db, id, deps.io.now().toISOString(), PENDING_COUNTED);
  }
  return resumed;
}

export async function removeEndpoint(deps: EndpointsDeps, id: string): Promise<Answer<null>> {
  if (id === DEFAULT_ENDPOINT) return isDefaults;
  return (await deleteEndpoint(deps.db, id)) ? done(null) : unknown;
}
