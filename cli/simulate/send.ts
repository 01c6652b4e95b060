/** Makes the moves of a plan: several at the same time, each when it is due, and again if it was not accepted. */
import { shareOut } from "../../testbed/deliveries/send.ts";
import { WEBHOOK_PATH } from "../../testbed/deliveries/delivery.ts";
import { forge, sign } from "../../testbed/stories/index.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import { pause } from "../terminal/pace.ts";
import type { Prepared } from "../trigger/draft.ts";
import { post, type Posted, headersOf } from "../trigger/post.ts";
import type { Move } from "./plan.ts";
import type { Tally } from "./tally.ts";

export interface SendOptions {
  readonly url: string;
  readonly secret: string;
  readonly concurrency: number;
  /** False: moves are made as fast as possible, without waiting until they are due. */
  readonly isPaced: boolean;
}

type Sender = Pick<Cli, "http" | "signal">;

/** Like Commerce Engine: repeated retries, with longer and longer pauses. */
const TRIES_MAX = 12;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 15_000;
/** Too short for any answer: the sender disconnects. */
const HANG_UP_MS = 2;

/** A response that may be different later. */
function isTemporary({ status }: Posted): boolean {
  return status >= 500 || status === 429;
}

/** Null if there was no answer. */
async function attempt(cli: Sender, url: string, delivery: Prepared): Promise<Posted | null> {
  try {
    return await post(cli.http, url, delivery);
  } catch (error) {
    if (error instanceof Failure && error.isTemporary) return null;
    throw error;
  }
}

async function persist(
  cli: Sender,
  url: string,
  delivery: Prepared,
  tally: Tally,
): Promise<Posted | null> {
  for (let tries = 1; ; tries += 1) {
    tally.sent += 1;
    const posted = await attempt(cli, url, delivery);
    if ((posted !== null && !isTemporary(posted)) || tries === TRIES_MAX) return posted;
    tally.retries += 1;
    await pause(Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** tries), cli.signal);
  }
}

async function hangUp({ http }: Sender, url: string, delivery: Prepared): Promise<void> {
  const { body, path } = delivery;
  const request = {
    method: "POST",
    headers: headersOf(delivery),
    body,
    timeoutMs: HANG_UP_MS,
  } as const;
  try {
    await http(url + path, request);
  } catch (error) {
    if (!(error instanceof Failure) || !error.isTemporary) throw error;
  }
}

/** The delivery of a move. */
async function prepare({ kind, form, body, eventId }: Move, secret: string): Promise<Prepared> {
  const common = { type: "", orderNumber: "", form, note: eventId, path: WEBHOOK_PATH };
  if (kind === "forged") {
    const [forgery] = await forge(body, secret);
    return { ...common, body, signature: forgery?.signature ?? null, expects: 401 };
  }
  return { ...common, body, signature: await sign(body, secret), expects: 200 };
}

/** What is wrong with an answer; null if it is right. */
function problemOf(move: Move, expects: number, posted: Posted | null): string | null {
  if (posted === null) return `nothing, expected ${expects}`;
  const { status, error, id, isExpected } = posted;
  if (!isExpected) return `${status} (${error ?? "no receipt"}), expected ${expects}`;
  return id === null || id === move.eventId ? null : `the id ${id}`;
}

async function make(cli: Sender, options: SendOptions, move: Move, tally: Tally): Promise<void> {
  const delivery = await prepare(move, options.secret);
  if (move.kind === "cut") {
    tally.sent += 1;
    tally.cut += 1;
    return await hangUp(cli, options.url, delivery);
  }
  const posted = await persist(cli, options.url, delivery, tally);
  const problem = problemOf(move, delivery.expects, posted);
  if (problem !== null) tally.unexpected.push(`${move.eventId}: ${problem}`);
  else if (delivery.expects !== 200) tally.refused += 1;
  else tally.acknowledge(move, posted?.duplicate === true);
  return undefined;
}

/** Ends when all moves are made; throws at the first one that cannot be made. */
export async function sendMoves(
  cli: Sender,
  options: SendOptions,
  moves: AsyncIterable<Move>,
  tally: Tally,
): Promise<void> {
  const startedMs = performance.now();
  await shareOut(moves, options.concurrency, async (move) => {
    tally.orders = Math.max(tally.orders, move.order + 1);
    const early = options.isPaced ? startedMs + move.dueMs - performance.now() : 0;
    if (early > 0) await pause(early, cli.signal);
    cli.signal.throwIfAborted();
    await make(cli, options, move, tally);
  });
}
