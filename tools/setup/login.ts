/** Who is logged in to Cloudflare, and which of their accounts it is to be. */
import { type Account, listAccounts } from "./account.ts";
import type { SetupOptions } from "./options.ts";
import type { Screen } from "./screen.ts";
import { SetupStop } from "./stop.ts";
import type { Wrangler } from "./wrangler.ts";

export interface LoginDeps {
  readonly options: SetupOptions;
  readonly screen: Screen;
  readonly wrangler: Wrangler;
  readonly env: NodeJS.ProcessEnv;
}

/** Whoever is logged in; offers to log in where nobody is and somebody can. */
async function findAccounts({
  screen,
  wrangler,
  options,
}: LoginDeps): Promise<readonly Account[] | null> {
  const accounts = await listAccounts(wrangler);
  if (accounts !== null || options.dryRun) return accounts;
  const mayLogIn = screen.asks && (await screen.confirm("Nobody is logged in. Log in now?"));
  if (mayLogIn && (await wrangler.converse(["login"]))) return await listAccounts(wrangler);
  throw new SetupStop("Nobody is logged in to Cloudflare", {
    advice: ["Log in: npx wrangler login", "Or set CLOUDFLARE_API_TOKEN, as in CI."],
  });
}

/** Null where nobody is logged in and nothing is to be changed. Throws a SetupStop. */
export async function pickAccount(deps: LoginDeps): Promise<Account | null> {
  const accounts = await findAccounts(deps);
  if (accounts === null) return null;
  const wanted = deps.env["CLOUDFLARE_ACCOUNT_ID"] ?? "";
  const stated = accounts.find(({ id }) => id === wanted);
  if (stated !== undefined) return stated;
  // A token may be allowed to deploy and not to list accounts.
  if (wanted !== "") return { id: wanted, name: "the account of CLOUDFLARE_ACCOUNT_ID" };
  const [first, ...others] = accounts;
  if (first === undefined) {
    throw new SetupStop("This login reaches no account", {
      advice: ["Say which it is: CLOUDFLARE_ACCOUNT_ID=<id> npm run setup"],
    });
  }
  if (others.length === 0) return first;
  if (!deps.screen.asks) {
    throw new SetupStop("This login reaches more than one account", {
      detail: accounts.map(({ id, name }) => `${id}  ${name}`).join("\n"),
      advice: ["Say which: CLOUDFLARE_ACCOUNT_ID=<id> npm run setup"],
    });
  }
  const choices = accounts.map(({ id, name }) => ({ value: id, label: name }));
  const chosen = await deps.screen.choose("Which account?", choices);
  return accounts.find(({ id }) => id === chosen) ?? first;
}
