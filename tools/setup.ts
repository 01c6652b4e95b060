/**
 * `npm run setup`: from a fresh clone to a Worker that takes webhooks. Looks what is there, says what
 * it is going to do and as which wrangler commands, does it, and sends a signed test event.
 */
import { pathToFileURL } from "node:url";
import { parseOptions } from "./setup/options.ts";
import { SetupStop } from "./setup/stop.ts";
import { createScreen } from "./setup/screen.ts";
import { runWizard } from "./setup/wizard.ts";
import { wranglerAt } from "./setup/wrangler.ts";

/** npm runs scripts in the project's folder. */
const root = pathToFileURL(`${process.cwd()}/`);

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2));
  if (parsed.kind === "help") {
    process.stdout.write(parsed.text);
    return 0;
  }
  if (parsed.kind === "wrong") {
    process.stderr.write(`${parsed.text}\n`);
    return 2;
  }
  const { options } = parsed;
  const screen = createScreen({ asks: !options.yes && process.stdin.isTTY });
  try {
    // The tests put a stand-in here; nobody else needs to.
    const wrangler = wranglerAt(process.env["SETUP_WRANGLER"]);
    await runWizard({ options, screen, wrangler, root, env: process.env });
    return 0;
  } catch (error) {
    if (!(error instanceof SetupStop)) throw error;
    screen.stop(error);
    return error.cancelled ? 130 : 1;
  }
}

process.exitCode = await main();
