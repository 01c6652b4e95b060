/** The dispatch wired to the real world: bindings and configuration in, `DispatchDeps` out. */
import type { Config } from "../config";
import { PROVIDER_TIMEOUT_MS } from "../limits";
import type { Channel } from "../projection/templates";
import { type BoundEmail, createChannels } from "./channels";
import { findEmailBinding } from "./channels/email-cloudflare";
import type { DispatchDeps } from "./dispatch";

const now = (): Date => new Date();

/** Cloudflare's e-mail binding, where bound, and the sender; Resend goes first. */
function findBoundEmail(env: object, { sender }: Config["channels"]): BoundEmail | null {
  const binding = findEmailBinding(env);
  return binding !== null && sender !== null ? { binding, sender } : null;
}

export function dispatchDeps(
  env: Pick<Env, "DB" | "NOTIFICATIONS">,
  config: Pick<Config, "channels" | "shop" | "notifyMaxAgeMs">,
): DispatchDeps {
  const { channels, shop, notifyMaxAgeMs } = config;
  return {
    db: env.DB,
    channels: createChannels(
      channels,
      { fetch: (request) => fetch(request), now },
      findBoundEmail(env, channels),
    ),
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
export function channelsSetUp(env: object, { channels }: Config): Record<Channel, boolean> {
  return {
    email: channels.email !== null || findBoundEmail(env, channels) !== null,
    sms: channels.sms !== null,
    team: channels.team !== null,
    forward: channels.forward !== null,
  };
}
