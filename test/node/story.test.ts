/** The story generator: the same for the same seed, lawful, complete, linked, and correctly signed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import {
  chooseForms,
  createRandom,
  deliverStory,
  eventTypes,
  type Form,
  type FormOptions,
  forms,
  repeat,
  shuffle,
  sign,
  storyKinds,
  createDay,
  createStory,
  type Story,
  type StoryEvent,
  writeBody,
} from "../../testbed/stories/index.ts";

const endsAtMs = Date.UTC(2026, 10, 24, 6);
const seeds = [0, 1, 2, 3, 4, 2 ** 40];
const dayOf = (seed: number, orders = 60): Story[] => createDay({ seed, orders, endsAtMs });

await test("the same seed tells the same day, another seed another", () => {
  assert.deepEqual(dayOf(1), dayOf(1));
  assert.notDeepEqual(dayOf(1), dayOf(2));
  assert.notDeepEqual(dayOf(0), dayOf(2 ** 40));
});

await test("more orders change no story that was told before", () => {
  assert.deepEqual(dayOf(7, 80).slice(0, 20), dayOf(7, 20));
});

await test("every kind and all 14 types of event occur in the smallest day", () => {
  for (const seed of seeds) {
    const day = dayOf(seed, storyKinds.length);
    const types = new Set(day.flatMap(({ events }) => events.map((event) => event.event_type)));
    assert.deepEqual([...types].toSorted(), eventTypes.toSorted(), `seed ${seed}`);
    const kinds = day.map(({ kind }) => kind);
    assert.deepEqual(
      kinds,
      storyKinds.map(({ name }) => name),
    );
  }
});

await test("events have ids of their own and times that rise within the window", () => {
  for (const seed of seeds) {
    const events = dayOf(seed).map((story) => story.events);
    const ids = events.flat().map((event) => event.id);
    assert.equal(new Set(ids).size, ids.length, `seed ${seed}`);
    for (const story of events) {
      const times = story.map((event) => Date.parse(event.created_at));
      const rising = times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0));
      assert.ok(rising, `seed ${seed}`);
      assert.ok(Math.max(...times) < endsAtMs, `seed ${seed}`);
    }
  }
});

/** Ids that an event of the story links to its order, by name, by listing or by reference. */
function linkedIds({ events, expected }: Story): Set<string> {
  const linked = new Set<string>();
  for (const { event_type: type, order_number: envelope, data } of events) {
    const text = JSON.stringify(data);
    const named = envelope !== undefined || data.order_number !== undefined;
    for (const { id } of [...expected.payments, ...expected.refunds, ...expected.shipments]) {
      const mentioned = text.includes(`"${id}"`);
      const isRefund = type.startsWith("payment.refund.");
      if (mentioned && (named || isRefund)) linked.add(id);
    }
  }
  return linked;
}

await test("every payment, refund and shipment can be traced to its order", () => {
  for (const seed of seeds) {
    for (const story of dayOf(seed)) {
      const { payments, refunds, shipments } = story.expected;
      const linked = linkedIds(story);
      for (const { id } of [...payments, ...refunds, ...shipments]) {
        assert.ok(linked.has(id), `${id} of ${story.orderNumber}, seed ${seed}`);
      }
    }
  }
});

await test("some names of orders are missing on purpose, so that links are tried", () => {
  const parts = dayOf(1).flatMap(({ events }) =>
    events.filter((event) => !event.event_type.startsWith("order.")),
  );
  const named = parts.filter((event) => event.order_number ?? event.data.order_number).length;
  assert.ok(named > parts.length * 0.4 && named < parts.length * 0.9, `${named}/${parts.length}`);
});

await test("amounts add up: lines, tax and shipping make the total, less what a coupon takes off", () => {
  for (const { events, expected } of dayOf(3)) {
    const [created] = events;
    const data = created?.data;
    assert.ok(data !== undefined && "grand_total" in data);
    const { subtotal = 0, total_tax: tax = 0, shipping_amount: shipping = 0 } = data;
    const { coupon_discount_amount: discount = 0 } = data;
    const total = Math.round((subtotal + tax + shipping - discount) * 100) * 10_000;
    assert.equal(total, expected.grandTotalMicros);
    assert.ok(expected.refundedMicros <= expected.paidMicros);
  }
});

