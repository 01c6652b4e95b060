/**
 * Random deliveries: the vendor's models with parts of them replaced, moved, repeated or cut off, other JSON, text and
 * bytes; the signatures, headers and paths are as odd as the bodies.
 */
import * as fc from "fast-check";
import { eventTypes, ownTypes } from "../../src/events/catalog";
import {
  OrderDetail,
  OrderRefund,
  OrderShipment,
  PaymentInfo,
  payments,
} from "../events/vendor-values";

export interface Delivery {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: readonly (readonly [string, string])[];
  /** Null signs the body. */
  readonly signature: string | null;
}

/** The value in one of ten cases; otherwise null. */
export function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

/** Values that have broken receivers, or might. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\u202e@example.com",
    "'; DROP TABLE orders; --",
    "<script>alert(1)</script>",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "asha@example.com",
    "+91 98765 43210",
    "https://evil.example/?q=%00",
    "javascript:alert(1)",
    "2026-11-22T10:00:00Z",
    "2026-02-30",
    "-271821-04-20",
    "+275760-09-13T00:00:00.001Z",
    0,
    -0,
    -1,
    0.1,
    1e-7,
    1e15,
    1e21,
    1e308,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_VALUE,
    [],
    {},
    [[]],
    [null],
    { "": "" },
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.nat({ max: 20_000 }).map((length) => "x".repeat(length)),
  fc.nat({ max: 2_000 }).map((length) => "9".repeat(length)),
  fc
    .nat({ max: 800 })
    .map((depth): unknown => JSON.parse("[".repeat(depth + 1) + "]".repeat(depth + 1))),
  fc.nat({ max: 1_500 }).map((count) => Array.from({ length: count }, (_, n) => ({ id: n }))),
  fc
    .nat({ max: 500 })
    .map((count) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, n) => [
          `field_${String(n)}`,
          `a${String(n)}@example.com`,
        ]),
      ),
    ),
  fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }),
);

interface Change {
  /** The place in the body, modulo the number of places. */
  readonly place: number;
  readonly what: "replace" | "remove" | "rename" | "repeat" | "wrap";
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat({ max: 10_000 }),
  what: fc.constantFrom(
    "replace" as const,
    "replace" as const,
    "remove" as const,
    "rename" as const,
    "repeat" as const,
    "wrap" as const,
  ),
  value: hostile,
});

/** Anything that holds values by names or numbers. */
type Holder = Record<string, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === "object" && value !== null;

/** Every place in a value: its holder and its name there. */
function placesOf(value: unknown, places: [Holder, string][] = []): [Holder, string][] {
  if (!isHolder(value)) return places;
  for (const name of Object.keys(value)) {
    places.push([value, name]);
    placesOf(value[name], places);
  }
  return places;
}

/**
 * The limit of a repeated value: it is repeated forty times, each time as a copy, so that a later change affects only
 * one.
 */
const REPEATED_MAX_CHARACTERS = 2_000;

