/**
 * No value that the vendor's own types allow is quarantined, in any form, except a body without an identifier and the
 * cases that the last two tests list. The compiler keeps the bodies complete.
 */
import { describe, expect, test } from "vitest";
import {
  type EventType,
  eventTypes,
  findEventType,
  type ModelName,
  type Subject,
} from "../../src/events/catalog";
import { outboxRules } from "../../src/notifications/templates";
import { interpret } from "../../src/projection/interpret";
import * as vendor from "../events/vendor-values";
import { defaults } from "../support/defaults";

type Body = Readonly<Record<string, unknown>>;
/** `of`: the field or the value under test in the body. */
interface Case {
  readonly of: string;
  readonly body: Body;
}

const forms = ["envelope", "flat", "bare"] as const;
type Form = (typeof forms)[number];
const everyForm = eventTypes.flatMap((type) => forms.map((form) => ({ type, form })));

function take(type: EventType, form: Form, body: Body) {
  const event = { event_type: type, id: "evt_1", timestamp: "2026-11-24T09:59:00Z" };
  const sent = { envelope: { ...event, data: body }, flat: { ...event, ...body }, bare: body }[
    form
  ];
  const stored = {
    id: "evt_1",
    typeHint: form === "bare" ? type : null,
    receivedAt: "2026-11-24T10:00:00.000Z",
    payload: JSON.stringify(sent),
  };
  const options = {
    ...defaults,
    forwardTo: [],
    reviewDelayMs: 0,
    rules: outboxRules,
    dedupeDays: 400,
  };
  return interpret(stored, options);
}

function without(body: object, fields: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !fields.includes(field)));
}

function optionalOf({ least, full }: vendor.AnyValues): Body {
  return without(full, Object.keys(least));
}

/** One case for each member of each enum field. */
function membersOf({ members }: vendor.AnyValues): readonly Case[] {
  return Object.entries(members).flatMap(([field, values]) =>
    Object.keys(values).map((value) => ({ of: `${field}: ${value}`, body: { [field]: value } })),
  );
}

/** Cases of a full model: with each member, without each optional field, and with each null. */
function fullCases(model: vendor.AnyValues): readonly Case[] {
  const { full, nulls } = model;
  const changes: readonly Case[] = [
    { of: "every field", body: {} },
    { of: "every null", body: { ...nulls } },
    ...Object.keys(nulls).map((field) => ({ of: `${field}: null`, body: { [field]: null } })),
    ...membersOf(model),
  ];
  return [
    ...changes.map(({ of, body }) => ({ of, body: { ...full, ...body } })),
    ...Object.keys(optionalOf(model)).map((field) => ({
      of: `without ${field}`,
      body: without(full, [field]),
    })),
  ];
}

/** Cases of a model with only its required fields: alone, with each optional field, and with each member. */
function leastCases(model: vendor.AnyValues): readonly Case[] {
  const additions: readonly Case[] = [
    { of: "nothing", body: {} },
    ...Object.entries(optionalOf(model)).map(([field, value]) => ({
      of: field,
      body: { [field]: value },
    })),
    ...membersOf(model),
  ];
  return additions.map(({ of, body }) => ({ of, body: { ...model.least, ...body } }));
}

/** Cases of a model nested in another one, at `place`. */
function nested(
  outer: vendor.AnyValues,
  place: string,
  inner: vendor.AnyValues,
  put: (body: Body) => unknown,
): readonly Case[] {
  return [...fullCases(inner), ...leastCases(inner)].map(({ of, body }) => ({
    of: `${place}: ${of}`,
    body: { ...outer.full, [place]: put(body) },
  }));
}

const kinds = Object.values(vendor.payments);
const { OrderDetail: order, OrderShipment: parcel } = vendor;
const inList = (body: Body): readonly Body[] => [body];
const asItIs = (body: Body): Body => body;

const full: Readonly<Record<ModelName, readonly Case[]>> = {
  OrderDetail: [
    ...fullCases(order),
    ...nested(order, "order_items", vendor.orderItem, inList),
    ...nested(order, "billing_address", vendor.address, asItIs),
    ...nested(order, "shipping_address", vendor.address, asItIs),
    ...nested(order, "cancellation_refund_details", vendor.refundDetails, asItIs),
    ...nested(order, "currency", vendor.currency, asItIs),
    ...kinds.flatMap((kind) => nested(order, "payments", kind, inList)),
    ...nested(order, "shipments", parcel, inList),
  ],
  OrderPayment: kinds.flatMap(fullCases),
  PaymentInfo: fullCases(vendor.PaymentInfo),
  OrderRefund: fullCases(vendor.OrderRefund),
  OrderShipment: [
    ...fullCases(parcel),
    ...nested(parcel, "shipment_items", vendor.shipmentItem, inList),
  ],
};

