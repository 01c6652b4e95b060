/**
 * `npm run setup`: from a fresh clone to a Worker that receives webhooks. Checks what exists, shows the
 * steps with their wrangler commands, runs them, and sends a signed test event.
 */
import { pathToFileURL } from "node:url";
import { proxyOf, routeThroughProxy } from "../cli/api/proxy.ts";
import { Failure } from "../cli/failure.ts";
import { parseOptions } from "./setup/options.ts";
import { isDumb } from "../testbed/terminal/text.ts";
import { createScreen } from "./setup/screen.ts";
import { runSetup } from "./setup/run.ts";
import { SetupStop, wranglerAt } from "./setup/wrangler.ts";

const nobodyToAsk = new SetupStop("No terminal: pass --yes", {
  advice: [
    "npm run setup -- --yes asks nothing; secrets are environment variables of their names,",
    "and --generate makes those that are missing. See what it would do: npm run setup -- --dry-run",
  ],
});

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2));
  if (parsed.kind !== "run") {
    const stream = parsed.kind === "help" ? process.stdout : process.stderr;
    stream.write(`${parsed.text}\n`);
    return parsed.kind === "help" ? 0 : 2;
  }
  const { options } = parsed;
  // A reader that stops early, as in "npm run setup | head", ends the output, but not the run.
  process.stdout.on("error", () => undefined);
  const isPerson = process.stdin.isTTY && !isDumb(process.env);
  const screen = createScreen(!options.yes && isPerson);
  // npm runs scripts in the project's folder.
  const root = pathToFileURL(`${process.cwd()}/`);
  // Only the tests replace it.
  const wrangler = wranglerAt(process.env["SETUP_WRANGLER"]);
  try {
    if (!isPerson && !options.yes && !options.dryRun) throw nobodyToAsk;
    proxyOf(process.env);
    routeThroughProxy(process.env);
    await runSetup({ options, screen, wrangler, root, env: process.env });
    return 0;
  } catch (error) {
    const stop = error instanceof Failure ? new SetupStop(error.message) : error;
    if (!(stop instanceof SetupStop)) throw error;
    screen.stop(stop);
    return stop.isCancelled ? 130 : 1;
  }
}

process.exitCode = await main();
