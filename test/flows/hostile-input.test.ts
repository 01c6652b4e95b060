/** All input of authenticated and other clients is treated as data, or is refused; nothing gets stuck. */
import { env, exports } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { event, sign } from "../support/events";
import { address, item, orderDetail, payment, refund, shipment } from "../support/models";
import {
  apply,
  consumeBatch,
  deliver,
  eventRow,
  ORIGIN,
  post,
  receiveOnly,
  row,
  rows,
  settled,
  WEBHOOKS,
} from "../support/receiver";

const RAW_ENVELOPE = `"event_type":"order.created","created_at":"2026-11-22T10:00:00Z"`;

/** The same fields, all null. */
function nothing(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, null]));
}

/** A list within a list, `levels` deep, as JSON text. */
function deep(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

describe.concurrent("hostile text", () => {
  const texts: [string, string][] = [
    ["SQL that closes a string", `'); DROP TABLE orders; --`],
    ["SQL in double quotes", `"; DELETE FROM webhook_events; --`],
    ["a placeholder", "?1 :name @name $name"],
    ["JSON", `{"a":[1,"]}`],
    ["backslashes", `\\'\\"\\\\u0000`],
    ["a template", "${process.env} {{7*7}} #{x} %s %27"],
    ["HTML", `<script>alert(1)</script>&amp;`],
    ["NUL", "a\u0000b"],
    ["control characters", "\u0001\u001f\u007f\t\r\n x"],
    ["emoji", "🎁 👩‍👩‍👧‍👦 \u{10ffff}"],
    ["right to left", "\u202eabc שלום \ufeff"],
    ["combining marks", `Z${"\u0301".repeat(500)}`],
    ["10,000 characters", "x".repeat(10_000)],
    ["a number as text", "1e999"],
    ["null as text", "null"],
    ["__proto__", "__proto__"],
  ];

  test.each(texts)("%s comes back as it was sent, in every field", async (_name, text) => {
    const number = `O ${text}`;
    const body = event(
      "order.created",
      orderDetail(number, {
        status: text,
        payment_status: text,
        currency: { name: text, code: text, symbol: text },
        customer_email: text,
        billing_address: Object.fromEntries(Object.keys(address()).map((name) => [name, text])),
        shipping_address: null,
        order_items: [item({ product_name: text, sku: text, variant_id: text })],
        payments: [
          payment(`P ${text}`, { payment_method: text, payment_reference_number: `R ${text}` }),
        ],
        shipments: [
          shipment(`S ${text}`, { status: text, courier_company_name: text, tracking_url: text }),
        ],
      }),
      { id: `E ${text.slice(0, 400)}` },
    );
    const parcel = event(
      "shipment.cancelled",
      shipment(`S ${text}`, { cancellation_reason: text, awb_no: text }),
      { id: `C ${text.slice(0, 400)}`, order_number: number },
    );
    const money = event(
      "payment.refund.failed",
      refund(`F ${text}`, { refund_remarks: text, payment_mode: text }),
      { id: `F ${text.slice(0, 400)}`, order_number: number },
    );
    const stored = await apply(body, parcel, money);
    expect(stored.map(({ status, error }) => [status, error])).toEqual([
      ["processed", null],
      ["processed", null],
      ["processed", null],
    ]);
    expect(stored[0]).toMatchObject({
      id: body.id,
      subject_id: number,
      order_number: number,
      payload: JSON.stringify(body),
    });
    const order = await row("SELECT * FROM orders WHERE order_number = ?1", number);
    expect(order).toMatchObject({
      status: text,
      currency: text,
      customer_name: `${text} ${text}`,
      customer_email: text,
      customer_phone: text,
    });
    expect(JSON.parse(String(order["items"]))).toMatchObject([
      { product_name: text, sku: text, variant_id: text },
    ]);
    expect(await row("SELECT * FROM payments WHERE payment_id = ?1", `P ${text}`)).toMatchObject({
      order_number: number,
      method: text,
      reference_number: `R ${text}`,
    });
    expect(await row("SELECT * FROM shipments WHERE shipment_id = ?1", `S ${text}`)).toMatchObject({
      order_number: number,
      status: "cancelled",
      cancellation_reason: text,
      awb_no: text,
    });
    expect(await row("SELECT * FROM refunds WHERE refund_id = ?1", `F ${text}`)).toMatchObject({
      order_number: number,
      remarks: text,
      payment_mode: text,
    });
    const told = await rows(
      "SELECT template FROM notifications WHERE order_number = ?1 ORDER BY template",
      number,
    );
    expect(told).toEqual([{ template: "refund_failed" }, { template: "shipment_cancelled" }]);
  });

  test("a lone surrogate is stored as U+FFFD, one for one, wherever it stands", async () => {
    const raw = `{"id":"e\\ud800","event_type":"order.created","data":{"order_number":"O\\udfff!","status":"\\ud83d","billing_address":{"first_name":"\\ud800x"},"order_items":[{"sku":"\\udc00"}],"payments":[{"request_number":"P\\ud800"}]}}`;
    const receipt = await deliver(raw);
    expect(receipt.id).toBe("e\ufffd");
    const [stored] = await settled(receipt.id);
    expect(stored).toMatchObject({ status: "processed", subject_id: "O\ufffd!", payload: raw });
    const order = await row("SELECT * FROM orders WHERE order_number = ?1", "O\ufffd!");
    expect(order).toMatchObject({ status: "\ufffd", customer_name: "\ufffdx" });
    expect(order["items"]).toContain("\ufffd");
    await row("SELECT * FROM payments WHERE payment_id = ?1", "P\ufffd");
  });
});

describe.concurrent("size and depth", () => {
  test("400 levels of lawful JSON are taken wherever they stand", async () => {
    const places = [
      `"metadata":${deep(400)}`,
      `"order_items":[{"sku":"a","attributes":${deep(400)}}]`,
      `"x":${'{"a":'.repeat(400)}1${"}".repeat(400)}`,
    ];
    for (const [index, place] of places.entries()) {
      const number = `DEEP-${String(index)}`;
      const raw = `{${RAW_ENVELOPE},"data":{"order_number":"${number}",${place}}}`;
      const [stored] = await settled((await deliver(raw)).id);
      expect(stored).toMatchObject({ status: "processed", payload: raw });
    }
  });

  test("400 levels where text or a number is expected are quarantined, not a failure", async () => {
    const places = [
      `"status":${deep(400)}`,
      `"grand_total":${deep(400)}`,
      `"currency":${deep(400)}`,
    ];
    for (const [index, place] of places.entries()) {
      const raw = `{${RAW_ENVELOPE},"data":{"order_number":"DEEP-Q${String(index)}",${place}}}`;
      const [stored] = await settled((await deliver(raw)).id);
      expect(stored?.["status"]).toBe("quarantined");
    }
  });

  test("400 levels as the whole of data, of id, of a time", async () => {
    const whole = await deliver(`{${RAW_ENVELOPE},"data":${deep(400)}}`);
    const id = await deliver(
      `{"id":${deep(400)},${RAW_ENVELOPE},"data":{"order_number":"DEEP-I"}}`,
    );
    const time = await deliver(
      `{"event_type":"order.created","created_at":${deep(400)},"data":{"order_number":"DEEP-T"}}`,
    );
    const stored = await settled(whole.id, id.id, time.id);
    expect(stored.map(({ status }) => status)).toEqual(["quarantined", "processed", "processed"]);
    expect(stored[2]?.["occurred_at"]).toBeNull();
  });

  test("100,000 levels are answered, and nothing is stuck", async () => {
    const { id } = await deliver(`{${RAW_ENVELOPE},"data":${deep(100_000)}}`);
    const [stored] = await settled(id);
    expect(stored?.["status"]).toBe("quarantined");
  });

  test("a field of 200 KB is taken, in a field that is stored and in one that is not", async () => {
    const long = "x".repeat(200_000);
    const note = event("order.created", orderDetail("BIG-1", { customer_note: long }));
    const email = event(
      "order.created",
      orderDetail("BIG-2", { billing_address: { email: long } }),
    );
    const stored = await apply(note, email);
    expect(stored.map(({ status }) => status)).toEqual(["processed", "processed"]);
    expect(await row("SELECT customer_email FROM orders WHERE order_number = 'BIG-2'")).toEqual({
      customer_email: long,
    });
  });

  test("an order number of 10 KB is a key like any other", async () => {
    const number = "N/%'".repeat(2_500);
    const [confirmed] = await apply(event("order.confirmed", { order_number: number }));
    const [paid] = await apply(
      event("payment.success", payment("PAY-10K"), { order_number: number }),
    );
    expect([confirmed?.["status"], paid?.["status"]]).toEqual(["processed", "processed"]);
    expect(
      await row("SELECT status, paid_micros FROM orders WHERE order_number = ?1", number),
    ).toEqual({ status: "confirmed", paid_micros: 1_201_920_000 });
    expect(
      await rows("SELECT template FROM notifications WHERE order_number = ?1", number),
    ).toEqual([{ template: "order_confirmed" }]);
  });

  test("1,000 nested payments and 1,000 items are taken and summed", async () => {
    const payments = Array.from({ length: 1_000 }, (_, index) =>
      payment(`MANY-${String(index)}`, { payment_status: "success", amount: 0.01 }),
    );
    const items = Array.from({ length: 1_000 }, (_, index) => item({ sku: `S${String(index)}` }));
    const [stored] = await apply(
      event("order.created", orderDetail("MANY", { payments, order_items: items })),
    );
    expect(stored?.["status"]).toBe("processed");
    expect(await row("SELECT paid_micros FROM orders WHERE order_number = 'MANY'")).toEqual({
      paid_micros: 10_000_000,
    });
    expect(
      await row("SELECT count(*) AS lines FROM order_items WHERE order_number = 'MANY'"),
    ).toEqual({
      lines: 1_000,
    });
  });

  test("1,000 nested entries that make no sense leave an applied order with few notes", async () => {
    const entries = Array.from({ length: 1_000 }, () => ({ amount: "1" }));
    const [stored] = await apply(
      event("order.created", orderDetail("NOTES", { payments: entries })),
    );
    expect(stored?.["status"]).toBe("processed");
    expect(String(stored?.["notes"]).length).toBeLessThan(10_000);
  });

  test("an event type of 5,000 characters is unknown", async () => {
    const [stored] = await apply(event("t".repeat(5_000), {}));
    expect(stored).toMatchObject({ status: "ignored", event_type: "t".repeat(5_000) });
  });
});

describe.concurrent("odd ids", () => {
  test("a number is its text", async () => {
    const { id } = await deliver(`{"id":12345,${RAW_ENVELOPE},"data":{"order_number":777}}`);
    expect(id).toBe("12345");
    const [stored] = await settled(id);
    expect(stored).toMatchObject({ status: "processed", subject_id: "777" });
  });

  test.each([
    ["1,000 characters", JSON.stringify("i".repeat(1_000))],
    ["empty", `""`],
    ["blank", `" \\t\\n"`],
    ["an object", `{"id":"x"}`],
    ["a list", `["x"]`],
    ["infinite", "1e999"],
    ["false", "false"],
    ["null", "null"],
  ])("one that is %s: the event is taken, once", async (name, id) => {
    const raw = `{"id":${id},${RAW_ENVELOPE},"data":{"order_number":"ID-${name}"}}`;
    const first = await deliver(raw);
    expect(first.duplicate).toBe(false);
    expect(await deliver(raw)).toEqual({ ...first, duplicate: true });
    const [stored] = await settled(first.id);
    expect(stored?.["status"]).toBe("processed");
  });

  test("two ids that differ in one odd character are two events", async () => {
    const ids = ["x", "x ", " x", "X", "x\u0000", "x\u200b", "x%20", "x/", "é", "e\u0301"];
    for (const id of ids) {
      const receipt = await deliver(
        event("order.created", { order_number: "IDS" }, { id: `odd-${id}` }),
      );
      expect(receipt).toMatchObject({ id: `odd-${id}`, duplicate: false });
    }
    await settled(...ids.map((id) => `odd-${id}`));
  });

  test("keys that differ in one odd character are two rows", async () => {
    const keys = ["k", "k ", "K", "k\u0000", "k\u0000l", "é", "e\u0301", "1", "01", "1.0"];
    const events = keys.map((key) =>
      event("payment.success", { request_number: `key-${key}`, amount: 1 }),
    );
    await apply(...events);
    const found = await rows("SELECT payment_id FROM payments WHERE payment_id LIKE 'key-%'");
    expect(found.length).toBe(keys.length);
  });
});

describe.concurrent("odd numbers", () => {
  test.each([
    ["1e999, which is infinite", "1e999"],
    ["-1e999", "-1e999"],
    ["text", `"12.50"`],
    ["an object", `{"amount":1}`],
    ["true", "true"],
  ])("an amount that is %s is quarantined with its path", async (name, amount) => {
    const raw = `{${RAW_ENVELOPE},"data":{"order_number":"AMOUNT-${name}","grand_total":${amount}}}`;
    const [stored] = await settled((await deliver(raw)).id);
    expect(stored?.["status"]).toBe("quarantined");
    expect(stored?.["error"]).toMatch(/^data\.grand_total: ./);
  });

  test.each(["1e308", "9007199254740993", "-10000000000"])(
    "an amount of %s cannot be stored exactly: it is left out and noted, the rest applies",
    async (amount) => {
      const number = `TOO-LARGE${amount}`;
      const raw = `{${RAW_ENVELOPE},"data":{"order_number":"${number}","grand_total":${amount},"subtotal":5}}`;
      const [stored] = await settled((await deliver(raw)).id);
      expect(stored?.["status"]).toBe("processed");
      expect(stored?.["notes"]).toContain("grand_total is too large");
      expect(
        await row(
          "SELECT grand_total_micros, subtotal_micros FROM orders WHERE order_number = ?1",
          number,
        ),
      ).toEqual({ grand_total_micros: null, subtotal_micros: 5_000_000 });
    },
  );

  test.each([
    ["-0", 0],
    ["-12.345678", -12_345_678],
    ["0.1", 100_000],
    ["1.005", 1_005_000],
    ["0.0000004", 0],
    ["1e-9", 0],
    ["4000000000.99", 4_000_000_000_990_000],
    ["8999999999.5", 8_999_999_999_500_000],
    ["12e2", 1_200_000_000],
  ])("an amount of %s is %d millionths", async (amount, micros) => {
    const number = `MICROS ${amount}`;
    const raw = `{${RAW_ENVELOPE},"data":{"order_number":"${number}","grand_total":${amount}}}`;
    await settled((await deliver(raw)).id);
    const found = await row(
      "SELECT grand_total_micros FROM orders WHERE order_number = ?1",
      number,
    );
    expect(found).toEqual({ grand_total_micros: micros });
  });

  test("quantities of any size are kept, and the views still answer", async () => {
    const items = `[{"sku":"a","quantity":1e308,"selling_price":8e9},{"sku":"b","quantity":-3},{"sku":"c","quantity":0.5}]`;
    const raw = `{${RAW_ENVELOPE},"data":{"order_number":"QUANTITY","order_items":${items}}}`;
    const [stored] = await settled((await deliver(raw)).id);
    expect(stored?.["status"]).toBe("processed");
    expect(await rows("SELECT sku FROM order_items WHERE order_number = 'QUANTITY'")).toHaveLength(
      3,
    );
    await row("SELECT * FROM order_overview WHERE order_number = 'QUANTITY'");
  });

  test("as many payments of the largest amount as one body holds are summed, not stuck", async () => {
    const payments = Array.from({ length: 1_100 }, (_, index) => ({
      request_number: `HUGE-${String(index)}`,
      payment_status: "success",
      amount: 9_000_000_000,
    }));
    const body = event("order.created", { order_number: "HUGE", payments });
    const [stored] = await apply(body);
    expect(["processed", "quarantined"]).toContain(stored?.["status"]);
    // The order continues, whatever the result of that event.
    const [later] = await apply(event("order.confirmed", { order_number: "HUGE" }));
    expect(later?.["status"]).toBe("processed");
  });

  test("sales of a day may add up to more than an integer holds: the view still answers", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 1_100; index += 1) ids.push(`('SALE-${String(index)}')`);
    await env.DB.prepare(
      `INSERT INTO orders (order_number, order_date, grand_total_micros, paid_micros, updated_at)
       SELECT column1, '1999-01-01T00:00:00.000Z', 9000000000000000, 9000000000000000, ''
       FROM (VALUES ${ids.join(",")})`,
    ).run();
    const sold = await row("SELECT orders, sold FROM daily_sales WHERE day = '1999-01-01'");
    expect(sold["orders"]).toBe(1_100);
    expect(sold["sold"]).toBeCloseTo(1_100 * 9e9, -3);
  });

  test("times of any kind never refuse", async () => {
    const times = [
      "1e999",
      "-1",
      "0",
      "1e15",
      "true",
      "[]",
      "{}",
      `""`,
      `"never"`,
      `"2026-02-31"`,
      `"9999-12-31T23:59:59Z"`,
      `"0001-01-01"`,
      `"2026-11-22T25:00:00Z"`,
      `"${"9".repeat(5_000)}"`,
    ];
    const ids: string[] = [];
    for (const [index, time] of times.entries()) {
      const raw = `{"event_type":"shipment.updated","created_at":${time},"timestamp":${time},"data":{"reference_number":"TIME-${String(index)}","shipped_date":${time},"delivered_date":${time},"eta_delivery":${time},"modified_at":${time}}}`;
      ids.push((await deliver(raw)).id);
    }
    for (const stored of await settled(...ids)) {
      expect(stored).toMatchObject({ status: "processed", occurred_at: null });
    }
  });
});

