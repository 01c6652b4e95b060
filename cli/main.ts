/** `ce-webhooks`: the command line as a process. */
import { runCommand } from "./run.ts";
import { watchSignals } from "./terminal/interrupt.ts";

// If the reader of a pipe stops, as in "ce-webhooks events | head", the command ends.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => process.exit(0));
}

process.exitCode = await runCommand(process.argv.slice(2), process, watchSignals());
