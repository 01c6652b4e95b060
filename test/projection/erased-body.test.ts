/** Bodies from which a person is erased: no data of the person remains, and nothing else changes. */
import { describe, expect, it } from "vitest";
import { ERASED, eraseBody, isErased } from "../../src/events/erased-body";
import { asJudged, interpret } from "../../src/projection/interpret";
import { createDay } from "../../testbed/stories/index";
import { identifiersOf } from "../../src/projection/identifiers";
import { event } from "../support/events";
import { address, orderDetail, payment, refund, shipment } from "../support/models";
import { defaults } from "../support/defaults";

const RECEIVED_AT = "2026-11-24T10:00:00.000Z";

function meaning(payload: string) {
  const stored = { id: "e", typeHint: null, receivedAt: RECEIVED_AT, payload };
  return interpret(stored, {
    ...asJudged(defaults),
    forwardTo: [{ endpoint: "default", eventTypes: ["*"] }],
  });
}

/** The registers without a person's values, which must be removed. */
function impersonal(payload: string) {
  const { patches, contacts: _, ...rest } = meaning(payload);
  return {
    ...rest,
    patches: patches.map(({ entity, key, settings }) => ({
      entity,
      key,
      settings: [...settings].map(([register, { precedence, values }]) => {
        const isPersonal = ["customer", "address", "reason", "extra"].includes(register);
        const isRemark = entity === "refunds" && register === "status";
        return {
          register,
          precedence,
          values: isPersonal
            ? Object.entries(values).map(([name, value]) => [name, value === null])
            : isRemark
              ? { ...values, remarks: null }
              : values,
        };
      }),
    })),
  };
}

const secrets = {
  first_name: "Quillonia",
  last_name: "Zephyrstone",
  email: "quill@zephyr.example",
  phone: "5550001112",
  address_line1: "77 Umbra Lane",
  landmark: "behind the obelisk",
  city: "Xyzzytown",
  pincode: "909091",
  tax_identification_number: "29QUILL1234F1Z5",
  nickname: "Quilly",
};
const told = [
  event("order.confirmed", {
    ...orderDetail("ORD-1", {
      billing_address: address(secrets),
      shipping_address: address({ ...secrets, phone: 5550001112, latitude: 12.9715987 }),
      customer_email: secrets.email,
      customer_note: "Ring Quillonia at 5550001112",
      metadata: { gift_for: "Zephyrstone", tags: ["Xyzzytown"], age: 41 },
      payments: [payment("PAY-1", { upi_id: "quill@upi", card_number: "4111-QUILL" })],
      shipments: [shipment("SHP-1", { shipping_label_url: "https://label.example/Quillonia" })],
      delivery_slot: { recipient: "Quillonia", phone: 5550001112 },
    }),
  }),
  event("payment.refund.success", refund("REF-1", { refund_remarks: "Quillonia called" })),
  event("shipment.cancelled", shipment("SHP-1", { cancellation_reason: "Zephyrstone moved" })),
  event("payment.success", payment("PAY-1", { bank_account_number: "xx-QUILL" })),
  event("order.created", "Quillonia"),
  event("order.created", { order_number: "A", billing_address: "Quillonia", grand_total: "Quill" }),
  event("coupon.created", { code: "C", owner: "Quillonia Zephyrstone" }),
].map((body) => JSON.stringify(body));

