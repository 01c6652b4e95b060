/**
 * `npm run setup`: from a fresh clone to a Worker that receives webhooks. Checks what exists, shows the
 * steps with their wrangler commands, runs them, and sends a signed test event.
 */
import { pathToFileURL } from "node:url";
import { parseOptions } from "./setup/options.ts";
import { createScreen } from "./setup/screen.ts";
import { runSetup } from "./setup/run.ts";
import { SetupStop, wranglerAt } from "./setup/wrangler.ts";

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2));
  if (parsed.kind !== "run") {
    const stream = parsed.kind === "help" ? process.stdout : process.stderr;
    stream.write(`${parsed.text}\n`);
    return parsed.kind === "help" ? 0 : 2;
  }
  const { options } = parsed;
  const screen = createScreen(!options.yes && process.stdin.isTTY);
  // npm runs scripts in the project's folder.
  const root = pathToFileURL(`${process.cwd()}/`);
  // Only the tests replace it.
  const wrangler = wranglerAt(process.env["SETUP_WRANGLER"]);
  try {
    await runSetup({ options, screen, wrangler, root, env: process.env });
    return 0;
  } catch (error) {
    if (!(error instanceof SetupStop)) throw error;
    screen.stop(error);
    return error.isCancelled ? 130 : 1;
  }
}

process.exitCode = await main();
