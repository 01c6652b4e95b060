/** The state of the account: its owner, and which of our database, queues and secrets exist. Reads only. */
import * as z from "zod";
import type { Target } from "../../cli/wrangler/target.ts";
import type { SetupDeps } from "./run.ts";
import { failed, readJson, SetupStop, type Wrangler } from "./wrangler.ts";

export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface Found {
  /** The id of the database with our name; null if there is none. */
  readonly databaseId: string | null;
  /** Every database id in the account, to distinguish a deleted database from one with another name. */
  readonly databaseIds: readonly string[];
  readonly queues: readonly string[];
  /** Names of the secrets that are set; null if the Worker does not exist yet. */
  readonly secrets: readonly string[] | null;
}

/** An account without any of our resources. */
export const nothingFound: Found = {
  databaseId: null,
  databaseIds: [],
  queues: [],
  secrets: null,
};

const identity = z.object({
  loggedIn: z.literal(true),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});
const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));
const named = z.array(z.object({ name: z.string() }));

/** Null if nobody is logged in. */
async function listAccounts(wrangler: Wrangler): Promise<readonly Account[] | null> {
  const args = ["whoami", "--json"];
  const ran = await wrangler.run(args);
  const known = readJson(identity, ran);
  if (known !== null) return known.accounts;
  // wrangler prints nothing if it cannot ask.
  const isOut = /"loggedIn":\s*false|not authenticated|^$/i.test(ran.printed);
  if (isOut) return null;
  throw failed(args, ran);
}

/** Offers to log in if nobody is logged in and a person can do it. */
async function findAccounts({ screen, wrangler, options }: SetupDeps) {
  const accounts = await listAccounts(wrangler);
  if (accounts !== null || options.dryRun) return accounts;
  const mayLogIn = screen.asks && (await screen.confirm("Nobody is logged in. Log in now?"));
  if (mayLogIn && (await wrangler.converse(["login"]))) return await listAccounts(wrangler);
  throw new SetupStop("Nobody is logged in to Cloudflare", {
    advice: ["Log in: npx wrangler login", "Or set CLOUDFLARE_API_TOKEN, as in CI."],
  });
}

/** Null if nobody is logged in and nothing will be changed. */
export async function pickAccount(deps: SetupDeps): Promise<Account | null> {
  const accounts = await findAccounts(deps);
  if (accounts === null) return null;
  const wanted = deps.env["CLOUDFLARE_ACCOUNT_ID"] ?? "";
  // A token may have permission to deploy, but not to list accounts.
  const unlisted = { id: wanted, name: "the account of CLOUDFLARE_ACCOUNT_ID" };
  if (wanted !== "") return accounts.find(({ id }) => id === wanted) ?? unlisted;
  const [first, ...others] = accounts;
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined || !deps.screen.asks) {
    const reached = first === undefined ? "no account" : "more than one account";
    throw new SetupStop(`This login reaches ${reached}`, {
      detail: accounts.map(({ id, name }) => `${id}  ${name}`).join("\n"),
      advice: ["Say which: CLOUDFLARE_ACCOUNT_ID=<id> npm run setup"],
    });
  }
  const choices = accounts.map(({ id, name }) => ({ value: id, label: name }));
  const chosen = await deps.screen.choose("Which account?", choices);
  return accounts.find(({ id }) => id === chosen) ?? first;
}

/** The output of a command as JSON; throws if it fails, unless `unless` says that the resource does not exist. */
async function list<T>(
  wrangler: Wrangler,
  accountId: string,
  args: readonly string[],
  shape: z.ZodType<T>,
  unless?: RegExp,
): Promise<T | null> {
  const ran = await wrangler.run(args, { accountId });
  if (!ran.ok && unless?.test(ran.printed) === true) return null;
  const found = ran.ok ? readJson(shape, ran) : null;
  if (found === null) throw failed(args, ran);
  return found;
}

export async function listDatabases(wrangler: Wrangler, accountId: string) {
  return (await list(wrangler, accountId, ["d1", "list", "--json"], databases)) ?? [];
}

async function hasQueue(wrangler: Wrangler, accountId: string, name: string): Promise<boolean> {
  const args = ["queues", "info", name];
  const ran = await wrangler.run(args, { accountId });
  if (!ran.ok && !ran.printed.includes("does not exist")) throw failed(args, ran);
  return ran.ok;
}

export async function lookAround(
  wrangler: Wrangler,
  accountId: string,
  { worker, database, queues }: Target,
): Promise<Found> {
  const secretList = ["secret", "list", "--name", worker, "--format", "json"];
  const [all, secrets, present] = await Promise.all([
    listDatabases(wrangler, accountId),
    list(wrangler, accountId, secretList, named, /not found|code: 10007/),
    Promise.all(queues.map((name) => hasQueue(wrangler, accountId, name))),
  ]);
  return {
    databaseId: all.find(({ name }) => name === database.name)?.uuid ?? null,
    databaseIds: all.map(({ uuid }) => uuid),
    queues: queues.filter((_, index) => present[index]),
    secrets: secrets?.map(({ name }) => name) ?? null,
  };
}
