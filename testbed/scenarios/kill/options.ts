/** What `npm run test:kill` takes on its command line. */
import { parseArgs } from "node:util";

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  readonly orders: number;
  readonly connections: number;
}

export type ParsedOptions =
  | { readonly kind: "run"; readonly options: KillOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly text: string };

const help = `npm run test:kill: kills the runtime under load, and counts what is lost.

Runs the Worker on a D1 on disk, sends it signed events over several connections, kills
workerd with SIGKILL at random moments, restarts it and sweeps. At the end every event that
was acknowledged must be stored and applied, and every order must be as its story says.
Exit code 0: nothing is lost.

  npm run test:kill -- [flags]

  --kills N         how often the runtime is killed, 1 to 100 (10)
  --seed N          the same seed makes the same orders and the same moments (random)
  --orders N        orders to tell of, each about 8 events, 20 to 5000 (45 a kill)
  --connections N   deliveries under way at once, 1 to 64 (16)
  --help            this text
`;

export function wholeNumber(text: unknown, least: number, most: number): number | null {
  if (typeof text !== "string" || !/^\d+$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}

/** `--kills` and the like as strings; a text where a flag is unknown. */
export function readFlags(
  args: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> | string {
  const strings = names.map((name) => [name, { type: "string" as const }] as const);
  const options = {
    ...Object.fromEntries(strings),
    help: { type: "boolean" as const, short: "h" },
  };
  try {
    const { values } = parseArgs({ args: [...args], options });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function parseOptions(args: readonly string[], randomSeed: number): ParsedOptions {
  const flags = readFlags(args, ["kills", "seed", "orders", "connections"]);
  if (typeof flags === "string") return { kind: "wrong", text: flags };
  if (flags["help"] === true) return { kind: "help", text: help };
  const kills = wholeNumber(flags["kills"] ?? "10", 1, 100);
  if (kills === null) return { kind: "wrong", text: "--kills must be from 1 to 100" };
  const seed = wholeNumber(flags["seed"] ?? String(randomSeed), 0, Number.MAX_SAFE_INTEGER);
  if (seed === null) return { kind: "wrong", text: "--seed must be a whole number" };
  const orders = wholeNumber(
    flags["orders"] ?? String(Math.max(20, Math.min(5_000, kills * 45))),
    20,
    5_000,
  );
  if (orders === null) return { kind: "wrong", text: "--orders must be from 20 to 5000" };
  const connections = wholeNumber(flags["connections"] ?? "16", 1, 64);
  if (connections === null) return { kind: "wrong", text: "--connections must be from 1 to 64" };
  return { kind: "run", options: { kills, seed, orders, connections } };
}
