/** The contacts by which an event can be found: a request for one person finds only that person. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { contactsLike, contactsOf } from "../../src/projection/patches/contacts";
import { asJudged, interpret } from "../../src/projection/interpret";
import { enteredContacts, identifiersOf } from "../../src/projection/identifiers";
import { defaults } from "../support/defaults";
import { event } from "../support/events";
import { address, orderDetail, shipment } from "../support/models";

const seed = Number(env.TEST_SEED);

/** A telephone number in an event: the code, and the number. */
type StatedPhone = readonly [code: string | null, phone: unknown];

/** An order event whose shipping address has this number; without a code it is the customer's, with null addresses. */
function order([code, phone]: StatedPhone, country = defaults.country) {
  const address = { country_code: code, phone };
  const data = orderDetail("ORD-1", {
    billing_address: null,
    shipping_address: code === null ? null : address,
    customer_email: null,
    ...(code === null && { customer_phone: phone }),
  });
  const payload = JSON.stringify(event("order.created", data));
  const stored = { id: "e", typeHint: null, receivedAt: "2026-11-24T10:00:00.000Z", payload };
  const entered = interpret(stored, asJudged({ ...defaults, country })).contacts.map(
    ({ contact }) => contact,
  );
  return { payload, entered, identifiers: identifiersOf(payload) };
}

/** Whether a request for `text` finds an order with this number, and the identifiers of its stored event. */
function finds(text: string, told: StatedPhone, country = defaults.country) {
  const { entered, identifiers } = order(told, country);
  const asked = new Set(contactsOf(text, { ...defaults, country }));
  return {
    order: entered.some((contact) => asked.has(contact)),
    event: identifiers.some((identifier) => asked.has(identifier)),
  };
}
const both = { order: true, event: true };
const neither = { order: false, event: false };

describe("asking for a telephone number", () => {
  test.each<[string, StatedPhone]>([
    ["+919876543210", ["+91", "9876543210"]],
    ["+919876543210", ["+91", "+9876543210"]],
    ["+919876543210", ["+91", "098765 43210"]],
    ["+919876543210", ["IN", "९८७६५४३२१०"]],
    ["+919876543210", ["", 9876543210]],
    ["+919876543210", ["", "098765-43210"]],
    ["+919876543210", ["", "919876543210"]],
    ["+919876543210", [null, "+91 98765 43210"]],
    ["+919876543210", [null, "0091 98765 43210"]],
    ["+916591234567", ["", "6591234567"]],
    ["98765 43210", ["+91", "9876543210"]],
    ["098765 43210", ["", "9876543210"]],
    ["+65 9123 4567", ["+65", "6591234567"]],
    ["+44 20 7946 0958", ["+44", "(0)20 7946 0958"]],
    ["555-000 1112", ["+91", "5550001112"]],
    ["+915550001112", ["+91", "5550001112"]],
    ["12345678", ["+91", "12345678"]],
  ])("%s leads to %j", (text, told) => {
    expect(finds(text, told)).toEqual(both);
  });

  test.each<[string, StatedPhone]>([
    // The same digits in two countries.
    ["+6591234567", ["+91", "6591234567"]],
    ["+6591234567", ["", "6591234567"]],
    ["+916591234567", ["+65", "6591234567"]],
    ["+916591234567", ["+65", "91234567"]],
    ["6591234567", ["+65", "91234567"]],
    ["+919876543210", ["+62", "9876543210"]],
    ["+12025550123", ["+91", "2025550123"]],
    ["+12025550123", ["", "2025550123"]],
  ])("%s does not lead to %j, who is somebody else", (text, told) => {
    expect(finds(text, told)).toEqual(neither);
  });

  it("looks further in a search: to everybody who has told the digits", () => {
    const looks = (text: string, told: StatedPhone): boolean =>
      order(told).entered.some((contact) => contactsLike(text, defaults).includes(contact));
    expect(looks("020 7946 0958", ["+44", "020 7946 0958"])).toBe(true);
    expect(looks("6591234567", ["+65", "91234567"])).toBe(true);
    expect(looks("6591234567", ["", "6591234567"])).toBe(true);
    expect(looks("98765 43210", ["+91", "9876543210"])).toBe(true);
    expect(looks("98765 43211", ["+91", "9876543210"])).toBe(false);
    // With the store's country it could be two numbers; without it there is one, without its 0.
    expect(looks("+4904000000", [null, "+4904000000"])).toBe(true);
  });

  test.each<[string, string, string]>([
    ["+919876543210", "a + that does not belong there", "phone:9876543210"],
    ["+6591234567", "the code twice", "phone:656591234567"],
    ["+919876543210", "no code", "phone:9876543210"],
    ["+919876543210", "no code, and a 0", "phone:09876543210"],
    ["+919876543210", "its code", "phone:919876543210"],
    ["+79161234567", "an 8 behind its code", "phone:789161234567"],
    ["+915550001112", "a number that is none", "phone:915550001112"],
  ])("%s leads to what older versions have entered of it, with %s", (text, _how, contact) => {
    expect(contactsOf(text, defaults)).toContain(contact);
  });

  it("leads to the same, wherever the store is, where the number says its country", () => {
    for (const country of ["IN", "SG", "US"] as const) {
      expect(finds("+6591234567", ["+65", "6591234567"], country)).toEqual(both);
    }
    expect(finds("91234567", ["", "9123 4567"], "SG")).toEqual(both);
  });

  it("finds nothing in what is no number", () => {
    for (const text of ["", "12345", "ORD-104001", "call me", "9".repeat(1_000)]) {
      expect(contactsOf(text, defaults)).toEqual([]);
    }
  });
});

