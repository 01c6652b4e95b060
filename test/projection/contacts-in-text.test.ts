/** The spellings of an address or a number by which a body is found, and that no other person's body is found. */
import { describe, expect, it, test } from "vitest";
import { identifiersOf } from "../../src/projection/identifiers";
import { contactsOf } from "../../src/projection/patches/contacts";
import { defaults } from "../support/defaults";
import { growthOfWork, LINEAR_GROWTH } from "../support/growth-of-work";

const EMAIL = "quill@zephyr.example";
const PHONE = "+919812345001";

const isFound = (asked: string, payload: string): boolean => {
  const contacts = new Set(contactsOf(asked, defaults));
  return identifiersOf(payload).some((identifier) => contacts.has(identifier));
};
const inText = (text: string): string =>
  JSON.stringify({ event_type: "coupon.created", data: { t: text } });

describe("an address within a text", () => {
  test.each([
    "ｑｕｉｌｌ＠ｚｅｐｈｙｒ．ｅｘａｍｐｌｅ",
    "quill\u200B@zephyr\u2060.example",
    "quill\uFE0F@zephyr.example",
    "%3CQuill%40zephyr.example%3E",
    "mailto%3Aquill%40zephyr.example",
    "https://a.example/?next=https%3A%2F%2Fb.example%2F%3Femail%3Dquill%40zephyr.example%26x%3D1",
    "q=quill%2540zephyr.example",
    "msg=from+quill%40zephyr.example+now",
    "quill&#64;zephyr.example",
    "quill&#x40;zephyr.example",
    "&lt;quill@zephyr.example&gt;",
    JSON.stringify({ note: `call:\n${EMAIL}\nbye` }),
    JSON.stringify(JSON.stringify({ note: `\t${EMAIL}` })),
    `“${EMAIL}”`,
    `«${EMAIL}»`,
    `ईमेल ${EMAIL}।`,
    `邮箱是${EMAIL}谢谢`,
    `mail—${EMAIL}—now`,
    `**${EMAIL}**`,
    `_${EMAIL}_`,
    `\`${EMAIL}\``,
    `📧${EMAIL}📱`,
    `→${EMAIL}`,
    `'${EMAIL}'`,
    `${EMAIL}'s`,
    `-${EMAIL}-`,
    `${EMAIL}...`,
  ])("is found: %s", (text) => {
    expect(isFound(EMAIL, inText(text))).toBe(true);
  });

  test.each([
    ["o'brien@zephyr.example", "to o'brien@zephyr.example now"],
    ["josé@zephyr.example", "to jose\u0301@zephyr.example"],
    ["jose\u0301@zephyr.example", "to josé@zephyr.example"],
    ["josé@zephyr.example", "e=jos%C3%A9%40zephyr.example"],
    ["quill@zéphyr.example", "to quill@xn--zphyr-bsa.example"],
    ["quill@xn--zphyr-bsa.example", "to quill@zéphyr.example."],
    ["ｑｕｉｌｌ@zephyr.example", EMAIL],
    ["quill@zephyr.example\u200B", EMAIL],
  ])("asked for as %s is found: %s", (asked, text) => {
    expect(isFound(asked, inText(text))).toBe(true);
  });

  test.each([
    "x+quill@zephyr.example",
    "x.quill@zephyr.example",
    "andré.quill@zephyr.example",
    "équill@zephyr.example",
    "quill@zephyr.example.net",
    "quill@zephyr.examples",
    "quill@zephyr",
  ])("is not somebody else's: %s", (text) => {
    expect(isFound(EMAIL, inText(`to ${text}, please`))).toBe(false);
  });
});

describe("a number within a text", () => {
  test.each([
    "+91 (0) 98123 45001",
    "0091 98123 45001",
    "٩٨١٢٣٤٥٠٠١",
    "⑨⑧①②③④⑤⓪⓪①",
    "9️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣0️⃣0️⃣1️⃣",
    "98123\u221245001",
    "98123·45001",
    "98123,45001",
    "98123:45001",
    "9,81,23,45,001",
    "98123     45001",
    "98123 -- 45001",
    "phone=%2B91+98123+45001",
    "98123%2045001",
    "9812-34-5001",
    "9812-34-50-01",
    "2026-11-26 9812345001",
    "9812345002 9812345001",
    "9812345001x12",
    "https://wa.me/919812345001?text=hi",
    Array.from({ length: 30 }, (_, at) => String(9_812_344_991 + at)).join("\n"),
    `${"7 ".repeat(30)}98123 45001`,
  ])("is found: %s", (text) => {
    expect(isFound(PHONE, inText(text))).toBe(true);
  });

  test.each(["9.812345001e9", "9812345001.0", "-9812345001", "919812345001E0"])(
    "is found as the number %s",
    (number) => {
      expect(isFound(PHONE, `{"event_type":"coupon.created","data":{"n":${number}}}`)).toBe(true);
    },
  );

  it("of another country is found without its +, where it is nobody's at home", () => {
    expect(isFound("+971501234567", inText("call 971501234567"))).toBe(true);
    expect(isFound("+447911123456", inText("call 44 7911 123456"))).toBe(true);
    expect(isFound("+6591234567", inText("call 6591234567"))).toBe(false);
    expect(isFound("+447911123456", inText("call 07911 123456"))).toBe(false);
  });

  test.each(["19812345001", "98123450012", "2026-11-26T09:81:23.450Z", "evt_98123_45001"])(
    "is not somebody else's: %s",
    (text) => {
      expect(isFound(PHONE, inText(text))).toBe(false);
    },
  );
});

it("is found in what is no JSON: a form, XML, JSON that is cut off", () => {
  for (const payload of [
    "email=quill%40zephyr.example&phone=1",
    "phone=%2B91+98123+45001&email=x",
    `<a><mail>${EMAIL}</mail></a>`,
    String.raw`{"email":"\nquill\u0040zephyr.example`,
  ]) {
    expect(isFound(EMAIL, payload) || isFound(PHONE, payload), payload).toBe(true);
  }
});

it.each(["1 2 3 ", "a@"])("takes time in proportion to its length: %s", (part) => {
  const work = (size: number) => identifiersOf(inText(part.repeat(size / part.length)));
  expect(growthOfWork(work, 30_000)).toBeLessThan(LINEAR_GROWTH);
});
