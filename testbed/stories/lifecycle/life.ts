/**
 * The life of one order: each verb changes the facts, sends the event about it, and expects the messages that
 * follow. The expected result comes from these facts, never from the receiver's rules. The verbs of payments,
 * refunds and parcels are in separate files.
 */
import { createBasket } from "../shop-data/basket.ts";
import { describeOrder } from "./bodies.ts";
import type { OrderFacts } from "./facts.ts";
import { createCustomer } from "../shop-data/people.ts";
import type { Random } from "../random.ts";
import { createParticulars } from "../shop-data/particulars.ts";
import { Recorder, type Pace, type Window } from "./recorder.ts";

export interface LifeOptions extends Window {
  readonly random: Random;
  /** Event ids are drawn from here. */
  readonly ids: Random;
  readonly orderNumber: string;
}

export class OrderLife {
  readonly random: Random;
  readonly order: OrderFacts;
  readonly recorder: Recorder;

  /** An order of at least `lines` products, at the start of the window; nothing is sent yet. */
  constructor(options: LifeOptions, lines = 1) {
    const { random, orderNumber } = options;
    this.random = random;
    this.recorder = new Recorder(options);
    const customer = createCustomer(random);
    this.order = {
      number: orderNumber,
      customer,
      basket: createBasket(random, lines),
      particulars: createParticulars(`${orderNumber} ${customer.email}`),
      placedAt: this.recorder.now,
      status: random.pick(["pending", "pending", "draft", "awaiting_approval"] as const),
      confirmedAt: null,
      completedAt: null,
      cancelledAt: null,
      discountPaise: 0,
      creditPaise: 0,
      pointsPaise: 0,
      chargesPaise: 0,
      listsByReference: random.chance(0.2),
      movements: [],
      payments: [],
      refunds: [],
      shipments: [],
    };
  }

  place(): void {
    this.#send("order.created");
  }

  confirm(pace: Pace = "soon"): void {
    this.order.confirmedAt = this.recorder.wait(pace);
    this.order.status = "confirmed";
    this.recorder.call(
      { template: "order_confirmed", channel: "email", about: [this.order.number] },
      () => this.order.status !== "cancelled",
    );
    this.#send("order.confirmed");
  }

  complete(): void {
    this.order.completedAt = this.recorder.wait("soon");
    this.order.status = "complete";
    this.#send("order.completed");
  }

  cancel(): void {
    this.order.cancelledAt = this.recorder.wait("later");
    this.order.status = "cancelled";
    this.recorder.call(
      { template: "order_cancelled", channel: "email", about: [this.order.number] },
      () => true,
    );
    this.#send("order.cancelled");
  }

  /** ORD-104213 -> 104213-1, 104213-2 …: keys that a person can trace back. */
  nextKey(before: readonly unknown[]): string {
    return `${this.order.number.replace(/^ORD-/, "")}-${before.length + 1}`;
  }

  #send(type: "order.created" | "order.confirmed" | "order.completed" | "order.cancelled"): void {
    const { payments, refunds, shipments } = this.order;
    const lists = [...payments, ...refunds, ...shipments].map((entry) => entry.id);
    this.recorder.sendOrder(type, describeOrder(this.order), lists);
  }
}
