/** The dependencies of the console and the admin API, made from bindings and configuration. */
import { findLanguage, languageCodes } from "../notifications/texts";
import type { ArchivedOrders } from "../store/closed-orders/archived-orders";
import type { ApiRoute } from "./api/api-route";
import { type Config, expectedOf } from "../config";
import type { AdminConfig } from "./auth/sign-in";
import { saveReplay } from "../store/replays";
import { forgetChannel } from "../store/outbox/channels";
import { version } from "../../package.json";
import type { Context } from "hono";
import type { ChannelSetups } from "../notifications/channels/setup";
import type { Samples } from "../notifications/samples";
import { addMs } from "../events/field-formats/time";
import type { Erasure } from "../store/privacy/erasure";
import type { Piece } from "../events/imports/body-splitter";
import type { StoreDefaults } from "../projection/store-defaults";
import type { EndpointsDeps } from "./forwarding/endpoints";
import { saveQuietUntil } from "../store/outbox/quiet-until";
import type { ReplayFilter } from "../store/inbox/waiting";
import { mapChannels } from "../notifications/channels";
import type { Calls } from "../store/outbox/calls";
import type { Expected } from "../store/set-up/missing-pieces";
import type { ShopDeps } from "./shop/settings";
import type { Limiter } from "./auth/attempts";
import {
  countUnsent,
  sendUnsent,
  type UnsentCount,
  type UnsentFilter,
} from "../store/outbox/unsent";
import { BODY_MAX_BYTES } from "../limits";
import { resendMessage } from "../store/outbox/message-list";

/** The set-up as people may see it: which secrets are set, never their values. */
export interface Settings {
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly channels: Readonly<Record<string, boolean>>;
  readonly problems: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** STORE_TIME_ZONE; null if it is not set. */
  readonly time_zone: string | null;
  readonly environment: string;
  /** Who may receive customers' messages; null: everyone, in production. */
  readonly allowlist: readonly string[] | null;
}

/** The contacts to search for, in the form of order_contacts. */
export type Contacts = readonly string[];

/** A restore from the archive: the days of receipt, and the cursor of the previous answer. */
interface RestoreWish {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
  readonly dry_run: boolean;
}

/** Objects of the archive, and the cursor of the next page. */
interface ArchivePage {
  readonly objects: readonly object[];
  readonly next: string | null;
}

/** A page of the data that is stored about a person (upkeep/export.ts). */
interface ExportPage {
  readonly orders: readonly object[];
  readonly other_events: readonly object[];
  readonly other_notifications: readonly object[];
  readonly archived_events: readonly object[];
  readonly next_cursor: string | null;
}

/** The functions of upkeep that people use; the answers are those of the API. */
interface UpkeepActions {
  /** Replays settled events; returns the ids that it could replay. */
  readonly replay: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
  readonly erase: (contacts: Contacts) => Promise<Erasure>;
  /** Null if the cursor does not come from an export. */
  readonly exportPage: (contacts: Contacts, cursor?: string) => Promise<ExportPage | null>;
  readonly archived: ArchivedOrders;
  /** Null if no archive is bound. */
  readonly archive: {
    readonly list: (after: string, limit: number) => Promise<ArchivePage>;
    readonly restore: (wish: RestoreWish) => Promise<{ readonly events: number }>;
  } | null;
}

/** The actions that other edges provide to the console. */
export interface EdgeActions extends UpkeepActions {
  /** Applies the bodies of a file, or reports what they would change; null if D1 has not applied them. */
  readonly importPieces: (pieces: readonly Piece[], isDryRun: boolean) => Promise<object | null>;
}

/** `resend`: the number of its record (store/replays.ts); null if there was nothing to resend. */
interface Resent {
  readonly count: number;
  readonly resend: number | null;
}

