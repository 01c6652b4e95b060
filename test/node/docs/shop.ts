/** A shop's day, delivered to the real Worker, for the queries and commands of the docs. */
import { WEBHOOK_PATH } from "../../../testbed/deliveries/delivery.ts";
import { settleEvents } from "../../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../../testbed/receiver/start.ts";
import { sendEvents } from "../../../testbed/deliveries/send.ts";
import {
  createRandom,
  repeat,
  shuffle,
  sign,
  type Story,
  createDay,
  createStory,
} from "../../../testbed/stories/index.ts";
import { tellOddOrders } from "./odd-orders.ts";
import { orderOf } from "./reported.ts";

export const SECRET = "docs-secret";
export const ADMIN_TOKEN = "docs-token";
/** A zone with a constant offset from UTC, so that the test needs no calendar to compute its days. */
const STORE_TIME_ZONE = "Asia/Kolkata";
export const SHOP_OFFSET_MS = 5.5 * 3_600_000;
const DAY_MS = 86_400_000;

export interface Shop {
  readonly receiver: Receiver;
  readonly stories: readonly Story[];
  /** The number of repeated deliveries of the stories' events. */
  readonly repeats: number;
  /** Waits until all accepted events are applied. */
  readonly settle: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** The customer in the docs: the first who is not a guest. */
export function regularOf(stories: readonly Story[]): string {
  const ids = stories.map((story) => orderOf(story).customer_id);
  const first = ids.find((id) => id !== undefined);
  if (first === undefined) throw new Error("every customer is a guest");
  return first;
}

/** From ORD-104001, first one order of every kind; from ORD-104101 the odd ones; and ORD-1, which the docs use. */
function createStories(seed: number): Story[] {
  // Six days ago, so that a parcel can be in transit for too long.
  const endsAtMs = Date.now() - 6 * DAY_MS;
  const window = { startsAtMs: endsAtMs - DAY_MS, endsAtMs };
  const random = createRandom(seed, 77);
  const first = createStory({ kind: "delivered", orderNumber: "ORD-1", random, ...window });
  const told = [first, ...createDay({ seed, orders: 24, endsAtMs })];
  return [...told, ...tellOddOrders(seed, endsAtMs, regularOf(told))];
}

/** Events that the docs mention in addition to the 14: one that is not understood, one of an unknown type. */
const unusual = [
  {
    id: "evt_bad",
    event_type: "order.confirmed",
    data: { order_number: "ORD-9", grand_total: "ten" },
  },
  { id: "evt_new", event_type: "order.gifted", data: { order_number: "ORD-1" } },
  {
    id: "evt_lost",
    event_type: "payment.success",
    created_at: "2026-11-01T10:00:00Z",
    data: { request_number: "PAY-LOST", amount: 10, payment_method: "UPI" },
  },
];

export async function openShop(seed: number): Promise<Shop> {
  const receiver = await startReceiver({
    servesAssets: true,
    settings: { CE_WEBHOOK_SECRET: SECRET, ADMIN_TOKEN, STORE_TIME_ZONE },
  });
  const stories = createStories(seed);
  const random = createRandom(seed, 78);
  const once = stories.flatMap(({ events }) => events);
  const events = shuffle(repeat(once, random, 0.1), random);
  await sendEvents(receiver, [...events, ...unusual], SECRET);
  await receiver.post(WEBHOOK_PATH, "{}", await sign("{}", "another secret"));
  await settleEvents(receiver);
  await receiver.sweep();
  const repeats = events.length - once.length;
  return {
    receiver,
    stories,
    repeats,
    settle: () => settleEvents(receiver),
    close: () => receiver.close(),
  };
}
