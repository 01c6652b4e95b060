/** The set-up around the receiver, as wrangler reports it: migrations, and for a deployed receiver the account. */
import { readdirSync, readFileSync } from "node:fs";
import { deployCommand, migrateCommand } from "../../src/store/set-up/missing-pieces.ts";
import { type Ran, runWrangler } from "../wrangler/process.ts";
import {
  environmentFlag,
  type EnvironmentName,
  readTarget,
  type Target,
} from "../wrangler/target.ts";
import type { Settings } from "../settings.ts";
import { type Finding, found } from "./finding.ts";
import { readLogin, readPending, readQueues } from "./wrangler.ts";

const config = new URL("../../wrangler.toml", import.meta.url);

const TIMEOUT_MS = 30_000;

async function askWrangler(args: readonly string[], signal: AbortSignal): Promise<Ran> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return await runWrangler(args, { signal: stop });
}

function judgeMigrations(text: string, fix: string): Finding {
  const pending = readPending(text);
  if (pending === null) return found.skip("migrations", "wrangler did not say which are applied");
  if (pending.length === 0) return found.ok("migrations", "all are applied");
  return found.fail("migrations", `not applied: ${pending.join(", ")}`, fix);
}

function migrationFiles(): readonly string[] {
  const folder = new URL("../../migrations/", import.meta.url);
  return readdirSync(folder).filter((name) => name.endsWith(".sql"));
}

async function checkLocal(signal: AbortSignal): Promise<readonly Finding[]> {
  const { ok, printed: text } = await askWrangler(
    ["d1", "migrations", "list", "DB", "--local", "--env="],
    signal,
  );
  const fix = "npx wrangler d1 migrations apply DB --local (npm start does it)";
  const isFresh = readPending(text)?.length === migrationFiles().length;
  if (isFresh) return [found.skip("migrations", "npm start has not made its D1 here yet")];
  if (ok) return [judgeMigrations(text, fix)];
  return [found.skip("migrations", "wrangler did not answer")];
}

function checkDatabase({ database }: Target): Finding {
  return database.id === null
    ? found.fail(
        "database",
        "wrangler.toml still has the placeholder for database_id",
        "npm run setup",
      )
    : found.ok("database", `wrangler.toml names the D1 database ${database.name}`);
}

function judgeQueues(text: string, { queues: queueNames, environment }: Target): Finding {
  const queues = readQueues(text);
  const missing = queueNames.filter((name) => !queues.has(name));
  if (missing.length > 0) {
    const fix = missing.map((name) => `npx wrangler queues create ${name}`).join("; ");
    return found.fail("queues", `not in the account: ${missing.join(", ")}`, fix);
  }
  const idle = queueNames.filter((name) => queues.get(name) === 0);
  if (idle.length > 0) {
    return found.fail(
      "queues",
      `nothing takes from ${idle.join(", ")}`,
      deployCommand(environment),
    );
  }
  return found.ok("queues", `all ${queueNames.length} are there, with their consumers`);
}

async function checkRemote(
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const login = await askWrangler(["whoami", "--json"], signal);
  const isLoggedIn = readLogin(login.printed);
  if (isLoggedIn !== true) {
    const detail = isLoggedIn === null ? "wrangler did not answer" : "wrangler is not logged in";
    const rest = "database, migrations and queues were not looked at from this side";
    return [found.skip("account", `${detail}: ${rest}`, "npx wrangler login")];
  }
  const target = readTarget(readFileSync(config, "utf8"), environment);
  const [migrations, queues] = await Promise.all([
    askWrangler(
      ["d1", "migrations", "list", "DB", "--remote", environmentFlag(environment)],
      signal,
    ),
    askWrangler(["queues", "list"], signal),
  ]);
  return [
    found.ok("account", "wrangler is logged in"),
    checkDatabase(target),
    migrations.ok
      ? judgeMigrations(migrations.printed, migrateCommand(environment))
      : found.skip("migrations", "wrangler could not list them"),
    queues.ok
      ? judgeQueues(queues.printed, target)
      : found.skip("queues", "wrangler could not list them"),
  ];
}

export async function checkAccount(
  { isLocal }: Settings,
  environment: EnvironmentName,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  return isLocal ? await checkLocal(signal) : await checkRemote(environment, signal);
}
