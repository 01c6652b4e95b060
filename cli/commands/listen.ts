/** `listen`: passes new events of a receiver on to a program on this machine, signed as forwards are. */
import { createHash, randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { Webhook } from "standardwebhooks";
import { count, signs } from "../../testbed/terminal/text.ts";
import { forwardBody } from "../../src/notifications/templates/system/forward-body.ts";
import type { EventDetail, EventRow } from "../api/answers.ts";
import { apiOf, type Cli, giveExamples, takeSettings } from "../cli.ts";
import { Failure, Interruption } from "../failure.ts";
import { type FollowFlags, followNew, takeFollowing } from "../follow-new.ts";
import { type SettingFlags, settingOf } from "../settings.ts";

interface Flags extends SettingFlags, FollowFlags {
  readonly forward: string;
}

const PATIENCE_MS = 10_000;
const SHOWN_CHARACTERS = 80;

/** Bodies contain customers' data: they may only go to this machine. */
function localUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError("It must be a URL such as http://localhost:3000/hooks.");
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    throw new InvalidArgumentError("It must be on this machine: localhost, 127.0.0.1 or [::1].");
  if (url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("It must not have a user name or a password.");
  return url.href;
}

/** FORWARD_SECRET if it is set on this machine, otherwise a new secret for this run. */
function signerOf(cli: Cli, flags: Flags): Webhook {
  const known = settingOf("FORWARD_SECRET", flags, cli.env);
  const secret = known?.value ?? `whsec_${randomBytes(32).toString("base64")}`;
  cli.out.note(
    known === null
      ? `  Signed as Standard Webhooks; verify with ${secret}`
      : `  Signed as Standard Webhooks with ${known.source}.`,
  );
  try {
    return new Webhook(secret);
  } catch {
    throw new Failure("usage", `${known?.source ?? "The secret"} is not base64`);
  }
}

interface Answer {
  readonly ok: boolean;
  readonly says: string;
}

/** The same key as the receiver's (notifications/channels/key.ts). */
function keyOf(id: string): string {
  if (id.length <= 256 && /^[\x21-\x7e]+$/.test(id)) return id;
  return `sha256:${createHash("sha256").update(id).digest("hex")}`;
}

async function deliver(
  cli: Cli,
  url: string,
  signer: Webhook,
  event: EventDetail,
): Promise<Answer> {
  const { id, event_type: type, form, occurred_at, received_at, payload } = event;
  if (payload === null) return { ok: false, says: "its body is purged" };
  const facts = { event_type: type, form, occurred_at, received_at, order: null };
  const body = forwardBody(facts, payload);
  const key = keyOf(id);
  const now = cli.now();
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.any([cli.signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": signer.sign(key, now, body),
      },
      body,
    });
    const text = (await response.text()).trim().slice(0, SHOWN_CHARACTERS);
    const ms = Math.round(performance.now() - started);
    return {
      ok: response.ok,
      says: `${String(response.status)} in ${String(ms)} ms ${text}`.trim(),
    };
  } catch (error) {
    cli.signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ok: false,
      says: cause instanceof Error ? cause.message || cause.name : String(cause),
    };
  }
}

async function listen(cli: Cli, flags: Flags): Promise<void> {
  const { out } = cli;
  const api = apiOf(cli, flags);
  const signer = signerOf(cli, flags);
  const tally = { delivered: 0, refused: 0 };
  const handle = async (row: EventRow): Promise<boolean> => {
    const name = `${row.event_type ?? "unknown"}  ${row.id}`;
    if (row.status !== "processed") {
      out.print(`  ${signs.none} ${name}  not forwarded: ${row.status}`);
      return false;
    }
    const event = await api.event(row.id);
    if (event === null) return false;
    const { ok, says } = await deliver(cli, flags.forward, signer, event);
    tally[ok ? "delivered" : "refused"] += 1;
    out.print(
      `  ${ok ? out.colours.green(signs.ok) : out.colours.red(signs.bad)} ${name}  ${says}`,
    );
    return true;
  };
  try {
    await followNew(cli, api, flags, handle);
  } catch (error) {
    if (error instanceof Interruption) {
      out.note();
      out.note(`  ${count(tally.delivered, "event")} delivered, ${count(tally.refused)} refused.`);
    }
    throw error;
  }
}

export function listenCommand(cli: Cli): Command {
  const command = new Command("listen")
    .summary("pass new events on to a program on this machine")
    .description(
      "Follows the events of a receiver and posts each to a program that you develop on this machine, as the receiver forwards it, and shows what was answered. Nothing is tried twice.",
    )
    .requiredOption("--forward <url>", "where to, on this machine", localUrl);
  takeFollowing(command);
  takeSettings(command, "token");
  giveExamples(command, [
    ["ce-webhooks listen --forward http://localhost:3000/hooks", "everything that comes"],
    ["ce-webhooks listen --forward http://localhost:3000/hooks --last 5", "the last five first"],
  ]);
  return command.action((flags: Flags) => listen(cli, flags));
}
