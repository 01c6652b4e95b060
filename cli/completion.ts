/** Shell completion: `completion <shell>` prints the script; the words come from the commands. */
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { giveExamples } from "./cli.ts";
import { triggerNames } from "./trigger/plan.ts";

/** To be called after all other commands are added. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: "completion" });
  const name = root.commands.get("trigger")?.arguments.get("name");
  if (name !== undefined) {
    name.handler = (complete) => {
      for (const one of triggerNames) complete(one, "");
    };
  }
  const command = program.commands.find((one) => one.name() === "completion");
  if (command === undefined) return;
  command
    .summary("completion for your shell")
    .description(
      "Prints a completion script for bash, zsh, fish or PowerShell. It calls ce-webhooks by that name: " +
        "npm link puts it onto the PATH. In bash it needs the package bash-completion.",
    );
  giveExamples(command, [
    ["source <(ce-webhooks completion bash)", "in this shell, after npm link"],
    ["ce-webhooks completion zsh > ~/.ce-webhooks.zsh", "to be sourced by ~/.zshrc"],
  ]);
}
