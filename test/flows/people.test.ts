/** Whom an order is for, from the webhook to its row and to whoever looks for it. */
import { beforeEach, describe, expect, it } from "vitest";
import { event } from "../support/events";
import { address, orderDetail } from "../support/models";
import { consumeBatch, receiveOnly, row, rows } from "../support/receiver";
import { clearAll } from "../upkeep/aged";

/** An order event with this billing address and these fields, applied. */
async function tell(
  number: string,
  billing: Record<string, unknown> | null,
  over: Record<string, unknown> = {},
): Promise<void> {
  const data = orderDetail(number, {
    billing_address: billing === null ? null : address(billing),
    shipping_address: null,
    customer_email: null,
    ...over,
  });
  await consumeBatch([await receiveOnly(event("order.confirmed", data))]);
}

async function phoneOf(number: string): Promise<unknown> {
  const found = await row("SELECT customer_phone FROM orders WHERE order_number = ?1", number);
  return found["customer_phone"];
}

beforeEach(clearAll);

describe("customer_phone", () => {
  it("is the one beside the addresses where they are null, or name none", async () => {
    const beside = { customer_phone: "+919876543210", customer_id: "cus_1" };
    await tell("ORD-1", null, beside);
    await tell("ORD-2", { phone: null }, beside);
    await tell("ORD-3", { phone: "98200 11111" }, beside);
    await tell("ORD-4", null, { customer_phone: null, customer_id: 7 });
    expect(await phoneOf("ORD-1")).toBe("+919876543210");
    expect(await phoneOf("ORD-2")).toBe("+919876543210");
    expect(await phoneOf("ORD-3")).toBe("+919820011111");
    expect(await phoneOf("ORD-4")).toBeNull();
    expect(
      await rows("SELECT order_number FROM order_contacts WHERE contact = 'phone:919876543210'"),
    ).toHaveLength(3);
  });
});
