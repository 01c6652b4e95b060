/**
 * A decoded event in, patches out: the values that it sets, row by row. The rules of each entity are the same for
 * events about it and for entries nested in an order event.
 */
import type { Subject } from "../../events/catalog";
import { isImported } from "../../events/imports/import-id";
import { ENTRIES_MAX } from "../../events/identity";
import { hasOwnIdentifier, keyOf } from "../../events/keys";
import { type OrderDetail, orderPayment, orderShipment } from "../../events/models";
import { refundStatus } from "../../events/subjects";
import { knownTime } from "../../events/field-formats/time";
import { isObject, type JsonObject } from "../../events/values";
import type { DecodedEvent } from "../decoded-event";
import { airwayBillContacts } from "./contacts";
import { ITEMS_MAX, parseEntries } from "./entries";
import { extraOf } from "./extra";
import { paymentPatch, refundFromPayment, refundPatch } from "./money-patches";
import { moneyNotes } from "./money";
import { orderPatch } from "./order-patches";
import { type Place, precedenceAt, type Projected, type ProjectedOrder } from "./place";
import type { Patch } from "../registers";
import { shipmentPatch } from "./shipment-patches";
import type { StoreDefaults } from "../store-defaults";

/**
 * The common properties of an event and its nested entries. The time of an import says nothing about its content:
 * without a tie, an import is below every delivery of the same time and stage.
 */
function commonPlace({ id, statedAt, receivedAt, timeZone }: DecodedEvent) {
  const tie = statedAt === null && !isImported(id) ? receivedAt : null;
  return { eventId: id, tie, receivedAt, timeZone };
}

/** A nested entry has the order event's stated time, otherwise its own, and is linked to the order. */
function nestedPlace(
  event: DecodedEvent,
  key: string,
  {
    status,
    date,
    extra,
  }: {
    readonly status: string | null;
    readonly date: unknown;
    readonly extra: string | null;
  },
): Place {
  return {
    ...commonPlace(event),
    key,
    orderNumber: event.key,
    time: event.statedAt ?? knownTime(date, event),
    status,
    standIn: null,
    nested: true,
    extra,
  };
}

/**
 * Keys of the entries of a list; null if an identifier is too long. Entries without any identifier are numbered by
 * kind: the first has the order's number as its key, the next ones the number with `#2`, `#3`, so that they stay
 * separate. An invalid object counts too: the others keep their keys once it is valid.
 */
function entryKeys(
  orderNumber: string,
  list: readonly unknown[] | null | undefined,
  subjectOf: (entry: JsonObject) => Subject,
): ReadonlyMap<JsonObject, string | null> {
  const unnamed = new Map<Subject, number>();
  const keyFor = (entry: JsonObject): string | null => {
    const subject = subjectOf(entry);
    if (hasOwnIdentifier(subject, entry)) return keyOf(subject, entry, null);
    const count = (unnamed.get(subject) ?? 0) + 1;
    unnamed.set(subject, count);
    return count === 1 ? orderNumber : `${orderNumber}#${String(count)}`;
  };
  const entries = (list ?? []).slice(0, ENTRIES_MAX).filter(isObject);
  return new Map(entries.map((entry) => [entry, keyFor(entry)]));
}

const isRefund = ({ transaction_type: type }: JsonObject): boolean => type === "refund";

