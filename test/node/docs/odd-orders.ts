/**
 * Orders that the kinds of a day do not include, and for which a too simple query gives a wrong result; each stands for
 * one such mistake. Their numbers start at ORD-104101.
 */
import type { Line } from "../../../testbed/stories/shop-data/basket.ts";
import {
  createRandom,
  type Story,
  type StoryKind,
  createStory,
} from "../../../testbed/stories/index.ts";
import type { OrderLife } from "../../../testbed/stories/lifecycle/life.ts";
import {
  failPayment,
  pay,
  requestPayment,
  retryPayment,
} from "../../../testbed/stories/lifecycle/paying.ts";
import {
  failRefund,
  requestRefund,
  settleRefund,
} from "../../../testbed/stories/lifecycle/refunding.ts";
import {
  cancelShipment,
  deliver,
  move,
  pack,
} from "../../../testbed/stories/lifecycle/shipping.ts";
import type { Window } from "../../../testbed/stories/lifecycle/recorder.ts";
import { payablePaise } from "../../../testbed/stories/lifecycle/facts.ts";
import { orderOf } from "./reported.ts";

const DAY_MS = 86_400_000;

/** This number of pieces of a line, in a separate parcel. */
function pieces(line: Line, quantity: number): Line {
  const paise = Math.round((line.paise * quantity) / line.item.quantity);
  return { item: { ...line.item, quantity }, paise };
}

function sell(life: OrderLife) {
  const payment = life.order.payments[0] ?? requestPayment(life);
  pay(life, payment);
  life.confirm();
  return payment;
}

function carry(life: OrderLife, lines?: readonly Line[]): void {
  const shipment = pack(life, lines);
  move(life, shipment, "shipped", "in_transit");
  deliver(life, shipment);
}

function requestCash({ order }: OrderLife): void {
  order.payments.push({
    id: `PAY-${order.number.replace("ORD-", "")}-COD`,
    amountPaise: payablePaise(order),
    // The vendor's model has no kind for cash; the other field is not read.
    method: { payment_method: "Cash on Delivery", wallet_name: "" },
    status: "pending",
    date: null,
    reference: null,
  });
}

interface OddOrder extends StoryKind {
  /** False if the basket or the first status does not fit the purpose of the order: then another story is drawn. */
  readonly suits?: (story: Story) => boolean;
  /** The duration in days; one by default. */
  readonly days?: number;
  /** The time of the order, if it matters. */
  readonly window?: (endsAtMs: number) => Window;
  /** True: the order of a customer who has ordered before. */
  readonly isOfRegular?: boolean;
}

/** The last hours of a month in UTC, when the next month has begun in India. */
function lastHours(endsAtMs: number): Window {
  const end = new Date(endsAtMs);
  const monthEndMs = Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), 1);
  return { startsAtMs: monthEndMs - 5 * 3_600_000, endsAtMs: monthEndMs - 1_000 };
}

/** True if an order event lists a refund without its number. */
const listsByReference = ({ events }: Story): boolean =>
  events.some(
    ({ data }) =>
      "payments" in data &&
      (data.payments ?? []).some(
        (entry) => entry.transaction_type === "refund" && entry.request_number === undefined,
      ),
  );

/** An order with the coupon that the docs use, billed to a tax id. */
function isOfBusinessWithCoupon(story: Story): boolean {
  const { coupon_code: code, billing_address: billing } = orderOf(story);
  return code === "DIWALI100" && typeof billing?.tax_identification_number === "string";
}

const firstStatus = ({ expected }: Story, status: string): boolean => expected.status === status;

