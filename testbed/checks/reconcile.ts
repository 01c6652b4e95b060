/** Compares acknowledged deliveries with stored and applied events, and every order with its story. */
import type { Receiver } from "../receiver/start.ts";
import type { Story } from "../stories/index.ts";
import { checkState } from "./orders.ts";
import { readState } from "./state.ts";

export interface Reconciled {
  readonly lost: readonly string[];
  readonly unapplied: readonly string[];
  readonly stored: number;
  readonly failed: number;
}

export async function reconcile(
  receiver: Pick<Receiver, "query">,
  acknowledged: ReadonlySet<string>,
): Promise<Reconciled> {
  const rows = await receiver.query<{ id: string; status: string }>(
    "SELECT id, status FROM webhook_events",
  );
  const statusOf = new Map(rows.map(({ id, status }) => [id, status]));
  const ids = [...acknowledged];
  return {
    lost: ids.filter((id) => !statusOf.has(id)),
    unapplied: ids.flatMap((id) => {
      const status = statusOf.get(id) ?? "processed";
      return status === "processed" ? [] : [`${id} (${status})`];
    }),
    stored: rows.length,
    failed: rows.filter(({ status }) => status === "failed").length,
  };
}

/** The differences of orders, payments, refunds, shipments and views from the stories. */
export async function compareWithStories(
  receiver: Pick<Receiver, "query">,
  stories: readonly Story[],
): Promise<readonly string[]> {
  const checks = checkState({ stories, state: await readState(receiver) });
  return checks.flatMap(({ problems }) => problems);
}

/** `3 × 503, 1 × 401`, or `none`. */
export function describeRefusals(refused: ReadonlyMap<number, number>): string {
  const said = [...refused].map(([status, times]) => `${times} × ${status}`);
  return said.length === 0 ? "none" : said.join(", ");
}
