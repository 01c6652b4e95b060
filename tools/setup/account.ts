/** What is there already: who is logged in, which of our database, queues and secrets exist. Reads only. */
import * as z from "zod";
import type { Target } from "../../cli/wrangler/target.ts";
import { SetupStop } from "./stop.ts";
import { adviseOn } from "./trouble.ts";
import { commandLine, type Ran, type Wrangler } from "./wrangler.ts";

export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface Found {
  /** Of the database that bears our name; null where there is none. */
  readonly databaseId: string | null;
  /** Every id in the account, to tell a deleted database from one of another name. */
  readonly databaseIds: readonly string[];
  readonly queues: readonly string[];
  /** Names of the secrets that are set; null where there is no such Worker yet. */
  readonly secrets: readonly string[] | null;
}

/** An account in which nothing of ours is. */
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
const secretNames = z.array(z.object({ name: z.string() }));

/** JSON out of what a command printed; null where it is something else. */
function read<T>(shape: z.ZodType<T>, text: string): T | null {
  const start = text.search(/[[{]/);
  try {
    return shape.parse(JSON.parse(text.slice(Math.max(0, start))));
  } catch {
    return null;
  }
}

export function failed(args: readonly string[], ran: Ran): SetupStop {
  return new SetupStop(`This failed: ${commandLine(args)}`, {
    detail: ran.printed,
    advice: adviseOn(ran.printed),
  });
}

/** Whoever is logged in, with their accounts; null where nobody is. */
export async function listAccounts(wrangler: Wrangler): Promise<readonly Account[] | null> {
  const args = ["whoami", "--json"];
  const ran = await wrangler.run(args);
  const known = read(identity, ran.stdout);
  if (known !== null) return known.accounts;
  const isOut = /"loggedIn":\s*false/.test(ran.printed) || /not authenticated/i.test(ran.printed);
  // wrangler says nothing at all where it may not ask.
  if (isOut || ran.printed === "") return null;
  throw failed(args, ran);
}

const listArgs = ["d1", "list", "--json"];

export async function listDatabases(
  wrangler: Wrangler,
  accountId: string,
): Promise<z.infer<typeof databases>> {
  const ran = await wrangler.run(listArgs, { accountId });
  const list = ran.ok ? read(databases, ran.stdout) : null;
  if (list === null) throw failed(listArgs, ran);
  return list;
}

async function hasQueue(wrangler: Wrangler, accountId: string, name: string): Promise<boolean> {
  const args = ["queues", "info", name];
  const ran = await wrangler.run(args, { accountId });
  if (!ran.ok && !ran.printed.includes("does not exist")) throw failed(args, ran);
  return ran.ok;
}

async function listSecrets(
  wrangler: Wrangler,
  accountId: string,
  worker: string,
): Promise<readonly string[] | null> {
  const args = ["secret", "list", "--name", worker, "--format", "json"];
  const ran = await wrangler.run(args, { accountId });
  if (!ran.ok && /not found|code: 10007/.test(ran.printed)) return null;
  const list = ran.ok ? read(secretNames, ran.stdout) : null;
  if (list === null) throw failed(args, ran);
  return list.map(({ name }) => name);
}

/** Throws a SetupStop where the account cannot be read. */
export async function lookAround(
  wrangler: Wrangler,
  accountId: string,
  target: Target,
): Promise<Found> {
  const [list, secrets, present] = await Promise.all([
    listDatabases(wrangler, accountId),
    listSecrets(wrangler, accountId, target.worker),
    Promise.all(target.queues.map((name) => hasQueue(wrangler, accountId, name))),
  ]);
  return {
    databaseId: list.find(({ name }) => name === target.database.name)?.uuid ?? null,
    databaseIds: list.map(({ uuid }) => uuid),
    queues: target.queues.filter((_, index) => present[index]),
    secrets,
  };
}
