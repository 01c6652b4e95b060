/** Connects the dispatch to its bindings and configuration. */
import type { Config } from "../config";
import { PROVIDER_TIMEOUT_MS } from "../limits";
import { type Channels, createChannels } from "./channels";
import type { BoundEmail } from "./channels/channel";
import { findEmailBinding } from "./channels/email/cloudflare";
import { openEndpoints } from "./channels/forward";
import { type ChannelSetups, setupsOf } from "./channels/setup";
import type { DispatchDeps } from "./dispatch";
import { createSamples, type Samples } from "./samples";

const now = (): Date => new Date();

/** Cloudflare's e-mail binding and the sender; null if one is missing. Resend has priority. */
function findBoundEmail(env: object, { sender }: Config["channels"]): BoundEmail | null {
  const binding = findEmailBinding(env);
  return binding !== null && sender !== null ? { binding, sender } : null;
}

const io = { fetch: (request: Request) => fetch(request), now };

function channelsOf(env: object, { channels }: Pick<Config, "channels">) {
  return createChannels(channels, io, findBoundEmail(env, channels));
}

function setupsIn(
  env: object,
  connected: Channels,
  { statedChannelSettings }: Pick<Config, "statedChannelSettings">,
): ChannelSetups {
  const bound = findEmailBinding(env) === null ? [] : ["EMAIL"];
  return setupsOf(connected, new Set([...statedChannelSettings, ...bound]));
}

type Settings = Pick<Config, "channels" | "statedChannelSettings">;

export function dispatchDeps(
  env: Pick<Env, "DB" | "NOTIFICATIONS">,
  config: Settings & Pick<Config, "audience" | "shop" | "notifyMaxAgeMs" | "linkSecret">,
): DispatchDeps {
  const { audience, channels, shop, notifyMaxAgeMs, linkSecret } = config;
  const connected = channelsOf(env, config);
  return {
    db: env.DB,
    channels: connected,
    openEndpoint: openEndpoints(channels, io),
    setups: setupsIn(env, connected, config),
    ...audience,
    shop,
    linkSecret,
    notifyMaxAgeMs,
    now,
    random: Math.random,
    sleep: (ms) => scheduler.wait(ms),
    timeoutMs: PROVIDER_TIMEOUT_MS,
    wake: async (ids, delaySeconds) => {
      await env.NOTIFICATIONS.send({ ids }, { delaySeconds });
    },
  };
}

/** The previews and test messages of the console. */
export function samplesFor(
  env: Pick<Env, "DB">,
  config: Pick<Config, "channels" | "audience">,
): Samples {
  return createSamples({
    db: env.DB,
    channels: channelsOf(env, config),
    audience: config.audience,
  });
}

/** How the channels are set up, from their settings. */
export function channelSetups(env: object, config: Settings): ChannelSetups {
  return setupsIn(env, channelsOf(env, config), config);
}
