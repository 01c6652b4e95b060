/**
 * Orders of a shop over two years, for the questions of docs/analytics.md: six windows of days, with every kind of
 * order; cash on delivery, parcels that come back, a second currency, and customers who order again. Their times
 * are fixed, so the same numbers are rounded in every run.
 */
import {
  createDay,
  createStory,
  createRandom,
  type Random,
  type Story,
  type StoryKind,
} from "../../../testbed/stories/index.ts";
import { payablePaise, type PaymentFacts } from "../../../testbed/stories/lifecycle/facts.ts";
import type { OrderLife } from "../../../testbed/stories/lifecycle/life.ts";
import { pay, requestPayment } from "../../../testbed/stories/lifecycle/paying.ts";
import { requestRefund, settleRefund } from "../../../testbed/stories/lifecycle/refunding.ts";
import { deliver, move, pack } from "../../../testbed/stories/lifecycle/shipping.ts";
import { orderOf } from "../docs/reported.ts";

const DAY_MS = 86_400_000;
const SEED = 3;

/**
 * The ends of the windows, not in the order of time, so that order numbers are not either. The last window begins when
 * the next month has begun in India, but not in UTC.
 */
const ends = [
  "2024-03-20T06:00:00.000Z",
  "2025-03-21T06:00:00.000Z",
  "2024-04-18T06:00:00.000Z",
  "2024-06-09T06:00:00.000Z",
  "2025-04-17T06:00:00.000Z",
  "2025-06-12T20:00:00.000Z",
];
/** Sixteen have every kind of a day; eight have the first kinds only. */
const orderCounts = [16, 8, 8];
const WINDOW_DAYS = 12;
/** In each window, an order of the same customer, one of the same guest, and some in another currency. */
const REGULAR_AT = 2;
const GUEST_AT = 7;
const DOLLARS_AT: ReadonlySet<number> = new Set([1, 3, 8]);

function requestCash({ order }: OrderLife): PaymentFacts {
  const payment: PaymentFacts = {
    id: `PAY-${order.number.replace("ORD-", "")}-COD`,
    amountPaise: payablePaise(order),
    // The vendor's model has no kind for cash; the other field is not read.
    method: { payment_method: "Cash on Delivery (COD)", wallet_name: "" },
    status: "pending",
    date: null,
    reference: null,
  };
  order.payments.push(payment);
  return payment;
}

function sell(life: OrderLife): PaymentFacts {
  const payment = life.order.payments[0] ?? requestPayment(life);
  pay(life, payment);
  life.confirm();
  return payment;
}

const otherKinds: readonly StoryKind[] = [
  {
    name: "cash",
    title: "paid at the door",
    weight: 0,
    run(life) {
      const payment = requestCash(life);
      life.confirm();
      const parcel = pack(life);
      move(life, parcel, "shipped", "out_for_delivery");
      deliver(life, parcel);
      pay(life, payment);
      life.complete();
    },
  },
  {
    name: "cash, came back",
    title: "to be paid at the door, and nobody opened: cancelled",
    weight: 0,
    run(life) {
      requestCash(life);
      life.confirm();
      move(life, pack(life), "shipped", "delivery_attempted", "return_to_origin");
      life.cancel();
    },
  },
  {
    name: "came back",
    title: "paid and could not be delivered; the money went back",
    weight: 0,
    run(life) {
      const payment = sell(life);
      move(life, pack(life), "shipped", "undelivered");
      settleRefund(life, requestRefund(life, payment, payment.amountPaise));
      life.complete();
    },
  },
];

