/** The words of an explanation: which row, which field, why one event overrides another. */
import type { Comparison } from "../../../projection/history/explanation";
import type { Entity } from "../../../projection/registers";
import { clip, visible } from "../../text";
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
  shipments: "shipment",
};

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

/** Leads from a value to the event that set it. */
export function Why(props: {
  readonly entity: Entity;
  readonly row: string | null;
  readonly register: string;
}) {
  const { entity, row, register } = props;
  if (row === null) return null;
  const id = encodeURIComponent(whyId(entity, row, register));
  const about = `Why is the ${register} of ${nouns[entity]} ${clip(visible(row), 40)} so?`;
  return (
    <a class="why" href={`#${id}`} aria-label={about}>
      Why?
    </a>
  );
}
