/** Times as senders write them, and times that are judged against the first receipt. */
import { describe, expect, test } from "vitest";
import {
  addMs,
  isDay,
  judgeTime,
  knownTime,
  msBetween,
  parseTime,
  parseTimeOrDay,
} from "../../src/events/field-formats/time";

const frame = { receivedAt: "2026-11-24T12:00:00.000Z", timeZone: null };

describe("stated times", () => {
  test.each([
    ["UTC", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"],
    ["milliseconds", "2026-11-23T10:00:00.123Z", "2026-11-23T10:00:00.123Z"],
    ["microseconds, cut", "2026-11-23T10:00:00.123999Z", "2026-11-23T10:00:00.123Z"],
    ["nanoseconds, cut", "2026-11-23T10:00:00.123456789Z", "2026-11-23T10:00:00.123Z"],
    ["twelve digits, cut", "2026-11-23T10:00:00.123456789012Z", "2026-11-23T10:00:00.123Z"],
    ["tenths", "2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00.500Z"],
    ["without a zone: UTC", "2026-11-23T10:00:00", "2026-11-23T10:00:00.000Z"],
    ["a blank between", "2026-11-23 10:00:00", "2026-11-23T10:00:00.000Z"],
    ["India", "2026-11-23T15:30:00+05:30", "2026-11-23T10:00:00.000Z"],
    ["India, no colon", "2026-11-23T15:30:00+0530", "2026-11-23T10:00:00.000Z"],
    ["hours only", "2026-11-23T12:00:00+02", "2026-11-23T10:00:00.000Z"],
    ["west", "2026-11-22T22:00:00-12:00", "2026-11-23T10:00:00.000Z"],
    ["over midnight", "2026-11-01T01:00:00+05:30", "2026-10-31T19:30:00.000Z"],
    ["lower case", "2026-11-23t10:00:00z", "2026-11-23T10:00:00.000Z"],
    ["a date", "2026-11-23", "2026-11-23T00:00:00.000Z"],
    ["no seconds", "2026-11-23T10:00Z", "2026-11-23T10:00:00.000Z"],
    ["29 February of a leap year", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["seconds", 1_795_428_000, "2026-11-23T10:00:00.000Z"],
    ["seconds with a fraction", 1_795_428_000.25, "2026-11-23T10:00:00.250Z"],
    ["milliseconds as a number", 1_795_428_000_123, "2026-11-23T10:00:00.123Z"],
    ["digits as text, seconds", "1795428000", "2026-11-23T10:00:00.000Z"],
    ["digits as text, milliseconds", "1795428000123", "2026-11-23T10:00:00.123Z"],
    ["blanks around", "  2026-11-23T10:00:00Z \n", "2026-11-23T10:00:00.000Z"],
  ])("%s", (_name, value, time) => {
    expect(parseTime(value, null)).toBe(time);
    expect(parseTime(value, null)).toHaveLength(24);
  });

  test.each([
    "",
    " ",
    "never",
    "now",
    "23/11/2026",
    "11-23-2026",
    "Mon, 23 Nov 2026 10:00:00 GMT",
    "2026-11-23T10",
    "20261123",
    "2026-11-23T10:00:00ZZ",
    "2026-11-23T10:00:00 IST",
    "2026-02-31",
    "2026-02-31T10:00:00Z",
    "2027-02-29",
    "2026-04-31",
    "2026-13-01",
    "2026-00-15",
    "2026-11-00",
    "2026-11-32",
    "2026-11-23T24:30:00Z",
    "2026-11-23T10:60:00Z",
    "2026-11-23T10:00:61Z",
    "2026-11-23T10:00:00+25:00",
    "2026-11-23T10:00:00+05:99",
    "12026-11-23T10:00:00Z",
    "-2026-11-23",
    "٢٠٢٦-١١-٢٣",
    "2026-11-23T10:00:00Z; DROP TABLE x",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    1e15,
    1e308,
    null,
    undefined,
    true,
    {},
    [],
    ["2026-11-23"],
    new Date(0),
  ])("%j is no time", (value) => {
    expect(parseTime(value, null)).toBeNull();
  });
});

describe("times judged against the first receipt", () => {
  test.each([
    ["2000-01-01T00:00:00.000Z"],
    ["2026-11-24T12:00:00.000Z"],
    ["2026-11-25T12:00:00.000Z"],
  ])("%s is known", (time) => {
    expect(judgeTime(time, frame)).toEqual({ known: true, time });
    expect(knownTime(time, frame)).toBe(time);
  });

  test.each([
    ["1999-12-31T23:59:59.999Z", /2000/],
    ["1970-01-01T00:00:00Z", /2000/],
    ["0001-01-01", /2000|not a time/],
    [0, /2000/],
    [5, /2000/],
    ["2026-11-25T12:00:00.001Z", /day after/],
    ["2026-11-25T12:00:01+00:00", /day after/],
    ["9999-12-31T23:59:59Z", /day after/],
    ["soon", /not a time/],
    [{}, /not a time/],
    ["2026-02-31", /not a time/],
  ])("%j is unknown, and why is said", (value, problem) => {
    const verdict = judgeTime(value, frame);
    expect(verdict.known).toBe(false);
    expect(verdict.known ? null : verdict.problem).toMatch(problem);
    expect(knownTime(value, frame)).toBeNull();
  });

  test.each([undefined, null, ""])("%j is absent, which is no problem", (value) => {
    expect(judgeTime(value, frame)).toEqual({ known: false, problem: null });
  });
});

test("times add and subtract across days", () => {
  expect(addMs("2026-12-31T23:59:59.999Z", 1)).toBe("2027-01-01T00:00:00.000Z");
  expect(msBetween("2026-11-23T10:00:00.000Z", "2026-11-23T10:00:01.500Z")).toBe(1_500);
  expect(msBetween("2026-11-23T10:00:01.000Z", "2026-11-23T10:00:00.000Z")).toBe(-1_000);
});

describe("a time that may be a day", () => {
  test.each([
    ["a day stays one", "2026-11-27", "2026-11-27"],
    ["blanks around it", " 2026-11-27 ", "2026-11-27"],
    ["a time is a time, midnight too", "2026-11-27T00:00:00Z", "2026-11-27T00:00:00.000Z"],
    ["in another zone", "2026-11-27T00:00+05:30", "2026-11-26T18:30:00.000Z"],
    ["a number is a time", 1_795_428_000, "2026-11-23T10:00:00.000Z"],
    ["a day that does not exist", "2026-02-31", null],
    ["nothing", null, null],
  ])("%s", (_name, value, expected) => {
    expect(parseTimeOrDay(value, null)).toBe(expected);
  });

  test("is known as a day", () => {
    expect(["2026-11-27", "2026-11-27T00:00:00.000Z", "soon"].map(isDay)).toEqual([
      true,
      false,
      false,
    ]);
  });
});
