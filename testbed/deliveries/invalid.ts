/**
 * Invalid deliveries, which a public endpoint gets in addition to valid ones: forgeries, bodies without a known
 * form, unknown types, events with wrong data, other bodies under a known id. Forgeries and events with wrong data
 * are about real orders, so that a receiver that accepted one would show it in that order.
 */
import {
  type Form,
  forge,
  hashId,
  senselessEvents,
  type EventType,
  type Random,
  type Story,
  type StoryEvent,
} from "../stories/index.ts";
import { createDelivery, type Delivery, type Outcome } from "./delivery.ts";

export interface InvalidContext {
  readonly random: Random;
  readonly stories: readonly Story[];
  readonly formOf: ReadonlyMap<string, Form>;
  readonly secret: string;
}

type Draft = Partial<Delivery> & Pick<Delivery, "what" | "outcome" | "body">;

const statusOf: Readonly<Record<Outcome, number>> = {
  applied: 200,
  ignored: 200,
  quarantined: 200,
  conflict: 200,
  refused: 400,
};

/** The id of a body without its own id is its hash. */
async function complete({ body, ...draft }: Draft, secret: string): Promise<Delivery> {
  const eventId = draft.outcome === "refused" ? null : await hashId(body);
  return await createDelivery(body, secret, { eventId, status: statusOf[draft.outcome], ...draft });
}

/** Everything except the conflicts, in no particular order. */
export async function createInvalid(context: InvalidContext, nowMs: number): Promise<Delivery[]> {
  const at = new Date(nowMs - 3_600_000).toISOString();
  const drafts = [
    ...(await claimPaid(context, at)),
    ...makeUnreadable(),
    ...makeUnknown(context),
    ...useUnknownTypes(context, at),
    ...makeSenseless(context, at),
  ];
  return await Promise.all(drafts.map((draft) => complete(draft, context.secret)));
}

function writeEvent(random: Random, type: string, at: string, data: unknown): [string, string] {
  const id = `evt_${random.hex(24)}`;
  return [id, JSON.stringify({ id, event_type: type, created_at: at, data })];
}

/** Four forged claims that an unpaid order was paid. */
async function claimPaid(context: InvalidContext, at: string): Promise<Draft[]> {
  const { random, stories, secret } = context;
  const unpaid = stories.filter((story) => story.expected.paidMicros === 0);
  const drafts: Draft[] = [];
  for (const story of unpaid.slice(0, 4)) {
    const data = {
      order_number: story.orderNumber,
      request_number: `PAY-${random.digits(6)}-F`,
      payment_status: "success",
      amount: 1,
    };
    const [, body] = writeEvent(random, "payment.success", at, data);
    const forged = { outcome: "refused", status: 401 } as const;
    drafts.push(...(await forge(body, secret)).map((forgery) => ({ ...forged, ...forgery })));
  }
  return drafts;
}

/** Bodies that are empty or too large. */
function makeUnreadable(): Draft[] {
  const refused = { outcome: "refused" } as const;
  const latin1 = new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]);
  return [
    { ...refused, what: "empty body", body: "" },
    { ...refused, what: "not UTF-8", body: latin1 },
    { ...refused, what: "over 1 MB", body: JSON.stringify("x".repeat(1_048_577)), status: 413 },
    { ...refused, what: "GET", body: "", method: "GET", signature: null, status: 405 },
  ];
}

/** Authentic text that is not an event: stored, and shown to a person. */
function makeUnknown({ random, stories }: InvalidContext): Draft[] {
  const story = random.pick(stories);
  const text = JSON.stringify(story.events[0]);
  const order = { order_number: story.orderNumber, grand_total: 1 };
  const bodies = [
    ["not JSON", text.slice(0, 200)],
    ["not JSON", "event_type=order.created"],
    ["a list", `[${text}]`],
    ["no type and no model", JSON.stringify({ id: "evt_1", data: order })],
    ["fields of two models", JSON.stringify({ ...order, awb_no: "123", status: "cancelled" })],
    ["a number of an order alone", JSON.stringify({ order_number: story.orderNumber })],
  ] as const;
  const recognized = { form: "unknown", type: null } as const;
  return bodies.map(([what, body]) => ({ outcome: "quarantined", what, body, recognized }));
}

function useUnknownTypes({ random, stories }: InvalidContext, at: string): Draft[] {
  const types = ["customer.created", "product.updated", "order.returned", "cart.abandoned"];
  return [...types, ...types].map((type) => {
    const data = { order_number: random.pick(stories).orderNumber, status: "cancelled" };
    const [eventId, body] = writeEvent(random, type, at, data);
    const recognized = { form: "envelope", type } as const;
    return { outcome: "ignored", what: type, body, eventId, recognized };
  });
}

/** Events of a known type, with fields of a wrong type. */
function makeSenseless({ random, stories }: InvalidContext, at: string): Draft[] {
  const orderNumber = random.pick(stories).orderNumber;
  return senselessEvents(orderNumber).map(({ what, type, data }) => {
    const [eventId, body] = writeEvent(random, type, at, data);
    return { outcome: "quarantined", what, body, eventId };
  });
}

/**
 * A second body under a known id: the first one is kept, and a person is notified. The id of a bare body is its
 * hash, so no other body can have it.
 */
export async function createConflicts(context: InvalidContext): Promise<Delivery[]> {
  const { random, stories, formOf, secret } = context;
  const events = stories
    .filter(({ orderNumber }) => formOf.get(orderNumber) !== "bare")
    .flatMap((story) => story.events);
  const oneOf = (type: EventType): StoryEvent =>
    random.pick(events.filter((event) => event.event_type === type));
  const changes: readonly (readonly [what: string, event: StoryEvent, change: object])[] = [
    ["another amount", oneOf("payment.success"), { amount: 99_999 }],
    ["another order", oneOf("shipment.delivered"), { order_number: "ORD-999999" }],
    ["another status", oneOf("order.confirmed"), { status: "cancelled" }],
  ];
  const drafts = changes.map(([what, event, change]): Draft => {
    const body = JSON.stringify({ ...event, data: { ...event.data, ...change } });
    return { outcome: "conflict", what, body, eventId: event.id };
  });
  return await Promise.all(drafts.map((draft) => complete(draft, secret)));
}