function apply(body: unknown, { place, what, value }: Change): void {
  const places = placesOf(body);
  const found = places[place % Math.max(places.length, 1)];
  if (found === undefined) return;
  const [holder, name] = found;
  const old = holder[name];
  // A copy: values are shared between bodies, and a change within one would make it grow from body to body.
  if (what === "replace") holder[name] = structuredClone(value);
  else if (what === "wrap") holder[name] = [{ data: old }];
  else if (what === "repeat") {
    const text = JSON.stringify(old ?? null);
    if (text.length < REPEATED_MAX_CHARACTERS)
      holder[name] = Array.from({ length: 40 }, () => structuredClone(old));
  } else {
    Reflect.deleteProperty(holder, name);
    if (what === "rename") {
      // In a list, a name of digits would be a place: "999999999" makes a list that cannot be written.
      const other = typeof value === "string" && !Array.isArray(holder) ? value : "renamed";
      Object.defineProperty(holder, other, {
        value: old,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
}

/** Few keys, so that deliveries are about the same orders, and one key that is new each time. */
const key = fc.oneof(
  fc.constantFrom("F-1", "F-2", "asha@example.com", "a/b?c#d", "%2e%2e"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 30 }),
);
const type = fc.oneof(
  fc.constantFrom<string>(...eventTypes, ...ownTypes),
  fc.constantFrom("order.canceled", "Order_Created", "", "x", "order.", "__proto__"),
);
const time = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    "2026-11-22T10:00:00Z",
    "2026-11-22 10:00:00",
    1_764_000_000,
    0,
    "",
    "yesterday",
    "0000-00-00",
  ),
  hostile,
);

const model: fc.Arbitrary<object> = fc.constantFrom<object>(
  OrderDetail.full,
  OrderDetail.least,
  OrderDetail.nulls,
  payments.card.full,
  PaymentInfo.full,
  OrderRefund.full,
  OrderRefund.least,
  OrderShipment.full,
  OrderShipment.least,
);

/** A body of a known form, before it is changed. */
const lawful: fc.Arbitrary<object> = fc
  .record({
    form: fc.constantFrom("envelope", "flat", "bare"),
    model,
    type,
    time,
    key,
    id: fc.option(key),
  })
  .map(({ form, model: fields, type: event_type, time: created_at, key: name, id }) => {
    const data: Holder = structuredClone({ ...fields });
    for (const field of ["order_number", "request_number", "reference_number"]) {
      if (field in data) data[field] = name;
    }
    if (form === "bare") return data;
    const envelope = { event_type, created_at, ...(id === null ? {} : { id }) };
    return form === "flat" ? { ...data, ...envelope } : { ...envelope, data };
  });

const changed: fc.Arbitrary<string> = fc
  .tuple(lawful, fc.array(change, { maxLength: 6 }))
  .map(([body, changes]) => {
    const copy: unknown = structuredClone(body);
    for (const one of changes) apply(copy, one);
    return JSON.stringify(copy);
  });

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(encoder.encode(text));

const bytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 12, arbitrary: changed.map(bytesOf) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(changed, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, share]) => bytesOf(text.slice(0, Math.floor(text.length * share)))),
  },
  { weight: 2, arbitrary: fc.json({ stringUnit: "binary" }).map(bytesOf) },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }).map(bytesOf) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((list) => Uint8Array.from(list)) },
);

/** Any characters that a header's value can have. */
export const headerValue: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 80,
  }),
  fc.nat({ max: 4_000 }).map((length) => "a,".repeat(length)),
);

const signature = seldom(
  fc.oneof(
    headerValue,
    fc.constantFrom("", "sha256=", "v1=,v1=", "0".repeat(64), `sha256=${"0".repeat(64)}`),
  ),
);

const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "x-webhook-event",
      "content-type",
      "content-encoding",
      "x-forwarded-for",
      "cf-connecting-ip",
      "user-agent",
      "cookie",
      "authorization",
      "x-webhook-id",
      "expect",
    ),
    fc.oneof(
      type.filter((name) => name !== ""),
      headerValue,
    ),
  ),
  { maxLength: 3 },
);

/** One part of a path, which may decode to any text, or cannot be decoded. */
export const pathPart: fc.Arbitrary<string> = fc.oneof(
  fc
    .string({ unit: "binary", maxLength: 40 })
    .map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    "%",
    "%00",
    "%ff",
    "%2F",
    "..",
    ".",
    "%2e%2e",
    "a".repeat(3_000),
    "-1",
    "1e9",
    "NaN",
  ),
);

const path = fc
  .tuple(fc.constantFrom("/api/webhooks/ce", "/webhooks/ce"), fc.option(fc.oneof(type, pathPart)))
  .map(([route, hint]) => (hint === null ? route : `${route}/${hint}`));

export const delivery: fc.Arbitrary<Delivery> = fc.record({
  path,
  body: bytes,
  headers,
  signature,
});
