/**
 * The financial status of an order, over random lives: the view, the pure function, the order's page, the list, the
 * panel "Is it paid?", the mails and the command line never contradict each other or the ledger that the story keeps
 * independently.
 *
 * `TEST_SEED=S` generates the same lives again.
 */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { answerOrder } from "../../src/console/api/order-routes";
import { type ExplainedOrder, explainNumber } from "../../src/console/order-view";
import { OrderPage } from "../../src/console/pages/orders/order-page";
import { OrdersPage } from "../../src/console/pages/orders/orders-page";
import { ordersQuery } from "../../src/console/api/shapes";
import { htmlOf } from "../../src/html";
import { renderMessage } from "../../src/notifications/render";
import { noEdits } from "../../src/notifications/texts/say";
import {
  balanceDueMicros,
  financialStatus,
  refundOutstandingMicros,
} from "../../src/projection/money-status/financial-status";
import { listOrders } from "../../src/store/state/order-list";
import { countWorklists, listWorklist } from "../../src/store/worklists/worklists";
import { type Story, createLives } from "../../testbed/stories/index.ts";
import { loadDue } from "../../src/store/outbox/outbox-facts";
import { order as orderAnswer } from "../../cli/api/answers.ts";
import { moneyFacts } from "../../cli/views/money.ts";
import { previewShop } from "../notifications/fixtures";
import { defaults } from "./defaults";
import { deliver, NOW } from "./deliver";
import { clearTables } from "../support/rows";
import { badgesIn, factIn, lineIn, microsIn, pieceOf, textOf } from "./told-money";

const seed = Number(env.TEST_SEED);
const LIVES = Number(env.TEST_RUNS);
const AT_ONCE = 100;

type Expected = Story["expected"];

/** An amount that is left out if it is zero. */
const unlessNone = (micros: number): number | null => (micros === 0 ? null : micros);
const inWords = (name: string): string => name.replaceAll("_", " ").replace("partially", "partly");

/** Next to the status of the order, a word that both statuses share also names its subject. */
const titles: Readonly<Record<string, string>> = {
  pending: "payment pending",
  failed: "payment failed",
};

/** The sentence that the panel shows when it is folded. */
const sentences: Readonly<Record<string, string>> = {
  Yes: "paid",
  "In part": "partly paid",
  No: "not paid",
};

/** The panel's answer: it states whether the order is paid, not whether money was refunded later. */
const verdicts: Readonly<Record<Expected["paymentStatus"], string>> = {
  success: "paid",
  partially_paid: "partly paid",
  failed: "not paid",
  pending: "not paid",
};

/** Delivers the events of all stories to the receiver, mixed. */
async function tellAll(stories: readonly Story[]): Promise<void> {
  const events = stories.flatMap((story) =>
    story.events.map((event) => ({
      id: event.id,
      typeHint: null,
      receivedAt: NOW,
      payload: JSON.stringify(event),
    })),
  );
  for (let at = 0; at < events.length; at += 200) {
    await deliver([events.slice(at, at + 200)], false);
  }
}

function checkView(row: Readonly<Record<string, unknown>>, expected: Expected): void {
  expect(row).toMatchObject({
    financial_status: expected.financialStatus,
    balance_due: expected.openMicros / 1e6,
    refund_outstanding: expected.refundDueMicros / 1e6,
    paid: expected.paidMicros / 1e6,
    refunded: expected.refundedMicros / 1e6,
  });
}

