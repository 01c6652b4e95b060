/** What `npm run test:flood` takes on its command line. */
import { readFlags, wholeNumber } from "../kill/options.ts";

export interface FloodOptions {
  readonly events: number;
  readonly connections: number;
}

export type ParsedOptions =
  | { readonly kind: "run"; readonly options: FloodOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly text: string };

const help = `npm run test:flood: signed events as fast as so many connections can send them.

Waits until all of them are applied; every event that was acknowledged must be. Prints how
fast it went, how much was refused and how much memory workerd took. Exit code 0: nothing
is lost, nothing failed.

  npm run test:flood -- [flags]

  --events N        events to send, 100 to 1000000 (10000)
  --connections N   deliveries under way at once, 1 to 512 (64)
  --help            this text
`;

export function parseOptions(args: readonly string[]): ParsedOptions {
  const flags = readFlags(args, ["events", "connections"]);
  if (typeof flags === "string") return { kind: "wrong", text: flags };
  if (flags["help"] === true) return { kind: "help", text: help };
  const events = wholeNumber(flags["events"] ?? "10000", 100, 1_000_000);
  if (events === null) return { kind: "wrong", text: "--events must be from 100 to 1000000" };
  const connections = wholeNumber(flags["connections"] ?? "64", 1, 512);
  if (connections === null) return { kind: "wrong", text: "--connections must be from 1 to 512" };
  return { kind: "run", options: { events, connections } };
}
