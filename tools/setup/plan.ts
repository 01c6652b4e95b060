/**
 * What is to be done, as a list of steps: a pure function of wrangler.toml, of what the account has,
 * and of the secrets to be set. Each step is a wrangler command that a person could type instead.
 */
import type { Found } from "./account.ts";
import { RETENTION_SECONDS } from "./retention.ts";
import { SetupStop } from "./stop.ts";
import type { Target } from "../../cli/wrangler/target.ts";

export type Action =
  | { readonly kind: "create database"; readonly args: readonly string[] }
  | { readonly kind: "write id"; readonly id: string | null }
  | { readonly kind: "create queue"; readonly args: readonly string[] }
  | { readonly kind: "migrate"; readonly args: readonly string[] }
  /** The value goes to stdin. */
  | { readonly kind: "put secret"; readonly args: readonly string[]; readonly name: string }
  | { readonly kind: "deploy"; readonly args: readonly string[] }
  | { readonly kind: "probe" };

export interface Step {
  readonly title: string;
  /** Null where it is done already. */
  readonly action: Action | null;
}

export interface Wishes {
  /** The secrets to set, in order. */
  readonly secrets: readonly string[];
  readonly replace: boolean;
  readonly location: string | null;
  readonly jurisdiction: string | null;
}

/** Empty for production: wrangler then takes what stands at the top, and does not warn. */
export function environmentFlag({ environment }: Target): string {
  return environment === "production" ? "--env=" : `--env=${environment}`;
}

function databaseSteps(target: Target, found: Found, wishes: Wishes): readonly Step[] {
  const { name, id } = target.database;
  const hints = [
    ...(wishes.location === null ? [] : ["--location", wishes.location]),
    ...(wishes.jurisdiction === null ? [] : ["--jurisdiction", wishes.jurisdiction]),
  ];
  const create: Action = { kind: "create database", args: ["d1", "create", name, ...hints] };
  const isNamed = id !== null;
  return [
    {
      title: `D1 database ${name}`,
      action: isNamed || found.databaseId !== null ? null : create,
    },
    {
      title: "the database's id in wrangler.toml",
      action: isNamed ? null : { kind: "write id", id: found.databaseId },
    },
  ];
}

function queueSteps(target: Target, found: Found): readonly Step[] {
  const keep = ["--message-retention-period-secs", String(RETENTION_SECONDS.paid)];
  return target.queues.map((name) => ({
    title: `queue ${name}`,
    action: found.queues.includes(name)
      ? null
      : { kind: "create queue", args: ["queues", "create", name, ...keep] },
  }));
}

/** The id in wrangler.toml must be one of this account's, or none at all. */
function checkId({ database }: Target, found: Found): void {
  if (database.id === null || found.databaseIds.includes(database.id)) return;
  throw new SetupStop(`wrangler.toml names a database that is not in this account`, {
    detail: `database_id = "${database.id}" (${database.name})`,
    advice: [
      "If it belongs to another account, log in there or set CLOUDFLARE_ACCOUNT_ID.",
      `If it is gone for good, put database_id = "" and run this again.`,
    ],
  });
}

/** Deploying would replace it; nothing says that it is this project's. */
function checkWorker({ worker, database }: Target, found: Found, replace: boolean): void {
  const isOurs = database.id !== null || found.databaseId !== null || found.queues.length > 0;
  if (found.secrets === null || isOurs || replace) return;
  throw new SetupStop(
    `There is a Worker named ${worker} already, and none of its database or queues`,
    {
      advice: [
        "Deploying would replace it. If that is what you want: npm run setup -- --replace",
        "If it is something else, give this one another name in wrangler.toml.",
      ],
    },
  );
}

/** Throws a SetupStop where going on could harm what is there. */
export function planSteps(target: Target, found: Found, wishes: Wishes): readonly Step[] {
  checkId(target, found);
  checkWorker(target, found, wishes.replace);
  const env = environmentFlag(target);
  return [
    ...databaseSteps(target, found, wishes),
    ...queueSteps(target, found),
    {
      title: "tables and views",
      action: { kind: "migrate", args: ["d1", "migrations", "apply", "DB", "--remote", env] },
    },
    ...wishes.secrets.map((name) => ({
      title: `secret ${name}`,
      action: { kind: "put secret", args: ["secret", "put", name, env], name } as const,
    })),
    {
      title: `Worker ${target.worker}`,
      action: { kind: "deploy", args: ["deploy", env] },
    },
    { title: "a signed test event", action: { kind: "probe" } },
  ];
}
