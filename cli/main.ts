/**
 * `ce-webhooks`: the command line. Every failure ends here, as one line on stderr and an exit code of
 * cli/exit-codes.ts.
 */
import { CommanderError } from "commander";
import { routeThroughProxy } from "./api/proxy.ts";
import { createCli } from "./cli.ts";
import { exitCodes } from "./exit-codes.ts";
import { Failure, Interruption } from "./failure.ts";
import { watchSignals } from "./terminal/interrupt.ts";
import { createOutput } from "../testbed/terminal/output.ts";
import { createProgram } from "./program.ts";
import { signs } from "../testbed/terminal/text.ts";

// If the reader of a pipe stops, as in "ce-webhooks events | head", the command ends.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => process.exit(0));
}

const out = createOutput(process, process.env);

function end(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
  if (error instanceof Failure) {
    if (error instanceof Interruption) out.note(`  ${error.message}.`);
    else out.error(`${signs.bad} ${error.message}`);
    return exitCodes[error.ending].code;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of `${signs.bad} ${text}`.split("\n")) out.error(line);
  return exitCodes.problem.code;
}

try {
  routeThroughProxy(process.env);
  const cli = createCli(process.env, out, watchSignals());
  const program = await createProgram(cli, process.argv[2] ?? null);
  await program.parseAsync();
  process.exitCode ??= exitCodes.ok.code;
} catch (error) {
  process.exitCode = end(error);
}
