/** The whole command line: its commands in groups, its look, its help. */
import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { signs } from "../testbed/terminal/text.ts";
import { type Cli, headed } from "./cli.ts";
import { groups } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";

function describeExitCodes(program: Command): string {
  const lines = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return headed(program, "Exit codes:", lines);
}

/** Errors of the command line are one line, in the same look as all others. */
function style(program: Command, { out }: Cli): void {
  const { bold, cyan } = out.colours;
  program
    .configureHelp({
      styleTitle: (title) => bold(title),
      styleSubcommandTerm: (term) => cyan(term),
    })
    .configureOutput({
      outputError: (text) => {
        const line = text
          .replace(/^error: /, "")
          .trim()
          .replaceAll(/\s*\n\s*/g, " ");
        out.error(`${signs.bad} ${line}`);
      },
      writeOut: out.text,
      getOutHelpWidth: () => (Number.isFinite(out.width) ? Math.min(out.width, 100) : 80),
      getOutHasColors: () => out.colours.isColorSupported,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(true)
    .exitOverride();
}

/**
 * Loads only the requested command, because each brings its own libraries. Loads all commands for help, for
 * completion, and for an unknown name.
 */
export async function createProgram(cli: Cli, wanted: string | null): Promise<Command> {
  const program = new Command("ce-webhooks")
    .description("Triggers, inspects, explains and checks a receiver of Commerce Engine webhooks.")
    .version(manifest.version, "-V, --version", "the version of this command line")
    .helpOption("-h, --help", "this text")
    .addHelpText("after", ({ command }) => describeExitCodes(command));
  style(program, cli);
  const isOne = groups.some(({ commands }) => commands.some(({ name }) => name === wanted));
  for (const { heading, commands } of groups) {
    program.commandsGroup(heading);
    for (const { name, load } of commands) {
      if (isOne && name !== wanted) continue;
      const create = await load();
      const command = create(cli).copyInheritedSettings(program);
      program.addCommand(command.helpOption("-h, --help", "this text"));
    }
  }
  program.commandsGroup("More:");
  if (!isOne) {
    const { addCompletion } = await import("./completion.ts");
    addCompletion(program);
  }
  return program.helpCommand("help [command]", "what a command does, with examples");
}
