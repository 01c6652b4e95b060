/** `doctor`: checks the whole set-up, from this machine to a signed event and back. */
import { Command, Option } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import { createApi } from "../api/api.ts";
import { type Cli, complete, type JsonFlag, settingsOf } from "../cli.ts";
import { checkAccount } from "../doctor/account.ts";
import { checkEndpoint } from "../doctor/endpoint.ts";
import { type Finding, type FindingState, found } from "../doctor/finding.ts";
import { checkInside } from "../doctor/inside.ts";
import { checkMachine } from "../doctor/machine.ts";
import { checkRoundTrip } from "../doctor/round-trip.ts";
import { Failure } from "../failure.ts";
import { environments, type EnvironmentName } from "../wrangler/target.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import type { SettingFlags, Settings } from "../settings.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly wrangler: boolean;
  readonly env: EnvironmentName;
}

const NAME_WIDTH = 12;

function signOf({ colours }: Output, state: FindingState): string {
  switch (state) {
    case "ok":
      return colours.green(signs.ok);
    case "warn":
      return colours.yellow("!");
    case "fail":
      return colours.red(signs.bad);
    case "skip":
      return colours.dim("-");
  }
}

function printFinding(out: Output, { check, state, detail, fix }: Finding): void {
  const { colours, print } = out;
  print(`  ${signOf(out, state)} ${check.padEnd(NAME_WIDTH)}  ${detail}`);
  if (fix !== null) print(`    ${" ".repeat(NAME_WIDTH)}  ${colours.cyan(fix)}`);
}

/** From inside, and the round trip; checks that need a token are skipped without one. */
async function* checkReceiver(
  cli: Cli,
  settings: Settings,
  environment: EnvironmentName,
): AsyncGenerator<readonly Finding[]> {
  const endpoint = await checkEndpoint(cli, settings, environment);
  yield endpoint.findings;
  if (!endpoint.isReachable) return;
  if (settings.token === null && Object.keys(settings.access).length === 0) {
    yield [found.skip("inside", "without a token the receiver cannot be looked into")];
    return;
  }
  const api = createApi(cli.http, settings);
  const { url, isLocal, secret } = settings;
  const inside = await checkInside(api, { url, isLocal, now: cli.now() });
  yield inside.findings;
  const isSound = endpoint.findings.every(({ state }) => state !== "fail");
  if (inside.isOpen && isSound && secret !== null) {
    yield await checkRoundTrip(cli, settings, secret.value);
  }
}

async function doctor(cli: Cli, flags: Flags): Promise<void> {
  const { out, signal } = cli;
  const settings = settingsOf(cli, flags);
  const all: Finding[] = [];
  const take = (findings: readonly Finding[]): void => {
    all.push(...findings);
    if (flags.json !== true) for (const finding of findings) printFinding(out, finding);
  };
  if (flags.json !== true) out.print(out.colours.bold(settings.url));
  const account = flags.wrangler ? checkAccount(settings, flags.env, signal) : Promise.resolve([]);
  take(checkMachine(settings));
  for await (const findings of checkReceiver(cli, settings, flags.env)) take(findings);
  take(await account);
  const of = (state: FindingState) => all.filter((finding) => finding.state === state).length;
  const [failed, warned, skipped] = [of("fail"), of("warn"), of("skip")];
  if (flags.json === true) out.json({ url: settings.url, ok: failed === 0, findings: all });
  else {
    out.print();
    out.print(
      `  ${count(of("ok"))} right, ${count(warned)} to know of, ${count(failed)} wrong, ${count(skipped)} not checked`,
    );
  }
  signal.throwIfAborted();
  if (failed > 0) throw new Failure("problem", `${count(failed, "check")} failed`);
}

export function doctorCommand(cli: Cli): Command {
  const command = new Command("doctor")
    .summary("check a set-up end to end")
    .description(
      "Checks this machine, the receiver and what is around it, and says what to do about each " +
        "finding. Sends one signed test event, follows it through the queue, and removes it again.",
    )
    .addOption(
      new Option("--env <name>", "the environment of wrangler.toml that a deployed one is")
        .choices(environments)
        .default("production"),
    )
    .option("--no-wrangler", "leave out what only wrangler can tell (login, migrations, queues)");
  complete(command, "both", [
    ["ce-webhooks doctor", "the receiver that npm start runs"],
    [
      "ce-webhooks doctor --url https://webhooks.shop.example",
      "a deployed one, with ADMIN_TOKEN and CE_WEBHOOK_SECRET in the environment",
    ],
  ]);
  return command.action((flags: Flags) => doctor(cli, flags));
}