const least: Readonly<Record<ModelName, readonly Case[]>> = {
  OrderDetail: leastCases(order),
  OrderPayment: kinds.flatMap(leastCases),
  PaymentInfo: leastCases(vendor.PaymentInfo),
  OrderRefund: leastCases(vendor.OrderRefund),
  OrderShipment: leastCases(parcel),
};

/** The identifiers of a row in the vendor's types. */
const identifiers: Readonly<Record<Subject, readonly [string, ...string[]]>> = {
  order: ["order_number"],
  payment: ["request_number", "payment_reference_number"],
  refund: ["request_number", "payment_reference_number"],
  shipment: ["reference_number", "awb_no"],
};

function rowOf(type: EventType) {
  const row = findEventType(type);
  if (row === null) throw new Error(`${type} is not in the catalog`);
  return { model: row.model, subject: row.subject, identifiers: identifiers[row.subject] };
}

function identified(type: EventType, cases: readonly Case[]): readonly Case[] {
  const { identifiers } = rowOf(type);
  return cases.map(({ of, body }) =>
    identifiers.some((field) => typeof body[field] === "string")
      ? { of, body }
      : { of, body: { ...body, [identifiers[0]]: "KEY-1" } },
  );
}

/** The cases that are not fully applied, each with the reason or the note. */
function refused(type: EventType, form: Form, cases: readonly Case[]): readonly string[] {
  return identified(type, cases).flatMap(({ of, body }) => {
    const { status, error, notes, patches } = take(type, form, body);
    if (status === "processed" && notes.length === 0 && patches.length > 0) return [];
    return [`${of} is ${status}: ${error ?? notes.join("; ")}`];
  });
}

function isRefund({ body }: Case): boolean {
  return body["transaction_type"] === "refund";
}

describe.each(everyForm)("$type, $form", ({ type, form }) => {
  const { model, subject, identifiers } = rowOf(type);
  // A separate test below covers payments that are refunds.
  const isTaken = (one: Case): boolean =>
    form === "bare" || subject !== "payment" || !isRefund(one);

  test("is applied with every value that is there", () => {
    expect(refused(type, form, full[model].filter(isTaken))).toEqual([]);
  });

  test("is quarantined without an identifier, and says so", () => {
    for (const { of, body } of full[model].filter(isTaken)) {
      const { status, error } = take(type, form, without(body, identifiers));
      expect({ of, status, error }).toEqual({
        of,
        status: "quarantined",
        error: expect.stringMatching(/^data: no usable key of the (order|payment|refund|shipment)/),
      });
    }
  });
});

test.each(everyForm.filter(({ form }) => form !== "bare"))(
  "$type, $form, is applied with an identifier and no other field, or one",
  ({ type, form }) => {
    const { model, subject } = rowOf(type);
    const taken = least[model].filter((one) => subject !== "payment" || !isRefund(one));
    expect(refused(type, form, taken)).toEqual([]);
  },
);

test.each(["payment.success", "payment.failed", "payment.retried"] as const)(
  "%s of a payment that says it is a refund is quarantined, unless the body is bare",
  (type) => {
    const { model } = rowOf(type);
    for (const form of ["envelope", "flat"] as const) {
      const cases = identified(type, [...full[model], ...least[model]].filter(isRefund));
      expect(cases.length).toBeGreaterThan(0);
      for (const { body } of cases) {
        const reason = `data.transaction_type: a refund under ${type}`;
        expect(take(type, form, body)).toMatchObject({ status: "quarantined", error: reason });
      }
    }
  },
);

/**
 * Fields that do not identify a bare body if it has only its identifier and the vendor's required fields in addition. A
 * payment and a refund share the listed fields.
 */
const untold = [
  { type: "order.created", reason: "", fields: [] },
  {
    type: "payment.success",
    reason: "may belong to: payment, refund",
    fields: [
      "nothing",
      "request_number",
      "payment_reference_number",
      "payment_method",
      "bank_name",
      "bank_account_number",
    ],
  },
  {
    type: "payment.retried",
    reason: "may belong to: payment, refund",
    fields: ["nothing", "request_number", "payment_reference_number", "payment_method"],
  },
  {
    type: "payment.refund.success",
    reason: "may belong to: payment, refund",
    fields: [
      "nothing",
      "request_number",
      "payment_method",
      "payment_reference_number",
      "bank_account_number",
      "bank_name",
    ],
  },
  { type: "shipment.updated", reason: "", fields: [] },
] as const;

test.each(untold)(
  "a bare body as of $type is told by one field beside its identifier, but for those listed",
  ({ type, reason, fields }) => {
    const results = identified(type, least[rowOf(type).model]).map(({ of, body }) => ({
      of,
      ...take(type, "bare", body),
    }));
    const quarantined = results.filter(({ status }) => status !== "processed");
    expect([...new Set(quarantined.map(({ of }) => of))]).toEqual(fields);
    for (const { error } of quarantined) expect(error).toContain(reason);
  },
);