await test("some orders have a coupon, a note, metadata, a customer's id and a tax id, and some none", () => {
  const orders = dayOf(1).flatMap(({ events: [created] }) =>
    created !== undefined && "order_items" in created.data ? [created.data] : [],
  );
  const told = [
    orders.map((order) => order.coupon_code),
    orders.map((order) => order.customer_note),
    orders.map((order) => order.metadata),
    orders.map((order) => order.customer_id),
    orders.map((order) => order.billing_address?.tax_identification_number),
  ];
  for (const values of told) {
    const filled = values.filter((value) => value !== null && value !== undefined).length;
    assert.ok(filled > 3 && filled < orders.length, `${filled}/${orders.length}`);
  }
});

await test("a message is overtaken by an event of its own story only", () => {
  for (const { events, expected } of dayOf(4)) {
    const ids = new Set(events.map((event) => event.id));
    for (const { id, overtakenBy } of expected.messages) {
      assert.ok(overtakenBy === null || ids.has(overtakenBy), id);
    }
  }
});

await test("each kind can be told by itself", () => {
  for (const { name } of storyKinds) {
    const window = { startsAtMs: endsAtMs - 3_600_000, endsAtMs };
    const random = createRandom(9);
    const story = createStory({ kind: name, orderNumber: "ORD-7", random, ...window });
    assert.equal(story.kind, name);
    assert.ok(story.events.every((event) => Date.parse(event.created_at) < endsAtMs));
  }
});

await test("disorder loses nothing and adds only repeats", () => {
  const list = Array.from({ length: 500 }, (_, index) => index);
  const shuffled = shuffle(list, createRandom(1));
  assert.notDeepEqual(shuffled, list);
  assert.deepEqual(
    shuffled.toSorted((a, b) => a - b),
    list,
  );
  const repeated = repeat(list, createRandom(1), 0.2);
  assert.deepEqual(new Set(repeated), new Set(list));
  assert.ok(repeated.length > 550 && repeated.length < 700, String(repeated.length));
});

await test("the signature is the one that openssl makes", async () => {
  // printf '{"a":"₹"}' | openssl dgst -sha256 -hmac 'shop secret'
  const expected = "23c0643999c6536cee349df3640e2517195d9ac5212c712396cd17fbe446d159";
  assert.equal(await sign('{"a":"₹"}', "shop secret"), expected);
});

type Json = Readonly<Record<string, unknown>>;

/** The body as its receiver parses it. */
function parsed(event: StoryEvent, form: Form, options: FormOptions = {}): Json {
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(writeBody({ ...event }, form, options)));
}

await test("an envelope is the event as it is told", () => {
  for (const event of dayOf(1, 20).flatMap(({ events }) => events)) {
    assert.equal(writeBody({ ...event }, "envelope"), JSON.stringify(event));
  }
});

await test("a flat body has the type, the id and the time beside every field of the model", () => {
  for (const event of dayOf(2, 20).flatMap(({ events }) => events)) {
    const body = parsed(event, "flat");
    const isShipment = event.event_type.startsWith("shipment.");
    assert.equal(body["id"], event.id);
    assert.equal(body["event_type"], event.event_type);
    assert.equal(body["data"], undefined);
    // A parcel has its own creation time.
    assert.equal(body[isShipment ? "timestamp" : "created_at"], event.created_at);
    for (const [name, value] of Object.entries(event.data)) assert.deepEqual(body[name], value);
    assert.equal(body["order_number"], event.order_number ?? event.data.order_number);
  }
});

await test("a bare body is the model, named after its order where the envelope was", () => {
  for (const event of dayOf(3, 20).flatMap(({ events }) => events)) {
    const { order_number: number, ...model } = parsed(event, "bare");
    assert.equal(number, event.order_number ?? event.data.order_number);
    const { order_number: _, ...data }: Json = { ...event.data };
    assert.deepEqual(model, JSON.parse(JSON.stringify(data)));
  }
});

