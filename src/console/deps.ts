/** What the console and the admin API are handed, made from bindings and configuration. */
import type { Context } from "hono";
import { version } from "../../package.json";
import type { Config } from "../config";
import { addMs } from "../events/formats/time";
import { BODY_MAX_BYTES } from "../limits";
import { mapChannels } from "../notifications/channels";
import type { ChannelSetups } from "../notifications/channels/setup";
import type { StoreDefaults } from "../projection/store-defaults";
import type { Calls } from "../store/outbox/calls";
import { forgetChannel } from "../store/outbox/channels";
import { resendMessage } from "../store/outbox/message-list";
import {
  countUnsent,
  sendUnsent,
  type UnsentCount,
  type UnsentFilter,
} from "../store/outbox/unsent";
import type { ReplayFilter } from "../store/inbox/waiting";
import type { ApiRoute } from "./api/api-route";
import type { Limiter } from "./auth/attempts";
import type { EndpointsDeps } from "./forwarding/endpoints";
import type { AdminConfig } from "./auth/sign-in";

/** What a person may know about the set-up: which secrets are set, never their values. */
export interface Settings {
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly channels: Readonly<Record<string, boolean>>;
  readonly problems: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** STORE_TIME_ZONE; null where it is not set. */
  readonly time_zone: string | null;
  readonly environment: string;
  /** Who may receive customers' messages; null: everyone, in production. */
  readonly allowlist: readonly string[] | null;
}

/** What a person is looked for by, in the form of order_contacts. */
export type Contacts = readonly string[];

/** What to put back from the archive: days of receipt, and where an answer before it ended. */
interface RestoreWish {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
  readonly dry_run: boolean;
}

/** Objects of the archive, and what comes behind them. */
interface ArchivePage {
  readonly objects: readonly object[];
  readonly next: string | null;
}

/** What upkeep does for a person who asks here; the answers are the API's. */
export interface UpkeepActions {
  /** Replays settled events; returns the ids of those that could be. */
  readonly replay: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
  readonly erase: (contacts: Contacts) => Promise<object>;
  /** Null where the cursor is none of an export. */
  readonly exportPage: (contacts: Contacts, cursor?: string) => Promise<object | null>;
  /** Null where no archive is bound. */
  readonly archive: {
    readonly list: (after: string, limit: number) => Promise<ArchivePage>;
    readonly restore: (wish: RestoreWish) => Promise<object>;
  } | null;
}

export interface AdminApiDeps extends UpkeepActions {
  /** What the endpoints that events are forwarded to are managed with (forwarding/endpoints.ts). */
  readonly forwarding: EndpointsDeps;
  readonly db: D1Database;
  readonly admin: AdminConfig;
  /** The platform's rate limit of sign-ins; null where none is bound. */
  readonly limiter: Limiter | null;
  readonly settings: Settings;
  /** By the settings alone; viewChannels adds what is remembered. */
  readonly channelSetups: ChannelSetups;
  /** Those that the consumer applies events by. */
  readonly defaults: StoreDefaults;
  readonly now: () => Date;
  /** Static files by their path; null where the Worker was deployed without any. */
  readonly assets: ((path: string) => Promise<Response>) | null;
  /** Sends a settled message once more; false where it is pending already, or unknown. */
  readonly resendMessage: (id: string) => Promise<boolean>;
  /** How many messages fit, up to `limit`. */
  readonly countUnsent: (filter: UnsentFilter, limit: number) => Promise<UnsentCount>;
  /** Makes those due that are not too old; returns how many. */
  readonly sendUnsent: (filter: UnsentFilter, limit: number) => Promise<number>;
  /** From now on the channel counts as one that was never set up. */
  readonly forgetChannel: (channel: string) => Promise<void>;
}

export type Route = ApiRoute<AdminApiDeps>;

/** Answers a request, with the bindings and the context of its Worker. */
export type Serve<E> = (
  request: Request,
  env: E,
  context: Context["executionCtx"],
) => Response | Promise<Response>;

const HOUR_MS = 3_600_000;

const now = (): Date => new Date();

function limitsOf({ receipt, retention, notifyMaxAgeMs, silenceAlertMs }: Config) {
  return {
    body_max_bytes: BODY_MAX_BYTES,
    receipt_timeout_ms: receipt.timeoutMs,
    retention_days: retention.days,
    dedupe_days: retention.dedupeDays,
    ...(notifyMaxAgeMs === null ? {} : { notify_max_age_hours: notifyMaxAgeMs / HOUR_MS }),
    ...(silenceAlertMs === null ? {} : { silence_alert_hours: silenceAlertMs / HOUR_MS }),
  };
}

/** The Worker runs before its static files do, and without them where it is embedded. */
function assetsOf({ ASSETS }: Partial<Env>): AdminApiDeps["assets"] {
  if (ASSETS === undefined) return null;
  return (path) => ASSETS.fetch(new URL(path, "https://assets.local"));
}

/** What a person may have done with messages. */
function messageActions(db: D1Database, { notifyMaxAgeMs }: Config, wake: Calls["wake"]) {
  const tooOldBefore = (at: Date): string =>
    notifyMaxAgeMs === null ? "" : addMs(at.toISOString(), -notifyMaxAgeMs);
  return {
    resendMessage: async (id: string) => {
      const isDue = await resendMessage(db, id, now().toISOString());
      if (isDue) await wake([id]);
      return isDue;
    },
    countUnsent: (filter: UnsentFilter, limit: number) =>
      countUnsent(db, filter, tooOldBefore(now()), limit),
    sendUnsent: async (filter: UnsentFilter, limit: number) => {
      const at = now();
      // No wake-up call: the sweep takes what is due, and others get their turn beside it.
      const ids = await sendUnsent(db, filter, tooOldBefore(at), limit, at.toISOString());
      return ids.length;
    },
    forgetChannel: (channel: string) => forgetChannel(db, channel),
  };
}

export function adminDeps(
  env: Pick<Env, "DB"> & Partial<Env>,
  config: Config,
  channelSetups: ChannelSetups,
  { wake }: Calls,
  actions: UpkeepActions,
): AdminApiDeps {
  const { admin, audience, defaults, problems, secrets } = config;
  return {
    ...actions,
    ...messageActions(env.DB, config, wake),
    forwarding: {
      db: env.DB,
      channels: config.channels,
      io: { fetch: (request) => fetch(request), now },
    },
    channelSetups,
    db: env.DB,
    admin,
    limiter: env.SIGN_IN_LIMIT ?? null,
    settings: {
      secrets,
      channels: mapChannels((name) => channelSetups[name].state === "on"),
      problems,
      ...audience,
      versions: { receiver: version },
      time_zone: defaults.timeZone,
      limits: limitsOf(config),
    },
    defaults,
    now,
    assets: assetsOf(env),
  };
}