/** Checks the page of an order, with its badge, figures and panel, and the output of the command line. */
function checkOrder({ orderNumber: number, expected }: Story, view: ExplainedOrder): void {
  if (view.order === null) throw new Error(`${number} is missing`);
  const word = inWords(expected.financialStatus);
  expect(financialStatus(view.order), number).toBe(expected.financialStatus);

  const page = htmlOf(OrderPage({ who: "", view, messages: [] }));
  expect(badgesIn(pieceOf(page, /<h1>Order .*?<\/h1>/s)).at(-1), number).toBe(titles[word] ?? word);
  const isReduced = expected.payableMicros < expected.grandTotalMicros;
  const isOpen = expected.openMicros > 0 && (isReduced || expected.paidMicros > 0);
  expect(
    {
      paid: factIn(page, "Paid"),
      due: factIn(page, "To be paid") || null,
      refunded: factIn(page, "Refunded"),
      outstanding: factIn(page, "Refund outstanding"),
    },
    number,
  ).toEqual({
    paid: unlessNone(expected.paidMicros),
    due: isOpen ? expected.openMicros : null,
    refunded: unlessNone(expected.refundedMicros),
    outstanding: unlessNone(expected.refundDueMicros),
  });

  const panel = pieceOf(page, /Is it paid\?.*?<\/section>/s);
  const [, sentence] = /^Is it paid\? <span>(Yes|In part|No)\b/.exec(panel) ?? [];
  const verdict = sentence === undefined ? badgesIn(panel)[0] : sentences[sentence];
  expect(verdict, number).toBe(verdicts[expected.paymentStatus]);
  const headline = textOf(pieceOf(panel, /<p class="headline">.*?<\/p>/s));
  const [, ...amounts] = /₹([\d,.]+) of ₹([\d,.]+)/.exec(headline) ?? [];
  const arrived = expected.paidMicros > 0 ? [expected.paidMicros, expected.payableMicros] : [];
  expect(amounts.map(microsIn), headline).toEqual(arrived);
  const [, back] = /₹([\d,.]+) of it was refunded/.exec(headline) ?? [];
  expect(back === undefined ? 0 : microsIn(back), headline).toBe(expected.refundedMicros);

  const answer: unknown = JSON.parse(JSON.stringify(answerOrder(number, view.rows, [])));
  const said = new Map(moneyFacts(orderAnswer.parse(answer).order));
  const amountOf = (name: string): number | null => {
    const text = said.get(name) ?? "";
    return text === "" ? null : unlessNone(microsIn(text));
  };
  expect(said.get("money"), number).toBe(word);
  expect(["paid", "to be paid", "refunded", "refund outstanding"].map(amountOf), number).toEqual(
    [
      expected.paidMicros,
      expected.openMicros,
      expected.refundedMicros,
      expected.refundDueMicros,
    ].map(unlessNone),
  );
}

/** Checks the badge of each order in the console's list. */
async function checkList(stories: readonly Story[]): Promise<void> {
  const list = await listOrders(env.DB, { q: "", contacts: [] }, { limit: AT_ONCE });
  const page = htmlOf(
    OrdersPage({
      who: "",
      values: {},
      query: ordersQuery.parse({}),
      counts: { ...(await countWorklists(env.DB)), unsent: 0, quarantined: 0 },
      problem: null,
      page: list,
    }),
  );
  const rows = page.split('<tr role="row">').slice(2);
  const told = rows.map((row): [string, string] => [
    textOf(pieceOf(row, /data-head="Order".*?<\/td>/s).replace(/^[^>]*>/, "")),
    badgesIn(pieceOf(row, /data-head="Money".*?<\/td>/s)).join(),
  ]);
  const happened = stories.map(({ orderNumber, expected }): [string, string] => [
    orderNumber,
    inWords(expected.financialStatus),
  ]);
  expect(new Map(told)).toEqual(new Map(happened));
}

/** Checks the orders that wait for a refund, with the amounts, and those with an undelivered parcel. */
async function checkWorklists(stories: readonly Story[]): Promise<void> {
  const due = await listWorklist(env.DB, "refunds_due", { limit: AT_ONCE });
  const owed = due.orders.map((order) => `${order.order_number} ${refundOutstandingMicros(order)}`);
  const expected = stories.flatMap(({ orderNumber, expected: { refundDueMicros } }) =>
    refundDueMicros > 0 ? [`${orderNumber} ${refundDueMicros}`] : [],
  );
  expect(owed.toSorted()).toEqual(expected.toSorted());
  const undelivered = await listWorklist(env.DB, "undelivered", { limit: AT_ONCE });
  const { results } = await env.DB.prepare(
    `SELECT order_number FROM orders o WHERE coalesce(status, '') NOT IN ('complete', 'cancelled')
     AND EXISTS (SELECT 1 FROM shipments s WHERE s.order_number = o.order_number
       AND s.status IN ('undelivered', 'store_rejected', 'return_to_origin', 'lost')) ORDER BY 1`,
  ).all<{ order_number: string }>();
  expect(undelivered.orders.map((order) => order.order_number)).toEqual(
    results.map((row) => row.order_number),
  );
  expect(await countWorklists(env.DB)).toMatchObject({
    refunds_due: expected.length,
    undelivered: results.length,
  });
}

const isOpen = (status: string | number | null | undefined): boolean =>
  !["", "draft", "pending", "awaiting_approval", "complete", "cancelled"].includes(
    String(status ?? ""),
  );

/**
 * The orders to be paid are those that the pure functions select, and the badge of each shows why it is in its list.
 * The days of the lists are those of the clock, so the lives are moved to today. None of them is paid in cash.
 */
