/** The flags of `npm run bench`. */
import { parseArgs } from "node:util";

const parts = [
  "receive",
  "isolate",
  "latency",
  "consume",
  "ledger",
  "growth",
  "console",
  "size",
] as const;
type Part = (typeof parts)[number];

export interface BenchOptions {
  readonly only: readonly Part[];
  readonly rounds: number;
  /** The duration of the load on each receiver in a round. */
  readonly seconds: number;
  readonly connections: number;
  /** The duration of a scenario with delays; a sale takes a third more. */
  readonly saleSeconds: number;
  /** Deliveries to each receiver before the measurement. */
  readonly warmUp: number;
  /** Numbers of stored events at which growth is measured. */
  readonly growth: readonly number[];
  /** The number of stored events with which the console is measured. */
  readonly console: number;
  readonly write: boolean;
}

export const help = `npm run bench: this receiver beside others, in one run, and what an event costs.

  npm run bench -- [flags]

  --only PARTS       of ${parts.join(", ")}; comma-separated (all)
  --rounds N         rounds in which every receiver has its turn (9)
  --seconds N        of load in each turn (2)
  --warm-up N        deliveries to each receiver before the first round (15000)
  --connections N    kept busy at once, the same for all (32)
  --sale N           seconds of each load with D1 at a distance; a sale takes a third more (60)
  --growth SIZES     stored events to measure at (10000,100000,1000000)
  --console N        stored events with which the console's pages are measured (1000000)
  --quick            one short round, small sizes, nothing written: does it work?
  --help             this text

Results go to bench/results.md and bench/results.json, the parts that were left out keep theirs.
Run it with nothing else on the machine. Ratios compare what ran in turns; absolute figures do not
travel from one machine to another.`;

function numbers(text: string, flag: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (values.some((value) => !Number.isInteger(value) || value < 1)) {
    throw new Error(`--${flag} takes whole numbers from 1, not ${text}`);
  }
  return values;
}

/** Null if help was requested. If a flag is wrong, throws with a message for people. */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      connections: { type: "string" },
      sale: { type: "string" },
      "warm-up": { type: "string" },
      growth: { type: "string" },
      console: { type: "string" },
      quick: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return null;
  const quick = values.quick === true;
  const only = values.only?.split(",") ?? [...parts];
  const unknown = only.find((part) => !parts.includes(part as Part));
  if (unknown !== undefined) throw new Error(`--only takes ${parts.join(", ")}, not ${unknown}`);
  const one = (
    flag: "rounds" | "seconds" | "connections" | "sale" | "warm-up" | "console",
    full: number,
    short: number,
  ): number => numbers(values[flag] ?? String(quick ? short : full), flag)[0] ?? full;
  return {
    only: only as Part[],
    rounds: one("rounds", 9, 1),
    seconds: one("seconds", 2, 1),
    connections: one("connections", 32, 32),
    saleSeconds: one("sale", 60, 3),
    warmUp: one("warm-up", 15_000, 300),
    growth: numbers(values.growth ?? (quick ? "1000,3000" : "10000,100000,1000000"), "growth"),
    console: one("console", 1_000_000, 4_000),
    write: !quick,
  };
}
