/**
 * The commands, in the groups in which the help shows them. A new one is a file in commands/ and a line
 * here; help, completion and docs/cli.md follow from it.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import * as z from "zod/mini";
import { signs } from "../demo/terminal.ts";
import type { Cli } from "./cli.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { eventCommand } from "./commands/event.ts";
import { eventsCommand } from "./commands/events.ts";
import { explainCommand } from "./commands/explain.ts";
import { messageCommand, messagesCommand } from "./commands/messages.ts";
import { orderCommand, ordersCommand } from "./commands/orders.ts";
import { replayCommand } from "./commands/replay.ts";
import { signCommand, verifyCommand } from "./commands/sign.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { tailCommand } from "./commands/tail.ts";
import { triggerCommand } from "./commands/trigger.ts";
import { addCompletion } from "./completion.ts";
import { exitCodes } from "./exit-codes.ts";

const groups: Readonly<Record<string, readonly ((cli: Cli) => Command)[]>> = {
  "Send:": [triggerCommand, simulateCommand, signCommand, verifyCommand],
  "Look:": [
    eventsCommand,
    eventCommand,
    ordersCommand,
    orderCommand,
    explainCommand,
    messagesCommand,
    messageCommand,
    tailCommand,
  ],
  "Put right:": [replayCommand, doctorCommand],
};

const manifest = z.looseObject({ version: z.string() });

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return manifest.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

function describeExitCodes(): string {
  const lines = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return `\nExit codes:\n${lines.join("\n")}`;
}

/** Errors of the command line are one line, in the looks of all others. */
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
      getOutHelpWidth: () => (Number.isFinite(out.width) ? Math.min(out.width, 100) : 80),
      getOutHasColors: () => out.colours.isColorSupported,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(true)
    .exitOverride();
}

export function createProgram(cli: Cli): Command {
  const program = new Command("ce-webhooks")
    .description("Triggers, inspects, explains and checks a receiver of Commerce Engine webhooks.")
    .version(readVersion(), "-V, --version", "the version of this command line")
    .helpOption("-h, --help", "this text")
    .addHelpText("after", describeExitCodes());
  style(program, cli);
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const create of commands) {
      const command = create(cli)
        .copyInheritedSettings(program)
        .helpOption("-h, --help", "this text");
      program.addCommand(command);
    }
  }
  program.commandsGroup("More:");
  addCompletion(program);
  program.helpCommand("help [command]", "what a command does, with examples");
  return program;
}