describe.concurrent("odd shapes", () => {
  test("of a repeated key the last one counts, as JSON.parse has it", async () => {
    const raw = `{"id":"dup-a","id":"dup-b","event_type":"order.cancelled",${RAW_ENVELOPE},"data":{"order_number":"DUP-A","order_number":"DUP-B"}}`;
    const { id } = await deliver(raw);
    expect(id).toBe("dup-b");
    const [stored] = await settled(id);
    expect(stored).toMatchObject({ event_type: "order.created", subject_id: "DUP-B" });
  });

  test("__proto__ and constructor are keys like any other", async () => {
    const raw = `{"__proto__":{"event_type":"order.cancelled","id":"x"},"constructor":{"prototype":{"polluted":1}},${RAW_ENVELOPE},"data":{"__proto__":{"order_number":"EVIL","status":"cancelled"},"order_number":"PROTO","order_items":[{"__proto__":{"sku":"evil"},"sku":"good"}]}}`;
    const [stored] = await settled((await deliver(raw)).id);
    expect(stored).toMatchObject({ status: "processed", subject_id: "PROTO" });
    const order = await row("SELECT status, items FROM orders WHERE order_number = 'PROTO'");
    expect(order).toEqual({ status: "draft", items: `[{"sku":"good"}]` });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    // A property that exists only on the prototype is not read.
    const { id } = await deliver(`{"__proto__":{"event_type":"order.created"},"data":{}}`);
    expect(await settled(id)).toMatchObject([{ status: "quarantined", form: "unknown" }]);
  });

  test("nulls everywhere are nothing said", async () => {
    const all = [
      event("order.confirmed", { ...nothing(orderDetail("")), order_number: "NULLS" }),
      event("payment.success", { ...nothing(payment("")), request_number: "NULLS" }),
      event("payment.refund.success", { ...nothing(refund("")), request_number: "NULLS" }),
      event("shipment.delivered", { ...nothing(shipment("")), reference_number: "NULLS" }),
      event(
        "order.created",
        orderDetail("NULLS-2", {
          order_items: [nothing(item()), null],
          payments: [nothing(payment("")), null],
          shipments: [null],
          billing_address: nothing(address()),
          currency: { code: null },
        }),
      ),
    ];
    for (const stored of await apply(...all)) expect(stored["status"]).toBe("processed");
    expect(await row("SELECT * FROM orders WHERE order_number = 'NULLS'")).toMatchObject({
      status: "confirmed",
      currency: null,
      items: null,
      customer_name: null,
    });
  });

  test("a list where an object is expected, everywhere at once", async () => {
    const bodies: [string, unknown][] = [
      ["order.created", { order_number: "LISTS-1", billing_address: [] }],
      ["order.created", { order_number: "LISTS-2", currency: [] }],
      ["order.created", { order_number: "LISTS-3", cancellation_refund_details: [] }],
      ["payment.success", []],
      ["shipment.created", [shipment("LISTS-4")]],
    ];
    for (const [type, data] of bodies) {
      const [stored] = await apply(event(type, data));
      expect(stored?.["status"]).toBe("quarantined");
      expect(stored?.["error"]).toMatch(/^data/);
    }
    const [nested] = await apply(
      event("order.created", {
        order_number: "LISTS-5",
        order_items: [[]],
        payments: [[], "x", 1],
      }),
    );
    expect(nested?.["status"]).toBe("processed");
    expect(nested?.["notes"]).toContain("data.payments.0");
  });
});

