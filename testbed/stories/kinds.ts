/**
 * The kinds of orders in a shop's day, how frequent they are, and what happens in each. A kind is a short script
 * that uses the verbs of `OrderLife`; everything else depends on the seed.
 */
import { cancellationReasons } from "./shop-data/choices.ts";
import {
  type OrderFacts,
  payablePaise,
  type PaymentFacts,
  type RefundFacts,
  type ShipmentFacts,
  totalPaise,
} from "./lifecycle/facts.ts";
import type { OrderLife } from "./lifecycle/life.ts";
import { failPayment, pay, requestPayment, retryPayment } from "./lifecycle/paying.ts";
import { failRefund, requestRefund, retryRefund, settleRefund } from "./lifecycle/refunding.ts";
import { cancelShipment, deliver, move, pack } from "./lifecycle/shipping.ts";

export interface StoryKind {
  readonly name: string;
  /** A description in one line, shown to people. */
  readonly title: string;
  /** How many of a hundred orders are of this kind. */
  readonly weight: number;
  /** The order has at least this many products. */
  readonly lines?: number;
  /** Deductions before the order is placed: discounts, store credit, points. */
  readonly price?: (life: OrderLife) => void;
  readonly run: (life: OrderLife) => void;
}

/** Pays this share of the total with store credit. */
function useCredit(order: OrderFacts, share: number): void {
  order.creditPaise = Math.round(totalPaise(order) * share);
}

export function firstPayment(life: OrderLife): PaymentFacts {
  return life.order.payments[0] ?? requestPayment(life);
}

/** Paid at the first attempt and confirmed, which lists the payment by number and reference. */
function sell(life: OrderLife): PaymentFacts {
  const payment = firstPayment(life);
  pay(life, payment, life.random.chance(0.08));
  life.confirm();
  return payment;
}

/** The amount to pay in two parts, in paise. */
function parts({ order }: OrderLife): readonly [number, number] {
  const first = Math.round(payablePaise(order) * 0.6);
  return [first, payablePaise(order) - first];
}

/** Delivered, sometimes after a failed attempt. */
function carry(life: OrderLife, shipment: ShipmentFacts): void {
  move(life, shipment, "shipped", "in_transit", "out_for_delivery");
  if (life.random.chance(0.15)) move(life, shipment, "delivery_attempted", "out_for_delivery");
  deliver(life, shipment);
}

/** Two parcels, of the first product and of the rest. */
function packTwo(life: OrderLife): readonly [ShipmentFacts, ShipmentFacts] {
  const { lines } = life.order.basket;
  return [pack(life, lines.slice(0, 1)), pack(life, lines.slice(1))];
}

/** Cancels a paid order, so that money is owed, and requests the refund. */
export function cancelPaid(life: OrderLife): RefundFacts {
  const payment = sell(life);
  life.cancel();
  return requestRefund(life, payment, payment.amountPaise);
}

function valueOf(shipment: ShipmentFacts): number {
  return shipment.lines.reduce((sum, line) => sum + line.paise, 0);
}

