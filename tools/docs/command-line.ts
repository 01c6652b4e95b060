/** docs/cli.md: the reference of every command, made from the commands themselves. */
import type { Command } from "commander";
import { eventTypes } from "../../testbed/stories/index.ts";
import { createCli, examplesOf } from "../../cli/cli.ts";
import { createOutput } from "../../testbed/terminal/output.ts";
import { createProgram } from "../../cli/program.ts";
import { exitCodes } from "../../cli/exit-codes.ts";
import { scenarios } from "../../cli/trigger/scenarios.ts";

const introduction = `# The command line

Made by \`npm run docs\` from the commands themselves; a test compares the two.

\`npx ce-webhooks\` and a command, in a clone, after \`npm ci\`. It works on any Node from 20 on: a
launcher starts the one that the install brings. After \`npm link\` it is \`ce-webhooks\` everywhere.

## Where and as whom

Each setting is a flag, else a variable of the environment, else a line of the file \`.dev.vars\`, which
\`npm start\` makes. Blank counts as unset.

- \`--url\`, \`CE_WEBHOOKS_URL\`: the receiver; \`http://127.0.0.1:8787\` unless told
- \`--secret\`, \`CE_WEBHOOK_SECRET\`: what Commerce Engine signs with
- \`--token\`, \`ADMIN_TOKEN\`: for the admin API; the one in \`.dev.vars\` is sent to this machine only
- \`CF_ACCESS_CLIENT_ID\` and \`CF_ACCESS_CLIENT_SECRET\`: a service token, where Cloudflare Access stands
  before the receiver

Everybody who can list the processes of the machine sees a flag, and a shell keeps it in its history; the
environment and files are not seen. So give no secret as a flag; for a deployed receiver let the shell ask:

\`\`\`sh
read -rsp "ADMIN_TOKEN: " ADMIN_TOKEN && export ADMIN_TOKEN
npx ce-webhooks events --url https://webhooks.shop.example
\`\`\`

Without TLS only a receiver on this machine is asked.

## For scripts

With \`--json\` the result alone is on stdout, as one document (\`tail\`: a line for each event); news of the
work and errors are on stderr, an error is one line. Colours come only where a terminal shows them, never
with \`NO_COLOR\`. What asks a question takes \`--yes\`, and refuses to go on where there is nobody to ask.
`;

function describeEndings(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `- \`${code}\`: ${meaning}`);
  return `## Exit codes\n\n${lines.join("\n")}\n`;
}

function describeScenarios(): string {
  const told = scenarios.map(({ name, description }) => `- \`${name}\`: ${description}`);
  const types = eventTypes.map((type) => `\`${type}\``).join(", ");
  return `### What can be triggered\n\n${told.join("\n")}\n\nSingle events: ${types}.\n`;
}

function describeCommand(command: Command): string {
  const examples = examplesOf(command).map(([line, what]) => `  # ${what}\n  ${line}`);
  const shown = examples.length === 0 ? "" : `\n\nExamples:\n${examples.join("\n")}`;
  const help = command.helpInformation().trimEnd();
  const more = command.name() === "trigger" ? `\n${describeScenarios()}` : "";
  return `## ${command.name()}\n\n\`\`\`text\n${help}${shown}\n\`\`\`\n${more}`;
}

/** As it looks without a terminal: eighty columns, no colours. */
async function loadCommands(): Promise<readonly Command[]> {
  const { stdin, stdout, stderr } = process;
  const out = { ...createOutput({ stdin, stdout, stderr }, { NO_COLOR: "1" }), width: 80 };
  const cli = createCli({}, out, new AbortController().signal);
  const program = await createProgram(cli, null);
  return program.createHelp().visibleCommands(program);
}

export async function commandLinePage(): Promise<string> {
  const commands = (await loadCommands()).filter((command) => command.name() !== "help");
  return [introduction, describeEndings(), ...commands.map(describeCommand)].join("\n");
}
