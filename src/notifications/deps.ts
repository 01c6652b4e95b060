/** The dispatch wired to the real world: bindings and configuration in, `DispatchDeps` out. */
import type { Config } from "../config";
import { PROVIDER_TIMEOUT_MS } from "../limits";
import { createChannels } from "./channels";
import type { BoundEmail } from "./channels/channel";
import { findEmailBinding } from "./channels/email/cloudflare";
import type { DispatchDeps } from "./dispatch";

const now = (): Date => new Date();

/** Cloudflare's e-mail binding, where bound, and the sender; Resend goes first. */
function findBoundEmail(env: object, { sender }: Config["channels"]): BoundEmail | null {
  const binding = findEmailBinding(env);
  return binding !== null && sender !== null ? { binding, sender } : null;
}

function channelsOf(env: object, { channels }: Pick<Config, "channels">) {
  const io = { fetch: (request: Request) => fetch(request), now };
  return createChannels(channels, io, findBoundEmail(env, channels));
}

export function dispatchDeps(
  env: Pick<Env, "DB" | "NOTIFICATIONS">,
  config: Pick<Config, "channels" | "shop" | "notifyMaxAgeMs">,
): DispatchDeps {
  const { channels, shop, notifyMaxAgeMs } = config;
  return {
    db: env.DB,
    channels: channelsOf(env, config),
    shop: { ...shop, takesReplies: (channels.sender?.replyTo ?? null) !== null },
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

/** Which channels are set up. */
export function channelsSetUp(
  env: object,
  config: Pick<Config, "channels">,
): Readonly<Record<string, boolean>> {
  const set = Object.entries(channelsOf(env, config));
  return Object.fromEntries(set.map(([name, channel]) => [name, channel !== null]));
}