describe("one bad event in a batch", () => {
  test("is quarantined with path and reason, and its neighbours are applied", async () => {
    const bodies = [
      event("order.confirmed", { order_number: "BATCH-1", grand_total: 10 }),
      event("order.confirmed", { order_number: "BATCH-2", grand_total: "10" }),
      event("payment.success", { request_number: "BATCH-P", amount: [] }),
      event("cart.updated", {}),
      event("order.confirmed", { order_number: "BATCH-3", grand_total: 30 }),
    ];
    const ids: string[] = [];
    for (const body of bodies) ids.push(await receiveOnly(body));
    await consumeBatch(ids);
    const stored = await Promise.all(ids.map(eventRow));
    expect(stored.map(({ status }) => status)).toEqual([
      "processed",
      "quarantined",
      "quarantined",
      "ignored",
      "processed",
    ]);
    expect(stored[1]?.["error"]).toMatch(/^data\.grand_total: .*number/);
    expect(stored[2]?.["error"]).toMatch(/^data\.amount: /);
    expect(
      await rows("SELECT order_number FROM orders WHERE order_number LIKE 'BATCH-%' ORDER BY 1"),
    ).toEqual([{ order_number: "BATCH-1" }, { order_number: "BATCH-3" }]);
  });
});

describe("nothing that a client sends is answered with a 5xx", () => {
  const bodies: string[] = [
    "",
    " ",
    "null",
    "0",
    "[]",
    "{}",
    "{",
    "\u0000",
    "\ufeff",
    "\ufeff{}",
    `{"event_type":""}`,
    `{"event_type":0}`,
    `{"event_type":{}}`,
    `{"event_type":"x"}`,
    `{"event_type":"\\ud800"}`,
    `{"event_type":"order.created","data":{}}`,
    `{"event_type":"order.created","data":{"order_number":"5XX"},"id":{"toString":1}}`,
    `{"event_type":"order.created","data":{"order_number":{"toString":"x"}}}`,
    `{"event_type":"payment.failed","created_at":{"valueOf":1},"data":{"id":"5XX"}}`,
    `{"event_type":"order.created","order_number":[],"data":{"order_number":[[]]}}`,
    deep(5_000),
    `"${"x".repeat(100_000)}"`,
  ];

  test("signed or not, at any path, under any header", async () => {
    const paths = [
      WEBHOOKS,
      `${WEBHOOKS}/`,
      `${WEBHOOKS}/order.created`,
      `${WEBHOOKS}/%E0%A4%A`,
      `${WEBHOOKS}/%00`,
      `${WEBHOOKS}/${"x".repeat(2_000)}`,
      `${WEBHOOKS}?a=1&a=2`,
    ];
    const ids: string[] = [];
    for (const [index, body] of bodies.entries()) {
      const path = paths[index % paths.length] ?? WEBHOOKS;
      const headers = { "x-webhook-event": "order.created é" };
      const signed = await post(body, { path, headers });
      expect(signed.status).toBeLessThan(500);
      if (signed.status === 200) ids.push((await signed.json<{ id: string }>()).id);
      else await signed.body?.cancel();
      const unsigned = await post(body, { path, headers, signature: "x".repeat(index * 100) });
      expect([401, 404]).toContain(unsigned.status);
      await unsigned.body?.cancel();
    }
    await settled(...new Set(ids));
  });

  test("headers of any kind", async () => {
    const body = JSON.stringify(event("order.created", { order_number: "HEADERS" }));
    const signature = await sign(body);
    for (const headers of [
      { "content-type": "multipart/form-data" },
      { "content-encoding": "gzip" },
      { "content-length": "abc" },
      { "x-webhook-event": "\u00ff".repeat(5_000) },
      { "transfer-encoding": "identity" },
      { expect: "100-continue" },
    ]) {
      const response = await exports.default.fetch(`${ORIGIN}${WEBHOOKS}`, {
        method: "POST",
        headers: { ...headers, "x-webhook-signature": signature },
        body,
      });
      expect(response.status).toBeLessThan(500);
      await response.body?.cancel();
    }
  });
});

test("after all of it the tables are there, and nothing is stuck", async () => {
  const tables = await rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')");
  const names = new Set(tables.map(({ name }) => name));
  for (const name of [
    "webhook_events",
    "orders",
    "payments",
    "refunds",
    "shipments",
    "notifications",
    "order_overview",
    "state_audit",
  ]) {
    expect(names).toContain(name);
  }
  // The previous test may have left an event in the queue.
  await vi.waitFor(async () => {
    const stuck = "SELECT id, status FROM webhook_events WHERE status IN ('received', 'failed')";
    expect(await rows(stuck)).toEqual([]);
  });
  expect(await rows("SELECT * FROM state_audit")).toEqual([]);
});
