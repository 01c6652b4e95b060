/** The URLs that can be endpoints, and the names that a filter may have. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config";
import { whyNotEndpoint } from "../../src/events/field-formats/endpoint-address";
import { filterNames, isWanted } from "../../src/projection/event-filter";

describe("the URL of an endpoint", () => {
  it.each([
    "https://erp.example/hooks/ce?key=1",
    "https://203.0.113.7/hooks",
    "https://[2606:4700::1111]/hooks",
    "http://127.0.0.1:8787/hooks",
    "http://localhost:3000",
    "http://[::1]:3000",
    "https://100.63.255.255/",
    "https://172.32.0.1/",
    "https://internal.example/",
  ])("may be %s", (url) => {
    expect(whyNotEndpoint(url)).toBeNull();
  });

  it.each([
    ["erp.example/hooks", "not a URL"],
    ["http://erp.example/hooks", "https://"],
    ["ftp://127.0.0.1/", "https://"],
    ["https://user:secret@erp.example/", "credentials"],
    ["http://user@127.0.0.1/", "credentials"],
    ["https://10.1.2.3/", "private"],
    ["https://192.168.1.1/", "private"],
    ["https://172.16.0.1/", "private"],
    ["https://100.64.0.1/", "private"],
    ["https://169.254.169.254/latest/meta-data", "link-local"],
    ["https://2852039166/", "link-local"],
    ["https://0xa9fea9fe/", "link-local"],
    ["https://0251.0376.0251.0376/", "link-local"],
    ["https://0xA9.254.43518/", "link-local"],
    ["https://10.1/", "private"],
    ["https://0/", "reserved"],
    ["https://255.255.255.255/", "reserved"],
    ["https://[fd00::1]/", "private"],
    ["https://[fe80::1]/", "private"],
    ["https://[fec0::1]/", "private"],
    ["https://[ff02::1]/", "private"],
    ["https://[::]/", "reserved"],
    ["https://[::ffff:10.0.0.1]/", "private"],
    ["https://[::ffff:a9fe:a9fe]/", "link-local"],
    ["https://[64:ff9b::10.0.0.1]/", "private"],
    ["https://[2002:a00:1::]/", "private"],
    ["https://[::ffff:127.0.0.1]/", "127.0.0.1"],
    ["https://metadata.google.internal/", "private network"],
    ["https://printer.local./", "private network"],
    ["https://metadata.google.internal../", "private network"],
    ["https://metadata。google。internal/", "private network"],
    ["https://metadata/", "private network"],
    ["https://localhost./", "private network"],
    ["https://erp.localhost/", "private network"],
    ["https://localhost.localdomain/", "private network"],
    ["https://10.0.0.1./", "private"],
    ["https://１０.0.0.1/", "private"],
    ["https:\\\\10.0.0.1\\", "private"],
    ["https://127.0.0.1@10.0.0.1/", "credentials"],
    ["https://168.63.129.16/", "reserved"],
    ["https://[fe80::1%25eth0]/", "not a URL"],
    ["https://[::ffff:0:10.0.0.1]/", "private"],
    ["https://[64:ff9b:1::a00:1]/", "private"],
    ["https://[2001:0:a00:1::]/", "private"],
    ["https://[2606:4700::5efe:10.0.0.1]/", "private"],
    [`https://erp.example/${"x".repeat(2_100)}`, "2048"],
  ])("may not be %s", (url, why) => {
    expect(whyNotEndpoint(url)).toContain(why);
  });
});

describe("a filter", () => {
  it("knows every type and every group of types", () => {
    expect(filterNames).toEqual(
      expect.arrayContaining(["*", "order.*", "payment.*", "payment.refund.*", "payment.success"]),
    );
    expect(filterNames).not.toContain("payment.refund");
  });

  it("takes what it names, and what a wildcard covers", () => {
    expect(isWanted("payment.refund.success", ["payment.*"])).toBe(true);
    expect(isWanted("payment.refund.success", ["payment.refund.*"])).toBe(true);
    expect(isWanted("payment.success", ["payment.refund.*"])).toBe(false);
    expect(isWanted("order.created", ["order.confirmed", "*"])).toBe(true);
    expect(isWanted("order.created", [])).toBe(false);
  });
});

describe("FORWARD_URL", () => {
  const FORWARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const parse = (FORWARD_URL: string) => parseConfig({ FORWARD_URL, FORWARD_SECRET });

  it.each([
    "https://user:hunter2@erp.example/hooks",
    "https://169.254.169.254/latest",
    "https://10.0.0.7/",
    "https://[fd00::1]/",
    "https://0x0a000007/",
    "https://metadata/",
    "http://erp.example/",
    "nonsense",
  ])("follows the same rules: %s switches it off, and is named without its value", (url) => {
    const { channels, problems, outbox } = parse(url);
    expect(channels.forward).toBeNull();
    expect(problems).toEqual([
      "FORWARD_URL is not usable and is ignored: expected an https URL without credentials, at an address that is not private",
    ]);
    // Forwards are kept until they can be sent.
    expect(outbox.forwardsByDefault).toBe(true);
  });

  it.each(["https://erp.example/hooks?key=1", "http://127.0.0.1:8787/hooks", "http://localhost:1"])(
    "may be %s",
    (url) => {
      const { channels, problems } = parse(` ${url} `);
      expect(channels.forward).toMatchObject({ url });
      expect(problems).toEqual([]);
    },
  );
});
