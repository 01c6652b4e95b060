/**
 * Does the steps of a plan in order and stops at the first that fails. Each is shown as the command
 * that it is; what a secret is never appears.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { failed, listDatabases } from "./account.ts";
import type { Action, Step } from "./plan.ts";
import { RETENTION_SECONDS } from "./retention.ts";
import type { Screen } from "./screen.ts";
import type { SecretValues } from "./secrets.ts";
import { SetupStop } from "./stop.ts";
import { type Target, withDatabaseId } from "../../cli/wrangler/target.ts";
import { isTaken, wantsShorterRetention } from "./trouble.ts";
import { commandLine, type Ran, type Wrangler } from "./wrangler.ts";

export interface RunDeps {
  readonly wrangler: Wrangler;
  readonly accountId: string;
  readonly target: Target;
  readonly secrets: SecretValues;
  /** wrangler.toml. */
  readonly file: URL;
  /** The test event, once it is known where the Worker is reached; says how it ended. */
  readonly probe: (targets: readonly string[], progress: (text: string) => void) => Promise<string>;
}

/** What one step came to. */
interface Done {
  readonly said: string;
  /** Where a deployment is reached. */
  readonly targets?: readonly string[];
}

async function run(deps: RunDeps, args: readonly string[], input?: string): Promise<Ran> {
  const { wrangler, accountId } = deps;
  return await wrangler.run(args, input === undefined ? { accountId } : { accountId, input });
}

async function need(deps: RunDeps, args: readonly string[], input?: string): Promise<Ran> {
  const ran = await run(deps, args, input);
  if (!ran.ok) throw failed(args, ran);
  return ran;
}

/** On the free plan a message is kept for a day at most. */
async function createQueue(deps: RunDeps, args: readonly string[]): Promise<string> {
  const ran = await run(deps, args);
  if (ran.ok) return "made; it keeps messages for 14 days";
  if (isTaken(ran.printed)) return "there already";
  if (!wantsShorterRetention(ran.printed)) throw failed(args, ran);
  const shorter = [...args.slice(0, -1), String(RETENTION_SECONDS.free)];
  await need(deps, shorter);
  return "made; this plan keeps messages for 24 hours only";
}

/** Without a whole file in its place at any time, a crash could leave half of one. */
function replaceFile(file: URL, text: string): void {
  const fresh = new URL(`${file.href}.new`);
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

async function writeId(deps: RunDeps, known: string | null): Promise<string> {
  const { target, file } = deps;
  const list = known === null ? await listDatabases(deps.wrangler, deps.accountId) : [];
  const id = known ?? list.find(({ name }) => name === target.database.name)?.uuid;
  if (id === undefined) throw new SetupStop(`There is no database ${target.database.name}`);
  replaceFile(file, withDatabaseId(readFileSync(file, "utf8"), target, id));
  return id;
}

async function perform(
  deps: RunDeps,
  action: Action,
  targets: readonly string[],
  progress: (text: string) => void,
): Promise<Done> {
  switch (action.kind) {
    case "create database":
      await need(deps, action.args);
      return { said: "made" };
    case "write id":
      return { said: await writeId(deps, action.id) };
    case "create queue":
      return { said: await createQueue(deps, action.args) };
    case "migrate": {
      const ran = await need(deps, action.args);
      return { said: /no migrations to apply/i.test(ran.printed) ? "up to date" : "migrated" };
    }
    case "put secret":
      await need(deps, action.args, deps.secrets.get(action.name) ?? "");
      return { said: "set" };
    case "deploy": {
      const ran = await need(deps, action.args);
      return { said: "deployed", targets: ran.targets };
    }
    case "probe":
      return { said: await deps.probe(targets, progress) };
    default:
      return action satisfies never;
  }
}

/** The command of an action; null where it is not wrangler that does it. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case "write id":
      return action.id === null
        ? "database_id = <the id that `npx wrangler d1 list` shows>"
        : `database_id = "${action.id}"`;
    case "probe":
      return "POST /api/webhooks/ce, signed; then a look into the database; then it is removed";
    case "create database":
    case "create queue":
    case "migrate":
    case "put secret":
    case "deploy":
      return commandLine(action.args);
    default:
      return action satisfies never;
  }
}

/** Runs every step that is not done yet. Throws a SetupStop at the first that fails. */
export async function runSteps(
  steps: readonly Step[],
  deps: RunDeps,
  screen: Screen,
): Promise<void> {
  let targets: readonly string[] = [];
  for (const { title, action } of steps) {
    if (action === null) continue;
    screen.say(describeAction(action));
    const work = screen.work(title);
    try {
      const done = await perform(deps, action, targets, (text) => work.change(`${title}: ${text}`));
      targets = done.targets ?? targets;
      work.done(`${title}: ${done.said}`);
    } catch (error) {
      work.fail(`${title}: failed`);
      throw error;
    }
  }
}
