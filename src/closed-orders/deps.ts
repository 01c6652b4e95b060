/** Connects the Worker of closed orders to its bindings and configuration. */
import { loadRetention } from "../config";
import type { ClosingDeps } from "./closing";
import type { NightDeps } from "./placing";

/** The bindings of wrangler.closed-orders.toml. */
export interface ClosedOrdersBindings {
  readonly DB: D1Database;
  readonly ARCHIVE: R2Bucket;
}

export function closedOrdersDeps(env: ClosedOrdersBindings): ClosingDeps & NightDeps {
  const { orderDays, dedupeDays } = loadRetention(env);
  return { db: env.DB, archive: env.ARCHIVE, orderDays, dedupeDays, now: () => new Date() };
}
