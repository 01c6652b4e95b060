/**
 * The registry of channels: one line for each. All other code reads here which channels exist: the templates, the
 * dispatch, the store, the console and the pages of docs.
 */
import type { ChannelsConfig } from "../../config";
import type { BoundEmail, ChannelDefinition, ChannelDeps, Connection } from "./channel";
import { email } from "./email";
import { forward } from "./forward";
import { sms } from "./sms";
import { team } from "./team";
import { whatsapp } from "./whatsapp";

const registry = { email, sms, whatsapp, team, forward } satisfies Record<
  string,
  ChannelDefinition
>;

/** The name in rows of `notifications`. */
export type Channel = keyof typeof registry;

/** The content that a template makes for a channel. */
export type ContentOf<C extends Channel> = Parameters<(typeof registry)[C]["compose"]>[0];
type MessageOf<C extends Channel> = ReturnType<(typeof registry)[C]["compose"]>;
/** A message as it is sent: rendered once, so that each retry sends the same bytes. */
export type Message = { [C in Channel]: MessageOf<C> }[Channel];

export const channels: Readonly<Record<Channel, ChannelDefinition<unknown, Message>>> = registry;

const isChannel = (name: string): name is Channel => Object.hasOwn(registry, name);
export const channelNames: readonly Channel[] = Object.keys(registry).filter(isChannel);

/** Null for a name that only another version knows. */
export function findChannel(name: string): ChannelDefinition<unknown, Message> | null {
  return isChannel(name) ? channels[name] : null;
}

export const customerChannels: readonly Channel[] = channelNames.filter(
  (name) => channels[name].audience === "customer",
);

const optionalChannels = channelNames.filter((name) => channels[name].isOptional === true);

/** The optional channels that no setting asks for. `stated`: names of the settings that are present. */
export function unusedChannels(stated: readonly string[]): readonly Channel[] {
  return optionalChannels.filter(
    (name) => !(channels[name].meantBy ?? []).some((setting) => stated.includes(setting)),
  );
}

/** The connections of the configured channels; the others are null. */
export type Channels = Readonly<Record<Channel, Connection<Message> | null>>;

function isWhole<T>(table: Readonly<Record<string, T>>): table is Readonly<Record<Channel, T>> {
  return channelNames.every((name) => name in table);
}

/** One value for each channel. */
export function mapChannels<T>(make: (name: Channel) => T): Readonly<Record<Channel, T>> {
  const table = Object.fromEntries(channelNames.map((name) => [name, make(name)]));
  if (!isWhole(table)) throw new Error("a channel is missing");
  return table;
}

export function createChannels(
  settings: ChannelsConfig,
  deps: ChannelDeps,
  bound: BoundEmail | null = null,
): Channels {
  return mapChannels((name) => channels[name].connect(settings, deps, bound));
}