/** Each once, for a question that a simpler statement answers wrongly. */
const oddKinds: readonly (StoryKind & { readonly window: readonly [string, string] })[] = [
  {
    name: "came back in two parcels",
    title: "both parcels returned; cancelled, and refunded in two parts",
    weight: 0,
    lines: 2,
    window: ["2024-02-05T06:00:00.000Z", "2024-02-25T06:00:00.000Z"],
    run(life) {
      const payment = sell(life);
      const [first, ...rest] = life.order.basket.lines;
      for (const lines of [first === undefined ? [] : [first], rest]) {
        move(life, pack(life, lines), "shipped", "return_to_origin");
      }
      life.cancel();
      const half = Math.floor(payment.amountPaise / 2);
      settleRefund(life, requestRefund(life, payment, half));
      settleRefund(life, requestRefund(life, payment, payment.amountPaise - half));
    },
  },
  {
    name: "refunded in part",
    title: "cancelled, and only a part of the money went back",
    weight: 0,
    // The last hours of a month in UTC, when the next month has begun in India.
    window: ["2024-04-30T18:40:00.000Z", "2024-04-30T23:50:00.000Z"],
    run(life) {
      const payment = sell(life);
      life.cancel();
      settleRefund(life, requestRefund(life, payment, 100_00));
    },
  },
];

type Order = ReturnType<typeof orderOf>;

/** The story with something else in each of its order events. */
function changeOrder(story: Story, change: (order: Order) => void): Story {
  const events = structuredClone(story.events);
  for (const { data } of events) if ("order_items" in data) change(data);
  return { ...story, events };
}

const emailOf = ({ expected }: Story): string => expected.customerEmail;

/** The story as an order of the customer of another one. */
function asOrderOf(story: Story, other: Story): Story {
  const { customer_id: id } = orderOf(other);
  const email = emailOf(other);
  return changeOrder(story, (order) => {
    if (id === undefined) delete order.customer_id;
    else order.customer_id = id;
    for (const address of [order.billing_address, order.shipping_address]) {
      if (address) address.email = email;
    }
  });
}

function inDollars(story: Story): Story {
  return changeOrder(story, (order) => {
    order.currency = { name: "US Dollar", code: "USD", symbol: "$" };
  });
}

function createWindow(end: string, at: number): readonly Story[] {
  const endsAtMs = Date.parse(end);
  const seed = SEED + at;
  const firstNumber = 104_001 + at * 100;
  const hours = WINDOW_DAYS * 24;
  const day = createDay({
    seed,
    orders: orderCounts[at % orderCounts.length] ?? 0,
    endsAtMs,
    hours,
    firstNumber,
  });
  const others = otherKinds.map((kind, index) => {
    const random: Random = createRandom(seed, 1000 + index);
    const orderNumber = `ORD-${String(firstNumber + 50 + index)}`;
    return createStory({
      kind,
      orderNumber,
      random,
      startsAtMs: endsAtMs - WINDOW_DAYS * DAY_MS,
      endsAtMs,
    });
  });
  return [...day, ...others];
}

function createOdd(): readonly Story[] {
  return oddKinds.map(({ window: [start, end], ...kind }, index) =>
    createStory({
      kind,
      orderNumber: `ORD-${String(104_901 + index)}`,
      random: createRandom(SEED, 2000 + index),
      startsAtMs: Date.parse(start),
      endsAtMs: Date.parse(end),
    }),
  );
}

export interface Months {
  readonly stories: readonly Story[];
  /** E-mail addresses of people who want to be erased. */
  readonly erased: readonly string[];
}

export function createMonths(): Months {
  const windows = ends.map(createWindow);
  const all = windows.flat();
  const hasAccount = (story: Story): boolean => orderOf(story).customer_id !== undefined;
  const [regular, ...others] = all.filter(
    (story) => story.kind === "delivered" && hasAccount(story),
  );
  const guest = all.find((story) => !hasAccount(story));
  if (regular === undefined || guest === undefined) throw new Error("no such customers");
  const stories = windows.flatMap((window, at) =>
    window.map((story, index) => {
      if (index === REGULAR_AT && story !== guest) return asOrderOf(story, regular);
      if (index === GUEST_AT && at > ends.length / 2) return asOrderOf(story, guest);
      return DOLLARS_AT.has(index) ? inDollars(story) : story;
    }),
  );
  return { stories: [...stories, ...createOdd()], erased: others.slice(-2).map(emailOf) };
}
