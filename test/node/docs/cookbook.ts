/**
 * What each query of docs/cookbook.md must find, by its heading: a claim about the rows, made from the
 * stories that were told, which know nothing of tables.
 */
import assert from "node:assert/strict";
import type { Story } from "../../../tools/story/index.ts";
import type { Shop } from "./shop.ts";

export type Row = Readonly<Record<string, string | number | null>>;
export type Check = (rows: readonly Row[], shop: Shop) => void;

const decimals = (micros: number): number => micros / 1e6;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const total = (rows: readonly Row[], column: string): number =>
  sum(rows.map((row) => Number(row[column])));
const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 0.005, `${String(found)}, expected ${String(expected)}`);
const isCancelled = ({ expected }: Story): boolean => expected.status === "cancelled";

/** The same keys, whatever their order. */
function sameKeys(rows: readonly Row[], column: string, expected: readonly string[]): void {
  assert.deepEqual(rows.map((row) => String(row[column])).toSorted(), expected.toSorted());
}

function storyOf({ stories }: Shop, number: string): Story {
  const story = stories.find(({ orderNumber }) => orderNumber === number);
  assert.ok(story !== undefined, number);
  return story;
}

const orderNumbers = (stories: readonly Story[]): string[] =>
  stories.map(({ orderNumber }) => orderNumber);

const countEvents = (stories: readonly Story[], type: string): number =>
  stories.flatMap(({ events }) => events).filter((event) => event.event_type === type).length;

const underWay = ["shipped", "in_transit", "out_for_delivery", "delivery_attempted"];

