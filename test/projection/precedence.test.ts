/** The text that decides between two events: it sorts in the same way as its parts. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodePrecedence,
  escapeId,
  hashId,
  hasTime,
  idHashIn,
  isPrecedence,
  placeIn,
  type PrecedenceParts,
  stageIn,
  statesTime,
  timeIn,
} from "../../src/projection/precedence";
import { registersOf02, renewPrecedence } from "../../src/projection/precedence-0-2";
import { byEntity } from "../../src/projection/registers";

const seed = Date.now() % 1_000_000_000;
const from2000 = Date.UTC(2000, 0, 1);
const instant = fc
  .oneof(
    fc.integer({ min: from2000, max: Date.UTC(2138, 0, 1) }),
    fc.constantFrom(from2000, from2000 + 1, Date.UTC(2026, 10, 26)),
  )
  .map((ms) => new Date(ms).toISOString());
const parts: fc.Arbitrary<PrecedenceParts> = fc.record({
  time: fc.option(instant),
  stage: fc.integer({ min: 0, max: 20 }),
  tie: fc.option(instant),
  idHash: fc.string().map(hashId),
});

/** By time, then stage, then tie, then hash; a missing part is lowest. */
function compareParts(a: PrecedenceParts, b: PrecedenceParts): number {
  const text = (one: PrecedenceParts): string[] => [
    one.time ?? "",
    String(one.stage).padStart(2, "0"),
    one.tie ?? "",
    one.idHash,
  ];
  const [left, right] = [text(a), text(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? 0 : (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
}

describe(`a precedence (seed ${String(seed)})`, () => {
  it("sorts as bytes as its parts do, above the empty text and below what 0.2 wrote", () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [left, right] = [encodePrecedence(a), encodePrecedence(b)];
        expect(Math.sign(left < right ? -1 : left > right ? 1 : 0)).toBe(compareParts(a, b));
        expect(left > "").toBe(true);
        expect(left < "0000-00-00T00:00:00.000Z 01 a").toBe(true);
        expect(isPrecedence(left)).toBe(true);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("is short, printable, and gives its parts back", () => {
    fc.assert(
      fc.property(parts, (one) => {
        const text = encodePrecedence(one);
        expect(text).toMatch(/^\$[$0-9A-Z_a-z]{8}([$0-9A-Z_a-z]{7})? [$0-9A-Z_a-z]{8}$/);
        expect(text).toHaveLength(one.tie === null ? 18 : 25);
        expect(statesTime(text)).toBe(one.tie === null);
        expect(hasTime(text)).toBe(one.time !== null);
        expect(idHashIn(text)).toBe(one.idHash);
        const other = encodePrecedence({ ...one, idHash: hashId("other") });
        expect(placeIn(other)).toBe(placeIn(text));
        expect([timeIn(other), stageIn(other)]).toEqual([timeIn(text), stageIn(text)]);
      }),
      { seed },
    );
  });

  it("of the empty text has no time, states none and names no event", () => {
    expect([hasTime(""), statesTime(""), idHashIn(""), isPrecedence("")]).toEqual([
      false,
      false,
      "",
      false,
    ]);
  });

  it("has a hash that tells a million like ids apart, in every place", () => {
    const hashes = new Set<string>();
    for (let n = 0; n < 200_000; n += 1) {
      hashes.add(hashId(`evt_${String(n).padStart(8, "0")}`));
      hashes.add(hashId(`${String(n)}-order.created`));
      hashes.add(hashId(`sha256:${(n * 2_654_435_761).toString(16).padStart(16, "0")}`));
      hashes.add(hashId(String.fromCodePoint(0x900 + (n % 100), 0x30 + Math.floor(n / 100))));
      hashes.add(hashId(`a/${String(n)}%`));
    }
    expect(hashes.size).toBe(1_000_000);
  });
});

describe("what version 0.2 wrote", () => {
  it("is rewritten with its time, its place on the scale and its event", () => {
    const old = "2026-11-23T10:00:00.000Z 02 evt%20a";
    expect(renewPrecedence(old, "payment")).toBe(
      encodePrecedence({
        time: "2026-11-23T10:00:00.000Z",
        stage: 2,
        tie: null,
        idHash: hashId("evt a"),
      }),
    );
    expect(escapeId("evt a")).toBe("evt%20a");
    expect(hasTime(renewPrecedence("0000-00-00T00:00:00.000Z 01 e", "order"))).toBe(false);
    const cancelled = renewPrecedence("2026-11-23T10:00:00.000Z 04 e", "order");
    expect(cancelled > renewPrecedence("2026-11-23T10:00:00.000Z 03 f", "order")).toBe(true);
  });

  it("is told from what is written now, which stays as it is", () => {
    const now = encodePrecedence({ time: null, stage: 0, tie: null, idHash: hashId("e") });
    for (const text of ["", now]) expect(renewPrecedence(text, "order")).toBe(text);
  });

  it("covers the registers that 0.2 has; a later one belongs to `later`", () => {
    expect(byEntity(registersOf02)).toEqual({
      orders: [
        "status",
        "amounts",
        "customer",
        "address",
        "items",
        "placed",
        "confirmed",
        "completed",
        "cancelled",
        "snapshot_payment",
      ],
      payments: ["status", "amount", "reference", "link"],
      refunds: ["status", "amount", "reference", "link"],
      shipments: [
        "status",
        "tracking",
        "shipped",
        "delivered",
        "cancelled",
        "reason",
        "items",
        "link",
      ],
    });
  });
});
