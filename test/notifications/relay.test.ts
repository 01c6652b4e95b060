/**
 * Abuse of the shop's mail as a relay: somebody orders under a name that is an advertisement, with the address of a
 * victim. The texts of an order reach the customer as text, and never as a link.
 */
import { createTexts, noEdits } from "../../src/notifications/texts/say";
import { describe, expect, it } from "vitest";
import {
  addressLineOrNull,
  lineOrNull,
  nameOrNull,
  outsideLine,
} from "../../src/notifications/formatting/safe-text";
import { writeNote } from "../../src/notifications/channels/team/note";
import type { Message } from "../../src/notifications/channels";
import {
  facts,
  orderFacts,
  paymentFacts,
  type Preview,
  previews,
  refundFacts,
  shipmentFacts,
} from "./fixtures";
import { renderPreview } from "./previews";

const attacks = [
  "WINNER: claim at http://evil.example",
  "https://evil.example/claim?id=1",
  "HTTP://EVIL.COM",
  "evil.example",
  "Visit www.evil.example now",
  "www.3d.com",
  "evil.co/x",
  "write to prize@evil.example",
  "mailto:prize@evil.example",
  "tel:+19005550100",
  "ftp://198.51.100.7/x",
  "198.51.100.7/x",
  "evil.example:80",
  "evil.example:80/x",
  "\\\\198.51.100.7\\share",
  "ｅｖｉｌ．ｃｏｍ",
  "evil。com",
  "evil\u2024com",
  "prize＠evil．com",
  "e\u200bvil.com",
  "xn--vil-bla.com",
];

/** Puts the attack into every text of the facts, except our own names and the tracking links of parcels. */
function filled(preview: Preview, attack: string): Preview {
  const kept = new Set(["status", "payment_status", "tracking_url", "payment_mode", "currency"]);
  const fill = <T extends object>(row: T): T => {
    const filledRow = Object.entries(row).map(([name, value]): [string, unknown] =>
      typeof value === "string" && !kept.has(name) && !/_(at|date|precedence)$|^eta$/.test(name)
        ? [name, attack]
        : [name, value],
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same fields, texts for texts
    return Object.fromEntries(filledRow) as T;
  };
  const item = { product_name: attack, variant_name: attack, sku: attack, quantity: 1 };
  const place = Object.fromEntries(
    "name business_name address_line1 address_line2 city state pincode country"
      .split(" ")
      .map((name) => [name, attack]),
  );
  const order = orderFacts({
    ...fill(orderFacts({ status: preview.facts.order?.status ?? "confirmed" })),
    items: JSON.stringify([item]),
    shipping_address: JSON.stringify(place),
    currency: attack,
  });
  return {
    ...preview,
    facts: facts({
      ...preview.facts,
      orderNumber: attack,
      order,
      payment: fill(paymentFacts({ payment_id: attack })),
      refund: fill(refundFacts()),
      shipment: fill({
        ...shipmentFacts({ status: preview.facts.shipment?.status ?? "shipped" }),
        items: JSON.stringify([item]),
      }),
    }),
  };
}

/** The texts that a person reads in a message; its links are the shop's own, and in attributes. */
function readIn(message: Message): readonly string[] {
  if (message.channel === "sms") return [message.text];
  if (message.channel !== "email") return [];
  const own = /^https:\/\/(shop\.example|www\.delhivery\.com|track\.example)\/\S*$/gm;
  const contacts =
    /^Unsubscribe: https:\/\/hooks\.shop\.example\/\S*$|help@shop\.example|^Instagram: https:\/\/instagram\.com\/\S*$/gm;
  const shown = message.html
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/<script[^]*?<\/script>/, "")
    .replaceAll(contacts, "")
    .replaceAll(/<[^>]*>/g, "\n")
    .replaceAll("&amp;", "&");
  const text = message.text.replaceAll(own, "").replaceAll(contacts, "");
  return [message.subject, shown, text, structuredIn(message.html)];
}

/** The texts that programs read, except the links of the shop and of the couriers. */
function structuredIn(html: string): string {
  const [, json = "{}"] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
  const own = /^https:\/\/(schema\.org|shop\.example|www\.delhivery\.com|track\.example)(\/|$)/;
  const texts: string[] = [];
  JSON.parse(json, (_, value: unknown) => {
    if (typeof value === "string" && !own.test(value)) texts.push(value);
    return value;
  });
  return texts.join("\n");
}

