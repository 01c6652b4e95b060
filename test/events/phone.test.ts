/** Telephone numbers as people and systems write them, and the numbers that are read from them. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { getCountries, getCountryCallingCode, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it, test } from "vitest";
import {
  parseCountry,
  parseE164,
  parsePhone,
  phoneDigits,
  dialledForms,
} from "../../src/events/field-formats/phone";

const seed = Number(env.TEST_SEED);
const ASHA = "+919876543210";

describe("a telephone number", () => {
  test.each<[string, string | null, string, string | null]>([
    ["with its code beside it", "+91", "9876543210", ASHA],
    ["with a code without +", "91", "9876543210", ASHA],
    ["with a code with 00", "0091", "9876543210", ASHA],
    ["with a country for a code", "IN", "9876543210", ASHA],
    ["with a country in small letters", " in ", "9876543210", ASHA],
    ["with a country's name and code", "India (+91)", "9876543210", ASHA],
    ["without a code", null, "9876543210", ASHA],
    ["with a blank code", " ", "9876543210", ASHA],
    ["with a + for a code", "+", "9876543210", ASHA],
    ["with a + that does not belong there", "+91", "+9876543210", ASHA],
    ["with a + that does not belong there, and no code", null, "+9876543210", ASHA],
    ["with a + before what would be of Bhutan, and is not", null, "+9757128869", "+919757128869"],
    ["with the code of Singapore twice", "+65", "6591234567", "+6591234567"],
    ["with its code twice", "+91", "919876543210", ASHA],
    ["with its code twice, in full", "+91", "+919876543210", ASHA],
    ["with its code twice, with 00", "+91", "00919876543210", ASHA],
    ["with its code in it alone", null, "919876543210", ASHA],
    ["with 00 in it alone", null, "00919876543210", ASHA],
    ["with a 0 that is dialled within India", "+91", "09876543210", ASHA],
    ["with a 0 behind the code", null, "+9109876543210", ASHA],
    ["with a 0 in brackets", "+91", "(0)98765 43210", ASHA],
    ["with a 0 that is dialled within Britain", "+44", "020 7946 0958", "+442079460958"],
    ["with a 0 that belongs to it, as in Italy", "+39", "06 1234 5678", "+390612345678"],
    ["with an 8 that is dialled within Russia", "+7", "8 (916) 123-45-67", "+79161234567"],
    ["of another country than the code beside it", "+91", "+1 415 555 2671", "+14155552671"],
    ["of a part of a calling code", "+1-787", "555 1234", "+17875551234"],
    ["with spaces", "+91", " 98765 43210 ", ASHA],
    ["with dots", "+91", "98765.43210", ASHA],
    ["with brackets", "+91", "(98765) 43210", ASHA],
    ["with its code in brackets", null, "(+91) 98765-43210", ASHA],
    ["with a dash", "+91", "98765–43210", ASHA],
    ["with no-break spaces", "+91", "98765\u00a043210", ASHA],
    ["between marks that nobody sees", null, "\u202a+91 98765 43210\u202c", ASHA],
    ["in Devanagari", "+९१", "९८७६५ ४३२१०", ASHA],
    ["in Arabic-Indic digits", null, "٩٨٧٦٥٤٣٢١٠", ASHA],
    ["in Persian digits", null, "۹۸۷۶۵۴۳۲۱۰", ASHA],
    ["in fullwidth", "＋９１", "９８７６５４３２１０", ASHA],
    ["of a landline", "+91", "022 2345 6789", "+912223456789"],
    ["too short", "+91", "98765", null],
    ["too long", "+91", "98765432101", null],
    ["of nobody", "+91", "0000000000", null],
    ["that could be one of India or of Singapore", "+91", "+6591234567", null],
    ["that could be a Leipzig mobile or a landline", "+49", "4915112345678", null],
    ["of a country that nobody knows", "Atlantis", "9876543210", null],
    ["of a country that nobody knows, in full", "Atlantis", ASHA, ASHA],
    ["that is two", "+91", "9876543210 / 9123456780", null],
    ["with an extension", "+91", "9876543210 ext. 4", null],
    ["with words", "+91", "call 9876543210", null],
    ["in letters", "+1", "1-800-FLOWERS", null],
    ["that is none", "+91", "not known", null],
    ["that is erased", "(erased)", "(erased)", null],
    ["that is far too long", "+91", "9".repeat(10_000), null],
  ])("%s", (_name, code, phone, number) => {
    expect(parsePhone(code, phone, "IN")).toBe(number);
  });

  it("without a code is one of the store's country, or of none", () => {
    expect(parsePhone(null, "91234567", "SG")).toBe("+6591234567");
    expect(parsePhone("", "91234567", "IN")).toBeNull();
    expect(parsePhone(null, "6591234567", "IN")).toBe("+916591234567");
    expect(parsePhone(null, "6591234567", null)).toBeNull();
    expect(parsePhone(null, "+6591234567", null)).toBe("+6591234567");
    // A number of Iran with an extra 0, or one of India with a wrong +.
    expect(parsePhone(null, "+9807480000", "IN")).toBeNull();
    expect(parsePhone(null, "+9807480000", "SG")).toBe("+987480000");
  });
});

/** An example of each country's mobile numbers. */
const told = getCountries().map((country) => {
  const number = getExampleNumber(country, examples);
  if (number === undefined) throw new Error(`no example of ${country}`);
  return { country, number, callingCode: `+${getCountryCallingCode(country)}` };
});

