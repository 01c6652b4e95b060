/** The dependencies of a command, and functions for the flags that many commands share. */
import type { Readable } from "node:stream";
import { type Command, Option } from "commander";
import { type Api, createApi } from "./api/api.ts";
import { createHttp, type Http } from "./api/http.ts";
import { proxyOf } from "./api/proxy.ts";
import type { Output } from "../testbed/terminal/output.ts";
import type { When } from "./terminal/look.ts";
import { DEFAULT_URL, loadSettings, type SettingFlags, type Settings } from "./settings.ts";

export interface Cli {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly http: Http;
  readonly now: () => Date;
}

export interface JsonFlag {
  readonly json?: boolean;
}

export function createCli(
  env: Cli["env"],
  out: Output,
  signal: AbortSignal,
  stdin: Cli["stdin"] = process.stdin,
): Cli {
  const http = createHttp(signal, () => proxyOf(env));
  return { env, out, stdin, signal, http, now: () => new Date() };
}

export function settingsOf(cli: Cli, flags: SettingFlags): Settings {
  return loadSettings(flags, cli.env);
}

/** The admin API of the receiver that the flags name. */
export function apiOf(cli: Cli, flags: SettingFlags): Api {
  return createApi(cli.http, settingsOf(cli, flags));
}

/** Asks the receiver for the zone in which people read times; older receivers do not have one. */
export async function whenOf(cli: Cli, api: Api): Promise<When> {
  const { time_zone: timeZone } = await api.settings();
  return { now: cli.now(), timeZone: timeZone ?? null };
}

const GROUP = "Receiver and credentials:";

function option(flags: string, description: string): Option {
  return new Option(flags, description).helpGroup(GROUP);
}

/** A warning for flags with a secret; each flag completes the sentence with better places. */
const EXPOSED = "everybody on this machine can read a flag, so rather use";

const secretFlag = () =>
  option("--secret <secret>", `to sign with; ${EXPOSED} CE_WEBHOOK_SECRET or .dev.vars`);
const tokenFlag = () =>
  option("--token <token>", `for the admin API; ${EXPOSED} ADMIN_TOKEN or .dev.vars`);
const fileFlag = () => option("--dev-vars <file>", "another file than .dev.vars");

export type Needs = "secret" | "token" | "both";

/** The flags that name the receiver, and its secrets. */
export function takeSettings(command: Command, needs: Needs): Command {
  command.addOption(option("--url <url>", `the receiver (CE_WEBHOOKS_URL, else ${DEFAULT_URL})`));
  if (needs !== "token") command.addOption(secretFlag());
  if (needs !== "secret") command.addOption(tokenFlag());
  return command.addOption(fileFlag());
}

/** Only the secret, for commands that need no receiver. */
export function takeSecret(command: Command): Command {
  return command.addOption(secretFlag()).addOption(fileFlag());
}

export function takeJson(command: Command, what = "the result as JSON, for scripts"): Command {
  return command.option("--json", what);
}

export type Example = readonly [line: string, what: string];
const examples = new WeakMap<Command, readonly Example[]>();

export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? [];
}

/** Lines under a title in the style of the help text, for its end. */
export function headed(command: Command, title: string, lines: readonly string[]): string {
  return `\n${command.createHelp().styleTitle(title)}\n${lines.join("\n")}`;
}

/** Commands to type, and their results; shown in the help of a command and in docs/cli.md. */
export function giveExamples(command: Command, given: readonly Example[]): Command {
  examples.set(command, given);
  const lines = given.map(([line, what]) => `  # ${what}\n  ${line}`);
  return command.addHelpText("after", () => headed(command, "Examples:", lines));
}

/** Adds what most commands end with: the flags that name the receiver, `--json`, and examples. */
export function complete(command: Command, needs: Needs, given: readonly Example[]): Command {
  return giveExamples(takeJson(takeSettings(command, needs)), given);
}