export const storyKinds = [
  {
    name: "delivered",
    title: "paid, confirmed, delivered, completed",
    weight: 28,
    run(life) {
      sell(life);
      carry(life, pack(life));
      life.complete();
    },
  },
  {
    name: "on its way",
    title: "paid and confirmed, the parcel still under way",
    weight: 17,
    run(life) {
      sell(life);
      const road = ["shipped", "in_transit", "out_for_delivery"] as const;
      const far = life.random.integer(-1, road.length);
      if (far >= 0) move(life, pack(life), ...road.slice(0, far));
    },
  },
  {
    name: "paid at the third attempt",
    title: "payment fails twice, then succeeds; delivered",
    weight: 9,
    run(life) {
      let payment = firstPayment(life);
      for (let failures = 0; failures < 2; failures += 1) {
        failPayment(life, payment);
        // Some shops retry the same request, others create a new one.
        if (life.random.chance(0.3)) payment = requestPayment(life);
        retryPayment(life, payment);
      }
      pay(life, payment);
      life.confirm();
      carry(life, pack(life));
      life.complete();
    },
  },
  {
    name: "cancelled and refunded",
    title: "cancelled after payment, the refund paid out",
    weight: 8,
    run(life) {
      life.order.chargesPaise = life.random.chance(0.3) ? 50_00 : 0;
      const payment = sell(life);
      const due = payment.amountPaise - life.order.chargesPaise;
      const early = life.random.chance(0.3) ? requestRefund(life, payment, due) : null;
      life.cancel();
      settleRefund(life, early ?? requestRefund(life, payment, due));
    },
  },
  {
    name: "refunded at the second attempt",
    title: "cancelled; the refund fails first, then is paid out",
    weight: 5,
    run(life) {
      const refund = cancelPaid(life);
      failRefund(life, refund);
      if (life.random.chance(0.5)) {
        retryRefund(life, refund);
        settleRefund(life, refund);
      } else {
        settleRefund(life, requestRefund(life, refund.payment, refund.amountPaise));
      }
    },
  },
  {
    name: "refund outstanding",
    title: "cancelled after payment; the refund has not come through",
    weight: 3,
    run(life) {
      const refund = cancelPaid(life);
      if (life.random.chance(0.5)) failRefund(life, refund);
    },
  },
  {
    name: "one parcel lost",
    title: "two parcels, one lost; that part refunded, the rest delivered",
    weight: 4,
    lines: 2,
    run(life) {
      const payment = sell(life);
      const [lost, arrives] = packTwo(life);
      move(life, lost, "shipped", "in_transit", "lost");
      carry(life, arrives);
      settleRefund(life, requestRefund(life, payment, valueOf(lost)));
      life.complete();
    },
  },
  {
    name: "one parcel cancelled",
    title: "two parcels, one cancelled and packed again; all delivered",
    weight: 4,
    lines: 2,
    run(life) {
      sell(life);
      const [stays, arrives] = packTwo(life);
      cancelShipment(life, stays, life.random.pick(cancellationReasons));
      carry(life, arrives);
      carry(life, pack(life, stays.lines));
      life.complete();
    },
  },
  {
    name: "returned in part",
    title: "delivered and completed; one product sent back and refunded",
    weight: 3,
    lines: 2,
    run(life) {
      const payment = sell(life);
      carry(life, pack(life));
      life.complete();
      const [line] = life.order.basket.lines;
      if (line !== undefined) settleRefund(life, requestRefund(life, payment, line.paise));
    },
  },
  {
    name: "paid in two parts",
    title: "paid in two parts, the second at the second attempt; delivered",
    weight: 2,
    run(life) {
      const [first, rest] = parts(life);
      pay(life, requestPayment(life, first));
      const second = requestPayment(life, rest);
      failPayment(life, second);
      pay(life, second);
      life.confirm();
      carry(life, pack(life));
      life.complete();
    },
  },
  {
    name: "paid in part",
    title: "one part paid, the other failed; some is still to be paid",
    weight: 2,
    run(life) {
      const [first, rest] = parts(life);
      pay(life, requestPayment(life, first));
      life.confirm();
      failPayment(life, requestPayment(life, rest));
    },
  },
  {
    name: "paid with store credit too",
    title: "part store credit, the rest paid; delivered",
    weight: 2,
    price: ({ order }) => useCredit(order, 0.4),
    run(life) {
      sell(life);
      carry(life, pack(life));
      life.complete();
    },
  },
  {
    name: "nothing to pay",
    title: "store credit pays all of it; delivered",
    weight: 2,
    price: ({ order }) => useCredit(order, 1),
    run(life) {
      life.confirm();
      carry(life, pack(life));
      life.complete();
    },
  },
  {
    name: "never paid",
    title: "placed; payment never tried, failed, or left hanging",
    weight: 6,
    run(life) {
      if (life.random.chance(0.3)) return;
      const payment = firstPayment(life);
      failPayment(life, payment);
      if (life.random.chance(0.4)) retryPayment(life, payment);
    },
  },
  {
    name: "cancelled before payment",
    title: "placed, cancelled before anything was paid",
    weight: 5,
    run(life) {
      if (life.random.chance(0.4)) failPayment(life, firstPayment(life));
      life.cancel();
    },
  },
] as const satisfies readonly StoryKind[];

export type KindName = (typeof storyKinds)[number]["name"];