await test("id and time can be left out, and dates of the model stay", () => {
  const event = dayOf(1).flatMap(({ events }) => events)[0];
  assert.ok(event !== undefined);
  for (const form of ["envelope", "flat"] as const) {
    const body = parsed(event, form, { id: false, times: false });
    assert.deepEqual([body["id"], body["created_at"]], [undefined, undefined]);
    assert.ok(JSON.stringify(body).includes('"order_date"'));
  }
});

await test("a bare body is known by its hash, as sha256sum has it, and others by their ids", async () => {
  const random = createRandom(1);
  const window = { startsAtMs: endsAtMs - 3_600_000, endsAtMs };
  const told = createStory({ kind: "delivered", orderNumber: "ORD-7", random, ...window });
  for (const form of forms) {
    const { story, deliveries } = await deliverStory(told, () => form);
    for (const [index, { body, eventId }] of deliveries.entries()) {
      const hash = `sha256:${createHash("sha256").update(body).digest("hex")}`;
      assert.equal(eventId, form === "bare" ? hash : told.events[index]?.id);
      assert.equal(story.events[index]?.id, eventId);
    }
    const { confirmedAt, completedAt, status } = story.expected;
    const isDated = form !== "bare";
    assert.deepEqual(
      [confirmedAt !== null, completedAt !== null, status],
      [isDated, isDated, "complete"],
    );
  }
  const { deliveries } = await deliverStory(told, () => "flat", { id: false });
  assert.ok(deliveries.every(({ eventId }) => eventId.startsWith("sha256:")));
});

await test("whatever overtakes a message is found under the id that it is kept under", async () => {
  for (const told of dayOf(4, 30)) {
    const { story } = await deliverStory(told, () => "bare");
    const ids = new Set(story.events.map(({ id }) => id));
    for (const [index, { overtakenBy }] of story.expected.messages.entries()) {
      assert.equal(overtakenBy === null, told.expected.messages[index]?.overtakenBy === null);
      assert.ok(overtakenBy === null || ids.has(overtakenBy));
    }
  }
});

await test("every bare event but those about the order dates itself, and no two have the same bytes", () => {
  const dates: Readonly<Record<string, string>> = {
    payment: "payment_date",
    refund: "refund_date",
    shipment: "modified_at",
  };
  for (const seed of seeds) {
    const events = dayOf(seed).flatMap((story) => story.events);
    const bodies = events.map((event) => writeBody({ ...event }, "bare"));
    assert.equal(new Set(bodies).size, bodies.length, `seed ${seed}`);
    for (const event of events) {
      const isRefund = event.event_type.startsWith("payment.refund.");
      const field = dates[isRefund ? "refund" : (event.event_type.split(".")[0] ?? "")];
      if (field === undefined) continue;
      const data: Json = { ...event.data };
      assert.equal(data[field], event.created_at, `${event.event_type} of seed ${seed}`);
    }
  }
});

await test("mixed forms are drawn from the seed; those about the order are all bare, or none is", () => {
  const drawn = (seed: number) => {
    const formOf = chooseForms("mixed", createRandom(seed));
    return dayOf(1, 4).flatMap(({ events }) =>
      events.map((event) => [event.event_type, formOf(event)] as const),
    );
  };
  assert.deepEqual(drawn(1), drawn(1));
  const isBare = new Set<boolean>();
  for (const seed of Array.from({ length: 20 }, (_, index) => index)) {
    const [ofOrder, others] = [true, false].map((wanted) =>
      drawn(seed).flatMap(([type, form]) => (type.startsWith("order.") === wanted ? [form] : [])),
    );
    assert.deepEqual(new Set(others), new Set(forms));
    assert.equal(new Set(ofOrder?.map((form) => form === "bare")).size, 1);
    isBare.add(ofOrder?.[0] === "bare");
  }
  assert.equal(isBare.size, 2);
});

await test("the same story of another order has other payment references", () => {
  const window = { startsAtMs: endsAtMs - 3_600_000, endsAtMs };
  const [one, other] = ["ORD-1", "ORD-2"].map((orderNumber) => {
    const { events } = createStory({
      kind: "delivered",
      orderNumber,
      random: createRandom(5),
      ...window,
    });
    return /pay_[0-9a-f]{14}/.exec(JSON.stringify(events))?.[0];
  });
  assert.ok(one !== undefined && one !== other);
});
