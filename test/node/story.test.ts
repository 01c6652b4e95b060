/** The story generator: the same for the same seed, lawful, complete, linked, and rightly signed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createRandom,
  eventTypes,
  repeat,
  shuffle,
  sign,
  storyKinds,
  tellDay,
  tellStory,
  type Story,
} from "../../tools/story/index.ts";

const endsAtMs = Date.UTC(2026, 10, 24, 6);
const seeds = [0, 1, 2, 3, 4, 2 ** 40];
const dayOf = (seed: number, orders = 60): Story[] => tellDay({ seed, orders, endsAtMs });

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

/** Ids that some event of the story ties to its order, by name, by listing or by reference. */
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

await test("amounts add up: lines, tax and shipping make the total", () => {
  for (const { events, expected } of dayOf(3)) {
    const [created] = events;
    const data = created?.data;
    assert.ok(data !== undefined && "grand_total" in data);
    const { subtotal = 0, total_tax: tax = 0, shipping_amount: shipping = 0 } = data;
    const total = Math.round((subtotal + tax + shipping) * 100) * 10_000;
    assert.equal(total, expected.grandTotalMicros);
    assert.ok(expected.refundedMicros <= expected.paidMicros);
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
    const story = tellStory({ kind: name, orderNumber: "ORD-7", random, ...window });
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
