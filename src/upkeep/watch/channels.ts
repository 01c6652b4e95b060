/**
 * Every minute: checks which channels are set up. If a channel has lost a setting, the team is alerted and its
 * messages are held back; once the channel is set up again, they are released. Reads a few rows, and writes only
 * changes.
 */
import { addMs } from "../../events/field-formats/time";
import { CHANNEL_SEEN_EVERY_MS, DISPATCH_MAX_ROWS } from "../../limits";
import { log } from "../../log";
import { type Channel, channelNames } from "../../notifications/channels";
import {
  type ChannelSetups,
  isHeldBack,
  setupProblem,
  withMemory,
} from "../../notifications/channels/setup";
import { type Alert, heldBackAlert } from "../../store/outbox/alerts";
import {
  type ChannelRow,
  knownChannels,
  loadChannelRows,
  releaseHeld,
  saveChannelRows,
} from "../../store/outbox/channels";

export interface ChannelWatchDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** According to the settings alone. */
  readonly channelSetups: ChannelSetups;
  /** Alerts the team, once per kind and hour. */
  readonly raiseAlert: (alert: Alert) => Promise<void>;
}

/** The new row of a channel that is on; null if nothing changes. */
async function lookAfterOne(
  db: D1Database,
  channel: Channel,
  row: ChannelRow | undefined,
  now: string,
): Promise<ChannelRow | null> {
  const { first_configured_at: first = null, last_configured_at: last = null } = row ?? {};
  const held = row?.held_since ?? null;
  // A person may have forgotten the channel while it held messages back. At most as many as one dispatch takes: the
  // rest follows a minute later, so other channels get their turn.
  const isReleased =
    (row !== undefined && held === null) ||
    (await releaseHeld(db, channel, now, DISPATCH_MAX_ROWS)) < DISPATCH_MAX_ROWS;
  const isSeen = last !== null && last > addMs(now, -CHANNEL_SEEN_EVERY_MS);
  if (isSeen && (held === null || !isReleased)) return null;
  return {
    channel,
    first_configured_at: first ?? now,
    last_configured_at: now,
    held_since: isReleased ? null : (held ?? now),
  };
}

/** The new row of a channel whose messages are held back; null if this is already recorded. */
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
    // An alert about the team channel could not be sent, and one per hour would be sent once it is back.
    if (setups.team.state === "on") await raiseAlert(heldBackAlert(name, problem));
  }
}
