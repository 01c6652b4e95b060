/**
 * The lanes of a slice of due rows, at the time of planning: one for each channel, and one for each endpoint that
 * events are forwarded to. Decides whether anything may be sent to an endpoint now, and which forwards wait.
 */
import { FORWARD_RUN_MS, RESERVED_AHEAD_MS } from "../../limits";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import {
  type EndpointRow,
  loadEndpoints,
  newEndpoint,
  reserveRequests,
} from "../../store/outbox/endpoints";
import { findFirstWaiting } from "../../store/outbox/lanes";
import type { DueRow } from "../../store/outbox/outbox";
import type { Channel, Channels, Message } from "../channels";
import type { Connection } from "../channels/channel";
import type { OpenEndpoint } from "../channels/forward";
import {
  ENDPOINT_BUSY,
  ENDPOINT_FAILING,
  ENDPOINT_PAUSED,
  type EndpointEnd,
  HELD_BACK,
} from "../channels/reasons";
import { type ChannelSetups, isHeldBack } from "../channels/setup";

type LaneRow = Pick<DueRow, "id" | "channel" | "endpoint" | "lane_place" | "resends">;

/** The lane of a row: its channel, or `forward/` and its endpoint. */
export function laneOf({ channel, endpoint }: Pick<LaneRow, "channel" | "endpoint">): string {
  return channel === "forward" ? forwardLane(endpoint ?? DEFAULT_ENDPOINT) : channel;
}

function forwardLane(endpoint: string): string {
  return `forward/${endpoint}`;
}

/** The endpoint of a row, from its id alone: `forward/evt-1/ep_2`; null if it is no forward. */
export function endpointOfId(id: string): string | null {
  if (!id.startsWith("forward/")) return null;
  const last = id.slice(id.lastIndexOf("/") + 1);
  return last === "forward" ? DEFAULT_ENDPOINT : last;
}

export interface OpenLane {
  readonly connection: Connection<Message> | null;
  /** The state of the channel, for relevance.ts. */
  readonly state: "on" | "held" | "off";
  readonly ended: EndpointEnd | null;
  /** Why nothing may be sent now; null if it may. */
  readonly wait: string | null;
  /** Milliseconds between two requests, and when the first may be sent, in milliseconds since 1970. */
  readonly gapMs: number;
  readonly startMs: number;
  /** The row of the endpoint; null for a channel, or if it is deleted. */
  readonly endpoint: EndpointRow | null;
}

export interface LanesDeps {
  readonly db: D1Database;
  readonly channels: Channels;
  readonly openEndpoint: OpenEndpoint;
  readonly now: () => Date;
}

function channelState(name: Channel, setups: ChannelSetups): OpenLane["state"] {
  return isHeldBack(setups[name]) ? "held" : setups[name].state === "on" ? "on" : "off";
}

function channelLane(name: Channel, deps: LanesDeps, setups: ChannelSetups): OpenLane {
  const connection = deps.channels[name];
  return {
    connection,
    state: channelState(name, setups),
    ended: null,
    wait: null,
    gapMs: connection?.gapMs ?? 0,
    startMs: 0,
    endpoint: null,
  };
}

function whyWait({ status, retry_at: retryAt }: EndpointRow, now: string): string | null {
  if (status === "paused") return ENDPOINT_PAUSED;
  return retryAt !== null && retryAt > now ? ENDPOINT_FAILING : null;
}

