/** What the console and the admin API are handed. */
import type { Context } from "hono";
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
}

export interface AdminApiDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly settings: Settings;
  readonly now: () => Date;
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
