/**
 * The person of an order, from the webhook to the row, the search and the messages: with telephone numbers and e-mail
 * addresses as senders write them.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, test } from "vitest";
import { loadRebuild, startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { calmEnv, hand } from "../faults/drive";
import { defaults } from "../support/defaults";
import { event } from "../support/events";
import { address, orderDetail, shipment } from "../support/models";
import { consumeBatch, fetchWith, receiveOnly, row } from "../support/receiver";
import { clearAll } from "../upkeep/aged";

const NOW = "2026-11-24T10:00:00.000Z";

/** Applies an order event with this billing address and these fields, with these vars. */
async function tell(
  number: string,
  billing: Record<string, unknown> | null,
  over: Record<string, unknown> = {},
  vars: Record<string, string> = {},
): Promise<string> {
  const data = orderDetail(number, {
    billing_address: billing === null ? null : address(billing),
    shipping_address: null,
    customer_email: null,
    ...over,
  });
  const id = await receiveOnly(event("order.confirmed", data));
  await consumeBatch([id], vars);
  return id;
}

async function phoneOf(number: string): Promise<unknown> {
  const found = await row("SELECT customer_phone FROM orders WHERE order_number = ?1", number);
  return found["customer_phone"];
}

/** The order numbers that a search finds. */
async function search(q: string, vars: Record<string, string> = {}): Promise<readonly string[]> {
  const response = await fetchWith(
    { ADMIN_TOKEN: "let-me-in", ...vars },
    new Request(`https://receiver.test/api/admin/orders?q=${encodeURIComponent(q)}`, {
      headers: { authorization: "Bearer let-me-in" },
    }),
  );
  const { orders } = await response.json<{ orders: readonly { order_number: string }[] }>();
  return orders.map((order) => order.order_number);
}

/** The number of columns that a rebuild changes. */
async function rebuild(country: "IN" | "SG"): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, false, NOW);
  while ((await continueRebuild(env.DB, NOW, { ...defaults, country })) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged ?? -1;
}

beforeEach(clearAll);

describe("customer_phone", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["with a + that does not belong there", { phone: "+9876543210" }, "+919876543210"],
    ["with its code twice", { country_code: "+65", phone: "6591234567" }, "+6591234567"],
    ["with a 0", { country_code: "+44", phone: "020 7946 0958" }, "+442079460958"],
    ["as a JSON number", { country_code: 91, phone: 9876543210 }, "+919876543210"],
    ["without a code", { country_code: null, phone: "98765 43210" }, "+919876543210"],
    ["with an empty code", { country_code: "", phone: "098765 43210" }, "+919876543210"],
    ["with a country for a code", { country_code: "IN" }, "+919876543210"],
    ["in Devanagari", { phone: "९८७६५ ४३२१०" }, "+919876543210"],
    ["that is none, as it was told", { phone: "98765" }, "98765"],
    ["that is two, as they were told", { phone: "98765 43210 / 43211" }, "98765 43210 / 43211"],
    ["of two countries, with the code beside it", { phone: "+6591234567" }, "+91 +6591234567"],
  ])("is a number %s", async (_how, billing, phone) => {
    await tell("ORD-1", billing);
    expect(await phoneOf("ORD-1")).toBe(phone);
  });

  it("is read by STORE_COUNTRY where no code stands beside it", async () => {
    const vars = { STORE_COUNTRY: "sg" };
    await tell("ORD-1", { country_code: null, phone: "9123 4567" }, {}, vars);
    await tell("ORD-2", { phone: "98765 43210" }, {}, vars);
    await tell("ORD-3", { country_code: null, phone: "98765 43210" }, {}, { STORE_COUNTRY: "?" });
    expect(await phoneOf("ORD-1")).toBe("+6591234567");
    expect(await phoneOf("ORD-2")).toBe("+919876543210");
    expect(await phoneOf("ORD-3")).toBe("+919876543210");
  });

  it("is the one beside the addresses where they are null, or name none", async () => {
    const beside = { customer_phone: "098765 43210", customer_id: "cus_1" };
    await tell("ORD-1", null, beside);
    await tell("ORD-2", { phone: null }, { ...beside, customer_phone: 9876543210 });
    await tell("ORD-3", { phone: "98200 11111" }, beside);
    await tell("ORD-4", null, { customer_phone: null, customer_id: 7 });
    expect(await phoneOf("ORD-1")).toBe("+919876543210");
    expect(await phoneOf("ORD-2")).toBe("+919876543210");
    expect(await phoneOf("ORD-3")).toBe("+919820011111");
    expect(await phoneOf("ORD-4")).toBeNull();
    expect(await search("+91 98765 43210")).toEqual(["ORD-1", "ORD-2", "ORD-3"]);
  });

  it("stays as it is when an order is rebuilt, and follows the country when that has changed", async () => {
    await tell("ORD-1", { phone: "+9876543210" });
    await tell("ORD-2", { country_code: null, phone: "6591234567" });
    await tell("ORD-3", { phone: "+6591234567" });
    expect(await rebuild("IN")).toBe(0);
    expect(await phoneOf("ORD-2")).toBe("+916591234567");
    expect(await rebuild("SG")).toBe(1);
    expect(await phoneOf("ORD-2")).toBe("+6591234567");
    expect(await search("+65 9123 4567")).toContain("ORD-2");
  });
});

describe("a search", () => {
  it("finds a number in E.164 and as it was told", async () => {
    await tell("ORD-1", { phone: "+9876543210" });
    await tell("ORD-2", { country_code: "+44", phone: "020 7946 0958" });
    await tell("ORD-3", { phone: "98765432" });
    expect(await search("+919876543210")).toEqual(["ORD-1"]);
    expect(await search("98765-43210")).toEqual(["ORD-1"]);
    expect(await search("+9876543210")).toEqual(["ORD-1"]);
    expect(await search("+44 20 7946 0958")).toEqual(["ORD-2"]);
    expect(await search("(020) 7946 0958")).toEqual(["ORD-2"]);
    expect(await search("98765432")).toEqual(["ORD-3"]);
  });

  it("finds an address with a name around it, and a domain in either script", async () => {
    await tell("ORD-1", { email: "Asha Rao <Asha@Example.com>" });
    await tell("ORD-2", { email: "asha@bücher.example" });
    expect(await search("asha@example.com")).toEqual(["ORD-1"]);
    expect(await search("asha@Bücher.example")).toEqual(["ORD-2"]);
    expect(await search("asha@xn--bcher-kva.example")).toEqual(["ORD-2"]);
  });
});

describe("an SMS", () => {
  const sending = {
    ...calmEnv,
    TWILIO_ACCOUNT_SID: "AC1",
    TWILIO_AUTH_TOKEN: "token",
    SMS_FROM: "+15005550006",
    NOTIFY_MAX_AGE_HOURS: "0",
  };

  test.each([
    ["98765", "fails where the number is none"],
    ["+6591234567", "fails where the number could be one of two countries"],
    ["+9876543210 9876543210", "fails where the number is two"],
  ])("to %s %s", async (phone) => {
    const parcel = shipment("SHP-1", { status: "shipped" });
    await tell("ORD-1", { phone }, { shipments: [parcel] });
    const id = await receiveOnly(event("shipment.updated", parcel));
    await consumeBatch([id], {});
    const sms = "shipment_update/SHP-1/shipped/sms";
    await hand(sending, "ce-notifications", [{ ids: [sms] }]);
    expect(await row("SELECT status, reason FROM notifications WHERE id = ?1", sms)).toEqual({
      status: "failed",
      reason: "recipient not usable",
    });
  });
});
