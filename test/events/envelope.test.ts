import { describe, expect, test } from "vitest";
import { decodeUtf8, parseEnvelope } from "../../src/events/envelope";

function envelopeOf(body: unknown, unsignedType: string | null = null): unknown {
  const result = parseEnvelope(
    typeof body === "string" ? body : JSON.stringify(body),
    unsignedType,
  );
  if (!result.ok) throw new Error(result.problem);
  return result.envelope;
}

function problemOf(body: string, unsignedType: string | null = null): string {
  const result = parseEnvelope(body, unsignedType);
  if (result.ok) throw new Error("it is an envelope");
  return result.problem;
}

describe("an envelope", () => {
  test("carries type, id, order number, times in order, and data untouched", () => {
    const data = { order_number: "O", x: [1, { y: null }] };
    expect(
      envelopeOf({
        data,
        event_time: "d",
        created_at: "a",
        occurred_at: "c",
        timestamp: "b",
        order_number: "ORD-1",
        event_type: "order.created",
        id: "evt_1",
      }),
    ).toEqual({
      form: "envelope",
      type: "order.created",
      id: "evt_1",
      times: [
        { field: "created_at", value: "a" },
        { field: "timestamp", value: "b" },
        { field: "occurred_at", value: "c" },
        { field: "event_time", value: "d" },
      ],
      orderNumber: "ORD-1",
      data,
    });
  });

  test("may lack all but its type", () => {
    expect(envelopeOf({ event_type: "x" })).toEqual({
      form: "envelope",
      type: "x",
      id: null,
      times: [],
      orderNumber: null,
      data: undefined,
    });
  });

  test("keeps its own type whatever path or header say", () => {
    expect(envelopeOf({ event_type: "order.created" }, "order.cancelled")).toMatchObject({
      form: "envelope",
      type: "order.created",
    });
  });

  test.each([
    [42, "42"],
    ["0", "0"],
    [" padded ", " padded "],
    ["x".repeat(512), "x".repeat(512)],
    ["x".repeat(513), "x".repeat(513)],
    ["", null],
    ["  ", null],
    [null, null],
    [{}, null],
    [[1], null],
    [false, null],
  ])("an id of %j is %j", (id, expected) => {
    expect(envelopeOf({ id, event_type: "x" })).toMatchObject({ id: expected });
  });

  test("times that are null are not there", () => {
    expect(envelopeOf({ event_type: "x", created_at: null, timestamp: 0 })).toMatchObject({
      times: [{ field: "timestamp", value: 0 }],
    });
  });
});

describe("a bare body", () => {
  const model = { id: "entity", created_at: "2026-11-20", order_number: "O", status: "draft" };

  test("is the data; its type is the unsigned one, and nothing in it is the event's", () => {
    expect(envelopeOf(model, "order.created")).toEqual({
      form: "bare",
      type: "order.created",
      id: null,
      times: [],
      orderNumber: null,
      data: model,
    });
  });

  test.each([null, ""])("without a type (%j) it is none", (type) => {
    expect(problemOf(JSON.stringify(model), type)).toBe("no event type");
  });
});

describe("what is no event", () => {
  test.each([
    ["", "not JSON"],
    ["{", "not JSON"],
    ["{'a':1}", "not JSON"],
    ["NaN", "not JSON"],
    ["[]", "not an object"],
    ["null", "not an object"],
    [`"text"`, "not an object"],
    ["7", "not an object"],
    ["{}", "no event type"],
    [`{"event_type":""}`, "no event type"],
    [`{"event_type":7}`, "no event type"],
    [`{"event_type":null}`, "no event type"],
    [`{"Event_Type":"x"}`, "no event type"],
    [`{"__proto__":{"event_type":"x"}}`, "no event type"],
  ])("%s is %s", (body, problem) => {
    expect(problemOf(body)).toBe(problem);
  });
});

describe("bytes", () => {
  test("of UTF-8 are text, of anything else nothing", () => {
    expect(decodeUtf8(new TextEncoder().encode("Jörg आशा 🎁"))).toBe("Jörg आशा 🎁");
    expect(decodeUtf8(new Uint8Array(0))).toBe("");
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x80]]) {
      expect(decodeUtf8(new Uint8Array(bytes))).toBeNull();
    }
  });
});