export const cookbook: Readonly<Record<string, Check>> = {
  "Where does an order stand?": ([row, ...others], shop) => {
    const { expected } = storyOf(shop, "ORD-104001");
    assert.deepEqual(others, []);
    assert.equal(row?.["status"], expected.status);
    assert.equal(row["paid"], decimals(expected.paidMicros));
    assert.equal(row["customer_email"], expected.customerEmail);
    assert.equal(row["shipments_delivered"], expected.shipmentsDelivered);
    assert.equal(row["balance_due"], 0);
  },
  "Why is an order unpaid?": (rows) => {
    const attempts = rows.map((row) => row["attempt"]);
    assert.equal(attempts.filter((attempt) => attempt === "failure").length, 2);
    assert.equal(attempts.at(-1), "success");
  },
  "What has happened to an order, step by step?": (rows, shop) => {
    const { events } = storyOf(shop, "ORD-104003");
    const times = rows.map((row) => String(row["at"]));
    assert.deepEqual(times, times.toSorted());
    for (const { event_type: type } of events) {
      assert.ok(
        rows.some((row) => row["what"] === `event ${type}`),
        type,
      );
    }
    assert.ok(rows.some((row) => row["what"] === "order completed"));
    assert.ok(rows.some((row) => String(row["what"]).startsWith("notification ")));
  },
  "What was ordered, and what is in which parcel?": (rows) => {
    assert.ok(rows.length > 0);
    for (const row of rows) assert.equal(row["shipment_status"], "delivered");
  },
  "What did we tell the customer about an order?": (rows, shop) => {
    const { expected } = storyOf(shop, "ORD-104001");
    const wanted = expected.messages.map(({ template, channel }) => `${template} ${channel}`);
    const found = rows.map((row) => `${String(row["template"])} ${String(row["channel"])}`);
    assert.deepEqual(found.toSorted(), wanted.toSorted());
  },
  "What has a customer ordered?": (rows, shop) => {
    const email = storyOf(shop, "ORD-104001").expected.customerEmail;
    const theirs = shop.stories.filter(({ expected }) => expected.customerEmail === email);
    sameKeys(rows, "order_number", orderNumbers(theirs));
  },
  "Who are the best customers?": (rows, { stories }) => {
    const kept = rows.map((row) => Number(row["kept"]));
    assert.deepEqual(
      kept,
      kept.toSorted((a, b) => b - a),
    );
    const best = stories.filter((story) => !isCancelled(story)).map(({ expected }) => expected);
    const byCustomer = Map.groupBy(best, ({ customerEmail }) => customerEmail.toLowerCase());
    const sums = [...byCustomer.values()].map((orders) =>
      sum(orders.map(({ paidMicros, refundedMicros }) => paidMicros - refundedMicros)),
    );
    near(kept[0] ?? 0, decimals(Math.max(...sums)));
  },
  "What did we sell, day by day?": (rows, { stories }) => {
    assert.equal(total(rows, "orders"), stories.length);
    assert.equal(total(rows, "cancelled"), stories.filter(isCancelled).length);
    const sold = stories.filter((story) => !isCancelled(story));
    near(total(rows, "sold"), decimals(sum(sold.map(({ expected }) => expected.grandTotalMicros))));
  },
  "What came in and what went back, month by month?": (rows, { stories }) => {
    const paid = sum(stories.map(({ expected }) => expected.paidMicros));
    const refunded = sum(stories.map(({ expected }) => expected.refundedMicros));
    near(total(rows, "paid"), decimals(paid));
    near(total(rows, "refunded"), decimals(refunded));
    near(total(rows, "kept"), decimals(paid - refunded));
  },
  "How large is an order on average, and how many are cancelled?": ([row, ...others], shop) => {
    assert.deepEqual(others, []);
    const { stories } = shop;
    assert.equal(row?.["currency"], "INR");
    const kept = stories.filter((story) => !isCancelled(story));
    const totals = kept.map(({ expected }) => expected.grandTotalMicros);
    near(Number(row["average_total"]), Math.round(sum(totals) / totals.length / 1e4) / 100);
    const share = (100 * (stories.length - kept.length)) / stories.length;
    assert.ok(Math.abs(Number(row["cancelled_percent"]) - share) <= 0.05);
  },
  "Who is owed money?": (rows, { stories }) => {
    const owed = stories.filter(({ expected }) => expected.refundDueMicros > 0);
    assert.ok(owed.length > 0);
    sameKeys(rows, "order_number", orderNumbers(owed));
    near(total(rows, "outstanding"), decimals(sum(owed.map((s) => s.expected.refundDueMicros))));
  },
  "Which refunds have failed, and nobody has tried again?": (rows, { stories }) => {
    const failed = stories.flatMap(({ expected: { refunds } }) =>
      refunds.filter(
        (refund) =>
          refund.status === "failed" &&
          !refunds.some((r) => r.status === "success" && r.amountMicros >= refund.amountMicros),
      ),
    );
    sameKeys(
      rows,
      "refund_id",
      failed.map(({ id }) => id),
    );
  },
  "Which orders were placed and never paid?": (rows, { stories }) => {
    const unpaid = stories.filter((s) => s.expected.paidMicros === 0 && !isCancelled(s));
    assert.ok(unpaid.length > 0);
    sameKeys(rows, "order_number", orderNumbers(unpaid));
  },
  "Where does what was paid differ from the total?": (rows, { stories }) => {
    const odd = stories.filter(
      ({ expected: { paidMicros, grandTotalMicros } }) =>
        paidMicros > 0 && paidMicros !== grandTotalMicros,
    );
    sameKeys(rows, "order_number", orderNumbers(odd));
  },
  "How often does paying fail, by method?": (rows, { stories }) => {
    assert.equal(total(rows, "failed"), countEvents(stories, "payment.failed"));
    // One success more: the payment whose order never came.
    assert.equal(total(rows, "succeeded"), countEvents(stories, "payment.success") + 1);
  },
  "Which payments have not found their order?": (rows) => {
    sameKeys(rows, "payment_id", ["PAY-LOST"]);
  },
  "What is paid and waits to be packed?": (rows, { stories }) => {
    const waiting = stories.filter(
      ({ expected }) =>
        expected.paymentStatus === "success" &&
        expected.status !== "cancelled" &&
        expected.status !== "complete" &&
        expected.shipments.length === 0,
    );
    sameKeys(rows, "order_number", orderNumbers(waiting));
  },
  "Which parcels have been under way for more than five days?": (rows, { stories }) => {
    const parcels = stories.flatMap(({ expected }) => expected.shipments);
    const late = parcels.filter(({ status }) => underWay.includes(status ?? ""));
    sameKeys(
      rows,
      "shipment_id",
      late.map(({ id }) => id),
    );
  },
  "Which parcels were lost, or came back?": (rows, { stories }) => {
    const parcels = stories.flatMap(({ expected }) => expected.shipments);
    const lost = parcels.filter(({ status }) => status === "lost");
    assert.ok(lost.length > 0);
    sameKeys(
      rows,
      "shipment_id",
      lost.map(({ id }) => id),
    );
  },
  "How do the couriers do?": (rows, { stories }) => {
    const parcels = stories.flatMap(({ expected }) => expected.shipments);
    assert.equal(total(rows, "parcels"), parcels.length);
    const delivered = parcels.filter(({ status }) => status === "delivered");
    assert.equal(total(rows, "delivered"), delivered.length);
    for (const { hours, delivered: some } of rows) assert.ok(some === 0 || Number(hours) > 0);
  },
  "What sells best?": (rows) => {
    const pieces = rows.map((row) => Number(row["pieces"]));
    assert.ok(pieces.length > 0 && pieces.every((number) => number > 0));
    assert.deepEqual(
      pieces,
      pieces.toSorted((a, b) => b - a),
    );
  },
  "Is anything stuck?": ([row], { stories, repeats }) => {
    const events = stories.flatMap((story) => story.events).length;
    assert.equal(row?.["received"], 0);
    assert.equal(row["quarantined"], 1);
    assert.equal(row["ignored"], 1);
    assert.equal(row["events"], events + 3);
    assert.equal(row["redeliveries"], repeats);
    assert.equal(row["refused_last_hour"], 1);
  },
  "What was refused, and since when?": ([row, ...others]) => {
    assert.deepEqual(others, []);
    assert.deepEqual([row?.["reason"], row?.["deliveries"]], ["wrong signature", 1]);
    assert.ok(String(row?.["last_at"]).startsWith(String(row?.["hour"])));
  },
  "What was set aside, and why?": ([row, ...others]) => {
    assert.deepEqual(others, []);
    assert.equal(row?.["id"], "evt_bad");
    assert.match(String(row["error"]), /grand_total/);
  },
  "Which messages did not go out, and why?": (rows, { stories }) => {
    // No channel is configured, so none went out. A review is asked for once a shipment or an order,
    // and which of the two depends on what was known first.
    const isCounted = ({ template }: { readonly template: unknown }): boolean =>
      template !== "review_request";
    const messages = stories.flatMap(({ expected }) => expected.messages).filter(isCounted);
    const counted = rows.filter(({ template }) => isCounted({ template }));
    assert.equal(total(counted, "messages"), messages.length);
    assert.ok(rows.every((row) => row["reason"] !== null));
  },
  "How late do events come, and how often again?": (rows, { repeats }) => {
    assert.equal(rows.length, 14);
    assert.equal(total(rows, "repeats"), repeats);
    for (const row of rows) assert.ok(Number(row["seconds_late"]) > 5 * 86_400);
  },
};
