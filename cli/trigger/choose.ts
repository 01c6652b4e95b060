/** Everything that can be triggered: as a list, or to choose from. */
import { eventTypes } from "../../testbed/stories/index.ts";
import type { Cli } from "../cli.ts";
import { Failure, Interruption } from "../failure.ts";
import { printTable } from "../../testbed/terminal/table.ts";
import { scenarios } from "./scenarios.ts";

export function printList({ out }: Cli, isJson: boolean): void {
  if (isJson) {
    const listed = scenarios.map(({ name, description }) => ({ name, description }));
    out.json({ scenarios: listed, event_types: eventTypes });
    return;
  }
  out.print(out.colours.bold("Scenarios"));
  printTable(
    out,
    [{ title: "" }, { title: "", narrow: "wrap" }],
    scenarios.map(({ name, description }) => [name, out.colours.dim(description)]),
  );
  out.print();
  out.print(out.colours.bold("Single events"));
  for (const type of eventTypes) out.print(`  ${type}`);
}

export async function askName(cli: Cli): Promise<string> {
  if (!cli.out.isInteractive) {
    throw new Failure("usage", "Say which event type or scenario; trigger --list shows them");
  }
  const prompts = await import("@clack/prompts");
  const choice = await prompts.autocomplete({
    message: "What is to be triggered?",
    maxItems: 12,
    options: [
      ...scenarios.map(({ name, description }) => ({ value: name, hint: description })),
      ...eventTypes.map((type) => ({ value: type, hint: "a single event" })),
    ],
  });
  if (prompts.isCancel(choice)) throw new Interruption("interrupted");
  return choice;
}
