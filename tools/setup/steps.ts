/**
 * The steps of a set-up. A person can also do each of them: a step has a title, the command, and a function that runs
 * it, or null if it is already done. The set-up can therefore run again, and continues where it stopped.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { environmentFlag, type Target, withDatabaseId } from "../../cli/wrangler/target.ts";
import { type Found, listDatabases } from "./account.ts";
import type { SetupOptions } from "./options.ts";
import { commandLine, failed, type Ran, SetupStop, type Wrangler } from "./wrangler.ts";

export type Progress = (text: string) => void;

export interface Step {
  readonly title: string;
  /** The command that a person would type. */
  readonly shown: string;
  /** Returns the result in a few words. Null if the step is already done. */
  readonly run: ((progress: Progress) => Promise<string>) | null;
}

export interface StepDeps {
  readonly wrangler: Wrangler;
  readonly accountId: string;
  readonly target: Target;
  readonly found: Found;
  readonly options: SetupOptions;
  /** The secrets to set, in order. */
  readonly secrets: ReadonlyMap<string, string>;
  /** wrangler.toml. */
  readonly file: URL;
  /** The test event, when the URL of the Worker is known. */
  readonly prove: (targets: readonly string[], progress: Progress) => Promise<string>;
}

/** How long a queue keeps a message, in seconds: the maximum of each plan. */
const RETENTION_SECONDS = { paid: 14 * 86_400, free: 86_400 } as const;

async function need({ wrangler, accountId }: StepDeps, args: readonly string[], input = "") {
  const ran = await wrangler.run(args, { accountId, input });
  if (!ran.ok) throw failed(args, ran);
  return ran;
}

/** A step that is one command. */
function commandStep(
  deps: StepDeps,
  title: string,
  args: readonly string[],
  said: (ran: Ran) => string,
  input = "",
): Step {
  const run = async () => said(await need(deps, args, input));
  return { title, shown: commandLine(args), run };
}

/** Replaces the file as a whole, since a crash could otherwise leave half of it. */
function writeIdTo(file: URL, target: Target, id: string): void {
  const fresh = new URL(`${file.href}.new`);
  writeFileSync(fresh, withDatabaseId(readFileSync(file, "utf8"), target, id));
  renameSync(fresh, file);
}

/** The Worker of closed orders has the same database. wrangler.toml last: with its id, the step is done. */
async function writeId(deps: StepDeps): Promise<string> {
  const { target, file, found } = deps;
  const list = found.databaseId === null ? await listDatabases(deps.wrangler, deps.accountId) : [];
  const id = found.databaseId ?? list.find(({ name }) => name === target.database.name)?.uuid;
  if (id === undefined) throw new SetupStop(`There is no database ${target.database.name}`);
  const second = new URL("wrangler.closed-orders.toml", file);
  if (existsSync(second)) writeIdTo(second, target, id);
  writeIdTo(file, target, id);
  return id;
}

function databaseSteps(deps: StepDeps): readonly Step[] {
  const { target, found, options } = deps;
  const { name, id } = target.database;
  const isNamed = id !== null;
  const create = ["d1", "create", name, ...options.placement];
  const made = commandStep(deps, `D1 database ${name}`, create, () => "made");
  return [
    isNamed || found.databaseId !== null ? { ...made, run: null } : made,
    {
      title: "the database's id in wrangler.toml",
      shown:
        found.databaseId === null
          ? "database_id = <the id that `npx wrangler d1 list` shows>"
          : `database_id = "${found.databaseId}"`,
      run: isNamed ? null : () => writeId(deps),
    },
  ];
}

/**
 * The free plan keeps messages for a day at most, and there is no documented error code for a longer time. If the
 * account has no queues (100129), a shorter time does not help.
 */
async function createQueue(deps: StepDeps, args: readonly string[]): Promise<string> {
  const ran = await deps.wrangler.run(args, { accountId: deps.accountId });
  if (ran.ok) return "made; it keeps messages for 14 days";
  if (/code: 11009\]|already taken/.test(ran.printed)) return "there already";
  const isTooLong = /retention|free (plan|tier)/i.test(ran.printed);
  if (!isTooLong || /code: 100129\]/.test(ran.printed)) throw failed(args, ran);
  await need(deps, [...args.slice(0, -1), String(RETENTION_SECONDS.free)]);
  return "made; this plan keeps messages for 24 hours only";
}

function queueStep(deps: StepDeps, name: string): Step {
  const keep = ["--message-retention-period-secs", String(RETENTION_SECONDS.paid)];
  const args = ["queues", "create", name, ...keep];
  const isThere = deps.found.queues.includes(name);
  const run = isThere ? null : () => createQueue(deps, args);
  return { title: `queue ${name}`, shown: commandLine(args), run };
}

/** Throws if the next steps could harm existing resources. */
function checkHarmless({ target, found, options }: StepDeps): void {
  const { worker, database } = target;
  if (database.id !== null && !found.databaseIds.includes(database.id)) {
    throw new SetupStop(`wrangler.toml names a database that is not in this account`, {
      detail: `database_id = "${database.id}" (${database.name})`,
      advice: [
        "If it belongs to another account, log in there or set CLOUDFLARE_ACCOUNT_ID.",
        `If it is gone for good, put database_id = "" and run this again.`,
      ],
    });
  }
  // A Worker with this name may belong to another project.
  const isOurs = database.id !== null || found.databaseId !== null || found.queues.length > 0;
  if (found.secrets === null || isOurs || options.replace) return;
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

export function planSteps(deps: StepDeps): readonly Step[] {
  checkHarmless(deps);
  const { target, secrets } = deps;
  const env = environmentFlag(target.environment);
  let targets: readonly string[] = [];
  const isMigrated = ({ printed }: Ran) => /no migrations to apply/i.test(printed);
  return [
    ...databaseSteps(deps),
    ...target.queues.map((name) => queueStep(deps, name)),
    commandStep(
      deps,
      "tables and views",
      ["d1", "migrations", "apply", "DB", "--remote", env],
      (ran) => (isMigrated(ran) ? "up to date" : "migrated"),
    ),
    ...[...secrets].map(([name, value]) =>
      commandStep(deps, `secret ${name}`, ["secret", "put", name, env], () => "set", value),
    ),
    commandStep(deps, `Worker ${target.worker}`, ["deploy", env], (ran) => {
      ({ targets } = ran);
      return "deployed";
    }),
    {
      title: "a signed test event",
      shown: "POST /api/webhooks/ce, signed; then a look into the database; then it is removed",
      run: (progress) => deps.prove(targets, progress),
    },
  ];
}
