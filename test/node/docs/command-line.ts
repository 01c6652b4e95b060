/** Finds the problem of a call of `ce-webhooks`, with the commands themselves. */
import type { Command } from "commander";
import { createCli } from "../../../cli/cli.ts";
import { createOutput } from "../../../testbed/terminal/output.ts";
import { createProgram } from "../../../cli/program.ts";
import type { Grammar } from "../stand-in/grammar.ts";

function problemIn(command: Command, args: readonly string[]): string | null {
  const given = [...args];
  let operands = 0;
  for (let arg = given.shift(); arg !== undefined; arg = given.shift()) {
    if (!arg.startsWith("-") || arg === "-") {
      operands += 1;
      continue;
    }
    const option = command.options.find(({ long, short }) => arg === long || arg === short);
    if (option === undefined && arg !== "--help") return `${command.name()} has no ${arg}`;
    if (option?.required === true && given.shift() === undefined) return `${arg} has no value`;
  }
  const { registeredArguments: named } = command;
  const least = named.filter(({ required }) => required).length;
  const most = named.some(({ variadic }) => variadic) ? Infinity : named.length;
  const fits = operands >= least && operands <= most;
  return fits ? null : `${command.name()} takes ${least} to ${most} operands, not ${operands}`;
}

/** The grammar returns null for a valid call. */
export async function loadCommandLine(): Promise<Grammar> {
  const { stdin, stdout, stderr } = process;
  const out = createOutput({ stdin, stdout, stderr }, {});
  const program = await createProgram(createCli({}, out, new AbortController().signal), null);
  return ([name = "", ...rest]) => {
    if (name === "" || name.startsWith("-")) return null;
    const command = program.commands.find((one) => one.name() === name);
    return command === undefined
      ? `ce-webhooks ${name}: no such command`
      : problemIn(command, rest);
  };
}