describe("a body without the person", () => {
  it("has none of what is theirs, in fields known and unknown", () => {
    const values = [...Object.values(secrets), "quill@upi", "QUILL", "12.9715987", "41}"];
    for (const body of told) {
      const left = eraseBody(body).toLowerCase();
      for (const value of values) expect(left).not.toContain(value.toLowerCase());
      expect(JSON.parse(left)).toBeTruthy();
    }
  });

  it("means what it meant, but for whom it is about", () => {
    for (const body of told) {
      expect(impersonal(eraseBody(body))).toEqual(impersonal(body));
      expect(meaning(eraseBody(body)).contacts).toEqual([]);
    }
  });

  it("means what it meant in every story of a shop's day", () => {
    const stories = createDay({ seed: 11, orders: 60, endsAtMs: Date.parse(RECEIVED_AT) });
    for (const { events } of stories) {
      for (const one of events) {
        const { data, ...envelope } = one;
        for (const form of [one, data, { ...data, ...envelope }]) {
          const body = JSON.stringify(form);
          expect(impersonal(eraseBody(body))).toEqual(impersonal(body));
        }
      }
    }
  });

  it("gives rows one word for each thing, whatever stood there", () => {
    const [order] = told;
    const patch = meaning(eraseBody(order ?? "")).patches[0];
    expect(patch?.settings.get("customer")?.values).toEqual({
      customer_name: ERASED,
      customer_email: ERASED,
      customer_phone: ERASED,
    });
    const place = String(patch?.settings.get("address")?.values["billing_address"]);
    const texts = [...place.matchAll(/:("[^"]*")/g)].map(([, text]) => text);
    expect(texts.length).toBeGreaterThan(4);
    expect(new Set(texts)).toEqual(new Set([JSON.stringify(ERASED)]));
    const one = JSON.stringify(
      event(
        "order.created",
        orderDetail("A", {
          billing_address: { last_name: "Zephyrstone", first_name: " ", email: null, phone: "" },
          shipping_address: null,
        }),
      ),
    );
    const values = meaning(eraseBody(one)).patches[0]?.settings.get("customer")?.values;
    expect(values).toEqual({
      customer_name: ERASED,
      customer_email: null,
      customer_phone: null,
    });
  });

  it("is no failure where the body is no JSON, and is found behind a byte order mark", () => {
    for (const odd of ['"(erased)" "\\x Quillonia"', '{"a\\q": "Quillonia"}', "ring Quillonia"]) {
      const left = eraseBody(odd);
      expect(left).toBe('"(erased)" (not JSON)');
      expect(isErased(left)).toBe(true);
      expect(meaning(left)).toEqual(meaning(odd));
    }
    const marked = `\uFEFF${JSON.stringify({ x: { email: "quill@zephyr.example" } })}`;
    expect(identifiersOf(marked)).toEqual(identifiersOf(marked.slice(1)));
    expect(identifiersOf(marked).join()).toContain("quill@zephyr.example");
  });

  it("has no number left but money, quantities, times and the vendor's own ids", () => {
    const body =
      '{"customer_id":7712345,"card_number":411111,"amount":5,"request_number":77,"payment_date":1795721517,"total_boxes":9,"wallet":{"amount":5550001112}}';
    expect(eraseBody(body)).toBe(
      '{"customer_id":"(erased)","card_number":0,"amount":5,"request_number":77,"payment_date":1795721517,"total_boxes":0,"~0":{"~1":0}}',
    );
    const items = '{"order_items":[{"quantity":2,"selling_price":1.50,"engraving":5550001112}]}';
    expect(eraseBody(items)).toBe(
      '{"order_items":[{"quantity":2,"selling_price":1.50,"(erased)":0}]}',
    );
  });

  it("keeps no name of a field that nobody reads", () => {
    const body = { order_number: "A", metadata: { Quillonia: 1, "quill@zephyr.example": true } };
    const left = JSON.stringify({ ...body, Zephyrstone: [{ Xyzzytown: "x" }] });
    expect(eraseBody(left)).toBe(
      '{"order_number":"A","metadata":{"(erased)":0,"~0":true},"~1":[{"~2":""}]}',
    );
  });

  it("keeps tracking URLs without their query, and the names that the catalogue gives", () => {
    const url = "https://track.example/1?to=quill@zephyr.example#Quillonia";
    const items = [
      { product_id: "prd_1", product_name: "Cotton shirt", product_image_url: url },
      { product_name: "Mug for Quillonia", variant_name: "Zephyrstone", product_id: null },
      { sku: "S", product_name: "Call 5550001112", variant_name: "M" },
    ];
    const parcel = shipment("SHP-1", { tracking_url: url, shipment_items: items });
    const left: unknown = JSON.parse(eraseBody(JSON.stringify(parcel)));
    const plain = "https://track.example/1";
    expect(left).toMatchObject({
      tracking_url: plain,
      shipment_items: [
        { product_id: "prd_1", product_name: "Cotton shirt", product_image_url: plain },
        { product_name: ERASED, variant_name: ERASED, product_id: null },
        { sku: "S", product_name: ERASED, variant_name: "M" },
      ],
    });
    const odd = {
      tracking_url: "ask Quillonia",
      payment_method: "quill@upi",
      courier_company_name: 1,
    };
    expect(JSON.parse(eraseBody(JSON.stringify(odd)))).toEqual({
      tracking_url: ERASED,
      payment_method: ERASED,
      courier_company_name: ERASED,
    });
  });

  it("keeps what stands where the model has it, and nothing of the same name elsewhere", () => {
    const body = {
      order_number: "A",
      gift: { id: "Quillonia", status: "Zephyrstone" },
      code: "QUILL",
    };
    expect(eraseBody(JSON.stringify(body))).toBe(
      '{"order_number":"A","(erased)":{"~0":"(erased)","~1":"(erased)"},"~2":""}',
    );
  });

  it("is the same the second time", () => {
    for (const body of told) expect(eraseBody(eraseBody(body))).toBe(eraseBody(body));
  });

  it("keeps every other byte: digits beyond a double, spaces, the order of keys", () => {
    const body =
      '{ "event_type":"x", "data":{"amount":12345678901234567890.10, "phone" : 555000111,\n"note":"Quillonia \\"Q\\" \\u0041", "flag":true,"list":["a","bbbbbbbbbbbbb",null,-1e3]} }';
    expect(eraseBody(body)).toBe(
      '{ "event_type":"x", "data":{"amount":12345678901234567890.10, "(erased)" : 0,\n"~0":"(erased)", "~1":true,"~2":["","(erased)",null,0]} }',
    );
  });

  it("can be nested however deep, and grows to no more than a row holds", () => {
    const deep = `{"a":${"[".repeat(200_000)}"Quillonia Zephyr"${"]".repeat(200_000)}}`;
    expect(eraseBody(deep)).not.toContain("Quillonia");
    const short = `{${Array.from({ length: 100_000 }, (_, n) => `"k${String(n)}":"a"`).join()}}`;
    expect(eraseBody(short).length).toBeLessThan(short.length);
    const emails = `{${'"email":"a",'.repeat(80_000)}"x":1}`;
    expect(eraseBody(emails).length).toBeLessThan(1_500_000);
    const numbers = `{"metadata":{"n":[${"1,".repeat(300_000)}1],"t":[${'"a",'.repeat(100_000)}"a"]}}`;
    expect(eraseBody(numbers).length).toBeLessThanOrEqual(numbers.length);
  });

  it("is known as such, and is not where somebody only typed the word", () => {
    const address = { first_name: "Quillonia", address_line2: "(erased)" };
    const typed = JSON.stringify({ data: { order_number: "ORD-1", billing_address: address } });
    expect(isErased(typed)).toBe(false);
    expect(isErased(eraseBody(typed))).toBe(true);
  });
});

describe("what an event is known by", () => {
  it("is every contact in it, its order and its row", () => {
    const [order = "", refunded = ""] = told;
    expect(new Set(identifiersOf(order))).toEqual(
      new Set([
        "email:quill@zephyr.example",
        "email:quill@upi",
        "phone:915550001112",
        "phone:5550001112",
        "dialled:5550001112",
        "order:ORD-1",
      ]),
    );
    expect(identifiersOf(refunded)).toEqual(["refund:REF-1"]);
    expect(identifiersOf(eraseBody(order))).toEqual(["order:ORD-1"]);
    expect(identifiersOf("not JSON")).toEqual([]);
  });

  it("holds in bodies of any shape, however wide", () => {
    const wide = {
      list: Array.from({ length: 200_000 }, () => ({})),
      who: [{ email: "A@B.example" }],
    };
    expect(identifiersOf(JSON.stringify({ event_type: "coupon.created", data: wide }))).toEqual([
      "email:a@b.example",
    ]);
  });
});
