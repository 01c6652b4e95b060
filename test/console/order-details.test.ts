/** The other parts of an order's page, after goods and money: with all data, without data, and with hostile data. */
import { beforeAll, describe, expect, it } from "vitest";
import { event } from "../support/events";
import { address, orderDetail, payment, refund, shipment } from "../support/models";
import { apply, fetchWith } from "../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };

let cookie = "";

async function signIn(): Promise<void> {
  const init = {
    method: "POST",
    body: new URLSearchParams({ token: "let-me-in" }),
    headers: { origin: ORIGIN },
    redirect: "manual",
  } as const;
  const response = await fetchWith(ADMIN, new Request(`${ORIGIN}/console/sign-in`, init));
  cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

async function read(number: string): Promise<string> {
  const path = `${ORIGIN}/console/orders/${encodeURIComponent(number)}`;
  const response = await fetchWith(ADMIN, new Request(path, { headers: { cookie } }));
  expect(response.status).toBe(200);
  return await response.text();
}

/** A part of the page, from its heading to the next one; null if it does not exist. */
async function part(number: string, id: string): Promise<string | null> {
  const html = await read(number);
  return new RegExp(`<section aria-labelledby="${id}".*?</section>`, "s").exec(html)?.[0] ?? null;
}

/** The text of the part that a person reads. */
async function words(number: string, id: string): Promise<string> {
  const html = (await part(number, id)) ?? "";
  return html
    .replaceAll("<wbr/>", "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

beforeAll(async () => {
  await signIn();
});

describe("an order of which everything is said", () => {
  beforeAll(async () => {
    const business = { business_name: "Rao Traders", tax_identification_number: "29ABCDE1234F1Z5" };
    const detail = orderDetail("FULL", {
      billing_address: address({ ...business, city: "Mysuru" }),
      customer_id: 20_418_377,
      customer_note: "Ring twice",
      coupon_code: "DIWALI100",
      metadata: { channel: "app", table: 7 },
      loyalty_tier: { name: "gold" },
      is_cancellation_allowed: true,
      payment_success_date: "2026-11-20T09:31:00Z",
      payments: [payment("PAY-FULL"), refund("REF-NOT", {})],
    });
    const link = { order_number: "FULL" };
    await apply(
      event("order.confirmed", detail),
      event("payment.refund.success", refund("REF-FULL"), link),
      event("shipment.created", shipment("SHP-FULL"), link),
    );
  });

  it("shows the customer's id, and where it is billed to, with the GSTIN under its own name", async () => {
    const text = await words("FULL", "customer");
    expect(text).toContain("Customer id 20418377");
    expect(text).toContain("GSTIN 29ABCDE");
    expect(await words("FULL", "bills-to")).toMatch(
      /Bills to Asha Rao Rao Traders 12 MG Road Mysuru .* India/,
    );
    expect(text.split("29ABCDE1234F1Z5")).toHaveLength(2);
  });

  it("shows note, coupon and metadata", async () => {
    expect(await words("FULL", "remarks")).toBe(
      " Note, coupon, metadata Note Ring twice Coupon DIWALI100 Metadata channel : app table : 7 ",
    );
  });

  it("shows every other field by its name, of payments, refunds and shipments folded", async () => {
    const html = (await part("FULL", "other")) ?? "";
    const text = await words("FULL", "other");
    for (const field of [
      "loyalty_tier {&quot;name&quot;:&quot;gold&quot;}",
      "is_cancellation_allowed true",
      "Payment PAY-FULL payment_date 2026-11-20 09:31:00 upi_id asha@upi",
      "Refund REF-FULL payment_method UPI",
      "Parcel SHP-FULL total_weight 1.5",
    ]) {
      expect(text).toContain(field);
    }
    expect(html.match(/<details>/g)).toHaveLength(5);
    expect(html).toContain('<time datetime="2026-11-20T09:31:00Z"');
  });
});

describe("an order of which nothing of this is said", () => {
  it("has none of these parts", async () => {
    await apply(event("order.confirmed", { order_number: "BARE", grand_total: 5 }));
    expect(await part("BARE", "remarks")).toBeNull();
    expect(await part("BARE", "other")).toBeNull();
    expect(await words("BARE", "customer")).toBe(
      " Customer Why? No event has named the customer. ",
    );
  });

  it("names no billing address where it is the one that the order goes to, but its tax id", async () => {
    const same = address();
    const detail = orderDetail("SAME", {
      shipping_address: same,
      billing_address: { ...same, tax_identification_number: "DE123456789" },
    });
    await apply(event("order.confirmed", detail));
    const text = await words("SAME", "customer");
    expect(await part("SAME", "bills-to")).toBeNull();
    expect(text).toContain("Tax id DE123456789");
  });
});

describe("an order of which a person was erased", () => {
  it("says nothing of them any more, only that there was a customer", async () => {
    const detail = orderDetail("GONE", {
      billing_address: address({ email: "gone@example.com", tax_identification_number: "29GONE" }),
      customer_id: "cus_gone",
      customer_note: "gone: ring twice",
      coupon_code: "GONE-10",
      metadata: { gift_to: "gone too" },
      greeting: "gone as well",
      payments: [payment("PAY-GONE", { upi_id: "gone@upi" })],
    });
    await apply(event("order.confirmed", detail));
    expect(await read("GONE")).toContain("gone as well");
    const headers = { authorization: "Bearer let-me-in", "content-type": "application/json" };
    const body = JSON.stringify({ email: "gone@example.com" });
    const init = { method: "POST", headers, body };
    await fetchWith(ADMIN, new Request(`${ORIGIN}/api/admin/erasures`, init));
    expect(await read("GONE")).not.toMatch(/gone@|29GONE|cus_gone|gone:|GONE-10|gone too|as well/);
    expect(await part("GONE", "other")).toBeNull();
    expect(await words("GONE", "customer")).toContain("Tax id (erased)");
    expect(await words("GONE", "ships-to")).toBe(" Ships to (erased) ");
    expect(await words("GONE", "remarks")).not.toContain("Metadata");
  });
});

describe("what means harm", () => {
  const script = `<script>alert(1)</script>`;

  it("is text, names of fields too, and nothing hides", async () => {
    const detail = orderDetail("EVIL", {
      customer_id: script,
      customer_note: `${script}\u202eetad`,
      coupon_code: `"><img src=x onerror=alert(1)>`,
      metadata: { [script]: script, constructor: "c" },
      [script]: { [script]: `\u0000${script}` },
      billing_address: address({ tax_identification_number: script }),
    });
    await apply(event("order.confirmed", detail));
    const html = await read("EVIL");
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img");
    for (const hidden of ["\u202e", "\u0000"]) expect(html).not.toContain(hidden);
    expect(await words("EVIL", "remarks")).toContain(
      "&lt;script&gt;alert(1)&lt;/script&gt;\\u202eetad",
    );
    expect(await words("EVIL", "remarks")).toContain("constructor : c");
  });

  it("is bounded: long values, long names, many fields, deep nesting", async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${String(n)}`, n]));
    const detail = orderDetail("LONG", {
      customer_note: "n".repeat(200_000),
      coupon_code: "c".repeat(200_000),
      metadata: { ["m".repeat(4_000)]: "v".repeat(3_000) },
      deep: Array.from({ length: 1_000 }).reduce<unknown>((inner) => [inner], 1),
      ...many,
    });
    await apply(event("order.confirmed", detail));
    const [remarks, other] = [await part("LONG", "remarks"), await part("LONG", "other")];
    expect(remarks?.length).toBeLessThan(5_000);
    expect(remarks).toContain("…");
    expect(other).toContain("And 2");
    expect(other?.match(/<dt>/g)).toHaveLength(100);
  });
});
