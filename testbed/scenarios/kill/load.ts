/**
 * The sender: many connections at once, each event again until it is acknowledged, as Commerce Engine
 * does. What was acknowledged is remembered by the id that the answer named.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Answer, Delivery } from "../../deliveries/delivery.ts";
import type { Receiver } from "../../receiver/harness.ts";

export interface Tally {
  /** Ids of the events that got a 200. */
  readonly acknowledged: Set<string>;
  /** Deliveries that got no answer, because the runtime was killed under them. */
  unanswered: number;
  /** Answers other than 200, by status. */
  readonly refused: Map<number, number>;
}

export interface Load {
  /** What is to be sent; what is not acknowledged goes back to its end. */
  readonly waiting: Delivery[];
  readonly connections: number;
  readonly tally: Tally;
  readonly onAnswer: () => void;
}

/** Refusals after which something is wrong with the test itself. */
const REFUSALS_AT_MOST = 500;

/** Before the next try of a connection that got no answer. */
const PAUSE_MS = 100;

const receipt = z.object({ received: z.literal(true), id: z.string() });

function count(tally: Tally, { status, body }: Answer): boolean {
  const parsed = receipt.safeParse(body);
  if (status === 200 && parsed.success) {
    tally.acknowledged.add(parsed.data.id);
    return true;
  }
  const refusals = (tally.refused.get(status) ?? 0) + 1;
  tally.refused.set(status, refusals);
  if (refusals > REFUSALS_AT_MOST) throw new Error(`${refusals} answers of ${status}`);
  return false;
}

/**
 * Sends until nothing waits or `stop` says that the runtime is gone. What was under way then had no
 * answer, so it waits again.
 */
export async function sendLoad(load: Load, receiver: Receiver, stop: AbortSignal): Promise<void> {
  const { waiting, tally } = load;
  const connection = async () => {
    while (!stop.aborted) {
      const delivery = waiting.shift();
      if (delivery === undefined) return;
      const answer = await receiver.send(delivery).catch(() => null);
      if (answer === null) {
        tally.unanswered += 1;
        await sleep(PAUSE_MS);
      }
      if (answer === null || !count(tally, answer)) waiting.push(delivery);
      load.onAnswer();
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
}
