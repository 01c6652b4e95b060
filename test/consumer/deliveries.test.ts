/** Queue messages are gathered into one work item per event, with all their attempts. */
import { describe, expect, it } from "vitest";
import {
  ackWork,
  attemptsOf,
  gatherWork,
  halvesOf,
  receivedOf,
} from "../../src/consumer/deliveries";
import { delivery, whole, wholeEvent } from "../support/queue";

describe("gathering a batch", () => {
  it("puts every message of one event together, in the order of the first", () => {
    const messages = [
      delivery(whole("a"), 2),
      delivery(JSON.stringify({ id: "b" })),
      delivery(JSON.stringify({ id: "a" }), 7),
      delivery(whole("a", { bodySha256: "other" })),
    ];
    const works = gatherWork(messages);
    expect(works.map(({ id, deliveries }) => [id, deliveries.length])).toEqual([
      ["a", 3],
      ["b", 1],
    ]);
    expect(works.map(({ wholes }) => wholes.length)).toEqual([2, 0]);
    expect(works.map(attemptsOf)).toEqual([7, 1]);
    for (const work of works) ackWork(work);
    expect(messages.map(({ answer }) => answer())).toEqual(messages.map(() => "acked"));
  });

  it.each([
    ["no text", 7],
    ["an object", { id: "a" }],
    ["no JSON", "{"],
    ["no id", "{}"],
    ["half an event", JSON.stringify({ id: "a", payload: "{}" })],
    ["an id that is no text", JSON.stringify({ id: 7 })],
    ["null", null],
  ])("acks a message that is none of ours: %s", (_what, body) => {
    const message = delivery(body);
    expect(gatherWork([message])).toEqual([]);
    expect(message.answer()).toBe("acked");
  });
});

describe("an event from a message", () => {
  it("is what the receiver would have stored, with the first receipt's time", () => {
    const data = { request_number: "PAY-1", amount: 1, order_number: "ORD-1" };
    const created = { id: "p", event_type: "payment.success", created_at: "2026-11-24T09:00:00Z" };
    const payload = JSON.stringify({ ...created, data });
    const event = wholeEvent("p", {}, { eventType: "payment.success", payload });
    expect(receivedOf(event, null)).toEqual({
      id: "p",
      eventType: "payment.success",
      form: "envelope",
      typeHint: null,
      subject: "payment",
      subjectId: "PAY-1",
      orderNumber: "ORD-1",
      occurredAt: "2026-11-24T09:00:00.000Z",
      receivedAt: event.receivedAt,
      bodySha256: event.bodySha256,
      verifiedBy: "current",
      payload,
    });
  });

  it("is kept even where its body cannot be read any more", () => {
    const event = wholeEvent("p", {}, { payload: "[" });
    expect(receivedOf(event, null)).toMatchObject({
      id: "p",
      form: "unknown",
      eventType: null,
      payload: "[",
    });
  });
});

describe("the halves of a batch", () => {
  it("hold every event once, in order, and end at one", () => {
    expect(halvesOf([1, 2, 3, 4, 5])).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(halvesOf([1, 2])).toEqual([[1], [2]]);
    expect(halvesOf([1])).toBeNull();
    expect(halvesOf([])).toBeNull();
  });
});
