/** Sends the deliveries of many orders: the orders in parallel, the events of each one after the other. */
import { count } from "../../testbed/terminal/text.ts";
import { shareOut } from "../../testbed/deliveries/send.ts";
import type { Cli } from "../cli.ts";
import type { Pace } from "../terminal/pace.ts";
import { startProgress } from "../../testbed/terminal/progress.ts";
import type { Settings } from "../settings.ts";
import type { Prepared } from "./draft.ts";
import { post, type Posted } from "./post.ts";
import { describePosted } from "./report.ts";

/** The number of orders that are sent at the same time; the events of one order follow each other. */
const CONCURRENCY = 8;
/** More deliveries than this are counted instead of listed. */
const LISTED_MAX = 200;

async function send(
  cli: Cli,
  settings: Settings,
  orders: readonly (readonly Prepared[])[],
  pace: Pace,
  onPosted: (posted: Posted) => void,
): Promise<readonly Posted[]> {
  const all: Posted[] = [];
  await shareOut(orders, CONCURRENCY, async (order) => {
    for (const delivery of order) {
      await pace();
      const posted = await post(cli.http, settings.url, delivery);
      all.push(posted);
      onPosted(posted);
    }
  });
  return all;
}

export interface ShowOptions {
  readonly pace: Pace;
  readonly isSilent: boolean;
  readonly isFormShown: boolean;
}

export async function sendAndShow(
  cli: Cli,
  settings: Settings,
  orders: readonly (readonly Prepared[])[],
  { pace, isSilent, isFormShown }: ShowOptions,
): Promise<readonly Posted[]> {
  const { out } = cli;
  const total = orders.reduce((sum, order) => sum + order.length, 0);
  const isListed = !isSilent && total <= LISTED_MAX;
  const progress = isListed ? null : startProgress(out, "sending", total);
  let sent = 0;
  try {
    return await send(cli, settings, orders, pace, (posted) => {
      sent += 1;
      progress?.update(sent);
      if (isListed) out.print(describePosted(out, posted, isFormShown));
    });
  } catch (error) {
    if (sent > 0) out.note(`  ${count(sent)} of ${count(total, "delivery", "deliveries")} sent`);
    throw error;
  } finally {
    progress?.stop();
  }
}
