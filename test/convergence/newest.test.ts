/**
 * The event of an order that is kept, by rules that are repeated here independently of the code: the time that the
 * envelope states, or else the latest past date in the body; then the stage of the status; then, for events that state
 * no time, the later receipt.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { deliver } from "./deliver";
import { schedule, SIDE_BY_SIDE, sideBySide, arrange } from "./history";
import { clearTables } from "../support/rows";

const runs = Number(env.TEST_RUNS);
const seed = Number(env.TEST_SEED);

/** The statuses in the order in which an order passes through them; those in one line have the same stage. */
const ranks = [
  ["draft", "pending", "awaiting_approval"],
  ["confirmed"],
  ["schedule_requested", "partially_scheduled"],
  ["awaiting_shipment", "sent_to_store"],
  ["partially_shipped"],
  ["shipped"],
  ["partially_delivered"],
  ["undelivered", "partially_undelivered"],
  ["return_to_origin", "partially_return_to_origin", "lost", "store_rejected"],
  ["complete"],
  ["cancelled"],
];

const instant = fc.constantFrom(
  "2026-03-01T10:00:00.000Z",
  "2026-03-01T10:00:00.001Z",
  "2026-03-02T10:00:00.000Z",
);
const maybe = fc.option(instant, { nil: undefined, freq: 2 });

const told = fc.record({
  form: fc.constantFrom("envelope", "flat", "bare"),
  stated: maybe,
  status: fc.constantFrom(...ranks.flat()),
  shows: fc.record({ placed: maybe, paid: maybe, packed: maybe, delivered: maybe }),
  receivedAt: fc.constantFrom(
    "2026-03-03T00:00:00.000Z",
    "2026-03-03T00:00:00.001Z",
    "2026-03-04T00:00:00.000Z",
  ),
});
type SentEvent = typeof told extends fc.Arbitrary<infer T> ? T : never;

/** The total distinguishes the events. */
function store(
  { form, stated, status, shows, receivedAt }: SentEvent,
  index: number,
  number: string,
): StoredEvent {
  const data = {
    order_number: number,
    order_date: shows.placed,
    status,
    grand_total: index + 1,
    payments: [{ request_number: `P ${number}`, payment_date: shows.paid }],
    shipments: [
      {
        reference_number: `S ${number}`,
        created_at: shows.packed,
        delivered_date: shows.delivered,
        eta_delivery: "2026-03-05T00:00:00.000Z",
      },
    ],
  };
  // Nothing follows from the type: the status is in `data`.
  const envelope = { event_type: "order.confirmed", timestamp: stated };
  const bodies = { bare: data, flat: { ...data, ...envelope }, envelope: { ...envelope, data } };
  const payload = JSON.stringify(bodies[form]);
  return { id: `evt ${String(index)} ${form} ${number}`, typeHint: null, receivedAt, payload };
}

/** The comparison key of an event, as text that sorts; the hash of its id decides remaining ties. */
function placeOf({ form, stated, status, shows, receivedAt }: SentEvent): string {
  const own = form === "bare" ? undefined : stated;
  const shown = Object.values(shows).filter((date) => date !== undefined);
  const time = own ?? shown.toSorted().at(-1) ?? "";
  const rank = ranks.findIndex((names) => names.includes(status));
  return `${time.padEnd(24)} ${String(rank).padStart(2, "0")} ${own === undefined ? receivedAt : ""}`;
}

beforeEach(clearTables);

it(
  `the newest of an order's events stands (${String(runs)} histories)`,
  { timeout: 3_600_000 },
  async () => {
    console.info(`newest: runs ${String(runs)}, seed ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(told, { minLength: 2, maxLength: 6 }), {
          minLength: SIDE_BY_SIDE,
          maxLength: SIDE_BY_SIDE,
        }),
        schedule,
        async (orders, plan) => {
          await clearTables();
          const apart = orders.map((all, n) =>
            arrange(
              all.map((one, index) => store(one, index, `N${String(n)}`)),
              plan,
            ),
          );
          await deliver(sideBySide(apart), plan.together);
          const { results } = await env.DB.prepare(
            "SELECT order_number AS number, status, grand_total_micros / 1000000 AS winner FROM orders",
          ).all<{ number: string; status: string; winner: number }>();
          expect(results).toHaveLength(orders.length);
          for (const { number, status, winner } of results) {
            const all = orders[Number(number.slice(1))] ?? [];
            const places = all.map(placeOf);
            expect(places[winner - 1]).toBe(places.toSorted().at(-1));
            expect(status).toBe(all[winner - 1]?.status);
          }
        },
      ),
      { numRuns: Math.ceil(runs / SIDE_BY_SIDE), seed },
    );
  },
);