export const oddOrders: readonly OddOrder[] = [
  {
    name: "split quantities",
    title: "three pieces of one product: one delivered, one in a parcel that was cancelled",
    weight: 0,
    suits: ({ events }) => JSON.stringify(events[0]).includes('"quantity":3'),
    run(life) {
      sell(life);
      const [line, ...rest] = life.order.basket.lines.toSorted(
        (a, b) => b.item.quantity - a.item.quantity,
      );
      if (line === undefined) return;
      carry(life, [pieces(line, 1), ...rest]);
      cancelShipment(life, pack(life, [pieces(line, 1)]), "The courier did not come");
    },
  },
  {
    name: "two refunds, one failed",
    title: "one refund fails for good, and a larger one of another product is paid out",
    weight: 0,
    lines: 2,
    run(life) {
      const payment = sell(life);
      carry(life);
      life.complete();
      const [small = 0, large = 0] = life.order.basket.lines
        .map(({ paise }) => paise)
        .toSorted((a, b) => a - b);
      failRefund(life, requestRefund(life, payment, small));
      settleRefund(life, requestRefund(life, payment, large));
    },
  },
  {
    name: "paid out before it failed",
    title: "of two refunds of the same amount the first is paid out and the second fails",
    weight: 0,
    run(life) {
      const payment = sell(life);
      carry(life);
      const half = Math.floor(payment.amountPaise / 2);
      settleRefund(life, requestRefund(life, payment, half));
      failRefund(life, requestRefund(life, payment, half));
      life.complete();
    },
  },
  {
    name: "cash on delivery",
    title: "confirmed and on its way, to be paid at the door",
    weight: 0,
    run(life) {
      requestCash(life);
      life.confirm();
      move(life, pack(life), "shipped");
    },
  },
  {
    name: "confirmed on account",
    title: "confirmed and not paid: an invoice is open",
    weight: 0,
    run: (life) => life.confirm(),
  },
  {
    name: "draft",
    title: "a draft that nobody went on with",
    weight: 0,
    suits: (story) => firstStatus(story, "draft"),
    run: () => undefined,
  },
  {
    name: "payment failed",
    title: "placed; the payment failed and nothing came after",
    weight: 0,
    suits: (story) => firstStatus(story, "pending"),
    run(life) {
      failPayment(life, life.order.payments[0] ?? requestPayment(life));
    },
  },
  {
    name: "paid twice",
    title: "two payments of the whole; one is still to go back",
    weight: 0,
    run(life) {
      sell(life);
      pay(life, requestPayment(life));
      carry(life);
      life.complete();
    },
  },
  {
    name: "paid twice and put right",
    title: "two payments of the whole, one of them refunded",
    weight: 0,
    run(life) {
      sell(life);
      const second = requestPayment(life);
      pay(life, second);
      settleRefund(life, requestRefund(life, second, second.amountPaise));
      carry(life);
      life.complete();
    },
  },
  {
    name: "part paid and given back",
    title: "cancelled after a part was paid, which went back",
    weight: 0,
    run(life) {
      const payment = requestPayment(life, Math.round(payablePaise(life.order) / 3));
      pay(life, payment);
      life.confirm();
      life.cancel();
      settleRefund(life, requestRefund(life, payment, payment.amountPaise));
    },
  },
  {
    name: "refunded before it was packed",
    title: "paid and confirmed, all of it refunded, and never cancelled",
    weight: 0,
    run(life) {
      const payment = sell(life);
      settleRefund(life, requestRefund(life, payment, payment.amountPaise));
    },
  },
  {
    name: "refunded in another month",
    title: "cancelled, and the refund takes longer than a month",
    weight: 0,
    days: 300,
    run(life) {
      const payment = sell(life);
      life.cancel();
      const refund = requestRefund(life, payment, payment.amountPaise);
      settleRefund(life, refund);
    },
  },
  {
    name: "at the end of a month",
    title: "placed, paid and refunded in the last hours of a month",
    weight: 0,
    window: lastHours,
    run(life) {
      const payment = sell(life);
      settleRefund(life, requestRefund(life, payment, 100));
    },
  },
  {
    name: "same request, failed twice",
    title: "one payment that fails twice and is made in the end",
    weight: 0,
    run(life) {
      const payment = life.order.payments[0] ?? requestPayment(life);
      for (let failures = 0; failures < 2; failures += 1) {
        failPayment(life, payment);
        retryPayment(life, payment);
      }
      sell(life);
    },
  },
  {
    name: "with another address",
    title: "a customer who has ordered before, now with another e-mail address",
    weight: 0,
    isOfRegular: true,
    run(life) {
      sell(life);
      carry(life);
    },
  },
  {
    name: "business with a coupon",
    title: "a business orders with a coupon, and gets it",
    weight: 0,
    suits: isOfBusinessWithCoupon,
    run(life) {
      sell(life);
      carry(life);
      life.complete();
    },
  },
  {
    name: "cancelled business with a coupon",
    title: "a business orders with a coupon, and cancels: the coupon cost nothing",
    weight: 0,
    suits: isOfBusinessWithCoupon,
    run: (life) => life.cancel(),
  },
  {
    name: "under two names",
    title: "the payment is told by its reference, and so is its refund by its order",
    weight: 0,
    suits: listsByReference,
    run(life) {
      const payment = life.order.payments[0] ?? requestPayment(life);
      pay(life, payment, true);
      life.confirm();
      carry(life);
      settleRefund(life, requestRefund(life, payment, 100));
      life.complete();
    },
  },
  {
    name: "failed under two names",
    title: "a refund fails, and its order lists it by the payment's reference",
    weight: 0,
    suits: listsByReference,
    run(life) {
      const payment = sell(life);
      carry(life);
      failRefund(life, requestRefund(life, payment, 100));
      life.complete();
    },
  },
];

const TRIES = 500;

/** The first of many generated stories that fits the purpose of the order. */
function tellOdd(kind: OddOrder, index: number, seed: number, window: Window): Story {
  const orderNumber = `ORD-${104_101 + index}`;
  for (let stream = 0; stream < TRIES; stream += 1) {
    const random = createRandom(seed, 1000 + index * TRIES + stream);
    const story = createStory({ kind, orderNumber, random, ...window });
    if (kind.suits?.(story) ?? true) return story;
  }
  throw new Error(`no recorder of "${kind.name}" suits`);
}

function nameCustomer({ events }: Story, customerId: string): void {
  for (const { data } of events) if ("order_items" in data) data.customer_id = customerId;
}

/** `regular`: the id of a customer who has ordered before. */
export function tellOddOrders(seed: number, endsAtMs: number, regular: string): Story[] {
  return oddOrders.map((kind, index) => {
    const startsAtMs = endsAtMs - (kind.days ?? 1) * DAY_MS;
    const window = kind.window?.(endsAtMs) ?? { startsAtMs, endsAtMs };
    const story = tellOdd(kind, index, seed, window);
    if (kind.isOfRegular === true) nameCustomer(story, regular);
    return story;
  });
}
