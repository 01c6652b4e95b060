/** The command line of the demo: flags in, checked options or a sentence on what is wrong out. */
import { parseArgs } from "node:util";
import { storyKinds } from "../../stories/index.ts";

export interface DemoOptions {
  readonly orders: number;
  readonly seed: number;
  readonly concurrency: number;
  /** Makes something wrong for each check, to show that it can fail. */
  readonly falsify: boolean;
}

export type ParsedOptions =
  | { readonly kind: "run"; readonly options: DemoOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly text: string };

/** Fewer orders would not bring every kind of story, and so not all 14 events. */
const LEAST_ORDERS = storyKinds.length;
const MOST_ORDERS = 2_000;

const help = `npm run demo: a day at a shop, sent to the receiver as signed webhooks.

Starts the Worker on embedded D1 and queues, with no account and no secret of yours,
sends all 14 kinds of event shuffled, repeated, forged and malformed, prints what the
shop owner would see, and checks it. Exit code 0: everything is as it should be.

  npm run demo -- [flags]

  --orders N        orders of the day, ${LEAST_ORDERS} to ${MOST_ORDERS} (150)
  --seed N          the same seed makes the same day (1)
  --concurrency N   deliveries under way at once, 1 to 64 (16)
  --help            this text
`;

export function parseOptions(args: readonly string[]): ParsedOptions {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        orders: { type: "string", default: "150" },
        seed: { type: "string", default: "1" },
        concurrency: { type: "string", default: "16" },
        // Not in the help: test/node uses it to see the checks fail.
        falsify: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }));
  } catch (error) {
    return { kind: "wrong", text: error instanceof Error ? error.message : String(error) };
  }
  if (values["help"] === true) return { kind: "help", text: help };
  const orders = wholeNumber(values["orders"], LEAST_ORDERS, MOST_ORDERS);
  const seed = wholeNumber(values["seed"], 0, Number.MAX_SAFE_INTEGER);
  const concurrency = wholeNumber(values["concurrency"], 1, 64);
  if (orders === null) {
    return { kind: "wrong", text: `--orders must be from ${LEAST_ORDERS} to ${MOST_ORDERS}` };
  }
  if (seed === null) return { kind: "wrong", text: "--seed must be a whole number" };
  if (concurrency === null) return { kind: "wrong", text: "--concurrency must be from 1 to 64" };
  const falsify = values["falsify"] === true;
  return { kind: "run", options: { orders, seed, concurrency, falsify } };
}

function wholeNumber(text: unknown, least: number, most: number): number | null {
  if (typeof text !== "string" || !/^\d+$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}
