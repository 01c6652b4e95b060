/** Amounts become millionths: exact, and rounded half away from zero. */
import { describe, expect, it } from "vitest";
import { micros } from "../../src/projection/patches/money";

describe("an amount in millionths", () => {
  it.each([
    [1201.92, 1_201_920_000],
    [0.0000015, 2],
    [5e-7, 1],
    [-5e-7, -1],
    [4.9e-7, 0],
    [-1e-7, 0],
    [1e22, null],
  ])("of %d is %s", (amount, expected) => {
    expect(micros(amount)).toBe(expected);
  });
});
