/** The whole set-up: log in, check the account, plan, ask, run the steps, send a test event. Throws a SetupStop. */
import { existsSync, readFileSync } from "node:fs";
import pc from "picocolors";
import { environmentFlag, readTarget, type Target } from "../../cli/wrangler/target.ts";
import { type Found, lookAround, nothingFound, pickAccount } from "./account.ts";
import type { SetupOptions } from "./options.ts";
import { sendProbe } from "./probe.ts";
import type { Screen } from "./screen.ts";
import {
  askSecrets,
  type Chosen,
  chooseSecrets,
  keepSecrets,
  keptPath,
  missingVars,
  plannedSecrets,
  readKept,
  secretsIn,
} from "./secrets.ts";
import { planSteps, type Progress, type Step } from "./steps.ts";
import { SetupStop, type Wrangler } from "./wrangler.ts";

export interface SetupDeps {
  readonly options: SetupOptions;
  readonly screen: Screen;
  readonly wrangler: Wrangler;
  /** The folder of wrangler.toml. */
  readonly root: URL;
  readonly env: NodeJS.ProcessEnv;
}

function loadTarget(file: URL, { environment }: SetupOptions): Target {
  if (!existsSync(file)) throw new SetupStop("There is no wrangler.toml in this folder");
  try {
    return readTarget(readFileSync(file, "utf8"), environment);
  } catch (error) {
    throw new SetupStop(error instanceof Error ? error.message : String(error));
  }
}

async function chooseFor({ options, screen, env }: SetupDeps, found: Found): Promise<Chosen> {
  const given = secretsIn(env);
  const isSet = (name: string): boolean => found.secrets?.includes(name) ?? false;
  if (options.dryRun) return plannedSecrets(given, isSet, options);
  return screen.asks
    ? await askSecrets(screen, given, isSet)
    : chooseSecrets(given, isSet, options.generate);
}

function describe({ title, shown, run }: Step): string {
  if (run === null) return pc.dim(`✓ ${title}: there already`);
  return `${pc.cyan("+")} ${title}\n  ${pc.dim(shown)}`;
}

/** The first step, before any change: no secret that was generated here may be lost. */
function keepSteps({ root, options }: SetupDeps, chosen: Chosen): readonly Step[] {
  const where = keptPath(options.environment);
  if (chosen.made.length === 0) return [];
  const run = async () => {
    keepSecrets(root, options.environment, chosen);
    return await Promise.resolve("for you alone to read");
  };
  return [{ title: `${chosen.made.join(", ")} made and kept in ${where}`, shown: where, run }];
}

/** Stops at the first step that fails. */
async function runSteps(steps: readonly Step[], screen: Screen): Promise<void> {
  for (const { title, shown, run } of steps) {
    if (run === null) continue;
    screen.say(shown);
    const work = screen.work(title);
    try {
      work.done(`${title}: ${await run((text) => work.change(`${title}: ${text}`))}`);
    } catch (error) {
      work.fail(`${title}: failed`);
      throw error instanceof SetupStop ? error : new SetupStop(String(error));
    }
  }
}

/** From wrangler's report: `https://x.workers.dev`, `shop.example (custom domain)`; not `schedule: * * * * *`. */
function originOf(targets: readonly string[]): string | null {
  for (const text of targets) {
    const [, host] =
      /^(?:https:\/\/)?([\w-]+(?:\.[\w-]+)+)(?: \(custom domain\))?\/?$/.exec(text) ?? [];
    if (host !== undefined) return `https://${host}`;
    if (/^http:\/\/127\.0\.0\.1:\d+$/.test(text)) return text;
  }
  return null;
}

interface Proof {
  readonly accountId: string;
  readonly target: Target;
  /** CE_WEBHOOK_SECRET, if it is known. */
  readonly secret: string | null;
  readonly targets: readonly string[];
}

async function prove(
  { options, screen, wrangler }: SetupDeps,
  { accountId, target, secret, targets }: Proof,
  progress: Progress,
): Promise<string> {
  const origin = options.url ?? target.publicUrl ?? originOf(targets);
  if (origin === null) return "left out: the address is not known; run again with --url https://…";
  if (secret === null) {
    return "left out: a secret cannot be read back; CE_WEBHOOK_SECRET=… npm run setup sets and tests it";
  }
  const flag = environmentFlag(target.environment);
  const probe = { origin, secret, wrangler, accountId, environmentFlag: flag, progress };
  const status = await sendProbe(probe);
  screen.show("It works", [
    "The event was verified, stored, taken off the queue, settled, and is removed again.",
    `Enter this in Commerce Engine as the webhook URL: ${pc.cyan(`${origin}/api/webhooks/ce`)}`,
  ]);
  return `taken, and settled as ${status}: its type is none of the 14`;
}

export async function runSetup(deps: SetupDeps): Promise<void> {
  const { options, screen, wrangler, root } = deps;
  const { environment } = options;
  screen.open(`Commerce Engine webhooks: set-up of ${environment}`);
  const file = new URL("wrangler.toml", root);
  const target = loadTarget(file, options);
  const account = await pickAccount(deps);
  if (account === null)
    screen.warn(
      "Nobody is logged in: npx wrangler login comes first. This is the plan for an empty account.",
    );
  else screen.say(`Account: ${account.name} (${account.id})`);
  const accountId = account?.id ?? "";
  const found = account === null ? nothingFound : await lookAround(wrangler, accountId, target);

  const chosen = await chooseFor(deps, found);
  const { values: secrets } = chosen;
  const planned = planSteps({
    wrangler,
    accountId,
    target,
    found,
    options,
    secrets,
    file,
    prove: (targets, progress) => {
      const kept = readKept(root, environment)["CE_WEBHOOK_SECRET"];
      const secret = secrets.get("CE_WEBHOOK_SECRET") ?? kept ?? null;
      return prove(deps, { accountId, target, secret, targets }, progress);
    },
  });
  const steps = [...keepSteps(deps, chosen), ...planned];
  screen.show(options.dryRun ? "This would be done" : "This will be done", steps.map(describe));
  if (options.dryRun) return screen.close("Nothing was changed.");
  if (screen.asks && !(await screen.confirm("Go on?"))) {
    throw new SetupStop("Stopped. Nothing was changed.", { isCancelled: true });
  }

  await runSteps(steps, screen);
  const missing = missingVars(secrets, target.vars);
  if (missing.length > 0) {
    const table = environment === "production" ? "[vars]" : `[env.${environment}.vars]`;
    screen.show(`To go out, messages also need these below ${table} in wrangler.toml`, missing);
  }
  screen.show("A shop with history brings it in first", [
    "Export the orders from Commerce Engine as JSON or NDJSON, then:",
    pc.cyan(
      `npx ce-webhooks import orders.json --dry-run --url ${options.url ?? "https://<your worker>"}`,
    ),
    pc.dim(
      "Without --dry-run it is done. Nobody is notified, and it may be run again: docs/import.md",
    ),
  ]);
  screen.close("Done. It may be run again at any time.");
}
