/** `event`: one complete event. */
import { Command } from "commander";
import type { EventDetail } from "../api/answers.ts";
import type { Api } from "../api/api.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { SettingFlags } from "../settings.ts";
import { printEvent } from "../views/event-detail.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly body?: boolean;
}

/** Lists shorten ids; the beginning of an id is enough if no other id begins with it. */
async function findEvent(api: Api, given: string): Promise<EventDetail> {
  const id = given.replace(/(…|\.\.\.)$/, "");
  const whole = await api.event(id);
  if (whole !== null) return whole;
  const { events } = await api.events({ q: id, limit: 5 });
  const alike = events.map((event) => event.id).filter((one) => one.startsWith(id));
  const [only, ...others] = alike;
  if (only === undefined)
    throw new Failure("problem", `No event has the id ${id}, or one that begins so`);
  if (others.length > 0) {
    throw new Failure(
      "problem",
      `Several ids begin with ${id}: ${alike.join(", ")}; give more of it`,
    );
  }
  const found = await api.event(only);
  if (found === null) throw new Failure("problem", `No event has the id ${only} any more`);
  return found;
}

async function showEvent(cli: Cli, id: string, flags: Flags): Promise<void> {
  const api = apiOf(cli, flags);
  const event = await findEvent(api, id);
  if (flags.body === true) {
    if (event.payload === null)
      throw new Failure("problem", `The body of ${event.id} has been purged`);
    return cli.out.raw(event.payload);
  }
  if (flags.json === true) cli.out.json(event);
  else printEvent(cli.out, event, await whenOf(cli, api));
}

export function eventCommand(cli: Cli): Command {
  const command = new Command("event")
    .summary("one event whole")
    .description(
      "Shows one event: what it set, which newer events override it, its messages, its body.",
    )
    .argument("<id>", "its id, or the beginning of it")
    .option("--body", "the body alone, byte for byte");
  complete(command, "token", [
    ["ce-webhooks event evt_4e142de4", "the beginning of an id will do"],
    ["ce-webhooks event evt_4e142de4 --body | ce-webhooks sign", "sign the very bytes again"],
  ]);
  return command.action((id: string, flags: Flags) => showEvent(cli, id, flags));
}
