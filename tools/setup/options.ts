/** The command line of the set-up: flags in, checked options or an error text out. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type EnvironmentName, environments } from "../../cli/wrangler/target.ts";

interface Switches {
  readonly dryRun: boolean;
  /** Ask nothing: secrets come from the environment. */
  readonly yes: boolean;
  /** Generate CE_WEBHOOK_SECRET and ADMIN_TOKEN if they are neither set nor given. */
  readonly generate: boolean;
  /** Deploy although a Worker of this name exists without our database. */
  readonly replace: boolean;
}

export interface SetupOptions extends Switches {
  readonly environment: EnvironmentName;
  /** The origin of the Worker, if it is not on workers.dev. */
  readonly url: string | null;
  /** `--location` and `--jurisdiction` of the database. */
  readonly placement: readonly string[];
}

interface Flags extends Switches {
  readonly env: EnvironmentName;
  readonly url?: string;
  readonly location?: string;
  readonly jurisdiction?: string;
}

type ParsedOptions =
  | { readonly kind: "run"; readonly options: SetupOptions }
  | { readonly kind: "help" | "wrong"; readonly text: string };

function originOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new InvalidArgumentError("It must be an https address.");
}

const about = `From a fresh clone to a Worker that takes webhooks.

Finds or creates the D1 database and the four queues, writes the database's id into wrangler.toml, sets secrets, applies the migrations, deploys, sends a signed test event and shows its outcome. Each step is shown as the wrangler command that it is. What exists already is not changed, so you can run it again at any time.

Not logged in? npx wrangler login, or CLOUDFLARE_API_TOKEN. More than one account? CLOUDFLARE_ACCOUNT_ID says which.`;

function createCommand(): Command {
  return new Command("npm run setup --")
    .description(about)
    .addOption(
      new Option("--env <name>", "of wrangler.toml").choices(environments).default("production"),
    )
    .option("--dry-run", "only say what would be done", false)
    .option("-y, --yes", "ask nothing; secrets are environment variables of their names", false)
    .option("--generate", "make the secrets that are missing; they are kept in .setup/", false)
    .option("--url <url>", "where the Worker is reached, if not on workers.dev", originOf)
    .option("--location <hint>", "of the database: weur, eeur, apac, oc, wnam, enam")
    .option("--jurisdiction <name>", "where the database must stay: eu, us, fedramp")
    .option("--replace", "deploy over a Worker of the same name that this did not make", false);
}

export function parseOptions(args: readonly string[]): ParsedOptions {
  let text = "";
  const take = (more: string) => (text += more);
  const command = createCommand().exitOverride();
  command.configureOutput({ writeOut: take, writeErr: take, getOutHelpWidth: () => 96 });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: error.exitCode === 0 ? "help" : "wrong", text: text.trimEnd() };
  }
  const {
    env: environment,
    url = null,
    location,
    jurisdiction,
    ...switches
  } = command.opts<Flags>();
  const placement = Object.entries({ location, jurisdiction }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  return { kind: "run", options: { ...switches, environment, url, placement } };
}
