/** How each channel is set up and how many messages it holds back, for pages and the admin API. */
import { type Channel, channelNames } from "../notifications/channels";
import {
  type ChannelSetups,
  type ChannelState,
  isHeldBack,
  setupProblem,
  withMemory,
} from "../notifications/channels/setup";
import { countHeld, knownChannels, loadChannelRows } from "../store/outbox/channels";

export interface ChannelView {
  readonly channel: Channel;
  readonly state: ChannelState;
  /** Required settings that are missing. */
  readonly missing: readonly string[];
  /** The problem as a sentence; null if there is none. */
  readonly problem: string | null;
  /** Messages that are held back; counted up to a limit. */
  readonly held: number;
  readonly held_since: string | null;
  /** When it was last set up, accurate to an hour. */
  readonly last_configured_at: string | null;
}

/** `setups`: from the settings alone. Needs one more round trip if a channel holds messages back. */
export async function viewChannels(
  db: D1Database,
  setups: ChannelSetups,
): Promise<readonly ChannelView[]> {
  const rows = await loadChannelRows(db);
  const known = withMemory(setups, knownChannels(rows));
  const isAnyHeld = channelNames.some((name) => isHeldBack(known[name]));
  const held = isAnyHeld ? await countHeld(db) : new Map<string, number>();
  return channelNames.map((name) => {
    const row = rows.find(({ channel }) => channel === name);
    return {
      channel: name,
      ...known[name],
      problem: setupProblem(name, known[name]),
      held: held.get(name) ?? 0,
      held_since: row?.held_since ?? null,
      last_configured_at: row?.last_configured_at ?? null,
    };
  });
}

export function problemsOf(channels: readonly ChannelView[]): readonly string[] {
  return channels.flatMap(({ problem }) => problem ?? []);
}
