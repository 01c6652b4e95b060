/**
 * Stories: the life of one order as a list of events with its expected result, and a shop's day as many stories.
 * Pure: the same arguments give the same story.
 */
import { anyMoney } from "./lifecycle/any-money.ts";
import {
  balancePaise,
  moneyWord,
  openPaise,
  payablePaise,
  paymentStatus,
  refundablePaise,
  totalPaise,
  type OrderFacts,
} from "./lifecycle/facts.ts";
import { storyKinds, type KindName, type StoryKind } from "./kinds.ts";
import { OrderLife } from "./lifecycle/life.ts";
import type { Expected, ExpectedMessage, Story } from "./model.ts";
import { micros } from "./shop-data/money.ts";
import { requestPayment } from "./lifecycle/paying.ts";
import { createRandom, type Random } from "./random.ts";
import type { Window } from "./lifecycle/recorder.ts";

export interface StoryOptions extends Window {
  /** The name of one of the kinds of a day, or a script. */
  readonly kind: KindName | StoryKind;
  /** Unique in its shop: all keys are made from it. */
  readonly orderNumber: string;
  readonly random: Random;
  /** The source of event ids, if the same story is used at different times; otherwise `random`. */
  readonly ids?: Random;
}

/** Generates the life of one order within the window; every event has a later time than the one before. */
export function createStory(options: StoryOptions): Story {
  const kind = typeof options.kind === "string" ? findKind(options.kind) : options.kind;
  const { random, ids = random } = options;
  const life = new OrderLife({ ...options, ids }, kind.lines);
  kind.price?.(life);
  // Half the shops create the payment request with the order.
  if (random.chance(0.5) && payablePaise(life.order) > 0) requestPayment(life);
  life.place();
  kind.run(life);
  const { events, messages } = life.recorder.finish();
  const expected = expect(life.order, messages);
  return { kind: kind.name, orderNumber: options.orderNumber, events, expected };
}

export interface DayOptions {
  readonly seed: number;
  readonly orders: number;
  /** The end of the window, in milliseconds since 1970: every event is earlier. */
  readonly endsAtMs: number;
  /** The length of the window, in hours; 23 by default. The first orders are placed at its start. */
  readonly hours?: number;
  /** The first order number is `ORD-<firstNumber>`. */
  readonly firstNumber?: number;
}

const HOUR_MS = 3_600_000;

/** A day of orders: every kind once, then by weight. More orders do not change the stories of the first ones. */
export function createDay(options: DayOptions): Story[] {
  return createMany(options, (random, index) => storyKinds[index] ?? random.weighted(storyKinds));
}

/** Stories for tests: half of them are kinds of a day, drawn by weight, the others have random money. */
export function createLives(options: DayOptions): Story[] {
  return createMany(options, (random, index) =>
    index % 2 === 0 ? anyMoney : random.weighted(storyKinds),
  );
}

function createMany(
  { seed, orders, endsAtMs, hours = 23, firstNumber = 104_001 }: DayOptions,
  kindOf: (random: Random, index: number) => StoryKind,
): Story[] {
  return Array.from({ length: orders }, (_, index) => {
    const random = createRandom(seed, index);
    const kind = kindOf(random, index);
    // An order is placed at least a fifth of the day before the end: its story needs some time.
    const startsAtMs = endsAtMs - Math.floor(hours * HOUR_MS * random.between(0.2, 1));
    const orderNumber = `ORD-${firstNumber + index}`;
    return createStory({ kind, orderNumber, random, startsAtMs, endsAtMs });
  });
}

function findKind(name: KindName): StoryKind {
  const kind = storyKinds.find((entry) => entry.name === name);
  if (kind === undefined) throw new RangeError(`no story is called "${name}"`);
  return kind;
}

function expect(order: OrderFacts, messages: readonly ExpectedMessage[]): Expected {
  const balance = balancePaise(order);
  const cancelled = order.status === "cancelled";
  return {
    status: order.status,
    paymentStatus: paymentStatus(order),
    financialStatus: moneyWord(order),
    payableMicros: micros(payablePaise(order)),
    currency: "INR",
    openMicros: micros(openPaise(order)),
    grandTotalMicros: micros(totalPaise(order)),
    paidMicros: micros(balance.paid),
    refundedMicros: micros(balance.refunded),
    refundDueMicros: cancelled ? micros(Math.max(0, refundablePaise(order) - balance.refunded)) : 0,
    customerName: order.customer.name,
    customerEmail: order.customer.email,
    orderDate: order.placedAt,
    confirmedAt: order.confirmedAt,
    completedAt: order.completedAt,
    cancelledAt: order.cancelledAt,
    payments: order.payments.map(describeMoney),
    refunds: order.refunds.map(describeMoney),
    shipments: order.shipments.map(({ id, status }) => ({ id, status })),
    shipmentsDelivered: order.shipments.filter(({ status }) => status === "delivered").length,
    messages,
  };
}

function describeMoney<Status>(entry: { id: string; status: Status; amountPaise: number }) {
  return { id: entry.id, status: entry.status, amountMicros: micros(entry.amountPaise) };
}
