/** E-mail addresses as people write them, and the resulting recipients. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseAddress } from "../../src/events/field-formats/address";

const seed = Number(env.TEST_SEED);

describe("an address", () => {
  test.each([
    ["plain", "asha@example.com", "asha@example.com"],
    ["in capitals, as it stands", "Asha.Rao@Example.COM", "Asha.Rao@Example.COM"],
    ["with a tag", "asha+shop@example.com", "asha+shop@example.com"],
    ["with blanks around", " asha@example.com\n", "asha@example.com"],
    ["with the root's dot", "asha@example.com.", "asha@example.com"],
    ["with a name", "Asha <asha@example.com>", "asha@example.com"],
    ["with a name without a blank", "Asha<asha@example.com>", "asha@example.com"],
    ["with a name in quotes", '"Rao, Asha" <asha@example.com>', "asha@example.com"],
    ["with a name in another script", "आशा राव <asha@example.com>", "asha@example.com"],
    ["with itself for a name", "asha@example.com <asha@example.com>", "asha@example.com"],
    ["in angle brackets alone", "<asha@example.com>", "asha@example.com"],
    ["in angle brackets, with a dot", "Asha < asha@example.com. >", "asha@example.com"],
    ["of a domain with an umlaut", "asha@bücher.example", "asha@xn--bcher-kva.example"],
    ["of a domain in capitals with an umlaut", "asha@BÜCHER.example", "asha@xn--bcher-kva.example"],
    ["of a domain in Devanagari", "asha@उदाहरण.भारत", "asha@xn--p1b6ci4b4b3a.xn--h2brj9c"],
    [
      "of a domain in punycode",
      "asha@xn--p1b6ci4b4b3a.xn--h2brj9c",
      "asha@xn--p1b6ci4b4b3a.xn--h2brj9c",
    ],
    ["of a domain with other full stops", "asha@例え。テスト。", "asha@xn--r8jz45g.xn--zckzah"],
    ["of a domain in fullwidth", "asha@ｅｘａｍｐｌｅ.ｃｏｍ", "asha@example.com"],
  ])("%s", (_name, text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  test.each([
    "",
    "asha",
    "@example.com",
    "asha@",
    "asha@localhost",
    "asha@@example.com",
    "asha@example..com",
    "asha@example.com..",
    "asha@.example.com",
    "asha@127.0.0.1",
    "asha@[127.0.0.1]",
    "asha@例え.127.1",
    "asha@bücher.example:25",
    "asha@bücher.example/x",
    "asha@bücher.example?x",
    "asha@b%C3%BCcher.example",
    "asha@bücher .example",
    "asha@\u2100bücher.example",
    "आशा@example.com",
    "a b@example.com",
    "asha@example.com, other@example.com",
    "asha@example.com;other@example.com",
    "other@example.com, Asha <asha@example.com>",
    "other@example.com <asha@example.com>",
    "Asha <asha@example.com> <other@example.com>",
    "Asha <asha@example.com>, other@example.com",
    "Asha <asha@example.com",
    "Asha asha@example.com>",
    "asha@example.com\r\nBcc: everyone@example.com",
    "Asha\r\nBcc: x <asha@example.com>",
    "Asha <asha@example.com\r\nBcc: x>",
    "asha@bücher.example\r\nBcc: x",
    `${"a".repeat(300)}@example.com`,
    `${"ü".repeat(2_000)}@bücher.example`,
  ])("is not usable: %j", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it(`is one plain address or none, whatever was typed (seed ${String(seed)})`, () => {
    const part = fc.constantFrom(
      "asha",
      "@",
      "example",
      ".",
      "com",
      "<",
      ">",
      " ",
      ",",
      "ü",
      '"',
      "\r\n",
      "Asha",
    );
    const typed = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const address = parseAddress(text) ?? "a@b.c";
        expect(address).toMatch(/^[\w'+.-]+@[\w.-]+$/);
        expect(parseAddress(address) ?? address).toBe(address);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
