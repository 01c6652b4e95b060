/** The command line of the set-up: flags in, checked options or a sentence on what is wrong out. */
import { parseArgs } from "node:util";
import { type EnvironmentName, environments } from "../../cli/wrangler/target.ts";

export interface SetupOptions {
  readonly environment: EnvironmentName;
  readonly dryRun: boolean;
  /** Ask nothing: secrets come from the environment. */
  readonly yes: boolean;
  /** Make CE_WEBHOOK_SECRET and ADMIN_TOKEN where they are neither set nor given. */
  readonly generate: boolean;
  /** Deploy although a Worker of this name is there, without a database of ours beside it. */
  readonly replace: boolean;
  /** The origin at which the Worker is reached, if not on workers.dev. */
  readonly url: string | null;
  /** `--location` and `--jurisdiction` of the database. */
  readonly placement: readonly string[];
}

type ParsedOptions =
  | { readonly kind: "run"; readonly options: SetupOptions }
  | { readonly kind: "help" | "wrong"; readonly text: string };

const help = `npm run setup: from a fresh clone to a Worker that takes webhooks.

Finds or creates the D1 database and the four queues, writes the database's id into
wrangler.toml, sets secrets, applies the migrations, deploys, sends a signed test event and
shows what became of it. Each step is shown as the wrangler command that it is. What is there
already is left as it is, so it may be run again at any time.

  npm run setup -- [flags]

  --env NAME           production or staging (production)
  --dry-run            only say what would be done
  --yes                ask nothing; secrets are taken from environment variables of their names
  --generate           make CE_WEBHOOK_SECRET and ADMIN_TOKEN where they are missing; they are
                       kept in .setup/, for you alone to read
  --url URL            where the Worker is reached, if not on workers.dev
  --location HINT      where the database is to live: weur, eeur, apac, oc, wnam, enam
  --jurisdiction NAME  where the database must stay: eu, us, fedramp
  --replace            deploy over a Worker of the same name that this set-up did not make
  --help               this text

Not logged in? npx wrangler login, or CLOUDFLARE_API_TOKEN. More than one account?
CLOUDFLARE_ACCOUNT_ID says which.`;

const flags = {
  env: { type: "string", default: "production" },
  "dry-run": { type: "boolean", default: false },
  yes: { type: "boolean", short: "y", default: false },
  generate: { type: "boolean", default: false },
  replace: { type: "boolean", default: false },
  url: { type: "string" },
  location: { type: "string" },
  jurisdiction: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

export function parseOptions(args: readonly string[]): ParsedOptions {
  let given;
  try {
    given = parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    return { kind: "wrong", text: error instanceof Error ? error.message : String(error) };
  }
  if (given.help) return { kind: "help", text: help };
  const { env, url: address, location, jurisdiction, yes, generate, replace } = given;
  const environment = environments.find((known) => known === env);
  if (environment === undefined) {
    return { kind: "wrong", text: `--env must be ${environments.join(" or ")}, not "${env}"` };
  }
  const url = URL.parse(address ?? "");
  if (address !== undefined && (url === null || !/^https?:$/.test(url.protocol))) {
    return { kind: "wrong", text: `--url must be an https address, not "${address}"` };
  }
  const placement = [
    ...(location === undefined ? [] : ["--location", location]),
    ...(jurisdiction === undefined ? [] : ["--jurisdiction", jurisdiction]),
  ];
  const dryRun = given["dry-run"];
  const options = { environment, dryRun, yes, generate, replace, url: url?.origin ?? null };
  return { kind: "run", options: { ...options, placement } };
}
