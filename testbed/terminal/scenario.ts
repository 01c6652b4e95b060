/** The start and end of a scenario (demo, kill, flood): flags, help, Ctrl-C, and clean-up. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { abandonStep } from "./progress.ts";
import { colours, out, print } from "./report.ts";

/** A flag that takes a whole number. */
export interface NumberFlag {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly usual: number;
  /** The help text for `usual`, if it is not a plain number. */
  readonly said?: string;
}

type Flags = Readonly<Record<string, NumberFlag>>;
type Options<F extends Flags> = Readonly<Record<keyof F, number>>;

export interface Scenario<F extends Flags> {
  /** As a person types it: `npm run demo`. */
  readonly name: string;
  readonly about: string;
  readonly flags: F;
  /** True if all checks passed. `cleanup` collects what to close; it runs in reverse order, after any result. */
  readonly run: (options: Options<F>, cleanup: Cleanup) => Promise<boolean>;
}

export type Cleanup = (() => Promise<void>)[];

/** The help shows no limits for a seed. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

export function seedFlag(usual: number, said?: string): NumberFlag {
  const what = "the same seed makes the same orders";
  return { what, least: 0, most: UNBOUNDED, usual, ...(said === undefined ? {} : { said }) };
}

/** How long workerd may take to end before it is killed. */
const CLOSE_MS = 5_000;

function describe<F extends Flags>({ name, about, flags }: Scenario<F>): string {
  const lines = Object.entries(flags).map(([flag, { what, least, most, usual, said }]) => {
    const range = most === UNBOUNDED ? "" : `, ${least} to ${most}`;
    return `  ${`--${flag} N`.padEnd(17)} ${what}${range} (${said ?? usual})`;
  });
  const help = `  ${"--help".padEnd(17)} this text`;
  const start = `  ${name}${name.startsWith("npm") ? " --" : ""} [flags]`;
  return `${name}: ${about}\n\n${start}\n\n${[...lines, help].join("\n")}\n`;
}

/** Null if the help was requested. Throws if a flag is invalid. */
function readOptions<F extends Flags>(flags: F, args: readonly string[]): Options<F> | null {
  const known = Object.keys(flags).map((name) => [name, { type: "string" }] as const);
  const parsed: ParseArgsOptionsConfig = {
    ...Object.fromEntries(known),
    help: { type: "boolean", short: "h" },
  };
  const { values } = parseArgs({ args: [...args], options: parsed });
  if (values["help"] === true) return null;
  const read = ([name, flag]: [string, NumberFlag]): [string, number] => {
    const text = values[name];
    if (text === undefined) return [name, flag.usual];
    const number = Number(text);
    if (/^\d+$/.test(String(text)) && number >= flag.least && number <= flag.most) {
      return [name, number];
    }
    throw new RangeError(`--${name} must be from ${flag.least} to ${flag.most}`);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one number for each of the flags
  return Object.fromEntries(Object.entries(flags).map(read)) as Options<F>;
}

async function closeAll(cleanup: Cleanup): Promise<void> {
  const closing = Promise.allSettled(cleanup.toReversed().map((close) => close()));
  const late = new Promise((resolve) => {
    setTimeout(resolve, CLOSE_MS).unref();
  });
  await Promise.race([closing, late]);
}

function closeOnSignals(cleanup: Cleanup): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      abandonStep();
      print("  Stopped.");
      void closeAll(cleanup).then(() => process.exit(code));
    });
  }
}

/** Ends the process: 0 if all checks passed, 1 if not or after an error, 2 for wrong flags. */
export async function runScenario<F extends Flags>(scenario: Scenario<F>): Promise<void> {
  // A reader that stops early, as in "npm run demo | head", ends the output, but not the run.
  process.stdout.on("error", () => undefined);
  let options: Options<F> | null;
  try {
    options = readOptions(scenario.flags, process.argv.slice(2));
  } catch (error) {
    out.note(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
  if (options === null) {
    out.text(describe(scenario));
    return;
  }
  const cleanup: Cleanup = [];
  closeOnSignals(cleanup);
  let code = 1;
  try {
    code = (await scenario.run(options, cleanup)) ? 0 : 1;
  } catch (error) {
    abandonStep();
    print(colours.red(`  ${error instanceof Error ? error.message : String(error)}`));
  }
  await closeAll(cleanup);
  process.exit(code);
}
