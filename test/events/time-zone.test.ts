/** Local times without a zone, read in the time zone of the shop. */
import { describe, expect, test } from "vitest";
import { judgeTime, parseTime, parseTimeOrDay } from "../../src/events/field-formats/time";
import { dayIn, isTimeZone, toLocal } from "../../src/events/field-formats/time-zone";

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const KOLKATA = "Asia/Kolkata";

describe("a time without a zone", () => {
  // Made with Python's zoneinfo, fold=0.
  test.each([
    [KOLKATA, "2026-11-01T01:30:00", "2026-10-31T20:00:00.000Z"],
    [KOLKATA, "2026-11-01 01:30:00.250", "2026-10-31T20:00:00.250Z"],
    [KOLKATA, "2026-11-01", "2026-10-31T18:30:00.000Z"],
    [BERLIN, "2026-01-15T12:00:00", "2026-01-15T11:00:00.000Z"],
    [BERLIN, "2026-07-15T12:00:00", "2026-07-15T10:00:00.000Z"],
    [BERLIN, "2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z"],
    [BERLIN, "2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z"],
    [NEW_YORK, "2026-07-04T20:00:00", "2026-07-05T00:00:00.000Z"],
    [NEW_YORK, "2026-11-01T00:59:59", "2026-11-01T04:59:59.000Z"],
    [NEW_YORK, "2026-11-01T02:00:00", "2026-11-01T07:00:00.000Z"],
    // Before 2007 the clocks went back in October.
    [NEW_YORK, "2006-11-01T12:00:00", "2006-11-01T17:00:00.000Z"],
    [NEW_YORK, "2007-11-01T12:00:00", "2007-11-01T16:00:00.000Z"],
    ["Europe/Istanbul", "2015-12-01T12:00:00", "2015-12-01T10:00:00.000Z"],
    ["Europe/Istanbul", "2025-12-01T12:00:00", "2025-12-01T09:00:00.000Z"],
    ["Pacific/Kiritimati", "2026-01-01T00:00:00", "2025-12-31T10:00:00.000Z"],
    ["Pacific/Marquesas", "2026-01-01T00:00:00", "2026-01-01T09:30:00.000Z"],
  ])("in %s: %s is %s", (zone, text, time) => {
    expect(parseTime(text, zone)).toBe(time);
  });

  test.each([
    [BERLIN, "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"],
    [NEW_YORK, "2026-11-01T01:30:00", "2026-11-01T05:30:00.000Z"],
    ["Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00.000Z"],
  ])("that clocks show twice is the first of the two: %s %s", (zone, text, time) => {
    expect(parseTime(text, zone)).toBe(time);
  });

  test.each([
    [BERLIN, "2026-03-29T02:30:00", "2026-03-29T03:30:00.000"],
    [NEW_YORK, "2026-03-08T02:00:00", "2026-03-08T03:00:00.000"],
    ["Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:45:00.000"],
    // A whole day that did not exist.
    ["Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T12:00:00.000"],
  ])("that clocks skip is as much later as they skip: %s %s", (zone, text, local) => {
    const time = parseTime(text, zone);
    expect(time === null ? null : toLocal(time, zone)).toBe(local);
  });

  test.each([
    "2026-11-01T01:30:00Z",
    "2026-11-01T01:30:00+00:00",
    1_793_496_600,
    "1793496600",
    1_793_496_600_000n,
  ])("is another matter than one with a zone, or a number: %s", (value) => {
    expect(parseTime(value, KOLKATA)).toBe("2026-11-01T01:30:00.000Z");
  });

  test("that does not exist is none in any zone", () => {
    for (const text of ["2026-02-31T10:00:00", "2026-11-01T25:00:00", "soon"])
      expect(parseTime(text, KOLKATA)).toBeNull();
  });

  test("is judged as the moment that it is", () => {
    const frame = { receivedAt: "2026-11-24T12:00:00.000Z", timeZone: KOLKATA };
    expect(judgeTime("2026-11-25T17:30:00", frame)).toMatchObject({ known: true });
    expect(judgeTime("2026-11-25T17:30:01", frame)).toMatchObject({ known: false });
    expect(judgeTime("2000-01-01T05:29:59", frame)).toMatchObject({ known: false });
    expect(judgeTime("2000-01-01T05:30:00", frame)).toMatchObject({ known: true });
  });

  test("where a day may stand, a day stays one", () => {
    expect(parseTimeOrDay(" 2026-11-27 ", KOLKATA)).toBe("2026-11-27");
    expect(parseTimeOrDay("2026-11-27T09:00", KOLKATA)).toBe("2026-11-27T03:30:00.000Z");
  });
});

describe("the day of a time", () => {
  test.each([
    ["2026-10-31T18:29:59.999Z", KOLKATA, "2026-10-31"],
    ["2026-10-31T18:30:00.000Z", KOLKATA, "2026-11-01"],
    ["2026-10-31T20:00:00.000Z", KOLKATA, "2026-11-01"],
    ["2026-10-31T20:00:00.000Z", null, "2026-10-31"],
    ["2026-11-01T03:59:59.000Z", NEW_YORK, "2026-10-31"],
    ["2026-11-01T04:00:00.000Z", NEW_YORK, "2026-11-01"],
    ["2026-12-01T04:59:59.000Z", NEW_YORK, "2026-11-30"],
    ["2026-12-31T23:00:00.000Z", BERLIN, "2027-01-01"],
    ["2028-02-28T23:30:00.000Z", BERLIN, "2028-02-29"],
  ])("%s in %s is %s", (time, zone, day) => {
    expect(dayIn(time, zone)).toBe(day);
  });
});

test("a zone is known by its IANA name, and by nothing else", () => {
  const known = [KOLKATA, "asia/kolkata", "UTC", "Etc/GMT+5", "America/Argentina/Ushuaia"];
  const unknown = ["", "+05:30", "-05", "Kolkata", "Asia/Kolkata ", "Mars/Olympus", "toString"];
  expect(known.filter(isTimeZone)).toEqual(known);
  expect(unknown.filter(isTimeZone)).toEqual([]);
});
