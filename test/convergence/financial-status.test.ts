/**
 * One word for where an order stands in money: the view, the pure function that pages use, and what the
 * order page answers never contradict each other, nor what really happened, over random lives.
 */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { explainNumber } from "../../src/console/order-view";
import { financialStatus } from "../../src/projection/financial-status";
import { listOrders } from "../../src/store/order-list";
import { tellDay } from "../../testbed/stories/index.ts";
import { deliver, NOW } from "./deliver";
import { defaults } from "../support/defaults";
import { clearTables } from "../support/rows";

const seed = Number(env.TEST_SEED);
const LIVES = 1_000;
const AT_ONCE = 100;

/** What the panel "Is it paid?" may say of an order of each word. */
const answers: Readonly<Record<string, readonly string[]>> = {
  refund_due: ["paid", "partly paid", "not paid"],
  refunded: ["paid", "partly paid", "not paid"],
  partially_refunded: ["paid", "partly paid", "not paid"],
  paid: ["paid"],
  partially_paid: ["partly paid"],
  failed: ["not paid"],
  pending: ["not paid", "cash on delivery"],
};

it(
  `says the same everywhere, of ${String(LIVES)} lives (seed ${String(seed)})`,
  { timeout: 120_000 },
  async () => {
    const seen = new Set<string>();
    for (let from = 0; from < LIVES; from += AT_ONCE) {
      await clearTables();
      const stories = tellDay({ seed: seed + from, orders: AT_ONCE, endsAtMs: Date.parse(NOW) });
      const events = stories.flatMap((story) =>
        story.events.map((event) => ({
          id: event.id,
          typeHint: null,
          receivedAt: NOW,
          payload: JSON.stringify(event),
        })),
      );
      for (let at = 0; at < events.length; at += 200)
        await deliver([events.slice(at, at + 200)], false);
      const views = await env.DB.prepare(
        "SELECT v.financial_status AS word, o.* FROM order_overview v JOIN orders o USING (order_number)",
      ).all<Record<string, string | number | null>>();
      const listed = await listOrders(env.DB, { q: "", contacts: [] }, { limit: AT_ONCE });
      const words = new Map(listed.orders.map((one) => [one.order_number, one.financial_status]));
      const happened = new Map(
        stories.map((one) => [one.orderNumber, one.expected.financialStatus]),
      );
      for (const { word, ...order } of views.results) {
        const number = String(order["order_number"]);
        seen.add(String(word));
        expect(financialStatus(order), number).toBe(word);
        expect(words.get(number), number).toBe(word);
        expect(happened.get(number), number).toBe(word);
      }
      for (const { order_number: number } of listed.orders.slice(0, 10)) {
        const { payment } = await explainNumber(env.DB, number, defaults);
        expect(answers[words.get(number) ?? ""], number).toContain(payment.verdict);
      }
    }
    expect(seen.size).toBeGreaterThan(4);
  },
);
