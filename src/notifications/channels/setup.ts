/**
 * How each channel is set up, from its settings and from what D1 remembers about it: on, held back, or off. Pure. If a
 * deployment loses a setting, no message may be lost, so a channel is off only if none of its settings is present and
 * it was never on. A channel that is set up in part should be on: somebody has set the other settings.
 */
import { type Channel, channelNames, channels, type Channels, mapChannels } from ".";

/**
 * `incomplete`: some of its settings are missing, or one cannot be used. `lost`: none is present, and it was on before.
 * Both hold messages back; `off` records them as suppressed.
 */
export type ChannelState = "on" | "incomplete" | "lost" | "off";

export interface ChannelSetup {
  readonly state: ChannelState;
  /** The settings that it lacks; an entry may name several, of which one is enough. */
  readonly missing: readonly string[];
}

export type ChannelSetups = Readonly<Record<Channel, ChannelSetup>>;

export function isHeldBack({ state }: ChannelSetup): boolean {
  return state === "incomplete" || state === "lost";
}

/** From the settings alone. `stated`: names of the settings and bindings that are present. */
export function setupsOf(connected: Channels, stated: ReadonlySet<string>): ChannelSetups {
  return mapChannels((name) => {
    const { needs, meantBy = needs.flat() } = channels[name];
    const missing = needs
      .filter((group) => !group.some((setting) => stated.has(setting)))
      .map((group) => group.join(" or "));
    if (connected[name] !== null) return { state: "on", missing: [] };
    // A setting that another connected channel needs says nothing about this one.
    const elsewhere = new Set(
      channelNames.flatMap((other) =>
        other !== name && connected[other] !== null ? channels[other].needs.flat() : [],
      ),
    );
    const isStated = meantBy.some((setting) => stated.has(setting) && !elsewhere.has(setting));
    return { state: isStated ? "incomplete" : "off", missing };
  });
}

/** Adds what D1 remembers: `known` are the channels that were on before. */
export function withMemory(setups: ChannelSetups, known: ReadonlySet<string>): ChannelSetups {
  return mapChannels((name) => {
    const setup = setups[name];
    return setup.state === "off" && known.has(name) ? { ...setup, state: "lost" } : setup;
  });
}

function listed(names: readonly string[]): string {
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} missing`;
}

/** The sentence about a channel whose messages are held back; null if none are. */
export function setupProblem(name: Channel, { state, missing }: ChannelSetup): string | null {
  const { label } = channels[name];
  const held = "Its messages are held back.";
  switch (state) {
    case "incomplete":
      return missing.length > 0
        ? `${label} is only partly set up: ${listed(missing)}. ${held}`
        : `${label} is set up with a value that cannot be used. ${held}`;
    case "lost":
      return `${label} was set up before and is not any more: ${listed(missing)}. ${held}`;
    case "on":
    case "off":
      return null;
  }
}
