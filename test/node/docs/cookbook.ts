/**
 * The rows that each query of docs/cookbook.md must find, by its heading. The expectations come from the delivered
 * stories, which do not depend on tables.
 */
import assert from "node:assert/strict";
import type { Story } from "../../../testbed/stories/index.ts";
import { regularOf, type Shop, SHOP_OFFSET_MS } from "./shop.ts";
import {
  countPieces,
  dailyUpdatesOf,
  linesOf,
  notPackedOf,
  orderOf,
  ownFieldsOf,
  parcelsOf,
  paymentsOf,
  refundsOf,
} from "./reported.ts";

export type Row = Readonly<Record<string, string | number | null>>;
export type Check = (rows: readonly Row[], shop: Shop) => void;

const DAY_MS = 86_400_000;

const decimals = (micros: number): number => micros / 1e6;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const total = (rows: readonly Row[], column: string): number =>
  sum(rows.map((row) => Number(row[column])));
const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 0.005, `${String(found)}, expected ${String(expected)}`);
const isCancelled = ({ expected }: Story): boolean => expected.status === "cancelled";
const isDraft = ({ expected }: Story): boolean => expected.status === "draft";
const isFailed = (story: Story): boolean =>
  !isCancelled(story) && story.expected.paymentStatus === "failed";
const isPaid = ({ expected }: Story): boolean =>
  expected.paidMicros > 0 || expected.paymentStatus === "success";
const notConfirmed: ReadonlySet<string> = new Set(["draft", "pending", "awaiting_approval"]);
const isUnconfirmed = (story: Story): boolean =>
  notConfirmed.has(story.expected.status) && !isPaid(story) && !isFailed(story);
const isSold = (story: Story): boolean =>
  !isCancelled(story) && !isFailed(story) && !isUnconfirmed(story);
/** The day of a time in the shop's zone, computed with arithmetic only. */
const dayOf = (time: string): string =>
  new Date(Date.parse(time) + SHOP_OFFSET_MS).toISOString().slice(0, 10);
const totalOf = (stories: readonly Story[]): number =>
  decimals(sum(stories.map(({ expected }) => expected.grandTotalMicros)));
const keptOf = (stories: readonly Story[]): number =>
  decimals(sum(stories.map(({ expected }) => expected.paidMicros - expected.refundedMicros)));

/** The same keys, in any order. */
function sameKeys(rows: readonly Row[], column: string, expected: readonly string[]): void {
  assert.deepEqual(rows.map((row) => String(row[column])).toSorted(), expected.toSorted());
}

function storyOf({ stories }: Shop, number: string): Story {
  const story = stories.find(({ orderNumber }) => orderNumber === number);
  assert.ok(story !== undefined, number);
  return story;
}

/** The odd order with this name. */
function oddStory({ stories }: Shop, kind: string): Story {
  const story = stories.find((told) => told.kind === kind);
  assert.ok(story !== undefined, kind);
  return story;
}

const orderNumbers = (stories: readonly Story[]): string[] =>
  stories.map(({ orderNumber }) => orderNumber);

const countEvents = (stories: readonly Story[], type: string): number =>
  stories.flatMap(({ events }) => events).filter((event) => event.event_type === type).length;

