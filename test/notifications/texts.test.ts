/** The texts of messages: what may be edited, in both languages, and how a message uses an edited text. */
import { describe, expect, it, vi } from "vitest";
import { channels } from "../../src/notifications/channels";
import { smsSegments } from "../../src/notifications/channels/sms/alphabets";
import {
  defaultText,
  findLanguage,
  languageCodes,
  languageOf,
  languages,
} from "../../src/notifications/texts";
import { checkText } from "../../src/notifications/texts/check";
import { isTextKey, type TextKey, textRules } from "../../src/notifications/texts/keys";
import { createTexts, editsOf, noEdits } from "../../src/notifications/texts/say";
import { facts, hostileOrder, orderFacts, type Preview, previews, previewShop } from "./fixtures";
import { inLanguage, renderPreview } from "./previews";

const toCustomers = previews.filter(({ channel }) => channels[channel].audience === "customer");

const found = (name: string, channel = "email"): Preview => {
  const preview = previews.find((one) => one.name === name && one.channel === channel);
  if (preview === undefined) throw new Error(`no preview ${name}`);
  return preview;
};

function mailOf(preview: Preview, edits = noEdits) {
  const message = renderPreview(preview, edits);
  if (message.channel !== "email") throw new Error(message.channel);
  return message;
}

const edited = (key: TextKey, text: string, language = "en") => editsOf([{ language, key, text }]);

