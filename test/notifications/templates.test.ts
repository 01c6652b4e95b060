/** The templates of messages: what each one says, on each of its channels. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forwardBody, memberText } from "../../src/notifications/templates/system/forward-body";
import { money } from "../../src/money";
import { httpUrl, oneLine } from "../../src/notifications/formatting/safe-text";
import { gsmText, septets } from "../../src/notifications/channels/sms/gsm";
import { courierPages, trackingLink } from "../../src/notifications/templates/shipment/tracking";
import { dayText } from "../../src/notifications/formatting/when";
import { notifiedStatuses } from "../../src/notifications/templates/shipment/notified-statuses";
import type { EventFacts } from "../../src/notifications/templates/facts";
import {
  facts,
  hostileOrder,
  orderFacts,
  paymentFacts,
  refundFacts,
  type Preview,
  previews,
  previewShop,
  shipmentFacts,
} from "./fixtures";
import { renderPreview } from "./previews";

const SMS_MAX_SEPTETS = 160;
/** The English format of dates. */
const english = { locale: "en-GB" };

const seed = Math.floor(Math.random() * 2 ** 31);

function smsOf(changes: Partial<Preview>): string {
  const message = renderPreview({
    name: "test",
    template: "shipment_update",
    channel: "sms",
    context: { kind: "shipment_status", status: "in_transit" },
    facts: facts({ shipment: shipmentFacts() }),
    shop: previewShop,
    ...changes,
  });
  if (message.channel !== "sms") throw new Error(message.channel);
  return message.text;
}

function emailOf(name: string): { subject: string; html: string; text: string } {
  const found = previews.find((preview) => preview.name === name && preview.channel === "email");
  if (found === undefined) throw new Error(`no preview ${name}`);
  const message = renderPreview(found);
  if (message.channel !== "email") throw new Error(message.channel);
  return message;
}

