/** The set-up from beginning to end: log in, look around, plan, ask, do, prove. */
import { existsSync, readFileSync } from "node:fs";
import pc from "picocolors";
import { type Found, lookAround, nothingFound } from "./account.ts";
import { keptSecrets, type KeptSecrets } from "./kept.ts";
import type { SetupOptions } from "./options.ts";
import { pickAccount } from "./login.ts";
import { planSteps, type Step } from "./plan.ts";
import { prove } from "./proof.ts";
import { describeAction, runSteps } from "./run.ts";
import type { Screen } from "./screen.ts";
import { askSecrets, type Chosen, chooseSecrets, missingVars, secretsIn } from "./secrets.ts";
import { SetupStop } from "./stop.ts";
import { readTarget } from "../../cli/wrangler/target.ts";
import type { Wrangler } from "./wrangler.ts";

export interface WizardDeps {
  readonly options: SetupOptions;
  readonly screen: Screen;
  readonly wrangler: Wrangler;
  /** The folder of wrangler.toml. */
  readonly root: URL;
  readonly env: NodeJS.ProcessEnv;
}

async function chooseFor(deps: WizardDeps, found: Found): Promise<Chosen> {
  const { options, screen } = deps;
  const given = secretsIn(deps.env);
  const isSet = (name: string): boolean => found.secrets?.includes(name) ?? false;
  if (options.dryRun) {
    const main = isSet("CE_WEBHOOK_SECRET") ? [] : [["CE_WEBHOOK_SECRET", ""] as const];
    return { values: new Map([...main, ...given]), made: [] };
  }
  return screen.asks
    ? await askSecrets(screen, given, isSet)
    : chooseSecrets(given, isSet, options.generate);
}

function planLines(steps: readonly Step[]): readonly string[] {
  return steps.map(({ title, action }) =>
    action === null
      ? pc.dim(`✓ ${title}: there already`)
      : `${pc.cyan("+")} ${title}\n  ${pc.dim(describeAction(action))}`,
  );
}

/** What is known of the main secret: given now, or made by an earlier run. */
function knownSecret(chosen: Chosen, kept: KeptSecrets): string | null {
  return chosen.values.get("CE_WEBHOOK_SECRET") ?? kept.read().get("CE_WEBHOOK_SECRET") ?? null;
}

/** Throws a SetupStop where it cannot go on. */
export async function runWizard(deps: WizardDeps): Promise<void> {
  const { options, screen, wrangler, root } = deps;
  screen.open(`Commerce Engine webhooks: set-up of ${options.environment}`);
  const file = new URL("wrangler.toml", root);
  if (!existsSync(file)) throw new SetupStop("There is no wrangler.toml in this folder");
  const target = readTarget(readFileSync(file, "utf8"), options.environment);

  const account = await pickAccount(deps);
  if (account === null) screen.warn("Nobody is logged in: this is the plan for an empty account.");
  else screen.say(`Account: ${account.name} (${account.id})`);
  const found = account === null ? nothingFound : await lookAround(wrangler, account.id, target);

  const chosen = await chooseFor(deps, found);
  const steps = planSteps(target, found, { ...options, secrets: [...chosen.values.keys()] });
  screen.show(options.dryRun ? "This would be done" : "This will be done", planLines(steps));
  if (options.dryRun || account === null) {
    screen.close("Nothing was changed.");
    return;
  }
  if (screen.asks && !(await screen.confirm("Go on?"))) {
    throw new SetupStop("Stopped. Nothing was changed.", { cancelled: true });
  }

  const kept = keptSecrets(root, options.environment);
  if (chosen.made.length > 0) {
    kept.keep(new Map([...chosen.values].filter(([name]) => chosen.made.includes(name))));
    screen.say(
      `${chosen.made.join(" and ")} made and kept in ${kept.path}, for you alone to read.`,
    );
  }
  await runSteps(
    steps,
    {
      wrangler,
      accountId: account.id,
      target,
      secrets: chosen.values,
      file,
      probe: (targets, progress) =>
        prove(
          { options, screen, wrangler, account, target, secret: knownSecret(chosen, kept) },
          targets,
          progress,
        ),
    },
    screen,
  );
  const missing = missingVars(chosen.values, target.vars);
  if (missing.length > 0) {
    const table = options.environment === "production" ? "[vars]" : "[env.staging.vars]";
    screen.show(`To go out, messages also need these below ${table} in wrangler.toml`, missing);
  }
  screen.close("Done. It may be run again at any time.");
}
