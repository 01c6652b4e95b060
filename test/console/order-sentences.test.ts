/** The sentences of an order's page for the possible lives of an order: its state, and what is owed to whom. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../support/console";
import { event, type EventBody } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { apply, fetchWith, receiveOnly } from "../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };
let cookie = "";

const text = (html: string): string =>
  html
    .replaceAll(/<\/?bdi>|<\/?b>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(" .", ".")
    .replaceAll(/ ([:,;])/g, "$1")
    .trim();

async function read(number: string): Promise<string> {
  const request = new Request(`${ORIGIN}/console/orders/${number}`, { headers: { cookie } });
  return await (await fetchWith(ADMIN, request)).text();
}

const found = (html: string, pattern: RegExp): string => text(pattern.exec(html)?.[0] ?? "");
const title = (html: string) => found(html, /<h1>.*?<\/h1>/s);
const summary = (html: string) => found(html, /<p class="summary">.*?<\/p>/s);
const answer = (html: string) => found(html, /<summary>Is it paid.*?<\/summary>/s);
const timeline = (html: string) =>
  [...html.matchAll(/<li class="(?:event|milestone|message)">.*?<\/li>/gs)].map(([item]) =>
    text(item).replace(/^[\d-]{10} [\d:]{8} /, ""),
  );

/** The time of an event, `minutes` after the beginning of the life. */
const at = (minutes: number) => ({
  created_at: new Date(Date.parse("2026-11-20T09:30:00Z") + minutes * 60_000).toISOString(),
});

/** The events of one order; each names the order in its envelope. */
function life(number: string, ...events: readonly [string, object, number][]): EventBody[] {
  return events.map(([type, data, minutes]) =>
    event(type, data, { ...at(minutes), order_number: number }),
  );
}

const paid = (number: string): readonly [string, object, number][] => [
  ["order.created", orderDetail(number, { status: "pending" }), 0],
  ["payment.success", payment(`PAY-${number}`), 1],
  ["order.confirmed", orderDetail(number, { payment_status: "success" }), 2],
];
const cancelled = (number: string): readonly [string, object, number][] => [
  ...paid(number),
  ["order.cancelled", orderDetail(number, { status: "cancelled" }), 60],
];
const parcel = (id: string, status: string, more: object = {}) => shipment(id, { status, ...more });

const lives: Readonly<Record<string, readonly [string, object, number][]>> = {
  PENDING: [["order.created", orderDetail("PENDING", { status: "pending" }), 0]],
  PAID: [
    ...paid("PAID"),
    ["shipment.created", parcel("S-PAID", "packed"), 3],
    ["shipment.updated", parcel("S-PAID", "shipped", { shipped_date: at(4).created_at }), 4],
  ],
  DUE: cancelled("DUE"),
  FAILED: [
    ...cancelled("FAILED"),
    ["payment.refund.initiated", refund("R-FAILED", { refund_amount: 1201.92 }), 61],
    [
      "payment.refund.failed",
      refund("R-FAILED", { refund_amount: 1201.92, refund_remarks: "The account is closed" }),
      62,
    ],
  ],
  BACK: [
    ...cancelled("BACK"),
    ["payment.refund.success", refund("R-BACK", { refund_amount: 1201.92 }), 63],
  ],
  PARTLY: [
    ["order.created", orderDetail("PARTLY", { status: "pending" }), 0],
    ["payment.success", payment("PAY-PARTLY", { amount: 201.92 }), 1],
  ],
  UNDELIVERED: [...paid("UNDELIVERED"), ["shipment.updated", parcel("S-UN", "undelivered"), 5]],
  LOST: [
    ...paid("LOST"),
    ["shipment.delivered", parcel("S-L1", "delivered"), 5],
    ["shipment.updated", parcel("S-L2", "lost"), 6],
    ["payment.refund.failed", refund("R-LOST"), 7],
  ],
  CASH: [
    [
      "order.confirmed",
      orderDetail("CASH", {
        payments: [payment("PAY-CASH", { payment_method: "COD", payment_status: "pending" })],
      }),
      0,
    ],
  ],
};

beforeAll(async () => {
  cookie = await signIn("let-me-in");
  await apply(
    ...Object.entries(lives).flatMap(([number, events]) => life(number, ...events)),
    // A payment without an order number: nothing links the two.
    event("order.confirmed", orderDetail("ALONE"), at(0)),
    event("payment.success", payment("PAY-ALONE"), at(1)),
  );
  await receiveOnly(event("order.confirmed", orderDetail("WAITS"), { id: "evt_waits", ...at(0) }));
});

