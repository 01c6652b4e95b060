/** `explain`: which event set each field of an order, and which events it overrides. */
import { Command } from "commander";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import type { SettingFlags } from "../settings.ts";
import { printEventList, printExplanation } from "../views/explanation.ts";
import { waitForOrder } from "../api/wait.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly events?: boolean;
}

async function explain(cli: Cli, number: string, flags: Flags): Promise<void> {
  const api = apiOf(cli, flags);
  const explanation = await waitForOrder(cli, api, number, () => api.explain(number));
  if (flags.json === true) return cli.out.json(explanation);
  const print = flags.events === true ? printEventList : printExplanation;
  print(cli.out, explanation, await whenOf(cli, api));
}

export function explainCommand(cli: Cli): Command {
  const command = new Command("explain")
    .summary("why an order looks as it does")
    .description(
      "Shows which event set each field of an order, and why each other event is overridden.",
    )
    .argument("<number>", "the order's number")
    .option("--events", "only the outcome of each event, without the fields");
  complete(command, "token", [
    ["ce-webhooks explain ORD-1", "field by field, then event by event"],
    [
      "ce-webhooks explain ORD-1 --json | jq '.events[] | select(.outcome == \"superseded\")'",
      "the events that are overridden",
    ],
  ]);
  return command.action((number: string, flags: Flags) => explain(cli, number, flags));
}