function nestedPatches(event: DecodedEvent, data: OrderDetail): Projected {
  const payments = parseEntries(data.payments, orderPayment, "data.payments", ENTRIES_MAX);
  const shipments = parseEntries(data.shipments, orderShipment, "data.shipments", ENTRIES_MAX);
  const moneyKeys = entryKeys(event.key, data.payments, (entry) =>
    isRefund(entry) ? "refund" : "payment",
  );
  const shipmentKeys = entryKeys(event.key, data.shipments, () => "shipment");
  const patches: Patch[] = [];
  const notes = [...payments.notes, ...shipments.notes];
  for (const { value: entry, raw } of payments.entries) {
    const refund = isRefund(raw);
    const key = moneyKeys.get(raw) ?? null;
    if (key === null) {
      notes.push("skipped data.payments: a key is too long");
      continue;
    }
    const { payment_date: date } = entry;
    const status = refund ? refundStatus(entry.payment_status) : entry.payment_status;
    const { json: extra, notes: left } = extraOf("OrderPayment", {
      ...event,
      subject: refund ? "refund" : "payment",
      status,
      raw,
      isNested: true,
    });
    const place = nestedPlace(event, key, { status, date, extra });
    patches.push(
      refund ? refundPatch(refundFromPayment(entry), place) : paymentPatch(entry, place),
    );
    notes.push(...left);
    notes.push(...moneyNotes({ "payments.amount": entry.amount }));
  }
  let itemsLeft = ITEMS_MAX;
  for (const { value: entry, raw } of shipments.entries) {
    const key = shipmentKeys.get(raw) ?? null;
    if (key === null) {
      notes.push("skipped data.shipments: a key is too long");
      continue;
    }
    const { status, modified_at: date } = entry;
    const own = { ...event, subject: "shipment", status, raw, isNested: true } as const;
    const { json: extra, notes: left } = extraOf("OrderShipment", own);
    const place = nestedPlace(event, key, { status, date, extra });
    const projected = shipmentPatch(entry, place, itemsLeft);
    itemsLeft = Math.max(0, itemsLeft - (entry.shipment_items?.length ?? 0));
    notes.push(...left);
    patches.push(...projected.patches);
    notes.push(...projected.notes);
  }
  return { patches, notes };
}

/** Within one event, the last entry for a row is kept, as a whole. */
function lastOfEachRow(patches: readonly Patch[]): readonly Patch[] {
  return [...new Map(patches.map((patch) => [`${patch.entity} ${patch.key}`, patch])).values()];
}

/** The place of the event itself, without its nested entries. */
function ownPlace(event: DecodedEvent, extra: string | null): Place {
  return {
    ...commonPlace(event),
    key: event.key,
    orderNumber: event.orderNumber,
    time: event.occurredAt,
    status: event.status,
    standIn: event.form === "bare" ? null : event.row.status,
    nested: false,
    extra,
  };
}

/** The precedence of the values that the event sets on its own row. */
export function precedenceOf(event: DecodedEvent): string {
  return precedenceAt(ownPlace(event, null), event.subject, event.status);
}

function projectOwn(event: DecodedEvent, place: Place, defaults: StoreDefaults): ProjectedOrder {
  switch (event.subject) {
    case "order": {
      const order = orderPatch(event, event.data, place, defaults);
      const nested = nestedPatches(event, event.data);
      return {
        patches: [...order.patches, ...lastOfEachRow(nested.patches)],
        notes: [...order.notes, ...nested.notes],
        contacts: order.contacts,
      };
    }
    case "payment":
      return {
        patches: [paymentPatch(event.data, place)],
        notes: moneyNotes({ amount: event.data.amount }),
        contacts: [],
      };
    case "refund":
      return {
        patches: [refundPatch(event.data, place)],
        notes: moneyNotes({ refund_amount: event.data.refund_amount }),
        contacts: [],
      };
    case "shipment":
      return { ...shipmentPatch(event.data, place), contacts: [] };
  }
}

/** The values that the event sets, notes about unusual data, and the contacts by which its order can be found. */
export function projectEvent(event: DecodedEvent, defaults: StoreDefaults): ProjectedOrder {
  const extra = extraOf(event.row.model, event);
  const own = projectOwn(event, ownPlace(event, extra.json), defaults);
  // An erased body keeps its airway bills, but they must not lead to the order.
  const bills = event.isErased ? [] : airwayBillContacts(own.patches);
  const contacts = [...own.contacts, ...bills];
  return { ...own, contacts, notes: [...event.notes, ...own.notes, ...extra.notes] };
}
