/** The shop from vars and rows, the valid values of its settings, and quiet hours by the time of a zone. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config";
import { quietHoursEnd, spread } from "../../src/notifications/quiet-hours";
import { makeShop } from "../../src/notifications/shop";
import { readColour } from "../../src/notifications/shop/contrast";
import { halfDone, type SetUp } from "../../src/notifications/shop/half-done";
import { parseValue, type SettingKind } from "../../src/notifications/shop/kinds";
import { findSetting, settingNames } from "../../src/notifications/shop/settings";
import { smsTexts } from "../../src/notifications/templates";

const vars = parseConfig({
  STORE_NAME: "Var shop",
  ORDER_URL: "https://shop.example/orders/{order}",
  EMAIL_FROM: "a@shop.example",
  EMAIL_REPLY_TO: "help@shop.example",
}).shop;

describe("the shop", () => {
  it("takes what vars state, and the defaults", () => {
    expect(makeShop(vars, [])).toMatchObject({
      name: "Var shop",
      orderUrl: "https://shop.example/orders/{order}",
      paymentUrl: null,
      logoUrl: null,
      takesReplies: true,
      addressLines: [],
      socialLinks: [],
      quietHours: { from: 21 * 60, to: 8 * 60 },
    });
  });

  it("takes a row before a var, and ignores one that cannot be used any more", () => {
    const rows = [
      { name: "name", value: "Row shop" },
      { name: "order_url", value: "http://shop.example" },
      { name: "postal_address", value: "14 MG Road\nBengaluru 560001" },
      { name: "x", value: "https://x.com/shop" },
      { name: "quiet_hours_to", value: "09:30" },
      { name: "long gone", value: "1" },
    ];
    expect(makeShop(vars, rows)).toMatchObject({
      name: "Row shop",
      orderUrl: "https://shop.example/orders/{order}",
      addressLines: ["14 MG Road", "Bengaluru 560001"],
      socialLinks: [{ network: "x", url: "https://x.com/shop" }],
      quietHours: { from: 21 * 60, to: 9 * 60 + 30 },
    });
  });
});

describe("a value", () => {
  const cases: readonly [SettingKind, readonly string[], readonly string[]][] = [
    ["text", ["Meera", "मीरा हैंडलूम"], ["", " ", "two\nlines", "\u202eevil", "x".repeat(121)]],
    ["lines", ["one\r\ntwo"], ["a\u0000b", "1\n2\n3\n4\n5\n6\n7\n8\n9"]],
    [
      "url",
      ["https://shop.example/logo.png"],
      [
        "http://shop.example",
        "javascript:alert(1)",
        "https://a@evil.example",
        "https://shop.example/{order}",
        "shop.example",
      ],
    ],
    [
      "order_url",
      ["https://shop.example/o/{order}?a=1", "https://shop.example/orders"],
      ["https://{order}.example/", "https://shop.example:{order}/"],
    ],
    [
      "email",
      ["help@shop.example"],
      ["help@", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"],
    ],
    ["phone", ["+91 98765 43210", "1800 123 456"], ["call us", "12", "+91<b>"]],
    ["tax_id", ["29ABCDE1234F1Z5"], ["?", "<b>"]],
    ["time", ["00:00", "21:30"], ["24:00", "9:00", "21.00"]],
    ["dlt_id", ["1101234567890123456"], ["110-1", "x"]],
    ["content_sid", [`HX${"0a".repeat(16)}`], ["HX1", `MG${"0a".repeat(16)}`]],
  ];
  it.each(cases)("of the kind %s is checked", (kind, good, bad) => {
    for (const text of good) expect(parseValue(kind, text), text).toMatchObject({ ok: true });
    for (const text of bad) expect(parseValue(kind, text), text).toMatchObject({ ok: false });
  });

  it("of a colour needs contrast with white, and names the nearest darker one that has it", () => {
    expect(parseValue("colour", "#1F5F4F")).toEqual({ ok: true, value: "#1f5f4f" });
    expect(parseValue("colour", "#00f")).toEqual({ ok: true, value: "#0000ff" });
    const refused = parseValue("colour", "#ffcc00");
    // The ratio that WebAIM's contrast checker shows.
    expect(refused).toMatchObject({
      ok: false,
      reason: expect.stringContaining("1.51") as unknown,
    });
    const named = /#[0-9a-f]{6}$/.exec(refused.ok ? "" : refused.reason)?.[0] ?? "";
    expect(parseValue("colour", named)).toEqual({ ok: true, value: named });
    expect(readColour(named)?.contrast).toBeLessThan(4.6);
    expect(parseValue("colour", "green").ok).toBe(false);
    expect(readColour("#767676")?.contrast).toBeCloseTo(4.54, 2);
  });
});

describe("the settings", () => {
  it("are those of the shop, and those of each text of an SMS", () => {
    const names = settingNames(smsTexts);
    expect(names).toContain("accent_colour");
    expect(names).toContain("dlt_template_id.shipment_update.shipped");
    expect(names).toContain("whatsapp_content_sid.payment_failed.hi");
    for (const name of names) expect(findSetting(name, smsTexts), name).not.toBeNull();
    for (const name of ["", "toString", "dlt_template_id", "dlt_template_id.order_confirmed"]) {
      expect(findSetting(name, smsTexts), name).toBeNull();
    }
    expect(findSetting("whatsapp_content_sid.payment_failed.xx", smsTexts)).toBeNull();
  });

  it("of which a part is missing are named", () => {
    const whole: SetUp = {
      rows: [],
      texts: smsTexts,
      timeZone: "Asia/Kolkata",
      publicUrl: "https://hooks.shop.example",
      hasLinkSecret: true,
      isOn: (channel) => channel === "sms",
    };
    expect(halfDone(whole)).toEqual([]);
    expect(halfDone({ ...whole, hasLinkSecret: false, publicUrl: null })).toEqual([
      "Review requests have no link to unsubscribe: LINK_SECRET and PUBLIC_URL are not set.",
    ]);
    expect(halfDone({ ...whole, isOn: (channel) => channel === "whatsapp" })).toEqual([
      expect.stringContaining("content template is set for payment_failed and"),
    ]);
    const rows = [
      { name: "quiet_hours_from", value: "22:00" },
      { name: "dlt_entity_id", value: "1101234567890123456" },
      { name: "accent_colour", value: "#ffffff" },
      { name: "gone", value: "1" },
    ];
    const said = halfDone({ ...whole, timeZone: null, rows }).join("\n");
    expect(said).toContain("STORE_TIME_ZONE is not set");
    expect(said).toContain("No DLT template id is set for payment_failed and");
    expect(said).toContain("accent_colour is not usable");
    expect(said).toContain("gone is not known");
  });
});

describe("quiet hours", () => {
  const night = { from: 21 * 60, to: 8 * 60 };
  const end = (now: string, hours = night, zone = "Asia/Kolkata") =>
    quietHoursEnd(now, hours, zone);

  it("end in the morning, by the clocks of the shop", () => {
    expect(end("2026-11-26T15:29:59.999Z")).toBeNull();
    expect(end("2026-11-26T15:30:00.000Z")).toBe("2026-11-27T02:30:00.000Z");
    expect(end("2026-11-26T20:00:00.000Z")).toBe("2026-11-27T02:30:00.000Z");
    expect(end("2026-11-27T02:29:59.999Z")).toBe("2026-11-27T02:30:00.000Z");
    expect(end("2026-11-27T02:30:00.000Z")).toBeNull();
  });

  it("may lie within a day, and may be none", () => {
    const noon = { from: 13 * 60, to: 14 * 60 };
    expect(end("2026-11-26T08:00:00.000Z", noon)).toBe("2026-11-26T08:30:00.000Z");
    expect(end("2026-11-26T09:00:00.000Z", noon)).toBeNull();
    expect(end("2026-11-26T16:00:00.000Z", { from: 480, to: 480 })).toBeNull();
  });

  it("end when the clocks show it, also where they change in that night", () => {
    const berlin = (now: string) => end(now, night, "Europe/Berlin");
    expect(berlin("2026-10-24T20:00:00.000Z")).toBe("2026-10-25T07:00:00.000Z");
    expect(berlin("2026-03-28T21:00:00.000Z")).toBe("2026-03-29T06:00:00.000Z");
  });

  it("are not over for all at the same moment", () => {
    expect(spread("2026-11-27T02:30:00.000Z", 0)).toBe("2026-11-27T02:30:00.000Z");
    expect(spread("2026-11-27T02:30:00.000Z", 0.5)).toBe("2026-11-27T02:35:00.000Z");
  });
});