/** Links as mail clients detect them, after a phone has replaced other characters with plain ones. */
const links =
  /[a-z]:\/\/|www\.\w|[\w-]\.(example|com|co)\b|\w@\w|(mailto|tel):[^\s\u200b]|\d\.\d+\.\d+\.\d|\\\\/i;

const toCustomers = previews.filter(({ channel }) => channel === "email" || channel === "sms");

describe.each(attacks)("%s", (attack) => {
  it("becomes no link, whichever field of whichever message it stands in", () => {
    for (const preview of toCustomers) {
      const message = renderPreview(filled(preview, attack));
      for (const text of readIn(message)) {
        const found = links.exec(text.replaceAll("\u2024", ".").replaceAll("。", "."));
        expect(found?.[0], `${preview.name}, ${preview.channel}: ${text}`).toBeUndefined();
      }
    }
  });

  it("is nobody's name", () => {
    const [first] = toCustomers;
    if (first === undefined) throw new Error("no previews");
    expect(nameOrNull(attack)).toBeNull();
    expect(JSON.stringify(renderPreview(filled(first, attack)))).toContain(">Hello,<");
  });
});

it.each(["evil.\u2764com", "evil\u2488com", "evil₹com"])(
  "becomes no link in an SMS that cannot carry its characters: %s",
  (attack) => {
    for (const preview of toCustomers.filter(({ channel }) => channel === "sms")) {
      const [text = ""] = readIn(renderPreview(filled(preview, attack)));
      expect(text).not.toMatch(/\w\.co/);
    }
  },
);

it("of any length leaves the team a link that Slack takes, to a page of ours", () => {
  const shop = { ...previews[0]?.shop, publicUrl: "https://receiver.example" };
  for (const order of ["ORD-1", "x".repeat(3_000), "漢".repeat(600), "..", "a|b>c<!channel>"]) {
    const content = { title: "T", text: "t", facts: [], order };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shop of the previews, with an address
    const note = writeNote(content, shop as Preview["shop"], createTexts("en", noEdits));
    const [, text = ""] =
      /"type":"mrkdwn","text":"([^"]*)"/.exec(JSON.stringify(note.blocks)) ?? [];
    expect(text).toMatch(
      /^<https:\/\/receiver\.example\/console[^<>|]*\|Open the (order|console)>$/,
    );
    expect(text.length).toBeLessThan(3_000);
  }
});

describe("a name", () => {
  it.each([
    "J.R. Smith",
    "A.B. Co.",
    "J.Smith",
    "Md.Rahman",
    "Dr. Meera K. Rao, Ph.D.",
    "St. John-Söhne",
    "O'Brien & Söhne",
    "Asha Rao c/o Ravi",
    "श्री.राम",
    "李小龙",
    "Asha Rao 2",
  ])("is written as it is: %s", (name) => {
    expect(nameOrNull(name)?.replaceAll("\u200b", "")).toBe(name);
  });

  it.each([
    "Asha\r\nBcc: x@example.com",
    "Asha\u2028Rao",
    "call +1 900 555 0100",
    "call +1‑900‑555‑0100",
    "98765–43210",
    "98765/43210",
    "9*8*7*6*5*4*3*2*1*0",
    "९८७६५४३२१०",
    "asha.rao",
  ])("is left out where it is more than a name: %j", (name) => {
    expect(nameOrNull(name)).toBeNull();
  });
});

describe("other text", () => {
  it.each([
    "Filter Coffee, 0.5 kg",
    "USB 3.0 cable, 1.5 m",
    "Approx. 20 x 30 cm",
    "A.B. Co. Tea No. 5",
    "ORD-2026.0187",
    "Ratio 2:1",
  ])("is written as it is, with nothing in it: %s", (text) => {
    expect(outsideLine(text)).toBe(text);
  });

  it("of an item looks as it did, where only a dot could make a link of it", () => {
    expect(lineOrNull("Node.js in Action")).toBe("Node.\u200bjs in Action");
    expect(lineOrNull(lineOrNull("http://x.example"))).toBe("http:\u200b//x.\u200bexample");
  });

  it("of an address keeps its lines, but for one that is a link", () => {
    expect(addressLineOrNull("Opp.Metro station")).toBe("Opp.\u200bMetro station");
    expect(addressLineOrNull("Plot 14//2\nFloor 3")).toBe("Plot 14//2 Floor 3");
    expect(addressLineOrNull("see evil.example")).toBeNull();
  });
});
