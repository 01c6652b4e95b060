/** `endpoints`: the systems of the shop that events are forwarded to. */
import { Argument, Command } from "commander";
import type { Endpoint } from "../api/answers.ts";
import type { Api } from "../api/api.ts";
import { fullTime } from "../terminal/look.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { Failure } from "../failure.ts";
import { moment, wholeNumber } from "../flags.ts";
import type { SettingFlags } from "../settings.ts";
import { confirm } from "../terminal/confirm.ts";
import { printEndpoint, printEndpoints } from "../views/endpoints.ts";
import { count, signs } from "../../testbed/terminal/text.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly target?: string;
  readonly events?: string;
  readonly description?: string;
  /** `--order`, `--no-order`; absent if neither is given. */
  readonly order?: boolean;
  readonly rate?: number;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Asked {
  readonly cli: Cli;
  readonly api: Api;
  readonly id: string;
  readonly flags: Flags;
}

type Action = (asked: Asked) => Promise<void>;

function known<T>(id: string, answer: T | null): T {
  if (answer !== null) return answer;
  throw new Failure("problem", `No endpoint has the id ${id}; ce-webhooks endpoints lists them`);
}

function settingsOf({ events, description, order, rate }: Flags): object {
  return {
    ...(events === undefined ? {} : { event_types: events.split(",").map((name) => name.trim()) }),
    ...(description === undefined ? {} : { description }),
    ...(order === undefined ? {} : { include_order: order }),
    ...(rate === undefined ? {} : { rate_limit: rate === 0 ? null : rate }),
  };
}

async function show({ cli, api, flags }: Asked, endpoint: Endpoint): Promise<void> {
  if (flags.json === true) cli.out.json(endpoint);
  else printEndpoint(cli.out, endpoint, await whenOf(cli, api));
}

async function list({ cli, api, flags }: Asked): Promise<void> {
  const answer = await api.endpoints();
  if (answer === null) {
    throw new Failure("refused", "The receiver knows no endpoints; is it an older version?");
  }
  if (flags.json === true) return cli.out.json(answer);
  if (answer.endpoints.length === 0) {
    return cli.out.note("  Nothing is forwarded: set FORWARD_URL, or add an endpoint.");
  }
  printEndpoints(cli.out, answer.endpoints);
}

/** Prints the secret too: the other system needs it before the first event arrives. */
async function add(asked: Asked): Promise<void> {
  const { cli, api, id: url, flags } = asked;
  const endpoint = await api.addEndpoint({ url, ...settingsOf(flags) });
  const { secret } = known(endpoint.id, await api.endpointSecret(endpoint.id));
  if (flags.json === true) return cli.out.json({ ...endpoint, secret });
  await show(asked, endpoint);
  cli.out.print(`  Its secret: ${secret}`);
}

async function edit(asked: Asked): Promise<void> {
  const { api, id, flags } = asked;
  const url = flags.target === undefined ? {} : { url: flags.target };
  await show(asked, known(id, await api.editEndpoint(id, { ...url, ...settingsOf(flags) })));
}

async function pause(asked: Asked): Promise<void> {
  const { api, id, flags } = asked;
  const reason = flags.reason === undefined ? {} : { reason: flags.reason };
  await show(asked, known(id, await api.pauseEndpoint(id, reason)));
}

async function resume(asked: Asked): Promise<void> {
  const { api, id } = asked;
  await show(asked, known(id, await api.resumeEndpoint(id)));
}

async function remove({ cli, api, id, flags }: Asked): Promise<void> {
  const { url, pending } = known(id, await api.endpoint(id));
  const lost = pending === 0 ? "" : ` ${count(pending, "pending forward")} would not be sent.`;
  await confirm(cli, `Delete ${id} (${url})?${lost}`, flags.yes === true);
  await api.removeEndpoint(id);
  if (flags.json === true) cli.out.json({ id, pending });
  else cli.out.print(`  ${cli.out.colours.green(signs.ok)} ${id} is deleted`);
}

async function rotate({ cli, api, id, flags }: Asked): Promise<void> {
  known(id, await api.endpoint(id));
  await confirm(
    cli,
    `Make a new secret for ${id}? The old one signs for one more day.`,
    flags.yes === true,
  );
  const answer = known(id, await api.rotateEndpoint(id));
  if (flags.json === true) return cli.out.json(answer);
  cli.out.print(`  The new secret: ${answer.secret}`);
  const until = fullTime(answer.previous_until, await whenOf(cli, api));
  cli.out.note(until === "" ? "  It signs alone." : `  Until ${until} both secrets sign.`);
}

