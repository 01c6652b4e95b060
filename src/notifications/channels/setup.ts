/**
 * How each channel is set up, from its settings and from what is remembered of it: on, to be held back, or off.
 * Pure. A setting that a deployment has wiped must lose no message, so a channel is off only where none of its
 * settings is there and it never was on. One that is set up in part is meant to be on: somebody has set the rest.
 */
import { type Channel, channelNames, channels, type Channels, mapChannels } from ".";

/**
 * `incomplete`: some of its settings are there, not all, or one cannot be used. `lost`: none is there, and it was
 * on before. The messages of both are held back; `off` records them as suppressed.
 */
export type ChannelState = "on" | "incomplete" | "lost" | "off";

export interface ChannelSetup {
  readonly state: ChannelState;
  /** What it needs and does not have: names of settings, or several of which one is enough. */
  readonly missing: readonly string[];
}

export type ChannelSetups = Readonly<Record<Channel, ChannelSetup>>;

export function isHeldBack({ state }: ChannelSetup): boolean {
  return state === "incomplete" || state === "lost";
}

/** From the settings alone. `stated`: names of the settings, and bindings, that are there. */
export function setupsOf(connected: Channels, stated: ReadonlySet<string>): ChannelSetups {
  return mapChannels((name) => {
    const { needs, meantBy = needs.flat() } = channels[name];
    const missing = needs
      .filter((group) => !group.some((setting) => stated.has(setting)))
      .map((group) => group.join(" or "));
    if (connected[name] !== null) return { state: "on", missing: [] };
    // What a channel beside it needs and has says nothing of this one.
    const elsewhere = new Set(
      channelNames.flatMap((other) =>
        other !== name && connected[other] !== null ? channels[other].needs.flat() : [],
      ),
    );
    const isStated = meantBy.some((setting) => stated.has(setting) && !elsewhere.has(setting));
    return { state: isStated ? "incomplete" : "off", missing };
  });
}

/** With what is remembered: `known` are the channels that were on before. */
export function withMemory(setups: ChannelSetups, known: ReadonlySet<string>): ChannelSetups {
  return mapChannels((name) => {
    const setup = setups[name];
    return setup.state === "off" && known.has(name) ? { ...setup, state: "lost" } : setup;
  });
}

function listed(names: readonly string[]): string {
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} missing`;
}

/** What a person is told of a channel whose messages are held back; null where none is. */
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
