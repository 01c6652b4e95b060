/** Waits until the first events of a new order are applied. */
import type { Api } from "./api.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import { pause } from "../terminal/pace.ts";

const PATIENCE_MS = 8_000;
const POLL_MS = 300;

/** Events about the order that are not applied yet. */
async function countWaiting(api: Api, order: string): Promise<number> {
  const { events } = await api.events({ order, limit: 100 });
  return events.filter(({ status }) => status === "received").length;
}

/**
 * The result of `load`. While events about the order still wait, the answer would be incomplete, so it is loaded when
 * they are applied or at the time-out.
 */
export async function waitForOrder<T>(
  cli: Cli,
  api: Api,
  order: string,
  load: () => Promise<T | null>,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  let waiting = await countWaiting(api, order);
  if (waiting > 0) cli.out.note(`  ${waiting} of its events are being applied ...`);
  while (waiting > 0 && performance.now() < deadline) {
    await pause(POLL_MS, cli.signal);
    waiting = await countWaiting(api, order);
  }
  const found = await load();
  if (found !== null) return found;
  throw new Failure(
    "problem",
    `No event has named the order ${order}; ce-webhooks orders lists what is known`,
  );
}
