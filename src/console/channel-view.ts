/** How the channels are set up and what they hold back, for pages and the admin API. */
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
  /** What it needs and does not have. */
  readonly missing: readonly string[];
  /** What is wrong with it, as a sentence; null where nothing is. */
  readonly problem: string | null;
  /** Messages that wait for it: counted up to a limit. */
  readonly held: number;
  readonly held_since: string | null;
  /** When it was last seen set up, to the hour. */
  readonly last_configured_at: string | null;
}

/** `setups`: by the settings alone. One round trip more where a channel holds messages back. */
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
