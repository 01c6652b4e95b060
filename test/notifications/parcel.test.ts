/** Whether a parcel is only a part of its order, and which items of the order are in no parcel yet. */
import * as z from "zod";
import { beforeEach, describe, expect, it } from "vitest";
import { shareOf } from "../../src/notifications/templates/shipment/parcel";
import type { ParcelContents } from "../../src/notifications/templates/facts";
import { event } from "../support/events";
import { item, orderDetail, shipment } from "../support/models";
import { arrive, tellAll } from "./arrivals";
import { orderFacts, shipmentFacts } from "./fixtures";
import { stage } from "./providers";
import { clearTables } from "../support/rows";

type Line = Readonly<Record<string, unknown>>;
const line = (sku: string, quantity: number, over: Line = {}): Line => ({
  product_name: `Product ${sku}`,
  sku,
  quantity,
  ...over,
});
const json = (lines: readonly Line[] | null): string | null =>
  lines === null ? null : JSON.stringify(lines);

/** The message is about the first parcel. `toCome`: `sku quantity`. */
function share(
  ordered: readonly Line[] | null,
  parcels: readonly (readonly Line[] | null)[],
): { readonly isPart: boolean; readonly toCome: readonly string[] | null } {
  const contents: readonly ParcelContents[] = parcels.map((lines, index) => ({
    shipment_id: `SHP-${String(index + 1)}`,
    items: json(lines),
  }));
  const order = orderFacts({ items: json(ordered) });
  const own = shipmentFacts({ items: json(parcels[0] ?? null) });
  const { isPart, toCome } = shareOf(order, own, contents);
  return {
    isPart,
    toCome: toCome?.map(({ sku, quantity }) => `${sku ?? "?"} ${String(quantity)}`) ?? null,
  };
}

const [A2, B1] = [line("A", 2), line("B", 1)];

describe("a parcel with everything in it", () => {
  it("is the whole order", () => {
    expect(share([A2, B1], [[A2, B1]])).toEqual({ isPart: false, toCome: [] });
    expect(share([A2], [[line("A", 1), line("A", 1)]])).toEqual({ isPart: false, toCome: [] });
  });
  it("is the whole order beside a row that is the same parcel under another name", () => {
    expect(share([A2], [[A2], [A2]])).toEqual({ isPart: false, toCome: [] });
  });
  it("is the whole order with more in it than was ordered, as a gift is", () => {
    expect(share([A2], [[line("A", 3)]])).toEqual({ isPart: false, toCome: [] });
  });
});

describe("a parcel with less in it", () => {
  it("is a part, and what is in no parcel is still to come", () => {
    expect(share([A2, B1], [[A2]])).toEqual({ isPart: true, toCome: ["B 1"] });
    expect(share([A2, B1], [[line("A", 1)]])).toEqual({ isPart: true, toCome: ["A 1", "B 1"] });
  });
  it("is a part where the rest is in other parcels: nothing is still to come", () => {
    expect(share([A2, B1], [[A2], [B1]])).toEqual({ isPart: true, toCome: [] });
    expect(share([A2, B1], [[line("A", 1)], [line("A", 1)]])).toEqual({
      isPart: true,
      toCome: ["B 1"],
    });
  });
});

describe("products", () => {
  it("are told apart by the first identifier that both lists carry", () => {
    const shirt = { product_name: "Shirt", product_id: "P", quantity: 1 };
    const [medium, large] = [
      { ...shirt, variant_id: "M" },
      { ...shirt, variant_id: "L" },
    ];
    expect(share([{ ...medium, sku: "S-M" }, large], [[medium]]).toCome).toEqual(["? 1"]);
    expect(share([shirt], [[{ ...shirt, product_name: "Hemd" }]]).isPart).toBe(false);
  });
  it("without any are told apart by name, and by variant where both name one", () => {
    const saree = (variant_name: string | null): Line => ({
      product_name: "Saree",
      variant_name,
      quantity: 1,
    });
    expect(share([saree("Indigo"), saree("Red")], [[saree("Red")]]).isPart).toBe(true);
    expect(share([saree("Indigo")], [[saree(null)]]).isPart).toBe(false);
  });
});

describe("where it is not known what is in what", () => {
  it("a parcel is a part only if there are others, and nothing is said of the rest", () => {
    const unknown = { isPart: false, toCome: null };
    expect(share([A2], [null])).toEqual(unknown);
    expect(share(null, [[A2]])).toEqual(unknown);
    expect(share([A2], [[line("STRANGER", 1)]])).toEqual(unknown);
    expect(share([A2], [null, [A2]])).toEqual({ ...unknown, isPart: true });
    expect(share([A2, B1], [[A2], null])).toEqual({ ...unknown, isPart: true });
  });
  it("nothing is said of lists that are too long, or of too many parcels", () => {
    const many = Array.from({ length: 201 }, (_, index) => line(String(index), 1));
    expect(share(many, [many])).toEqual({ isPart: false, toCome: null });
    const parcels = Array.from({ length: 51 }, () => [A2]);
    expect(share([line("A", 200)], parcels)).toEqual({ isPart: true, toCome: null });
  });
});

describe("from events to the e-mail", () => {
  beforeEach(clearTables);

  it("says that part of the order has shipped, what is in the parcel, and what is still to come", async () => {
    const coat = item({ sku: "COAT", product_id: "prd_2", product_name: "Coat", backorder: true });
    const socks = item({ sku: "SOCKS", product_id: "prd_3", product_name: "Socks", quantity: 4 });
    const linked = { order_number: "ORD-1", created_at: "2026-11-24T09:00:00.000Z" };
    const content = (product_name: string, sku: string, quantity: number) => ({
      shipment_items: [{ product_name, sku, quantity }],
    });
    await arrive([
      event("order.created", orderDetail("ORD-1", { order_items: [item(), socks, coat] }), linked),
      event("shipment.created", shipment("SHP-2", content("Socks", "SOCKS", 3)), linked),
      event("shipment.cancelled", shipment("SHP-3", content("Coat", "COAT", 2)), linked),
      event("shipment.updated", shipment("SHP-1", { status: "shipped" }), linked),
    ]);
    const set = stage();
    await tellAll(set);
    const mail = set.provider.asked.find(({ url }) => url.includes("/emails"))?.body ?? "";
    const { subject, text } = z
      .object({ subject: z.string(), text: z.string() })
      .parse(JSON.parse(mail));
    expect(subject).toBe("Part of your order ORD-1 has shipped");
    expect(text).toContain("In this parcel\n- Cotton shirt (Qty 2)");
    expect(text).toContain(
      "Still to come\n- Socks (M · Qty 1)\n- Coat (M · Qty 2 · ships when it is back in stock)",
    );
    const sms = set.provider.asked.find(({ url }) => url.includes("Messages.json"))?.body;
    expect(new URLSearchParams(sms).get("Body")).toContain("part of order ORD-1 has shipped");
  });
});
