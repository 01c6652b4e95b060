/** After the sending: checks that every acknowledged event is applied, and that every order matches its story. */
import { shareOut } from "../../testbed/deliveries/send.ts";
import {
  expectedParts,
  judgeOrder,
  judgeParts,
  partKinds,
  type PartKind,
  type PartRow,
  type Story,
} from "../../testbed/stories/index.ts";
import type { OrderAnswer } from "../api/answers.ts";
import type { Api } from "../api/api.ts";
import { type SimulationPlan, tellOrder } from "./plan.ts";
import type { Tally } from "./tally.ts";

export interface Reconciliation {
  /** Acknowledged, but not in the inbox. */
  readonly lost: readonly string[];
  /** Acknowledged and stored, but not applied, or applied although broken: id and status. */
  readonly unapplied: readonly string[];
  /** Orders that were compared. */
  readonly compared: number;
  /** The differences, order by order. */
  readonly differing: ReadonlyMap<string, readonly string[]>;
}

const CONCURRENCY = 8;

const keyOf: Readonly<Record<PartKind, string>> = {
  payments: "payment_id",
  refunds: "refund_id",
  shipments: "shipment_id",
};

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function partRows(rows: readonly OrderAnswer["order"][], kind: PartKind): readonly PartRow[] {
  return rows.map((row) => ({
    id: textOf(row[keyOf[kind]]) ?? "?",
    order_number: textOf(row["order_number"]),
    status: textOf(row["status"]),
    amount_micros: typeof row["amount_micros"] === "number" ? row["amount_micros"] : null,
  }));
}

function judge(story: Story, found: OrderAnswer | null): readonly string[] {
  if (found === null) return [`${story.orderNumber} is missing`];
  return [
    ...judgeOrder(story, found.order),
    ...partKinds.flatMap((kind) =>
      judgeParts(kind, expectedParts(story, kind), partRows(found[kind], kind)),
    ),
  ];
}

async function compareOrders(
  api: Api,
  plan: SimulationPlan,
  tally: Tally,
  onCompared: (compared: number) => void,
): Promise<Pick<Reconciliation, "compared" | "differing">> {
  const differing = new Map<string, readonly string[]>();
  let compared = 0;
  await shareOut(Array(tally.orders).keys(), CONCURRENCY, async (order) => {
    const { story } = await tellOrder(plan, order);
    // There is no expected result for an order that was not sent completely.
    if (!story.events.every(({ id }) => tally.acknowledged.has(id))) return;
    const problems = judge(story, await api.order(story.orderNumber));
    if (problems.length > 0) differing.set(story.orderNumber, problems);
    compared += 1;
    onCompared(compared);
  });
  return { compared, differing };
}

/** An event that was not seen as settled is requested by id before it counts as lost. */
async function findMissing(api: Api, tally: Tally): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const id of tally.waiting()) {
    const event = await api.event(id);
    if (event === null) lost.push(id);
    else tally.settle(id, event.status);
  }
  return lost;
}

export async function reconcile(
  api: Api,
  plan: SimulationPlan,
  tally: Tally,
  onCompared: (compared: number) => void,
): Promise<Reconciliation> {
  const lost = await findMissing(api, tally);
  const unapplied = [...tally.acknowledged].flatMap((id) => {
    const status = tally.settled.get(id);
    const expected = tally.broken.has(id) ? "quarantined" : "processed";
    return status === undefined || status === expected ? [] : [`${id}: ${status}`];
  });
  return { lost, unapplied, ...(await compareOrders(api, plan, tally, onCompared)) };
}