/** The lane of an endpoint, before its due forwards are known. */
export function endpointLane(
  id: string,
  endpoints: readonly EndpointRow[],
  deps: LanesDeps,
  setups: ChannelSetups,
): OpenLane {
  const now = deps.now().toISOString();
  const row = endpoints.find((endpoint) => endpoint.id === id);
  if (id === DEFAULT_ENDPOINT) {
    const lane = channelLane("forward", deps, setups);
    const url = lane.connection?.endpoint ?? "";
    const endpoint = row?.url === url ? row : newEndpoint(id, url, now);
    const ended = endpoint.status === "disabled" ? "endpoint gone" : null;
    return { ...lane, endpoint, ended, wait: whyWait(endpoint, now) };
  }
  const connection = row === undefined ? null : deps.openEndpoint(row);
  const ended =
    row === undefined ? "endpoint deleted" : row.status === "disabled" ? "endpoint gone" : null;
  const isHeld = ended === null && connection === null;
  const rate = row?.rate_limit ?? null;
  return {
    connection,
    state: isHeld ? "held" : "on",
    ended,
    wait: isHeld ? HELD_BACK : row === undefined ? null : whyWait(row, now),
    gapMs: rate === null ? 0 : 60_000 / rate,
    startMs: 0,
    endpoint: row ?? null,
  };
}

/** Requests that one run may make through a lane; null: no limit. */
export function mostOf({ gapMs, endpoint }: OpenLane): number | null {
  return endpoint === null || gapMs === 0 ? null : Math.max(1, Math.floor(FORWARD_RUN_MS / gapMs));
}

/** Applies the rate limit and the order of receipt: adds to `waits` which rows wait, and why. */
async function takeTurns(
  lane: OpenLane,
  rows: readonly LaneRow[],
  waits: Map<string, string>,
  deps: LanesDeps,
): Promise<OpenLane> {
  const { endpoint, wait, ended } = lane;
  if (endpoint === null || ended !== null || lane.state !== "on") return lane;
  if (wait !== null) {
    for (const { id } of rows) waits.set(id, wait);
    return lane;
  }
  const first = await findFirstWaiting(deps.db, endpoint.id);
  const isBehind = (row: LaneRow): boolean =>
    first !== null && row.lane_place !== null && row.lane_place > first && row.resends === 0;
  const next = rows.filter((row) => !isBehind(row));
  const most = mostOf(lane) ?? next.length;
  const taken = next.slice(0, most);
  const length = taken.length * lane.gapMs;
  const startMs =
    length === 0
      ? 0
      : await reserveRequests(
          deps.db,
          endpoint.id,
          length,
          deps.now().getTime(),
          RESERVED_AHEAD_MS,
        );
  const going = new Set(startMs === null ? [] : taken.map(({ id }) => id));
  for (const { id } of rows) if (!going.has(id)) waits.set(id, ENDPOINT_BUSY);
  return { ...lane, startMs: startMs ?? 0 };
}

/** Sorts by the order of receipt. */
export function byReceipt(a: Pick<LaneRow, "lane_place">, b: Pick<LaneRow, "lane_place">): number {
  return (a.lane_place ?? 0) - (b.lane_place ?? 0);
}

export interface OpenLanes {
  readonly lanes: ReadonlyMap<string, OpenLane>;
  /** Ids of forwards that wait, and why. */
  readonly waits: ReadonlyMap<string, string>;
}

/** Reads D1 only if one of the rows is a forward. */
export async function openLanes(
  rows: readonly LaneRow[],
  deps: LanesDeps,
  setups: ChannelSetups,
): Promise<OpenLanes> {
  const lanes = new Map<string, OpenLane>();
  const waits = new Map<string, string>();
  const forwards = new Map<string, LaneRow[]>();
  for (const row of rows) {
    if (row.channel !== "forward") {
      lanes.set(row.channel, channelLane(row.channel, deps, setups));
      continue;
    }
    const id = row.endpoint ?? DEFAULT_ENDPOINT;
    forwards.set(id, [...(forwards.get(id) ?? []), row]);
  }
  if (forwards.size === 0) return { lanes, waits };
  const endpoints = await loadEndpoints(deps.db);
  for (const [id, own] of forwards) {
    const lane = endpointLane(id, endpoints, deps, setups);
    const turned = await takeTurns(lane, own.toSorted(byReceipt), waits, deps);
    lanes.set(forwardLane(id), turned);
  }
  return { lanes, waits };
}