describe("the title and the first sentence", () => {
  it.each([
    ["PENDING", "pending payment pending", "Pending. ₹1,201.92 is to be paid by the customer."],
    [
      "PAID",
      "confirmed paid",
      "Confirmed. ₹1,201.92 was paid; nothing is owed. Its parcel was shipped.",
    ],
    [
      "DUE",
      "cancelled refund due",
      "Cancelled on 2026-11-20 10:30:00. ₹1,201.92 was paid. A refund of ₹1,201.92 to the customer is outstanding.",
    ],
    [
      "FAILED",
      "cancelled refund due",
      "Cancelled on 2026-11-20 10:30:00. ₹1,201.92 was paid. A refund of ₹1,201.92 to the customer is outstanding. The last refund failed: The account is closed.",
    ],
    [
      "BACK",
      "cancelled refunded",
      "Cancelled on 2026-11-20 10:30:00. ₹1,201.92 was paid, and all of it refunded.",
    ],
    [
      "PARTLY",
      "pending partly paid",
      "Pending. ₹201.92 was paid. ₹1,000.00 is still to be paid by the customer.",
    ],
    [
      "UNDELIVERED",
      "confirmed paid",
      "Confirmed. ₹1,201.92 was paid; nothing is owed. Its parcel was not delivered.",
    ],
    [
      "LOST",
      "confirmed paid",
      "Confirmed. ₹1,201.92 was paid; nothing is owed. The last refund failed: Damaged in transit. Its parcels: 1 delivered, 1 lost.",
    ],
    ["CASH", "confirmed cash on delivery", "Confirmed. ₹1,201.92 is to be collected on delivery."],
    ["ALONE", "confirmed payment pending", "Confirmed. ₹1,201.92 is to be paid by the customer."],
  ])("of %s", async (number, states, sentence) => {
    const html = await read(number);
    expect(title(html)).toBe(`Order ${number} ${states}`);
    expect(summary(html)).toBe(sentence);
  });
});

describe("whether it is paid", () => {
  it.each([
    ["PAID", "Is it paid? Yes."],
    ["DUE", "Is it paid? Yes, and a refund to the customer is outstanding."],
    ["BACK", "Is it paid? Yes, and all of it was refunded."],
  ])("is answered in a sentence for %s", async (number, expected) => {
    expect(answer(await read(number))).toBe(expected);
  });
});

describe("the timeline", () => {
  it("says each thing once, in sentences, the newest first", async () => {
    const said = timeline(await read("PAID"));
    expect(said.filter((line) => !line.startsWith("E-mail") && !line.startsWith("SMS"))).toEqual([
      "Parcel S-PAID was shipped shipment.updated",
      "Parcel S-PAID was created shipment.created",
      "Order confirmed order.confirmed",
      "Payment PAY-PAID succeeded payment.success",
      "Order placed order.created",
    ]);
  });

  it("has an event that waits", async () => {
    const html = await read("WAITS");
    expect(timeline(html)).toEqual(["order.confirmed waits"]);
    expect(html).toContain('href="/console/events/evt_waits"');
  });
});

describe("amounts", () => {
  it("have their sign before them, and refunds are taken off", async () => {
    const html = await read("BACK");
    expect(text(/<dl class="sums">.*?<\/dl>/s.exec(html)?.[0] ?? "")).toMatch(
      /Total ₹1,201\.92 .*Paid ₹1,201\.92 Refunded −₹1,201\.92$/,
    );
    expect(html).toContain(
      '<td role="cell" class="number" data-head="Amount"><div><span class="number">−₹1,201.92',
    );
  });
});

describe("Why is it so?", () => {
  it("speaks in words, without JSON and without names of columns", async () => {
    const html = await read("PAID");
    const why = found(html, /<section aria-labelledby="why".*?<\/section>/s);
    expect(why).toContain("payment status that the order states");
    expect(why).toContain("other fields");
    expect(why).not.toMatch(/[{}[\]]|snapshot|\w_\w+:/);
  });
});

describe("a message that reached nobody", () => {
  it("is named above all else, with the way to it", async () => {
    expect(await read("PAID")).not.toContain("could not be sent");
    await env.DB.exec(
      "UPDATE notifications SET status = 'failed', reason = 'rejected' WHERE id LIKE 'order_confirmed/PAID/%'",
    );
    const notice = /<p class="notice bad".*?<\/p>/s.exec(await read("PAID"))?.[0] ?? "";
    expect(text(notice)).toBe("1 message could not be sent: order confirmed");
    expect(notice).toContain('href="/console/messages/order_confirmed%2FPAID%2Femail"');
  });
});