describe("asking for an e-mail address", () => {
  const email = (value: string): string => JSON.stringify({ data: { email: value } });

  test.each([
    ["asha@example.com", "Asha@Example.com"],
    ["asha@example.com", "Asha Rao <asha@example.com>"],
    ["Asha Rao <asha@example.com>", "asha@example.com"],
    ["asha@example.com", "asha@example.com."],
    ["asha@bücher.example", "asha@xn--bcher-kva.example"],
    ["asha@BÜCHER.example", "asha@bücher.example"],
    ["asha@xn--bcher-kva.example", "asha@bücher.example"],
    ["odd!address@example.com", "odd!address@example.com"],
  ])("%s leads to %s", (text, told) => {
    const asked = new Set(contactsOf(text, defaults));
    expect(identifiersOf(email(told)).some((identifier) => asked.has(identifier))).toBe(true);
  });

  it("does not lead to another", () => {
    const asked = contactsOf("asha@example.com", defaults);
    expect(asked).toEqual(["email:asha@example.com"]);
    expect(identifiersOf(email("rasha@example.com"))).toEqual(["email:rasha@example.com"]);
  });
});

describe(`what an order is entered under (seed ${String(seed)})`, () => {
  const digits = fc.stringMatching(/^\d{4,13}$/);
  const prefix = fc.constantFrom("", "+", "00", "0", "91", "+91");
  const code = fc.constantFrom(null, "", "+91", "IN", "+65", "+1", "+44", "Atlantis");
  const told = fc.tuple(
    code,
    fc.tuple(prefix, digits).map((parts) => parts.join("")),
  );

  it("is forgotten with its events, whatever number they tell", () => {
    fc.assert(
      fc.property(told, (number) => {
        const { payload, entered } = order(number);
        const forgotten = enteredContacts(payload, defaults);
        expect(entered.filter((contact) => !forgotten.includes(contact))).toEqual([]);
      }),
      { seed, numRuns: 500 },
    );
  });

  it("is what its events are known by, wherever the number is asked for as it was told", () => {
    fc.assert(
      fc.property(told, ([code, phone]) => {
        const { entered, identifiers } = order([code, phone]);
        const asked = contactsLike(phone, defaults);
        expect(entered.length === 0 || entered.some((contact) => asked.includes(contact))).toBe(
          true,
        );
        expect(identifiers.filter((identifier) => /^(phone|told):/.test(identifier)).length).toBe(
          entered.length === 0 ? 0 : 1,
        );
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("names and airway bills", () => {
  const told = (data: Record<string, unknown>, type = "order.confirmed", more: object = {}) => {
    const payload = JSON.stringify({ ...event(type, data), ...more });
    const receivedAt = "2026-11-24T10:00:00.000Z";
    const stored = { id: "e", typeHint: null, receivedAt, payload };
    const { contacts } = interpret(stored, asJudged(defaults));
    return { payload, claims: contacts.filter(({ contact }) => /^(name|awb):/.test(contact)) };
  };
  const named = (first: string | null, last: string | null) =>
    orderDetail("ORD-1", {
      billing_address: address({ first_name: first, last_name: last }),
      shipping_address: null,
    });

  it.each([
    ["José", "  DE la  Peña ", ["name:jose de la pena"]],
    ["ASHA", null, ["name:asha"]],
    ["(erased)", "Rao", []],
    [null, null, []],
    ["आशा", "राव", ["name:आशा राव"]],
  ])("enters %s %s as %j, which erasure takes out again", (first, last, expected) => {
    const { payload, claims } = told(named(first, last));
    expect(claims.map(({ contact }) => contact)).toEqual(expected);
    const entered = enteredContacts(payload, defaults);
    expect(expected.filter((contact) => !entered.includes(contact))).toEqual([]);
    // A name identifies nobody: a person with the same name is not erased too.
    expect(identifiersOf(payload).filter((one) => one.startsWith("name:"))).toEqual([]);
  });

  it("enters an airway bill for its order, unless it is the shipment's own number", () => {
    const bill = { contact: "awb:awb-7", orderNumber: "ORD-7" };
    const of = (data: Record<string, unknown>, more: object = { order_number: "ORD-7" }) =>
      told(data, "shipment.created", more).claims;
    expect(of(shipment("SHP-7", { awb_no: "AWB-7" }))).toEqual([bill]);
    expect(of(shipment("AWB-7", { awb_no: "AWB-7" }))).toEqual([]);
    expect(of(shipment("SHP-7", { awb_no: "AWB-7" }), {})).toEqual([]);
    const nested = orderDetail("ORD-7", { shipments: [shipment("SHP-7", { awb_no: "AWB-7" })] });
    expect(told(nested).claims).toContainEqual(bill);
  });
});