async function checkToPay(seen: Set<string>): Promise<void> {
  await env.DB.prepare("UPDATE orders SET order_date = ?1").bind(new Date().toISOString()).run();
  const { results } = await env.DB.prepare("SELECT * FROM orders ORDER BY order_number").all<
    Record<string, string | number | null>
  >();
  const toPay = results.filter(
    (order) => isOpen(order["status"]) && (balanceDueMicros(order) ?? 0) > 0,
  );
  const numbers = (wanted: readonly string[]): unknown[] =>
    toPay
      .filter((order) => wanted.includes(financialStatus(order)))
      .map((order) => order["order_number"]);
  const unpaid = await listWorklist(env.DB, "unpaid", { limit: AT_ONCE });
  expect(unpaid.orders.map((order) => order.order_number)).toEqual(numbers(["pending", "failed"]));
  const partly = await listWorklist(env.DB, "partly_paid", { limit: AT_ONCE });
  expect(partly.orders.map((order) => order.order_number)).toEqual(numbers(["partially_paid"]));
  expect(await countWorklists(env.DB)).toMatchObject({
    unpaid: unpaid.orders.length,
    partly_paid: partly.orders.length,
  });
  for (const { financial_status: status } of [...unpaid.orders, ...partly.orders]) seen.add(status);
}

/** Checks every mail about an order itself, rendered as when it is due; returns the number of mails. */
async function checkMails(stories: readonly Story[]): Promise<number> {
  const templates = ["order_confirmed", "order_cancelled"];
  const ids = stories.flatMap(({ orderNumber }) =>
    templates.map((template) => `${template}/${orderNumber}/email`),
  );
  const byNumber = new Map(stories.map(({ orderNumber, expected }) => [orderNumber, expected]));
  const { rows: due } = await loadDue(env.DB, ids, NOW);
  for (const { row, facts } of due) {
    const expected = byNumber.get(facts.orderNumber ?? "");
    const making = { shop: previewShop, edits: noEdits, unsubscribeUrl: null };
    const mail = renderMessage(row, { kind: "none" }, facts, "a@example.com", making);
    if (mail.channel !== "email" || expected === undefined) throw new Error(`${row.id} is no mail`);
    const isReduced = expected.payableMicros < expected.grandTotalMicros;
    const isOpen = expected.openMicros > 0 && (isReduced || expected.paidMicros > 0);
    expect(
      {
        total: lineIn(mail.text, "Total"),
        paid: lineIn(mail.text, "Paid"),
        due: lineIn(mail.text, "To be paid") || null,
      },
      row.id,
    ).toEqual({
      total: expected.grandTotalMicros,
      paid: unlessNone(expected.paidMicros),
      due: isOpen ? expected.openMicros : null,
    });
    const [promise] = /We are paying .* back to you/.exec(mail.text) ?? [];
    const promised = row.template === "order_cancelled" ? expected.refundDueMicros : 0;
    expect(promise === undefined ? 0 : microsIn(promise), row.id).toBe(promised);
  }
  return due.length;
}

it(
  `says the same everywhere, of ${String(LIVES)} lives (seed ${String(seed)})`,
  { timeout: 300_000 },
  async () => {
    console.info(`money of random lives: ${String(LIVES)}, seed ${String(seed)}`);
    const seen = new Set<string>();
    const listed = new Set<string>();
    let mails = 0;
    for (let from = 0; from < LIVES; from += AT_ONCE) {
      await clearTables();
      const stories = createLives({
        seed: seed + from,
        orders: AT_ONCE,
        endsAtMs: Date.parse(NOW),
      });
      await tellAll(stories);
      const { results } = await env.DB.prepare("SELECT * FROM order_overview").all();
      const views = new Map(results.map((row) => [row["order_number"], row]));
      for (const { orderNumber, expected } of stories) {
        seen.add(expected.financialStatus);
        checkView(views.get(orderNumber) ?? {}, expected);
      }
      await checkList(stories);
      await checkWorklists(stories);
      await checkToPay(listed);
      mails += await checkMails(stories);
      const found = await Promise.all(
        stories.map(({ orderNumber }) => explainNumber(env.DB, orderNumber, defaults)),
      );
      for (const [index, view] of found.entries()) {
        const [story] = stories.slice(index);
        if (story !== undefined) checkOrder(story, view);
      }
    }
    expect(seen.size).toBe(7);
    // A failed payment of an order that is still open is rare: test/console/worklists.test.ts has one in each run.
    expect([...listed].filter((status) => status !== "failed").toSorted()).toEqual([
      "partially_paid",
      "pending",
    ]);
    expect(mails).toBeGreaterThan(LIVES / 2);
  },
);
