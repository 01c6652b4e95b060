/** A message of ce-events is decoded to exactly the encoded event. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, type WholeEvent } from "../../src/events/queue-message";

const whole = (payload: string): WholeEvent => ({
  id: "evt_1",
  eventType: "order.created",
  typeHint: null,
  receivedAt: "2026-11-24T10:00:00.000Z",
  bodySha256: "0".repeat(64),
  verifiedBy: "current",
  stored: true,
  payload,
});

describe("a message", () => {
  it("carries the body as it came, line breaks and all", () => {
    for (const payload of ["", "\n", '{"a":\n"b"}\n\n', '\uFEFF{"a":"\\u0000"}', "\r\n{}"]) {
      expect(decodeMessage(encodeMessage(whole(payload)))).toEqual(whole(payload));
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (payload, id) => {
        const event = { ...whole(payload), id };
        expect(decodeMessage(encodeMessage(event))).toEqual(event);
      }),
    );
  });

  it("keeps a NUL out of the text that the queue carries", () => {
    for (const payload of ["\0", 'a\0b\n{"c":1}']) {
      const message = encodeMessage(whole(payload));
      expect(message).not.toContain("\0");
      expect(decodeMessage(message)).toEqual(whole(payload));
    }
  });

  it("is the id alone where the inbox holds the body", () => {
    expect(decodeMessage(encodeMessage({ id: "a\nb" }))).toEqual({ id: "a\nb" });
  });

  it("carries a hint, and one of version 0.2 has none", () => {
    const hinted = { ...whole("{}"), typeHint: "order.confirmed" };
    expect(decodeMessage(encodeMessage(hinted))).toEqual(hinted);
    const { typeHint: _, ...old } = whole("{}");
    const [line = ""] = encodeMessage({ ...old, typeHint: null }).split("\n");
    const written = JSON.parse(line, (key, value: unknown) =>
      key === "typeHint" ? undefined : value,
    ) as unknown;
    expect(decodeMessage(`${JSON.stringify(written)}\n{}`)).toEqual(whole("{}"));
  });

  it("of before 0.2, all of it JSON, is understood still", () => {
    const old = whole('{"event_type":"order.created"}');
    expect(decodeMessage(JSON.stringify(old))).toEqual(old);
  });

  it.each([
    ["a line that is no JSON", "{\n{}"],
    ["a line that lacks the hash", '{"id":"a","eventType":"b"}\n{}'],
    ["nothing before the body", "\n{}"],
  ])("that is none of ours is told from one: %s", (_what, body) => {
    expect(decodeMessage(body)).toBeNull();
  });
});
