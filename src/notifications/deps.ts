/** The dispatch wired to the real world: bindings and configuration in, `DispatchDeps` out. */
import type { Config } from "../config";
import { PROVIDER_TIMEOUT_MS } from "../limits";
import { createChannels } from "./channels";
import type { BoundEmail } from "./channels/channel";
import type { DispatchDeps } from "./dispatch";

const now = (): Date => new Date();

export interface DispatchBindings {
  readonly db: D1Database;
  readonly config: Pick<Config, "channels" | "shop" | "notifyMaxAgeMs">;
  readonly queue: Pick<Queue, "send">;
  /** Cloudflare's e-mail binding and the sender, where bound; Resend goes first. */
  readonly boundEmail?: BoundEmail | null;
}

export function dispatchDeps(bindings: DispatchBindings): DispatchDeps {
  const { config, queue } = bindings;
  return {
    db: bindings.db,
    channels: createChannels(
      config.channels,
      { fetch: (request) => fetch(request), now },
      bindings.boundEmail,
    ),
    shop: { ...config.shop, takesReplies: (config.channels.sender?.replyTo ?? null) !== null },
    notifyMaxAgeMs: config.notifyMaxAgeMs,
    now,
    random: Math.random,
    sleep: (ms) => scheduler.wait(ms),
    timeoutMs: PROVIDER_TIMEOUT_MS,
    wake: async (ids, delaySeconds) => {
      await queue.send({ ids }, { delaySeconds });
    },
  };
}
