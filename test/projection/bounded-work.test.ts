/**
 * The work of the projection on a body of 1 MB is bounded, whatever its content. The work is counted, or
 * compared with that on a smaller body.
 */
import { describe, expect, it } from "vitest";
import { plainText } from "../../src/events/field-formats/phone";
import { describeBody } from "../../src/events/identity";
import { recognize } from "../../src/events/recognition";
import { parseBody } from "../../src/events/values";
import { contactsInText } from "../../src/projection/contacts-in-text";
import { CONTACTS_MAX, identifiersOf, namesTooMany } from "../../src/projection/identifiers";
import { asJudged, interpret } from "../../src/projection/interpret";
import { ENTRIES_MAX } from "../../src/events/identity";
import { ITEMS_MAX } from "../../src/projection/patches/entries";
import { EXTRA_MAX_BYTES } from "../../src/projection/patches/extra";
import { defaults } from "../support/defaults";
import { growthOfWork, LINEAR_GROWTH } from "../support/growth-of-work";

const receivedAt = "2026-11-26T10:00:00.000Z";
const CHARACTERS = 1_000_000;

const fill = (part: string): string => part.repeat(Math.floor(CHARACTERS / part.length));

function body(data: string): string {
  return `{"id":"e","event_type":"order.confirmed","data":{"order_number":"O",${data}}}`;
}

function read(data: string) {
  return interpret(
    { id: "e", typeHint: null, receivedAt, payload: body(data) },
    asJudged(defaults),
  );
}

/** As many `{}` as the body can hold. */
const empty = `[${fill("{},")}{}]`;

describe("entries of lists", () => {
  it.each(["payments", "shipments"])("only the first %s are read, which is noted once", (name) => {
    const { patches, notes, status } = read(`"${name}":${empty}`);
    expect(status).toBe("processed");
    expect(patches).toHaveLength(1 + ENTRIES_MAX);
    expect(notes.filter((note) => note.startsWith(`data.${name}: `))).toHaveLength(1);
  });

  it("entries that make no sense leave no more notes than are read", () => {
    expect(read(`"payments":[${fill("1,")}1]`).notes).toHaveLength(ENTRIES_MAX + 1);
    expect(read(`"order_items":[${fill("1,")}1]`).notes).toHaveLength(ITEMS_MAX + 1);
  });

  it("all parcels of an event share one bound of items", () => {
    const parcels = Array.from(
      { length: 1_000 },
      (_, n) => `{"id":${String(n)},"shipment_items":[${"{},".repeat(100)}{}]}`,
    );
    const { patches } = read(`"shipments":[${parcels.join(",")}]`);
    const items = patches.flatMap(({ settings }) => {
      const list: unknown = JSON.parse(String(settings.get("items")?.values["items"] ?? "[]"));
      return Array.isArray(list) ? list.map((item: unknown) => item) : [];
    });
    expect(items).toHaveLength(ITEMS_MAX);
  });

  it("no more dates of entries are looked at than entries are read", () => {
    const late = `{"payment_date":"2026-11-25T00:00:00Z"}`;
    const frame = { receivedAt, timeZone: null };
    const dated = (before: number): string | null =>
      describeBody(body(`"payments":[${"{},".repeat(before)}${late}]`), null, frame).description
        .occurredAt;
    expect(dated(ENTRIES_MAX - 1)).toBe("2026-11-25T00:00:00.000Z");
    expect(dated(ENTRIES_MAX)).toBeNull();
  });
});

describe("fields that nobody knows", () => {
  const fields = Array.from({ length: 100_000 }, (_, n) => `"${n.toString(36)}x":1`).join(",");

  it.each([
    ["data", fields],
    ["metadata", `"metadata":{${fields}}`],
  ])("of %s fill one column up to its limit, and leave one note", (_name, data) => {
    const { notes, patches } = read(data);
    expect(notes).toHaveLength(1);
    expect(JSON.stringify(patches[0]?.settings.get("extra")).length).toBeLessThan(
      2 * EXTRA_MAX_BYTES,
    );
  });
});

describe("long numbers", () => {
  it("keep their digits, as many as an id may have", () => {
    expect(parseBody(`{"a": ${"7".repeat(200)}}`)).toEqual({ a: BigInt("7".repeat(200)) });
    expect(parseBody(`{"a": ${fill("7")}}`)).toEqual({ a: Number.POSITIVE_INFINITY });
    expect(
      recognize(`{"id":${fill("7")},"event_type":"order.created","data":{}}`, null),
    ).toMatchObject({ form: "envelope", id: null });
  });

  it("are numbers like any other among more values than a real body has", () => {
    expect(parseBody(`[${"1,".repeat(70_000)} 12345678901234567890]`)).toHaveProperty(
      "70000",
      Number("12345678901234567890"),
    );
  });

  it("keep their digits beside a text with as many commas, brackets and quotes", () => {
    const note = JSON.stringify(`"[{,\\`.repeat(70_000));
    expect(parseBody(`{"a":12345678901234567890,"note":${note}}`)).toMatchObject({
      a: 12345678901234567890n,
    });
  });
});

describe("contacts", () => {
  it("other spellings of the same ones are read up to a limit", () => {
    const phones = Array.from(
      { length: 15_000 },
      (_, n) =>
        `{"phone":"9876543210","country_code":"+91${" ".repeat(n % 90)}${"-".repeat(n / 90)}"}`,
    );
    expect(namesTooMany(body(`"x":[${phones.join(",")}]`))).toBe(true);
  });

  it("texts that may hold one are read up to a limit", () => {
    const texts = Array.from({ length: 50_000 }, (_, n) => `"${String(100_000 + n)}"`);
    expect(namesTooMany(body(`"x":[${texts.join(",")}]`))).toBe(true);
  });

  it("of fifty thousand e-mail fields, those that count are found, and no more", () => {
    const emails = Array.from({ length: 50_000 }, (_, n) => `"e${String(n)}":"${String(n)}@b.co"`);
    expect(identifiersOf(body(emails.join(",")))).toHaveLength(CONTACTS_MAX + 1);
  });

  it.each([
    ["backslashes", fill("\\")],
    ["backslashes before an escape", `${fill("\\")}u0040`],
    ["marks in two orders", "\u0301\u0316".repeat(CHARACTERS / 2)],
    ["half-width marks", "\uff9e\u0316".repeat(CHARACTERS / 2)],
    ["dots behind an @", fill(`a@${".".repeat(254)}x`)],
    ["digits", fill("9")],
    ["digits in groups", fill("9 ")],
    ["an @ each", fill("@")],
    ["encoded @s", fill("%40")],
    ["letters that become many", fill("\ufdfa")],
  ])("a text of %s takes time in proportion", (_name, text) => {
    const work = (size: number) => [...contactsInText(text.slice(0, size))];
    expect(growthOfWork(work, 30_000)).toBeLessThan(LINEAR_GROWTH);
  });

  it("marks that belong to a letter stay", () => {
    expect(plainText(`e\u0301`)).toBe("\u00e9");
    expect(plainText(`e${"\u0316".repeat(100)}\uff20`)).toBe(`e${"\u0316".repeat(30)}@`);
  });
});
