/**
 * Every minute: which channels are set up? What the team is to know of one that lost a setting, and the messages
 * of one that has it back, follow from that. It reads a handful of rows, and writes only where something changed.
 */
import { addMs } from "../events/formats/time";
import { CHANNEL_SEEN_EVERY_MS, DISPATCH_MAX_ROWS } from "../limits";
import { log } from "../log";
import { type Channel, channelNames } from "../notifications/channels";
import {
  type ChannelSetups,
  isHeldBack,
  setupProblem,
  withMemory,
} from "../notifications/channels/setup";
import { type Alert, heldBackAlert } from "../store/outbox/alerts";
import {
  type ChannelRow,
  knownChannels,
  loadChannelRows,
  releaseHeld,
  saveChannelRows,
} from "../store/outbox/channels";

export interface ChannelWatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** By their settings alone. */
  readonly channelSetups: ChannelSetups;
  /** Calls a person: once a kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/** Of a channel that is on: null where nothing is to be written. */
async function lookAfterOne(
  db: D1Database,
  channel: Channel,
  row: ChannelRow | undefined,
  now: string,
): Promise<ChannelRow | null> {
  const { first_configured_at: first = null, last_configured_at: last = null } = row ?? {};
  const held = row?.held_since ?? null;
  // As many as a run of the dispatch takes: the rest follows a minute later, and others get their turn.
  const isReleased =
    held === null || (await releaseHeld(db, channel, now, DISPATCH_MAX_ROWS)) < DISPATCH_MAX_ROWS;
  const isSeen = last !== null && last > addMs(now, -CHANNEL_SEEN_EVERY_MS);
  if (isSeen && (held === null || !isReleased)) return null;
  return {
    channel,
    first_configured_at: first ?? now,
    last_configured_at: now,
    held_since: isReleased ? null : held,
  };
}

/** Of a channel whose messages are held back: null where it is known. */
function holdOne(channel: Channel, row: ChannelRow | undefined, now: string): ChannelRow | null {
  if ((row?.held_since ?? null) !== null) return null;
  const known = row ?? { channel, first_configured_at: null, last_configured_at: null };
  return { ...known, held_since: now };
}

export async function watchChannels(deps: ChannelWatchDeps): Promise<void> {
  const { db, raiseAlert } = deps;
  const now = deps.now().toISOString();
  const rows = await loadChannelRows(db);
  const setups = withMemory(deps.channelSetups, knownChannels(rows));
  const changed: ChannelRow[] = [];
  for (const name of channelNames) {
    const row = rows.find(({ channel }) => channel === name);
    const { state } = setups[name];
    const next =
      state === "on"
        ? await lookAfterOne(db, name, row, now)
        : isHeldBack(setups[name])
          ? holdOne(name, row, now)
          : null;
    if (next !== null) changed.push(next);
  }
  await saveChannelRows(db, changed);
  for (const name of channelNames) {
    const problem = setupProblem(name, setups[name]);
    if (problem === null) continue;
    log.error("channel_held_back", { channel: name, message: problem });
    // The team cannot be alerted of its own channel, and would read of every hour once it is back.
    if (setups.team.state === "on") await raiseAlert(heldBackAlert(name, problem));
  }
}