describe("an e-mail", () => {
  it("shows items, sums and address, in HTML and in text alike", () => {
    const { subject, html, text } = emailOf("order-confirmed");
    expect(subject).toBe("Your order ORD-20261124-0187 is confirmed");
    for (const shown of [
      "Handloom Cotton Saree",
      "₹4,998.00",
      "₹6,696.50",
      "14 MG Road, 3rd floor",
      "Bengaluru 560001",
    ]) {
      expect(html).toContain(shown);
      expect(text).toContain(shown);
    }
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
  });

  it("shows markup and marks of direction as plain text, and breaks no subject line", () => {
    const { subject, html } = emailOf("order-confirmed-hostile");
    expect(html).not.toMatch(/<script>|<script [^t]|<img src=x|<b>|<i>|javascript:/);
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toContain("\u202e");
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain("undefined");
    expect(html).not.toContain("[object");
  });

  it("has a button with the courier's page where the shipment has only a number", () => {
    const { html, text } = emailOf("shipment-in-transit");
    const page = "https://www.delhivery.com/track/package/28744710012345";
    expect(html).toContain(`href="${page}"`);
    expect(text).toContain(page);
    const lost = emailOf("shipment-lost");
    expect(lost.html).not.toContain(`href="${page}"`);
    expect(lost.html).toContain('href="https://shop.example/orders/ORD-20261124-0187"');
  });

  it("of a parcel to collect names no day and no address of a delivery", () => {
    const { subject, text } = emailOf("shipment-ready-to-collect");
    expect(subject).toBe("Your order ORD-20261124-0187 is ready to collect");
    expect(text).toContain("Your parcel is ready to collect");
    expect(text).toContain("In this parcel");
    expect(text).not.toMatch(/Expected by|Delivery address/);
    expect(emailOf("shipment-out-for-delivery").text).toMatch(/Expected by[^]*Delivery address/);
  });

  it("of a refund to loyalty points speaks of no bank, and of any other does", () => {
    const points = emailOf("refund-succeeded-points");
    expect(points.text).toContain("Your refund is in your loyalty points");
    expect(points.text).toContain("₹1,199.00 for this order, as loyalty points");
    expect(`${points.subject}${points.html}${points.text}`).not.toMatch(/bank|on its way/i);
    expect(emailOf("refund-succeeded").text).toContain("Banks may take");
  });

  it("of a cancelled order promises a refund only where something was paid", () => {
    const cancelled = (changes: Parameters<typeof orderFacts>[0]): string => {
      const order = orderFacts({ status: "cancelled", ...changes });
      const message = renderPreview({
        name: "test",
        template: "order_cancelled",
        channel: "email",
        context: { kind: "none" },
        facts: facts({ order }),
        shop: previewShop,
      });
      return JSON.stringify(message);
    };
    const promise = /paying|refund|back to you/i;
    expect(cancelled({ paid_micros: 100_000_000 })).toContain("We are paying ₹100.00 back to you");
    expect(cancelled({ paid_micros: 0 })).not.toMatch(promise);
    // An amount that an event called refundable before any payment is not owed.
    expect(cancelled({ paid_micros: 0, refundable_micros: 500_000_000 })).not.toMatch(promise);
    expect(cancelled({ paid_micros: 100_000_000, refunded_micros: 100_000_000 })).not.toMatch(
      promise,
    );
  });

  it("of a part says what is in the parcel, and what is in another or still to come", () => {
    const { subject, html, text } = emailOf("shipment-part-shipped");
    expect(subject).toBe("Part of your order ORD-20261124-0187 has shipped");
    expect(html).toContain("Part of your order has shipped");
    expect(text).toContain("What is still to come is listed below.");
    expect(text).toMatch(/In this parcel\n- Handloom Cotton Saree \(Qty 1\)\n- Filter Coffee/);
    expect(text).toMatch(
      /Still to come\n- Handloom Cotton Saree \(Qty 1\)\n- Brass Diya, set of 4 \(Qty 1 · ships when it is back in stock\)\n\n/,
    );
    const rest = emailOf("shipment-part-rest-elsewhere").text;
    expect(rest).toContain("The rest of your order is in another parcel.");
    expect(rest).not.toContain("Still to come");
  });

  it("of a changed tracking shows the new one, with or without a link", () => {
    const { subject, text } = emailOf("tracking-changed");
    expect(subject).toBe("New tracking for your order ORD-20261124-0187");
    expect(text).toContain("Tracking number: 77841209563");
    expect(text).toContain("trackNo=77841209563");
    expect(emailOf("tracking-changed-no-link").text).not.toContain("Track your parcel");
  });

  it("asks for a review by the shop's page, with the order in it, or by reply", () => {
    expect(emailOf("review-request").html).toContain(
      'href="https://shop.example/review?order=ORD-20261124-0187"',
    );
    expect(emailOf("review-request-by-reply").html).not.toContain("https://shop.example/review");
  });

  const repliesOf = (name: string, takesReplies: boolean): string => {
    const found = previews.find((one) => one.name === name && one.channel === "email");
    if (found === undefined) throw new Error(`no preview ${name}`);
    return JSON.stringify(renderPreview({ ...found, shop: { ...found.shop, takesReplies } }));
  };

  it("invites replies only where somebody reads them", () => {
    for (const { name } of previews.filter((one) => one.channel === "email")) {
      expect(repliesOf(name, true), name).toContain("Questions? Just reply.");
      expect(repliesOf(name, false), name).not.toMatch(/repl(y|ies)/i);
    }
    expect(repliesOf("shipment-undelivered", true)).toContain("You can simply reply");
    expect(repliesOf("review-request-by-reply", false)).toContain("in our shop");
  });

  it("stays below what mail clients cut off, with long names and sums in lakhs", () => {
    const { html, text } = emailOf("order-confirmed-large");
    expect(emailOf("order-confirmed-hostile").html.length).toBeLessThan(60_000);
    expect(html).toContain("₹1,22,455.00");
    expect(text).toContain("Discount: −₹2,500.00");
    expect(html).toContain("MEERA-2026-WHOLESALE-0000000000187-A");
  });

  it("leaves out what is not known, without gaps", () => {
    const { html, text } = emailOf("shipment-shipped-bare");
    expect(html).not.toMatch(/track|Courier<|Delivery address|In this parcel/);
    expect(text).toMatch(
      /^Your parcel has shipped\n\nHello,\n\n.*\n\nView your order:\n.*\n\nOrder: ORD-20261124-0187\n\n--/,
    );
  });

  it("shows the shop's look, and how it is reached", () => {
    const { html, text } = emailOf("order-confirmed");
    expect(html).toContain('src="https://shop.example/logo.png"');
    expect(html).toContain('alt="Meera Handlooms"');
    expect(html).toContain("background:#7a1f4b");
    expect(html).toContain('alt="Block Print Kurta"');
    for (const shown of ["help@shop.example", "+918012345678", "GSTIN: 29ABCDE1234F1Z5"]) {
      expect(html).toContain(shown);
      expect(text).toContain(shown);
    }
    expect(html).toContain('href="https://shop.example/orders/ORD-20261124-0187"');
    expect(emailOf("order-confirmed-taxed").text).toContain("Your GSTIN: 27AAACM1234C1ZV");
  });

  it("is whole of a shop that has set nothing", () => {
    const { html, text } = emailOf("order-confirmed-no-look");
    expect(html).not.toMatch(/<img class="logo"|href=/);
    expect(html).toContain("Meera Handlooms");
    expect(text).toMatch(/--\nMeera Handlooms sent you this message about your order\./);
  });

  it("leads to the page where the order is paid, else to the order", () => {
    expect(emailOf("payment-failed").html).toContain(
      'href="https://shop.example/pay/ORD-20261124-0187"',
    );
    expect(emailOf("payment-failed-no-look").html).not.toContain("Pay now");
  });

  it("shows pictures that come encrypted, and of a parcel those of its order", () => {
    const order = orderFacts({
      items: JSON.stringify([
        { product_name: "A", sku: "A", product_image_url: "http://shop.example/a.jpg" },
        { product_name: "B", sku: "B", product_image_url: "javascript:alert(1)" },
        { product_name: "C", sku: "C", product_image_url: "https://user@shop.example/c.jpg" },
        { product_name: "D", sku: "D", product_image_url: "https://shop.example/d.jpg" },
      ]),
    });
    const shipment = shipmentFacts({
      status: "shipped",
      items: JSON.stringify([{ product_name: "D", sku: "D", quantity: 1 }]),
    });
    const pictures = (name: string): readonly (string | undefined)[] => {
      const found = previews.find((one) => one.name === name && one.channel === "email");
      if (found === undefined) throw new Error(name);
      const message = renderPreview({ ...found, facts: facts({ order, shipment }) });
      if (message.channel !== "email") throw new Error(message.channel);
      return [...message.html.matchAll(/<img src="([^"]*)"/g)].map(([, url]) => url);
    };
    expect(pictures("order-confirmed")).toEqual(["https://shop.example/d.jpg"]);
    expect(pictures("shipment-shipped")).toEqual(["https://shop.example/d.jpg"]);
  });

  it("has the tables of a layout, which no screen reader announces", () => {
    for (const { name, channel } of previews) {
      if (channel !== "email") continue;
      const { html } = emailOf(name);
      expect(html.match(/<table/g)?.length).toBe(html.match(/<table role="presentation"/g)?.length);
    }
  });

  it("is whole for any order at all", () => {
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.constant(null));
    const json = fc.oneof(fc.json(), fc.string(), fc.constant(null));
    fc.assert(
      fc.property(anything, anything, json, json, (name, currency, items, shipping_address) => {
        const order = orderFacts({ customer_name: name, currency, items, shipping_address });
        const [first] = previews;
        if (first === undefined) throw new Error("no previews");
        const message = renderPreview({ ...first, facts: facts({ order }) });
        if (message.channel !== "email") throw new Error(message.channel);
        expect(message.html.endsWith("</html>")).toBe(true);
        // Text in the structured data cannot end it.
        const [, data = ""] =
          /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(message.html) ?? [];
        expect(JSON.parse(data)).toMatchObject({ "@type": "Order" });
        expect(message.html.match(/<script/g)).toHaveLength(1);
        expect(message.subject).not.toMatch(/[\r\n]/);
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe("a name from outside that every object has", () => {
  it.each(["toString", "constructor", "__proto__", "hasOwnProperty"])(
    "is only a name: %s",
    (name) => {
      const order = orderFacts({ currency: name });
      const refund = refundFacts({ payment_mode: name });
      const shipment = shipmentFacts({ courier: name });
      for (const preview of previews) {
        const given = { ...preview.facts, order, refund, shipment };
        const message = renderPreview({ ...preview, facts: given });
        expect(JSON.stringify(message)).not.toContain("native code");
      }
    },
  );
});

describe(`an SMS (seed ${seed})`, () => {
  it.each(previews.filter((one) => one.channel === "sms"))(
    "fits one segment, link whole: $name",
    (preview) => {
      const message = renderPreview(preview);
      if (message.channel !== "sms") throw new Error(message.channel);
      expect(septets(message.text)).toBeLessThanOrEqual(SMS_MAX_SEPTETS);
      expect(gsmText(message.text)).toBe(message.text);
    },
  );

  it("of a changed tracking gives the number, and where that does not fit beside the link, the link", () => {
    const tracked = (changes: Parameters<typeof shipmentFacts>[0]): string =>
      smsOf({
        template: "tracking_changed",
        context: { kind: "tracking", tracking: "7" },
        facts: facts({
          shipment: shipmentFacts({ courier: "Blue Dart", awb_no: "7", ...changes }),
        }),
      });
    expect(tracked({ tracking_url: "https://t.example/7" })).toBe(
      "Meera Handlooms: order ORD-20261124-0187 has a new tracking number: 7 with Blue Dart. Track: https://t.example/7",
    );
    const long = `https://track.example/${"7".repeat(62)}`;
    expect(tracked({ tracking_url: long })).toBe(
      `Meera Handlooms: order ORD-20261124-0187 has new tracking. Track: ${long}`,
    );
    expect(tracked({ courier: null })).toBe(
      "Meera Handlooms: order ORD-20261124-0187 has a new tracking number: 7.",
    );
    // A number that an SMS would change is not shown.
    expect(tracked({ courier: null, awb_no: "७" })).toBe(
      "Meera Handlooms: order ORD-20261124-0187 has new tracking.",
    );
  });

  it("shortens names before it gives up the link", () => {
    const tracking_url = `https://track.example/${"7".repeat(70)}`;
    const text = smsOf({
      facts: facts({ shipment: shipmentFacts({ tracking_url }) }),
      shop: { ...previewShop, name: "The Very Long Established Handloom Company of Karnataka" },
    });
    expect(text).toContain(` Track: ${tracking_url}`);
    expect(septets(text)).toBeLessThanOrEqual(SMS_MAX_SEPTETS);
  });

  it("gives up a link that could never fit, and keeps the message", () => {
    const tracking_url = `https://track.example/${"7".repeat(200)}`;
    const text = smsOf({ facts: facts({ shipment: shipmentFacts({ tracking_url }) }) });
    expect(text).toBe("Meera Handlooms: order ORD-20261124-0187 is on its way.");
  });

  it("writes in the alphabet of GSM: accents go, rupees are INR", () => {
    expect(gsmText("Žlutý kůň – „ahoj“ … ₹5 नमस्ते")).not.toMatch(/[^ -~]/);
    const text = smsOf({
      template: "payment_failed",
      context: { kind: "none" },
      facts: facts({ payment: paymentFacts() }),
    });
    expect(text).toContain("INR 6,696.50");
  });

  it("leaves out a name that it cannot write, and keeps what it can of one", () => {
    const named = (name: string, courier = "ब्लू डार्ट"): string =>
      smsOf({
        facts: facts({ shipment: shipmentFacts({ courier }) }),
        shop: { ...previewShop, name },
      });
    expect(named("मीरा हैंडलूम्स")).toBe("Your order ORD-20261124-0187 is on its way.");
    expect(named("मीरा Handlooms")).toContain("Handlooms: order ORD-20261124-0187 is on its way.");
    expect(named("Café Žižkov", "DTDC")).toContain(
      "Café Zizkov: order ORD-20261124-0187 is on its way with DTDC.",
    );
    const failed = smsOf({
      template: "payment_failed",
      context: { kind: "none" },
      facts: facts({ payment: paymentFacts() }),
      shop: { ...previewShop, name: "मीरा" },
    });
    expect(failed).toMatch(/^The payment of INR 6,696.50 for order ORD-20261124-0187 failed/);
  });

  it("is one segment for every template with long names, amounts and numbers", () => {
    const long = "The Very Long Established Handloom Company of Karnataka and Kerala";
    const order = orderFacts({ order_number: "MEERA-2026-WHOLESALE-0000000000187-A" });
    for (const preview of previews.filter((one) => one.channel === "sms")) {
      const text = smsOf({
        ...preview,
        facts: facts({
          order,
          payment: paymentFacts({ amount_micros: 123_456_789_010_000 }),
          shipment: shipmentFacts({ courier: long, awb_no: "9".repeat(40) }),
        }),
        shop: { ...previewShop, name: long },
      });
      expect(septets(text), text).toBeLessThanOrEqual(SMS_MAX_SEPTETS);
      expect(text, text).toMatch(/MEERA-/);
    }
  });

  it("is one segment whatever the names are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.constantFrom(...notifiedStatuses, "tracking_changed"),
        (name, order_number, courier, status) => {
          const template = status === "tracking_changed" ? status : "shipment_update";
          const text = smsOf({
            template,
            context: { kind: "shipment_status", status },
            facts: facts({
              order: orderFacts({ order_number }),
              shipment: shipmentFacts({ courier, awb_no: order_number }),
            }),
            shop: { ...previewShop, name },
          });
          expect(septets(text)).toBeLessThanOrEqual(SMS_MAX_SEPTETS);
          expect(gsmText(text)).toBe(text);
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});

describe("a message to the team", () => {
  it("is plain text, where nothing is a mention, a link or a format, and links to the order's page", () => {
    const message = renderPreview({
      name: "test",
      template: "refund_due",
      channel: "team",
      context: { kind: "none" },
      facts: facts({
        order: { ...hostileOrder, status: "cancelled", customer_name: "<!channel> & *co*" },
      }),
      shop: previewShop,
    });
    if (message.channel !== "team") throw new Error(message.channel);
    const text = JSON.stringify(message.blocks);
    expect(text).toContain(
      '{"type":"plain_text","text":"Customer\\n<!channel> & *co*","emoji":false}',
    );
    expect(text.match(/"mrkdwn"/g)).toHaveLength(1);
    expect(message.text).toMatch(/^Refund due: Order ORD\/&lt;b&gt;7/);
    expect(text).toContain(
      "<https://hooks.shop.example/console/orders/ORD%2F%3Cb%3E7%3C%2Fb%3E%0D%0ABcc%3A%20x%40example.com|",
    );
  });

  it("has no link where PUBLIC_URL is not set", () => {
    for (const preview of previews.filter((one) => one.channel === "team")) {
      const message = renderPreview({ ...preview, shop: { ...previewShop, publicUrl: null } });
      expect(JSON.stringify(message)).not.toContain("|");
    }
  });
});

const link = (courier: string, own: Record<string, string> = {}): string | null =>
  trackingLink({ courier, awb_no: " 12/34 ", tracking_url: null }, own);

describe("tracking links", () => {
  it.each([
    ["Delhivery", "www.delhivery.com"],
    ["Delhivery Surface", "www.delhivery.com"],
    ["Blue Dart", "www.bluedart.com"],
    ["BLUEDART Express", "www.bluedart.com"],
    ["DTDC", "www.dtdc.in"],
    ["Ekart Logistics", "ekartlogistics.com"],
    ["XpressBees", "www.xpressbees.com"],
    ["India Post", "www.indiapost.gov.in"],
    ["FedEx", "www.fedex.com"],
    ["UPS", "www.ups.com"],
    ["DHL Express", "www.dhl.com"],
  ])("know %s", (courier, host) => {
    const url = new URL(link(courier) ?? "");
    expect(url.host).toBe(host);
    expect(url.href).toContain("12%2F34");
  });

  it("are nine couriers at least, each with a place for the number", () => {
    const pages = Object.values(courierPages);
    expect(pages.length).toBeGreaterThanOrEqual(9);
    expect(pages.every((page) => page.startsWith("https://") && page.includes("{awb}"))).toBe(true);
  });

  it("come from the shipment first, then from the shop's own table", () => {
    const own = { "blue dart": "https://track.shop.example/{awb}", shopvan: "ftp://x/{awb}" };
    expect(link("Blue Dart", own)).toBe("https://track.shop.example/12%2F34");
    expect(link("ShopVan", own)).toBeNull();
    const given = { courier: "Blue Dart", awb_no: "1", tracking_url: "https://given.example/1" };
    expect(trackingLink(given, own)).toBe("https://given.example/1");
    expect(trackingLink({ ...given, tracking_url: "javascript:alert(1)" }, own)).toBe(
      "https://track.shop.example/1",
    );
  });

  it.each(["Upstate Logistics", "DHLawat Carriers", "Sups"])(
    "take %s for nobody else",
    (courier) => {
      expect(link(courier)).toBeNull();
    },
  );

  it.each([
    ["U.P.S.", "https://x.example/UPS-only"],
    ["ups india", "https://www.ups.com"],
  ])("read %s as it is written", (courier, start) => {
    const own = { "u.p.s.": "https://x.example/UPS-only?{awb}" };
    expect(link(courier, courier === "U.P.S." ? own : {})).toContain(start);
  });

  it("are not made up for a courier that is not known, or without a number", () => {
    expect(link("Somebody")).toBeNull();
    expect(link("")).toBeNull();
    expect(trackingLink({ courier: "UPS", awb_no: " ", tracking_url: null }, {})).toBeNull();
  });
});

describe("dates", () => {
  it("read a moment in the zone of the currency, and a day as that day in every zone", () => {
    const unset = { timeZone: null };
    const tokyo = { timeZone: "Asia/Tokyo" };
    expect(dayText("2026-11-26T20:00:00.000Z", unset, "INR", english)).toBe("Fri, 27 Nov 2026");
    expect(dayText("2026-11-26T20:00:00.000Z", unset, "EUR", english)).toBe("Thu, 26 Nov 2026");
    expect(dayText("2026-11-26T20:00:00.000Z", tokyo, "EUR", english)).toBe("Fri, 27 Nov 2026");
    expect(dayText("2026-11-26T14:59:59.999Z", tokyo, "INR", english)).toBe("Thu, 26 Nov 2026");
    for (const shop of [unset, tokyo, { timeZone: "America/New_York" }]) {
      expect(dayText("2026-11-27", shop, "INR", english)).toBe("Fri, 27 Nov 2026");
      expect(dayText("2026-11-27", shop, "EUR", english)).toBe("Fri, 27 Nov 2026");
      expect(dayText("soon", shop, "INR", english)).toBeNull();
    }
  });
});

describe("money", () => {
  it.each([
    [1_234_567_500_000, "INR", "₹12,34,567.50"],
    [1_234_567_500_000, "USD", "$1,234,567.50"],
    [1_000_000_000, "JPY", "¥1,000"],
    [123_456_789_000_000, "INR", "₹12,34,56,789.00"],
    [1_234_500, "KWD", "KWD 1.235"],
    [1_234_567_000, "KWD", "KWD 1,234.567"],
    [1_500_000, "EUR", "€1.50"],
    [0, "INR", "₹0.00"],
    [1_500_000, "Rupees", "1.50 Rupees"],
    [1_500_000, "", "1.50"],
  ])("%i in %s is %s", (micros, currency, expected) => {
    expect(money(micros, currency)).toBe(expected);
  });
});

describe("text from outside", () => {
  it("is one line, cut by characters and not within them", () => {
    expect(oneLine("a\r\n\tb\u2028c")).toBe("a b c");
    expect(oneLine("😀".repeat(200), 3)).toBe("😀😀…");
    expect(oneLine("\ud800")).toBe("\ufffd");
  });

  it("is a link only where it is http or https", () => {
    expect(httpUrl("https://a.example/x y")).toBe("https://a.example/x%20y");
    for (const text of ["javascript:alert(1)", "data:text/html,x", "//a.example", "a b", ""]) {
      expect(httpUrl(text)).toBeNull();
    }
    // It shows one host but leads to another.
    expect(httpUrl("https://courier.example@evil.example/x")).toBeNull();
    expect(httpUrl("https://courier.example:443@evil.example")).toBeNull();
  });
});

const event = (payload: string): EventFacts => ({
  event_type: "order.created",
  form: null,
  occurred_at: null,
  received_at: "2026-11-24T10:00:00.000Z",
  payload,
  deferred: 0,
  order: null,
});

const body = (payload: string): string => forwardBody(event(payload), payload);

describe(`a forwarded body (seed ${seed})`, () => {
  it("holds type, time and data; for a bare body the whole of it", () => {
    const data = '{"a": 12345678901234567890.10, "b": "}\\"]"}';
    expect(body(`{"id":"e", "event_type":"order.created","data":${data} }`)).toBe(
      `{"type":"order.created","timestamp":"2026-11-24T10:00:00.000Z","data":${data}}`,
    );
    expect(body('{"order_number":"1","data":7}')).toBe(
      '{"type":"order.created","timestamp":"2026-11-24T10:00:00.000Z","data":{"order_number":"1","data":7}}',
    );
    expect(body('{"event_type":"x","data":null}')).toContain('"data":null}');
    const flat = '{"event_type":"order.created","order_number":"1"}';
    expect(body(flat)).toContain(`"data":${flat}}`);
    expect(body('{"topic":"order.created","payload":{"a":1.0}}')).toContain('"data":{"a":1.0}}');
  });

  it("finds what JSON.parse would find, in any object however written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (rest, data) => {
        const object = { ...rest, data };
        for (const indent of [0, 2]) {
          const found = memberText(JSON.stringify(object, null, indent), "data");
          expect(JSON.parse(found ?? "")).toEqual(JSON.parse(JSON.stringify(data)));
        }
      }),
      { seed, numRuns: 500 },
    );
    expect(memberText('{"data":1,"d\\u0061ta":[2]}', "data")).toBe("[2]");
    expect(memberText('{ "x" : {"data":1} }', "data")).toBeNull();
    expect(memberText("{}", "data")).toBeNull();
  });

  it("costs no stack for a body nested half a million levels deep", () => {
    const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
    expect(body(`{"event_type":"x","data":${deep},"z":1}`).length).toBeGreaterThan(1_000_000);
  });
});
