/**
 * Chooses which secrets to set, and their values: from environment variables with their names, from a person, or
 * generated here. No secret is printed or put on a command line; wrangler gets them only through stdin.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { parseConfig } from "../../src/config.ts";
import { secrets, type Setting, settings } from "../settings/table.ts";
import type { Screen } from "./screen.ts";
import { SetupStop } from "./wrangler.ts";

/** Values by name, in the order in which they are set. */
export type SecretValues = ReadonlyMap<string, string>;

export interface Chosen {
  readonly values: SecretValues;
  /** The secrets that were generated here. */
  readonly made: readonly string[];
}

const makeable: readonly string[] = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN", "LINK_SECRET"];

/** 256 bits, in the format of `openssl rand -hex 32`. */
function makeSecret(): string {
  return randomBytes(32).toString("hex");
}

/** The reason why the Worker would ignore a value; null if it would accept it. */
function refusalOf(name: string, value: string): string | null {
  const [problem] = parseConfig({ [name]: value }).problems;
  return problem?.replace(" and is ignored", "") ?? null;
}

/** Throws if the Worker would ignore one of them. */
export function secretsIn(env: NodeJS.ProcessEnv): SecretValues {
  const all = secrets.map(({ name }) => [name, env[name]?.trim() ?? ""] as const);
  const given = all.filter(([, value]) => value !== "");
  const refusal = given.map(([name, value]) => refusalOf(name, value)).find((why) => why !== null);
  if (typeof refusal === "string") throw new SetupStop(refusal);
  return new Map(given);
}

/** For a dry run: all secrets that a run would set or ask for, without values. */
export function plannedSecrets(
  given: SecretValues,
  isSet: (name: string) => boolean,
  { yes, generate }: { readonly yes: boolean; readonly generate: boolean },
): Chosen {
  const wanted = yes && !generate ? makeable.slice(0, 1) : makeable;
  const missing = wanted.filter((name) => !given.has(name) && !isSet(name));
  return {
    values: new Map([...missing.map((name) => [name, ""] as const), ...given]),
    made: generate ? missing : [],
  };
}

/**
 * Without a person: uses the given secrets, and generates missing ones on request. Throws if the main one is missing.
 */
export function chooseSecrets(
  given: SecretValues,
  isSet: (name: string) => boolean,
  generate: boolean,
): Chosen {
  const isMissing = (name: string) => !given.has(name) && !isSet(name);
  const made = generate ? makeable.filter(isMissing) : [];
  if (isMissing("CE_WEBHOOK_SECRET") && made.length === 0) {
    throw new SetupStop("CE_WEBHOOK_SECRET is neither set nor given", {
      advice: [
        "Give it as an environment variable of that name,",
        "or let it be made: npm run setup -- --yes --generate",
      ],
    });
  }
  return {
    values: new Map([...made.map((name) => [name, makeSecret()] as const), ...given]),
    made,
  };
}

/** The groups whose secrets only a person has: one for each channel with secrets of its own. */
const channelGroups = [...new Set(secrets.map(({ group }) => group))].filter(
  (group) => !secrets.some((secret) => secret.group === group && makeable.includes(secret.name)),
);

async function askHow(screen: Screen, { name, description }: Setting, isSet: boolean) {
  const isRequired = name === "CE_WEBHOOK_SECRET";
  return await screen.choose(`${name}: ${description}`, [
    ...(isSet ? [{ value: "keep", label: "Leave it as it is set" }] : []),
    { value: "enter", label: "Enter it" },
    ...(makeable.includes(name) ? [{ value: "make", label: "Make a new one" }] : []),
    ...(isSet || isRequired ? [] : [{ value: "keep", label: "Not now" }]),
  ]);
}

/** Asks a person; secrets from the environment are used without asking. */
export async function askSecrets(
  screen: Screen,
  given: SecretValues,
  isSet: (name: string) => boolean,
): Promise<Chosen> {
  const groups = await screen.chooseSome(
    "Which messages should go out? More can be added at any time.",
    channelGroups.map((group) => ({ value: group, label: group })),
  );
  const values = new Map<string, string>();
  const made: string[] = [];
  for (const setting of secrets) {
    const { name, group } = setting;
    const isWanted = makeable.includes(name) || groups.includes(group);
    if (!isWanted || given.has(name)) continue;
    const how = await askHow(screen, setting, isSet(name));
    if (how === "make") made.push(name);
    if (how === "make") values.set(name, makeSecret());
    if (how === "enter")
      values.set(name, await screen.askSecret(name, (text) => refusalOf(name, text)));
  }
  return { values: new Map([...values, ...given]), made };
}

/** Vars that a channel needs in addition to these secrets and that wrangler.toml does not have yet. */
export function missingVars(values: SecretValues, present: readonly string[]): readonly string[] {
  const begun = settings.flatMap(({ name, group }) => (values.has(name) ? [group] : []));
  return settings
    .filter(({ name, kind, group }) => {
      const isNeeded = channelGroups.includes(group) && begun.includes(group);
      return kind === "var" && isNeeded && !present.includes(name);
    })
    .map(({ name, example }) => `${name} = "${example}"`);
}

const HEAD = `# Made by "npm run setup". Put these into your password manager, tell Commerce Engine the first,
# then delete this file. It is never committed.
`;

/** The file with the generated secrets, as a person types its path. */
export function keptPath(environment: string): string {
  return `.setup/${environment}.env`;
}

export function readKept(root: URL, environment: string): NodeJS.Dict<string> {
  const file = new URL(keptPath(environment), root);
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}

/**
 * Readable only by the owner: wrangler never shows a secret again, and a person must enter it in Commerce Engine.
 * Written before the secret is set, so that no secret is lost in between.
 */
export function keepSecrets(root: URL, environment: string, { values, made }: Chosen): void {
  const fresh = Object.fromEntries(made.map((name) => [name, values.get(name)]));
  const all = { ...readKept(root, environment), ...fresh };
  const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"\n`);
  const file = new URL(keptPath(environment), root);
  const draft = new URL(`${file.href}.new`);
  mkdirSync(new URL(".", file), { recursive: true, mode: 0o700 });
  writeFileSync(draft, HEAD + lines.join(""), { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}
