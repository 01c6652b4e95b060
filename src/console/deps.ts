/** What the console and the admin API are handed. */
import type { Context } from "hono";
import type { StoreDefaults } from "../projection/store-defaults";
import type { ReplayFilter } from "../store/waiting";
import type { ApiRoute } from "./api-route";
import type { AdminConfig } from "./sign-in";

/** What a person may know about the set-up: which secrets are set, never their values. */
export interface Settings {
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly channels: Readonly<Record<string, boolean>>;
  readonly problems: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** STORE_TIME_ZONE; null where it is not set. */
  readonly time_zone: string | null;
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

/** Acts on people's data and the archive; their answers are the API's. */
interface PrivacyActs {
  readonly erase: (contacts: Contacts, dryRun: boolean) => Promise<object>;
  readonly loadErasure: (id: number) => Promise<object | null>;
  /** Null where the cursor is none of this list. */
  readonly exportPerson: (contacts: Contacts, cursor?: string) => Promise<object | null>;
  /** Null where no archive is bound. */
  readonly listArchive: ((after: string, limit: number) => Promise<object>) | null;
  readonly restore: ((wish: RestoreWish) => Promise<object>) | null;
}

export interface AdminApiDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly settings: Settings;
  /** Those that the consumer applies events by. */
  readonly defaults: StoreDefaults;
  readonly now: () => Date;
  readonly privacy: PrivacyActs;
  /** Static files by their path; null where the Worker was deployed without any. */
  readonly assets: ((path: string) => Promise<Response>) | null;
  /** Takes settled events again; returns the ids of those that could be. */
  readonly replay: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
  /** Sends a settled message once more; false where it is pending already, or unknown. */
  readonly sendAgain: (id: string) => Promise<boolean>;
}

export type Route = ApiRoute<AdminApiDeps>;

/** Answers a request, with the bindings and the context of its Worker. */
export type Serve<E> = (
  request: Request,
  env: E,
  context: Context["executionCtx"],
) => Response | Promise<Response>;