const underWay = ["shipped", "in_transit", "out_for_delivery", "delivery_attempted"];
const lostOrBack = ["lost", "return_to_origin", "undelivered"];

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
  "What else has Commerce Engine said of an order?": (rows, shop) => {
    const story = storyOf(shop, "ORD-104001");
    const said = rows.map((row) =>
      [row["what"], row["number"], row["field"], row["says"]].join(" "),
    );
    const wanted = ownFieldsOf(story);
    for (const field of wanted) assert.ok(said.includes(field), field);
    const kinds = new Set(wanted.map((field) => field.split(" ")[0]));
    assert.deepEqual([...kinds], ["order", "metadata", "payment", "shipment"]);
    const held = new Set(["status", "grand_total", "coupon_code", "amount", "awb_no"]);
    assert.ok(rows.every((row) => !held.has(String(row["field"]))));
  },
  "What was ordered, and what is in which parcel?": (rows, shop) => {
    const story = oddStory(shop, "split quantities");
    const ordered = countPieces(linesOf(story));
    const expected = parcelsOf(story).flatMap(({ id, status, items }) =>
      [...countPieces(items)].map(([sku, quantity]) => `${sku} ${id} ${status} ${quantity}`),
    );
    const found = rows.map((row) =>
      [row["product"], row["shipment_id"], row["shipment_status"], row["in_parcel"]].join(" "),
    );
    assert.deepEqual(found.toSorted(), expected.toSorted());
    for (const row of rows) {
      assert.equal(row["ordered"], ordered.get(String(row["product"])));
      assert.equal(row["not_packed"], notPackedOf(story).get(String(row["product"])));
    }
    // Three pieces: one has arrived, one was in the cancelled parcel, one was never packed.
    assert.ok(rows.some((row) => row["ordered"] === 3 && row["not_packed"] === 2));
  },
  "What did we tell the customer about an order?": (rows, shop) => {
    const { messages } = storyOf(shop, "ORD-104005").expected;
    const theirs = messages.filter(({ channel }) => channel !== "team");
    assert.ok(theirs.length > 0 && theirs.length < messages.length);
    const wanted = theirs.map(({ template, channel }) => `${template} ${channel}`);
    const found = rows.map((row) => `${String(row["template"])} ${String(row["channel"])}`);
    assert.deepEqual(found.toSorted(), wanted.toSorted());
  },
  "What has a customer ordered?": (rows, shop) => {
    const email = storyOf(shop, "ORD-104001").expected.customerEmail;
    const theirs = shop.stories.filter(({ expected }) => expected.customerEmail === email);
    sameKeys(rows, "order_number", orderNumbers(theirs));
  },
  "What has a customer ordered, under any address?": (rows, { stories }) => {
    const id = regularOf(stories);
    const theirs = stories.filter((story) => orderOf(story).customer_id === id);
    sameKeys(rows, "order_number", orderNumbers(theirs));
    const addresses = new Set(rows.map((row) => row["customer_email"]));
    assert.equal(addresses.size, 2);
  },
  "Who are the best customers?": (rows, { stories }) => {
    const byCustomer = Map.groupBy(stories.filter(isSold), ({ expected }) =>
      expected.customerEmail.toLowerCase(),
    );
    assert.equal(rows.length, Math.min(20, byCustomer.size));
    for (const { customer, orders, kept } of rows) {
      const theirs = byCustomer.get(String(customer)) ?? [];
      assert.equal(orders, theirs.length);
      near(Number(kept), keptOf(theirs));
    }
    const best = [...byCustomer.values()].map(keptOf).toSorted((a, b) => b - a);
    for (const [place, { kept }] of rows.entries()) near(Number(kept), best[place] ?? 0);
  },
  "What did we sell, day by day?": (rows, { stories }) => {
    const byDay = Map.groupBy(stories, ({ expected }) => dayOf(expected.orderDate));
    sameKeys(rows, "day", [...byDay.keys()]);
    for (const row of rows) {
      const placed = byDay.get(String(row["day"])) ?? [];
      assert.equal(row["orders"], placed.filter(isSold).length);
      near(Number(row["sold"]), totalOf(placed.filter(isSold)));
      assert.equal(row["cancelled"], placed.filter(isCancelled).length);
      assert.equal(row["failed"], placed.filter(isFailed).length);
      assert.equal(row["unconfirmed"], placed.filter(isUnconfirmed).length);
    }
    for (const column of ["cancelled", "failed", "unconfirmed"]) assert.ok(total(rows, column) > 0);
  },
  "Which orders used a coupon, and what did it cost?": (rows, shop) => {
    const used = shop.stories.filter(
      (story) => isSold(story) && orderOf(story).coupon_code === "DIWALI100",
    );
    assert.ok(used.length > 0);
    sameKeys(rows, "order_number", orderNumbers(used));
    const { orderNumber: cancelled } = oddStory(shop, "cancelled business with a coupon");
    assert.ok(rows.every((row) => row["order_number"] !== cancelled));
    const cost = sum(used.map((story) => orderOf(story).coupon_discount_amount ?? 0));
    for (const row of rows) near(Number(row["cost"]), cost);
    near(total(rows, "discount"), cost);
    near(total(rows, "grand_total"), totalOf(used));
  },
  "What was sold to businesses, by GSTIN?": (rows, shop) => {
    const taxIdOf = (story: Story): string | null =>
      orderOf(story).billing_address?.tax_identification_number ?? null;
    const billed = shop.stories.filter((story) => isSold(story) && taxIdOf(story) !== null);
    assert.ok(billed.length > 0);
    sameKeys(rows, "order_number", orderNumbers(billed));
    for (const row of rows) {
      const order = orderOf(storyOf(shop, String(row["order_number"])));
      const { total_tax: tax = 0, grand_total: all = 0 } = order;
      assert.equal(row["gstin"], order.billing_address?.tax_identification_number);
      assert.equal(row["business"], order.billing_address?.business_name);
      near(Number(row["tax"]), tax);
      near(Number(row["taxable"]), all - tax);
    }
  },
  "What came in and what went back, month by month?": (rows, shop) => {
    const { stories } = shop;
    const made = stories.flatMap(paymentsOf).filter(({ status }) => status === "success");
    const paidOut = stories.flatMap(refundsOf).filter(({ status }) => status === "success");
    const monthOf = ({ date }: { readonly date: string }): string => dayOf(date).slice(0, 7);
    const paid = Map.groupBy(made, monthOf);
    const refunded = Map.groupBy(paidOut, monthOf);
    sameKeys(rows, "month", [...new Set([...paid.keys(), ...refunded.keys()])]);
    for (const row of rows) {
      const cameIn = sum((paid.get(String(row["month"])) ?? []).map(({ amount }) => amount));
      const wentBack = sum((refunded.get(String(row["month"])) ?? []).map(({ amount }) => amount));
      near(Number(row["paid"]), cameIn);
      near(Number(row["refunded"]), wentBack);
      near(Number(row["balance"]), cameIn - wentBack);
    }
    // The total equals that of the orders; and one was refunded in another month than it was paid.
    near(total(rows, "balance"), keptOf(stories));
    const late = oddStory(shop, "refunded in another month");
    assert.notEqual(paymentsOf(late).map(monthOf)[0], refundsOf(late).map(monthOf)[0]);
    // One was placed, paid and refunded in one month of UTC, which was already the next month for the shop.
    const atTheEnd = oddStory(shop, "at the end of a month");
    for (const money of [...paymentsOf(atTheEnd), ...refundsOf(atTheEnd)])
      assert.ok(money.date.slice(0, 7) < monthOf(money));
  },
  "How large is an order on average, and how many are cancelled?": ([row, ...others], shop) => {
    assert.deepEqual(others, []);
    const since = new Date(Date.now() - 30 * DAY_MS).toISOString();
    const recent = shop.stories.filter(({ expected }) => expected.orderDate >= since);
    const placed = recent.filter((story) => !isUnconfirmed(story));
    const sold = recent.filter(isSold);
    assert.equal(row?.["currency"], "INR");
    assert.equal(row["orders"], placed.length);
    near(Number(row["average_total"]), Math.round((100 * totalOf(sold)) / sold.length) / 100);
    const share = (100 * placed.filter(isCancelled).length) / placed.length;
    assert.ok(Math.abs(Number(row["cancelled_percent"]) - share) <= 0.05);
  },
  "Who is owed money?": (rows, { stories }) => {
    const owed = stories.filter(({ expected }) => expected.refundDueMicros > 0);
    assert.ok(owed.length > 0);
    sameKeys(rows, "order_number", orderNumbers(owed));
    near(total(rows, "outstanding"), decimals(sum(owed.map((s) => s.expected.refundDueMicros))));
  },
  "Which refunds have failed, and were not paid out since?": (rows, shop) => {
    // Every kind requests the same amount again, and no other; but two odd orders have a refund that stays failed.
    const failed = shop.stories.flatMap((story) => {
      const refunds = refundsOf(story);
      return refunds.filter(
        ({ status, amount }, place) =>
          status === "failed" &&
          !refunds
            .slice(place + 1)
            .some((later) => later.status === "success" && later.amount === amount),
      );
    });
    sameKeys(
      rows,
      "refund_id",
      failed.map(({ id }) => id),
    );
    near(total(rows, "amount"), sum(failed.map(({ amount }) => amount)));
    for (const kind of ["two refunds, one failed", "paid out before it failed"]) {
      const { orderNumber } = oddStory(shop, kind);
      assert.ok(
        rows.some((row) => row["order_number"] === orderNumber),
        kind,
      );
    }
  },
  "Which orders were placed and never paid?": (rows, shop) => {
    const atTheDoor = (story: Story): boolean =>
      paymentsOf(story).some(({ method }) => method === "Cash on Delivery");
    const unpaid = shop.stories.filter(
      (story) =>
        !isCancelled(story) &&
        !isDraft(story) &&
        !atTheDoor(story) &&
        story.expected.paidMicros < story.expected.payableMicros,
    );
    sameKeys(rows, "order_number", orderNumbers(unpaid));
    for (const row of rows) {
      const { expected } = storyOf(shop, String(row["order_number"]));
      assert.equal(row["financial_status"], expected.financialStatus);
      near(Number(row["balance_due"]), decimals(expected.payableMicros - expected.paidMicros));
    }
    for (const word of ["failed", "partially_paid", "pending"]) {
      assert.ok(
        rows.some((row) => row["financial_status"] === word),
        word,
      );
    }
    assert.ok(atTheDoor(oddStory(shop, "cash on delivery")));
  },
  "Where does what was paid differ from the total?": (rows, shop) => {
    const differing = ["paid in part", "paid twice"];
    const odd = shop.stories.filter(({ kind }) => differing.includes(kind));
    sameKeys(rows, "order_number", orderNumbers(odd));
    for (const row of rows) {
      const { expected } = storyOf(shop, String(row["order_number"]));
      near(Number(row["difference"]), decimals(expected.paidMicros - expected.payableMicros));
    }
    assert.ok(rows.some((row) => Number(row["difference"]) > 0));
    assert.ok(rows.some((row) => Number(row["difference"]) < 0));
  },
  "How often does paying fail, by method?": (rows, { stories }) => {
    const isMade = ({ status }: { readonly status: string }): boolean => status === "success";
    const tried = stories.flatMap(paymentsOf).filter((one) => one.hasFailed || isMade(one));
    const byMethod = Map.groupBy(tried, ({ method }) => method);
    sameKeys(rows, "method", [...byMethod.keys()]);
    for (const row of rows) {
      const payments = byMethod.get(String(row["method"])) ?? [];
      const failed = payments.filter(({ hasFailed }) => hasFailed);
      // One more by UPI: the payment whose order never arrived.
      const lost = row["method"] === "UPI" ? 1 : 0;
      assert.equal(row["payments"], payments.length + lost);
      assert.equal(row["failed"], failed.length);
      assert.equal(row["lost"], failed.filter((one) => !isMade(one)).length);
      const share = (100 * failed.length) / (payments.length + lost);
      assert.ok(Math.abs(Number(row["failed_percent"]) - share) <= 0.051);
    }
    // Two failures of one payment count as one.
    assert.ok(total(rows, "failed") < countEvents(stories, "payment.failed"));
  },
  "Which payments have not found their order?": (rows) => {
    sameKeys(rows, "payment_id", ["PAY-LOST"]);
  },
  "What is paid and waits to be packed?": (rows, shop) => {
    const expected = new Map<string, number>();
    for (const story of shop.stories) {
      const { status, paymentStatus, paidMicros, refundedMicros } = story.expected;
      const isGivenBack = paidMicros > 0 && refundedMicros >= paidMicros;
      const isOpen = status !== "cancelled" && status !== "complete" && status !== "draft";
      const toPack = sum([...notPackedOf(story).values()]);
      if (isOpen && paymentStatus === "success" && !isGivenBack && toPack > 0) {
        expected.set(story.orderNumber, toPack);
      }
    }
    sameKeys(rows, "order_number", [...expected.keys()]);
    for (const row of rows) {
      assert.equal(row["to_pack"], expected.get(String(row["order_number"])));
    }
    assert.equal(expected.get(oddStory(shop, "split quantities").orderNumber), 2);
    // An order of which nothing is packed.
    const isUntouched = (story: Story) => story.expected.shipments.length === 0;
    assert.ok(shop.stories.some((s) => expected.has(s.orderNumber) && isUntouched(s)));
    assert.ok(!expected.has(oddStory(shop, "refunded before it was packed").orderNumber));
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
    const lost = parcels.filter(({ status }) => lostOrBack.includes(status));
    assert.ok(lost.length > 0);
    sameKeys(
      rows,
      "shipment_id",
      lost.map(({ id }) => id),
    );
  },
  "How do the couriers do?": (rows, { stories }) => {
    const gone = stories.flatMap(parcelsOf).filter(({ shippedAt }) => shippedAt !== null);
    const byCourier = Map.groupBy(gone, ({ courier }) => courier);
    sameKeys(rows, "courier", [...byCourier.keys()]);
    for (const row of rows) {
      const parcels = byCourier.get(String(row["courier"])) ?? [];
      const lost = parcels.filter(({ status }) => lostOrBack.includes(status));
      const arrived = parcels.filter(({ status }) => status === "delivered");
      assert.equal(row["parcels"], parcels.length);
      assert.equal(row["delivered"], arrived.length);
      assert.equal(row["lost_or_returned"], lost.length);
      const hours = arrived.map(
        ({ shippedAt, deliveredAt }) =>
          (Date.parse(deliveredAt ?? "") - Date.parse(shippedAt ?? "")) / 3_600_000,
      );
      if (hours.length === 0) assert.equal(row["hours"], null);
      else assert.ok(Math.abs(Number(row["hours"]) - sum(hours) / hours.length) <= 0.051);
    }
  },
  "What sells best?": (rows, { stories }) => {
    const lines = stories.filter(isSold).flatMap(linesOf);
    const sold = countPieces(lines);
    assert.equal(rows.length, Math.min(20, sold.size));
    for (const row of rows) {
      assert.equal(row["pieces"], sold.get(String(row["sku"])));
      const same = lines.filter(({ sku }) => sku === row["sku"]);
      near(Number(row["sold"]), sum(same.map(({ price, quantity }) => price * quantity)));
    }
    const most = [...sold.values()].toSorted((a, b) => b - a);
    assert.deepEqual(
      rows.map((row) => row["pieces"]),
      most.slice(0, 20),
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
  "What could not be applied, and why?": ([row, ...others]) => {
    assert.deepEqual(others, []);
    assert.equal(row?.["id"], "evt_bad");
    assert.match(String(row["error"]), /grand_total/);
  },
  "Which messages did not go out, and why?": (rows, { stories }) => {
    // No channel is configured, so none was sent. A review is requested once per shipment or per order, depending on
    // which of the two was known first.
    const isCounted = ({ template }: { readonly template: unknown }): boolean =>
      template !== "review_request";
    // The stories count days in UTC; the shop sends e-mail and SMS once per day in its own zone.
    const isDaily = ({ id }: { readonly id: string }): boolean => /\/\d{4}-\d\d-\d\d\//.test(id);
    const messages = stories
      .flatMap(({ expected }) => expected.messages)
      .filter((message) => isCounted(message) && !isDaily(message));
    const daily = new Set(
      stories.flatMap(dailyUpdatesOf).map(([update, time]) => `${update} ${dayOf(time)}`),
    );
    const counted = rows.filter(({ template }) => isCounted({ template }));
    assert.equal(total(counted, "messages"), messages.length + 2 * daily.size);
    assert.ok(rows.every((row) => row["reason"] !== null));
  },
};
