/** The words of an explanation: which row, which field, why one event overrides another. */
import type { Comparison } from "../../../projection/history/explanation";
import type { Entity } from "../../../projection/registers";
import { clip, visible, words } from "../../text";
import { Ref, Text } from "../parts";

export const comparisons: Readonly<Record<Comparison, string>> = {
  stands: "stands",
  older: "an event with a later time stands",
  "lower stage": "at the same time, a status further along stands",
  "received earlier": "at the same time and status, the event received later stands",
  "states its time": "at the same time and status, an event that states no time of its own stands",
  imported: "at the same time and status, an event that was delivered stands, not an imported one",
  "lower id": "nothing tells the two apart; by a rule that is the same everywhere the other stands",
  "not applied": "it outranks what stands: rebuild the order",
};

export const nouns: Readonly<Record<Entity, string>> = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "parcel",
};

/** Fields whose names are not clear enough. */
const fields: Readonly<Record<string, string>> = {
  awb_no: "airway bill",
  extra: "other fields",
  link: "its order",
  placed: "order date",
  snapshot_payment: "payment status that the order states",
};

/** A register or column in words. */
export function fieldName(name: string): string {
  const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return known ?? words(name.replace(/^customer_(?!id)/, ""));
}

/** A status within a sentence; it may be any text. */
export function statusWord(status: string): string {
  return clip(visible(words(status)), 40);
}

/** Statuses of a parcel that do not fit after “is”. */
const parcels: Readonly<Record<string, string>> = {
  created: "was created",
  shipped: "was shipped",
  delivery_attempted: "could not be handed over at the last attempt",
  delivered: "was delivered",
  undelivered: "was not delivered",
  return_to_origin: "is on its way back",
  store_rejected: "was rejected by the store",
};

/** `is in transit`, after “The parcel”; `moved` if no event states its status. */
export function parcelNews(status: string | null): string {
  if (status === null) return "moved";
  const known = Object.hasOwn(parcels, status) ? parcels[status] : undefined;
  return known ?? `is ${statusWord(status)}`;
}

/** A row of a state table; an order has a link to its page. */
export function SettingRow({ entity, row }: { readonly entity: Entity; readonly row: string }) {
  return (
    <span>
      {nouns[entity]} {entity === "orders" ? <Ref to="orders" id={row} /> : <Text of={row} />}
    </span>
  );
}

/** The id of the row that says which event set a register. */
export function whyId(entity: Entity, key: string, register: string): string {
  return encodeURIComponent(`why ${entity} ${key} ${register}`);
}

/** Links a value to the event that set it. */
export function Why(props: {
  readonly entity: Entity;
  readonly row: string | null;
  readonly register: string;
}) {
  const { entity, row, register } = props;
  if (row === null) return null;
  const id = encodeURIComponent(whyId(entity, row, register));
  const about = `Why is the ${fieldName(register)} of ${nouns[entity]} ${clip(visible(row), 40)} so?`;
  return (
    <a class="why" href={`#${id}`} aria-label={about}>
      Why?
    </a>
  );
}
