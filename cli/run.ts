/**
 * Runs one command with given arguments and surroundings. Every failure ends here, as one line on stderr and an exit
 * code of cli/exit-codes.ts.
 */
import type { Readable } from "node:stream";
import { CommanderError } from "commander";
import { createOutput, type Output, type Stream } from "../testbed/terminal/output.ts";
import { signs } from "../testbed/terminal/text.ts";
import { routeThroughProxy } from "./api/proxy.ts";
import { type Cli, createCli } from "./cli.ts";
import { exitCodes } from "./exit-codes.ts";
import { Failure, Interruption } from "./failure.ts";
import { createProgram } from "./program.ts";

export interface Surroundings {
  readonly env: Cli["env"];
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
}

function end(error: unknown, out: Output): number {
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

/** Returns the exit code. `args`: what is typed after `ce-webhooks`; `signal` aborts on Ctrl-C. */
export async function runCommand(
  args: readonly string[],
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<number> {
  const { env, stdin } = surroundings;
  const out = createOutput(surroundings, env);
  const restoreRoute = routeThroughProxy(env);
  try {
    const program = await createProgram(createCli(env, out, signal, stdin), args[0] ?? null);
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok.code;
  } catch (error) {
    return end(error, out);
  } finally {
    restoreRoute();
  }
}
