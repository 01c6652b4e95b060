/**
 * Which secrets are set, and to what: from environment variables of their names, from a person, or
 * made here. None is ever printed, put on a command line or handed to wrangler but through stdin.
 */
import { randomBytes } from "node:crypto";
import { secrets, type Setting, settings } from "../settings/table.ts";
import type { Screen } from "./screen.ts";
import { SetupStop } from "./stop.ts";

/** Value by name; in the order in which they are set. */
export type SecretValues = ReadonlyMap<string, string>;

export interface Chosen {
  readonly values: SecretValues;
  /** Those of them that were made here. */
  readonly made: readonly string[];
}

const makeable: readonly string[] = ["CE_WEBHOOK_SECRET", "ADMIN_TOKEN"];

/** 256 bits, as `openssl rand -hex 32` prints them. */
function makeSecret(): string {
  return randomBytes(32).toString("hex");
}

export function secretsIn(env: NodeJS.ProcessEnv): SecretValues {
  return new Map(
    secrets.flatMap(({ name }) => {
      const value = env[name]?.trim() ?? "";
      return value === "" ? [] : [[name, value] as const];
    }),
  );
}

/** Without a person: what is given, and on request what is missing. Throws where the main one is. */
export function chooseSecrets(
  given: SecretValues,
  isSet: (name: string) => boolean,
  generate: boolean,
): Chosen {
  const made = generate ? makeable.filter((name) => !given.has(name) && !isSet(name)) : [];
  if (!given.has("CE_WEBHOOK_SECRET") && !isSet("CE_WEBHOOK_SECRET") && made.length === 0) {
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

const optionalGroups = ["E-mail", "SMS", "Team", "Forward"] as const;

type Answer =
  | { readonly kind: "entered"; readonly value: string }
  | { readonly kind: "make" }
  | { readonly kind: "leave" };

async function askFor(
  screen: Screen,
  { name, description }: Setting,
  isSet: boolean,
): Promise<Answer> {
  const canMake = makeable.includes(name);
  const isRequired = name === "CE_WEBHOOK_SECRET";
  const choice = await screen.choose(`${name}: ${description}`, [
    ...(isSet ? [{ value: "keep", label: "Leave it as it is set" }] : []),
    { value: "enter", label: "Enter it" },
    ...(canMake ? [{ value: "make", label: "Make a new one" }] : []),
    ...(isSet || isRequired ? [] : [{ value: "keep", label: "Not now" }]),
  ]);
  if (choice === "make") return { kind: "make" };
  return choice === "enter"
    ? { kind: "entered", value: await screen.askSecret(name) }
    : { kind: "leave" };
}

/** Asks a person; what the environment gives is taken without asking. */
export async function askSecrets(
  screen: Screen,
  given: SecretValues,
  isSet: (name: string) => boolean,
): Promise<Chosen> {
  const groups = await screen.chooseSome(
    "Which messages should go out? More can be added at any time.",
    optionalGroups.map((group) => ({ value: group, label: group })),
  );
  const wanted = secrets.filter(
    ({ name, group }) => makeable.includes(name) || groups.some((chosen) => chosen === group),
  );
  const values = new Map<string, string>();
  const made: string[] = [];
  for (const setting of wanted) {
    if (given.has(setting.name)) continue;
    const answer = await askFor(screen, setting, isSet(setting.name));
    if (answer.kind === "leave") continue;
    if (answer.kind === "make") made.push(setting.name);
    values.set(setting.name, answer.kind === "make" ? makeSecret() : answer.value);
  }
  return { values: new Map([...values, ...given]), made };
}

/** Vars that a channel needs beside these secrets and that wrangler.toml does not have yet. */
export function missingVars(values: SecretValues, present: readonly string[]): readonly string[] {
  const channels: readonly string[] = optionalGroups;
  const begun = settings
    .filter(({ name, group }) => values.has(name) && channels.includes(group))
    .map(({ group }) => group);
  return settings
    .filter(({ name, kind, group }) => {
      return kind === "var" && begun.includes(group) && !present.includes(name);
    })
    .map(({ name, example }) => `${name} = "${example}"`);
}