describe.each(languageCodes)("the defaults in %s", (language) => {
  it("can all be said", () => {
    const keys = Object.keys(languages[language].texts).filter(isTextKey);
    const refused = keys
      .map((key) => ({ key, checked: checkText(key, defaultText(language, key), language) }))
      .filter(({ checked }) => !checked.ok);
    expect(refused).toEqual([]);
    expect(keys.length).toBeGreaterThan(120);
  });

  it.each(toCustomers)("leave no placeholder and no gap in $channel $name", (preview) => {
    const message = renderPreview(inLanguage(preview, language));
    const shown = channels[preview.channel].show(message);
    const said = `${shown.subject ?? ""}\n${shown.text}`;
    expect(said).not.toMatch(/[{}]|undefined|null|NaN|\[object/);
    expect(said).not.toMatch(/ {2}| [.,।]/);
  });
});

it("English has every text, those to the team too", () => {
  expect(Object.keys(languages.en.texts).toSorted()).toEqual(Object.keys(textRules).toSorted());
});

describe("a message in Hindi", () => {
  it("has no English words but those of the order and the shop", () => {
    const said = mailOf(inLanguage(found("shipment-part-shipped"), "hi"));
    expect(said.html).toMatch(/^<!doctype html><html lang="hi">/);
    const [content = ""] = said.text.split("\n--\n");
    const latin = content.replaceAll(/https:\S+/g, "").match(/\p{Script=Latin}{2,}/gu) ?? [];
    const fromOrder =
      /^(Meera|Handlooms|Asha|Rao|ORD|Delhivery|Handloom|Cotton|Saree|Filter|Coffee|Brass|Diya|set|of|MG|Road|rd|floor|Opposite|the|metro|station|Bengaluru|Karnataka|India)$/;
    expect(latin.filter((word) => !fromOrder.test(word))).toEqual([]);
  });

  it.each(toCustomers.filter(({ channel }) => channel === "email"))(
    "writes every amount as in English: $name",
    (preview) => {
      const amounts = (text: string) => text.match(/[−-]?[₹$¥]\S*\d|\bUSD\b/g) ?? [];
      const english = mailOf(inLanguage(preview, "en")).text;
      expect(amounts(mailOf(inLanguage(preview, "hi")).text).toSorted()).toEqual(
        amounts(english).toSorted(),
      );
    },
  );

  it("dates in Hindi with Latin digits, and counts with its plurals", () => {
    expect(mailOf(inLanguage(found("order-confirmed"), "hi")).text).toContain("मंगल, 24 नव॰ 2026");
    const { say } = createTexts("hi", noEdits);
    expect(say("shared.more_items", { count: 1 })).toBe("और 1 वस्तु");
    expect(say("shared.more_items", { count: 9 })).toBe("और 9 वस्तुएँ");
  });

  it("shows markup in a name as text", () => {
    const order = { ...hostileOrder, metadata: '{"language":"hi"}' };
    const { html, subject } = mailOf({ ...found("order-confirmed"), facts: facts({ order }) });
    expect(html).toContain('lang="hi"');
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toMatch(/<script>|<img src=x|\u202e/);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  it.each(toCustomers.filter(({ channel }) => channel === "sms"))(
    "takes three segments at most, whatever the names are: $name",
    (preview) => {
      const long = "कर्नाटक और केरल की बहुत पुरानी हथकरघा कंपनी और उसके सभी बुनकर";
      const { shipment } = preview.facts;
      const given = {
        ...preview.facts,
        shipment: shipment === null ? null : { ...shipment, courier: long },
      };
      for (const one of [
        preview,
        { ...preview, facts: given, shop: { ...previewShop, name: long } },
      ]) {
        const message = renderPreview(inLanguage(one, "hi"));
        if (message.channel !== "sms") throw new Error(message.channel);
        const { encoding, segments } = smsSegments(message.text);
        expect({ encoding, fits: segments <= 3 }).toEqual({ encoding: "UCS-2", fits: true });
        expect(message.text).toContain("ORD-20261124-0187");
      }
    },
  );

  it("in an SMS writes a name in any script, and the rupee", () => {
    const message = renderPreview(inLanguage(found("payment-failed-hindi", "sms"), "hi"));
    if (message.channel !== "sms") throw new Error(message.channel);
    expect(message.text).toMatch(/^मीरा हैंडलूम्स: .*₹6,696\.50/);
  });
});

describe("the language of a message", () => {
  it.each([
    ['{"language":"hi"}', "en", "hi"],
    ['{"language":"HI-in"}', "en", "hi"],
    ['{"language":"hi_IN"}', "en", "hi"],
    ['{"language":"en-GB"}', "hi", "en"],
    ['{"language":"ta"}', "hi", "hi"],
    ['{"language":"toString"}', "hi", "hi"],
    ['{"language":7}', "hi-IN", "hi"],
    ['{"language":"hindi"}', "en", "en"],
    ["not JSON", "hi", "hi"],
    ["[]", "fr", "en"],
    [null, "fr-FR", "en"],
    [null, "hi", "hi"],
  ])("of an order with %s in a shop of %s is %s", (metadata, shop, expected) => {
    expect(languageOf(metadata, shop)).toBe(expected);
  });

  it("is English for the team, whatever the order's is", () => {
    const order = orderFacts({ status: "cancelled", metadata: '{"language":"hi"}' });
    const message = renderPreview({ ...found("refund-due", "team"), facts: facts({ order }) });
    expect(JSON.stringify(message)).toContain("is still to be paid back");
  });

  it("is not found for what is none", () => {
    expect(["", "-", "h", "hi2", "__proto__"].map(findLanguage)).toEqual(Array(5).fill(null));
  });
});

describe("a text", () => {
  it.each<[string, TextKey, string, string, number]>([
    ["is empty", "order_confirmed.heading", " ", "The text is empty", 0],
    [
      "has no end of a placeholder",
      "order_confirmed.heading",
      "For {order",
      "A { is never closed by a }",
      4,
    ],
    [
      "has an empty placeholder",
      "order_confirmed.heading",
      "For {}",
      "There is nothing between { and }",
      4,
    ],
    [
      "has a placeholder of two words",
      "order_confirmed.heading",
      "For {my order}",
      "What is between { and } is not the name of a placeholder",
      4,
    ],
    ["lacks what it needs", "order_confirmed.subject", "Thank you", "{order} is missing", 9],
    [
      "quotes what it needs",
      "order_confirmed.subject",
      "Order '{order}'",
      "{order} is missing",
      15,
    ],
    [
      "names what is nearly one",
      "order_confirmed.subject",
      "Order {ordr}",
      "There is no placeholder {ordr} in this text: did you mean {order}?",
      6,
    ],
    [
      "names one of another text",
      "shared.address",
      "To {name}",
      "There is no placeholder {name} in this text: it has none",
      3,
    ],
    [
      "lacks it in one case",
      "shared.more_items",
      "{count, plural, one {one more} other {many more {order}}}",
      "There is no placeholder {order} in this text: did you mean {count}?",
      48,
    ],
    [
      "has a plural of text",
      "order_confirmed.subject",
      "{order, plural, other {x}}",
      "{order} is no number, so it has no plural",
      0,
    ],
    [
      "formats what is written already",
      "order_cancelled.refund",
      "{amount, number} back",
      "{amount} is written already: leave out what follows its name",
      0,
    ],
    [
      "has a choice without the rest",
      "shared.more_items",
      "{count, plural, one {#}}",
      "A choice needs a case for everything else: other {…}",
      23,
    ],
    [
      "breaks its line",
      "order_confirmed.heading",
      "Thank\nyou",
      "This text is in one line: no line break",
      5,
    ],
    [
      "has a control character",
      "order_confirmed.body",
      "Thank\u0007you",
      "This character cannot be shown",
      5,
    ],
    [
      "turns its direction",
      "order_confirmed.body",
      "a\u202eb",
      "This character cannot be shown",
      1,
    ],
    [
      "has half a character",
      "order_confirmed.body",
      "a\ud800",
      "This character cannot be shown",
      1,
    ],
    ["is too long", "shared.order", "x".repeat(61), "The text has more than 60 characters", 60],
    [
      "has a link in a line",
      "order_confirmed.heading",
      "See https://a.example",
      "This text can have no link",
      4,
    ],
    [
      "has a link without a scheme",
      "order_confirmed.body",
      "See www.a.example now",
      "A link begins with https://, has spaces around it, and no placeholder in it",
      4,
    ],
    [
      "has a link in plain http",
      "order_confirmed.body",
      "See http://a.example",
      "A link begins with https://, has spaces around it, and no placeholder in it",
      4,
    ],
    [
      "has a link with a user in it",
      "order_confirmed.body",
      "https://a.example@b.example",
      "A link begins with https://, has spaces around it, and no placeholder in it",
      0,
    ],
    [
      "makes a link of an order",
      "order_confirmed.body",
      "At {order}.example",
      "A link begins with https://, has spaces around it, and no placeholder in it",
      3,
    ],
    [
      "puts an order into a link",
      "order_confirmed.body",
      "https://a.example/{order}",
      "A link begins with https://, has spaces around it, and no placeholder in it",
      0,
    ],
    [
      "has what no SMS can write",
      "shared.sms_order",
      "{store} – заказ {order}",
      "An SMS in this language has no з",
      10,
    ],
    [
      "leaves no room in an SMS",
      "shared.sms_order",
      `{store} {order} ${"x".repeat(120)}`,
      "An SMS has room for 110 characters beside its placeholders",
      136,
    ],
  ])("is refused where it %s", (_, key, text, problem, at) => {
    expect(checkText(key, text, "en")).toEqual({ ok: false, problem, at });
  });

  it("is refused where one case lacks what it needs, with the place of the case", () => {
    const text = "{order, select, a {{store}} other {{store} {order}}}";
    expect(checkText("order_confirmed.subject", text, "en")).toEqual({ ok: true });
    const name = "{store, select, a {yes} other {no}} {order, select, a {b} other {c}}";
    expect(checkText("shared.sms_order", name, "en")).toEqual({ ok: true });
    const lacking = "{store, select, a {order {order}} other {yours}}";
    expect(checkText("order_confirmed.subject", lacking, "en")).toEqual({
      ok: false,
      problem: "{order} is missing in this case",
      at: 40,
    });
  });

  it("is refused with so many cases that nobody could read them", () => {
    const choice = "{count, plural, one {a} two {b} few {c} other {d}}";
    const checked = checkText("shared.more_items", choice.repeat(3), "en");
    expect(checked).toEqual({ ok: true });
    const key = "order_confirmed.body";
    const many = checkText(key, "{order, select, a {b} c {d} e {f} other {g}}".repeat(5), "en");
    expect(many).toMatchObject({ ok: false, problem: "This text has too many cases" });
  });

  it.each<[TextKey, string]>([
    [
      "order_confirmed.body",
      "Line one\n\nLine two: https://shop.example/help or help@shop.example.",
    ],
    ["order_confirmed.body", "<b>Bold</b> & {store}"],
    ["order_confirmed.subject", "{store}: {order} is yours! 🎉"],
    ["shared.more_items", "{count, plural, one {and # more} other {and # more}}"],
    ["shared.footer", "It's from the shop's own people"],
    ["shared.sms_order", "{store}: order {order}?"],
  ])("of %s may be %s", (key, text) => {
    expect(checkText(key, text, "en")).toEqual({ ok: true });
  });

  it("needs nothing that is optional too, and no key twice", () => {
    for (const { needed, optional } of Object.values(textRules)) {
      expect(new Set([...needed, ...optional]).size).toBe(needed.length + optional.length);
    }
  });
});

describe("an edited text", () => {
  it("is said in place of the default, in its language only", () => {
    const edits = edited("order_confirmed.heading", "You made our day, {order}!");
    const preview = found("order-confirmed");
    expect(mailOf(preview, edits).html).toContain("You made our day, ORD-20261124-0187!");
    expect(mailOf(inLanguage(preview, "hi"), edits).html).toContain("आपके ऑर्डर के लिए धन्यवाद");
  });

  it("adds no markup of its own, and keeps its lines", () => {
    const edits = edited("order_confirmed.body", "<script>alert(1)</script>\n</td></table>Two");
    const { html, text } = mailOf(found("order-confirmed"), edits);
    expect(html).not.toMatch(/<script>|<\/td><\/table>Two/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;<br/>&lt;/td&gt;");
    expect(text).toContain("<script>alert(1)</script>\n</td></table>Two");
    const tables = (one: string) => one.match(/<\/?(table|td|tr)\b/g)?.length;
    expect(tables(html)).toBe(tables(mailOf(found("order-confirmed")).html));
  });

  it("of the team is a mention and a link nowhere", () => {
    const edits = editsOf([
      { language: "en", key: "refund_due.title", text: "<!channel> refund" },
      { language: "en", key: "team.open_order", text: "a|b>c<!here>" },
    ]);
    const message = renderPreview(found("refund-due", "team"), edits);
    if (message.channel !== "team") throw new Error(message.channel);
    expect(message.text).toMatch(/^&lt;!channel&gt; refund: /);
    expect(JSON.stringify(message.blocks)).toContain("|a b&gt;c&lt;!here&gt;>");
  });

  it("that fails the check is left out, and logged once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const edits = edited("order_confirmed.subject", "No number at all");
    const { subject } = mailOf(found("order-confirmed"), edits);
    expect(subject).toBe("Your order ORD-20261124-0187 is confirmed");
    mailOf(found("order-confirmed"), edits);
    const lines = warn.mock.calls
      .map(String)
      .filter((line) => line.includes("edited_text_ignored"));
    expect(lines).toHaveLength(1);
    warn.mockRestore();
  });

  it("counts no more where it is the default again", () => {
    const rows = [{ language: "en", key: "order_confirmed.heading", text: null }];
    expect(editsOf(rows).size).toBe(0);
  });
});

describe("the segments of an SMS", () => {
  it.each([
    ["", "GSM-7", 0, 1],
    ["a".repeat(160), "GSM-7", 160, 1],
    ["a".repeat(161), "GSM-7", 161, 2],
    ["a".repeat(306), "GSM-7", 306, 2],
    ["a".repeat(307), "GSM-7", 307, 3],
    ["€".repeat(80), "GSM-7", 160, 1],
    // An escape and its character stay together: 76 pairs fit in a segment, and one position stays empty.
    ["€".repeat(153), "GSM-7", 306, 3],
    ["म".repeat(70), "UCS-2", 70, 1],
    ["म".repeat(71), "UCS-2", 71, 2],
    ["म".repeat(201), "UCS-2", 201, 3],
    ["म".repeat(202), "UCS-2", 202, 4],
    ["😀".repeat(35), "UCS-2", 70, 1],
    ["😀".repeat(67), "UCS-2", 134, 3],
  ])("of %j…", (text, encoding, characters, segments) => {
    expect(smsSegments(text)).toEqual({ encoding, characters, segments });
  });
});