async function secret({ cli, api, id, flags }: Asked): Promise<void> {
  const answer = known(id, await api.endpointSecret(id));
  if (flags.json === true) cli.out.json(answer);
  else cli.out.print(answer.secret);
}

async function test({ cli, api, id, flags }: Asked): Promise<void> {
  const answer = known(id, await api.testEndpoint(id));
  const { outcome, status, ms, answer: said } = answer;
  const what = `${status === null ? "no answer" : String(status)} after ${String(ms)} ms`;
  const told = said === null || said === "" ? "" : `: ${said}`;
  if (flags.json === true) cli.out.json(answer);
  if (outcome !== "sent")
    throw new Failure("problem", `${id} did not take the test: ${what}${told}`);
  if (flags.json !== true) cli.out.print(`  ${cli.out.colours.green(signs.ok)} ${what}${told}`);
}

async function replayAll({ cli, api, id }: Asked, wish: object, note: string): Promise<number> {
  let total = 0;
  for (let cursor: string | undefined; ;) {
    const body = cursor === undefined ? wish : { ...wish, cursor };
    const { count: some, next_cursor: next } = known(id, await api.replayToEndpoint(id, body));
    total += some;
    if (next === null) return total;
    cursor = next;
    cli.out.note(`  ${count(total, "event")} ${note}`);
  }
}

async function replay(asked: Asked): Promise<void> {
  const { cli, id, flags } = asked;
  const { event_types } = { event_types: undefined, ...settingsOf(flags) };
  const wish = { event_types, from: flags.from, to: flags.to };
  const found = await replayAll(asked, { ...wish, dry_run: true }, "counted");
  if (flags.dryRun === true || found === 0) {
    if (flags.json === true) return cli.out.json({ dry_run: true, count: found });
    return cli.out.print(`  ${count(found, "event")} would be forwarded to ${id}.`);
  }
  await confirm(cli, `Forward ${count(found, "event")} to ${id}?`, flags.yes === true);
  const made = await replayAll(asked, wish, "to be forwarded");
  if (flags.json === true) return cli.out.json({ dry_run: false, count: made });
  cli.out.print(
    `  ${cli.out.colours.green(signs.ok)} ${count(made, "event")} to be forwarded, in the order of receipt and behind what is new`,
  );
  cli.out.note(`  ce-webhooks endpoints list shows how many are left`);
}

const actions: Readonly<Record<string, Action>> = {
  list,
  show: async (asked) => show(asked, known(asked.id, await asked.api.endpoint(asked.id))),
  add,
  edit,
  pause,
  resume,
  delete: remove,
  rotate,
  secret,
  test,
  replay,
};

async function run(cli: Cli, action: string, id: string | undefined, flags: Flags): Promise<void> {
  const act = actions[action] ?? list;
  if (id === undefined && act !== list) {
    const what = action === "add" ? "the URL of the endpoint" : "the id of an endpoint";
    throw new Failure("usage", `endpoints ${action} needs ${what}`);
  }
  await act({ cli, api: apiOf(cli, flags), id: id ?? "", flags });
}

export function endpointsCommand(cli: Cli): Command {
  const command = new Command("endpoints")
    .summary("where events are forwarded to")
    .description(
      "Lists and changes the endpoints that events are forwarded to. The endpoint default is " +
        "FORWARD_URL. An endpoint that is paused keeps its forwards and gets them in the order of receipt.",
    )
    .addArgument(
      new Argument("[action]", "what to do").choices(Object.keys(actions)).default("list"),
    )
    .argument("[id]", "the endpoint; for add the URL that events go to")
    .option("--events <types>", "these types, with commas: payment.*,order.created; * for all")
    .option("--description <text>", "what the endpoint is for")
    .option("--order", "send the order as it stands beside the event")
    .option("--no-order", "send the event alone")
    .option("--rate <n>", "at most so many requests a minute; 0: no limit", wholeNumber(0, 6_000))
    .option("--target <url>", "for edit: another URL that events go to")
    .option("--reason <text>", "for pause: why")
    .option("--from <time>", "for replay: received from then on; a time, or 2h", moment)
    .option("--to <time>", "for replay: received before then", moment)
    .option("--dry-run", "for replay: only count")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks endpoints", "where events go"],
    [
      "ce-webhooks endpoints add https://erp.example/hooks --events 'order.*,shipment.*' --order",
      "another system, with its secret",
    ],
    ["ce-webhooks endpoints test ep_1a2b3c4d", "one signed request, now"],
    ["ce-webhooks endpoints replay ep_1a2b3c4d --from 7d --dry-run", "how much of a week there is"],
  ]);
  return command.action((action: string, id: string | undefined, flags: Flags) =>
    run(cli, action, id, flags),
  );
}