describe("the number of any country", () => {
  it("is the same in every spelling that says its country", () => {
    for (const { country, number, callingCode } of told) {
      const e164 = number.number;
      const spellings = [
        [callingCode, number.nationalNumber],
        [callingCode, number.formatNational()],
        [country, number.formatNational()],
        [callingCode, e164],
        ["", number.formatInternational()],
        [null, `00${e164.slice(1)}`],
      ] as const;
      for (const [code, phone] of spellings) expect(parsePhone(code, phone, "IN")).toBe(e164);
      expect(parsePhone(null, number.formatNational(), country)).toBe(e164);
      expect(parseE164(e164)).toBe(e164);
    }
  });

  it("is never another one, whatever stands before it: rather none", () => {
    for (const { number, callingCode } of told) {
      const code = callingCode.slice(1);
      for (const before of ["+", "00", code, `+${code}`, `00${code}`]) {
        const phone = `${before}${number.nationalNumber}`;
        expect([number.number, null]).toContain(parsePhone(callingCode, phone, "IN"));
      }
    }
  });

  it("is found by the form that it is told in without its country", () => {
    for (const { country, number } of told) {
      const digits = phoneDigits(number.formatNational());
      expect(dialledForms(number.number)).toContain(digits);
      expect(parsePhone(null, digits ?? "", country)).toBe(number.number);
    }
  });
});

describe(`an Indian mobile number (seed ${String(seed)})`, () => {
  const mobile = fc
    .tuple(fc.constantFrom("6", "7", "8", "9"), fc.stringMatching(/^\d{9}$/))
    .map(([first, rest]) => `${first}${rest}`);
  const scripts = ["latn", "deva", "arab", "arabext", "beng", "gujr", "fullwide", "mathbold"];

  it("is read in the digits of any script, with any punctuation", () => {
    const mark = fc.constantFrom("", " ", "-", ".", "\u00a0", "–");
    fc.assert(
      fc.property(mobile, fc.constantFrom(...scripts), mark, (digits, script, between) => {
        const numerals = new Intl.NumberFormat(`en-u-nu-${script}`);
        const written = Array.from(digits, (digit) => numerals.format(Number(digit)));
        const phone = `${written.slice(0, 5).join("")}${between}${written.slice(5).join("")}`;
        expect(parsePhone("+91", phone, null)).toBe(`+91${digits}`);
      }),
      { seed, numRuns: 300 },
    );
  });

  it("with a + before it is itself or, where the + makes it another country's, none", () => {
    fc.assert(
      fc.property(mobile, (digits) => {
        const isForeign = parsePhone(null, `+${digits}`, null) !== null;
        const itself = isForeign ? null : `+91${digits}`;
        expect(parsePhone("+91", `+${digits}`, "IN")).toBe(itself);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("what can be called", () => {
  test.each([
    [ASHA, ASHA],
    [` ${ASHA}\n`, ASHA],
    ["9876543210", null],
    ["+91 98765 43210", null],
    ["+9109876543210", null],
    ["+9876543210", null],
    ["+91", null],
    ["", null],
  ])("%j: %j", (text, number) => {
    expect(parseE164(text)).toBe(number);
  });
});

describe("the store's country", () => {
  test.each([
    ["IN", "IN"],
    [" sg ", "SG"],
    ["UK", null],
    ["India", null],
    ["+91", null],
    ["", null],
    ["__proto__", null],
  ])("%j: %j", (text, country) => {
    expect(parseCountry(text)).toBe(country);
  });
});