export interface AdminApiDeps extends EdgeActions {
  /** Manages the endpoints that events are forwarded to (forwarding/endpoints.ts). */
  readonly forwarding: EndpointsDeps;
  /** Reads and changes the shop's settings and the switches of messages (shop/settings.ts). */
  readonly shop: ShopDeps;
  /** Renders sample messages and sends tests. */
  readonly samples: Samples;
  readonly db: D1Database;
  readonly admin: AdminConfig;
  /** The platform's rate limit of sign-ins; null if none is bound. */
  readonly limiter: Limiter | null;
  readonly settings: Settings;
  /** From the settings alone; viewChannels adds the stored state. */
  readonly channelSetups: ChannelSetups;
  readonly expected: Expected;
  /** DATABASE_MAX_MB, in bytes. */
  readonly maxBytes: number;
  /** The same as the consumer uses. */
  readonly defaults: StoreDefaults;
  readonly now: () => Date;
  /** Static files by path; null if the Worker was deployed without them. */
  readonly assets: ((path: string) => Promise<Response>) | null;
  /** Resends a settled message; false if it is pending already or unknown. */
  readonly resendMessage: (id: string) => Promise<boolean>;
  /** The number of matching messages, counted up to `limit`. */
  readonly countUnsent: (filter: UnsentFilter, limit: number) => Promise<UnsentCount>;
  /** Makes the matching messages due, unless they are too old; returns how many, and the number of the record. */
  readonly sendUnsent: (filter: UnsentFilter, limit: number) => Promise<Resent>;
  /** Suppresses messages about what happened before this time; null removes quiet-until. */
  readonly setQuietUntil: (until: string | null) => Promise<void>;
  /** From now on, the channel counts as never set up. */
  readonly forgetChannel: (channel: string) => Promise<void>;
}

export type Route = ApiRoute<AdminApiDeps>;

/** Answers a request, with the bindings and the context of the Worker. */
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

/** Null if the Worker is embedded without static files. */
function assetsOf({ ASSETS }: Partial<Env>): AdminApiDeps["assets"] {
  if (ASSETS === undefined) return null;
  return (path) => ASSETS.fetch(new URL(path, "https://assets.local"));
}

/** Reports that there are no texts in the language of STORE_LOCALE. */
function languageProblems({ shop }: Pick<Config, "shop">): readonly string[] {
  const problem = `STORE_LOCALE names a language without texts: expected ${languageCodes.join(" or ")}; until then customers are written to in English`;
  return findLanguage(shop.locale) === null ? [problem] : [];
}

/** The actions on messages that people can start. */
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
      // No wake-up call: the sweep sends what is due, and other messages can be sent in between.
      const ids = await sendUnsent(db, filter, tooOldBefore(at), limit, at.toISOString());
      if (ids.length === 0) return { count: 0, resend: null };
      const resend = await saveReplay(db, ids, at.toISOString(), "messages");
      return { count: ids.length, resend };
    },
    setQuietUntil: (until: string | null) => saveQuietUntil(db, until, now()),
    forgetChannel: (channel: string) => forgetChannel(db, channel),
  };
}

interface MessagesDeps {
  readonly setups: ChannelSetups;
  readonly samples: Samples;
}

export function adminDeps(
  env: Pick<Env, "DB"> & Partial<Env>,
  config: Config,
  { setups: channelSetups, samples }: MessagesDeps,
  { wake }: Calls,
  actions: EdgeActions,
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
    shop: {
      db: env.DB,
      shop: config.shop,
      hasLinkSecret: config.linkSecret !== null,
      isOn: (channel) => channelSetups[channel].state === "on",
      now,
    },
    channelSetups,
    samples,
    db: env.DB,
    admin,
    limiter: env.SIGN_IN_LIMIT ?? null,
    settings: {
      secrets,
      channels: mapChannels((name) => channelSetups[name].state === "on"),
      problems: [...problems, ...languageProblems(config)],
      ...audience,
      versions: { receiver: version },
      time_zone: defaults.timeZone,
      limits: limitsOf(config),
    },
    expected: expectedOf(config),
    maxBytes: config.retention.maxBytes,
    defaults,
    now,
    assets: assetsOf(env),
  };
}
