/** Sets of orders without persons: without those on the suppression list, or without any. */
import { eraseRow } from "../projection/erased-row";
import { contactsInBody, rowIdentifier } from "../projection/identifiers";
import { entities, entityNames } from "../projection/registers";
import { byTable, type Row, type SetRows } from "../store/closed-orders/set-rows";
import type { SuppressionList } from "../store/privacy/suppression-list";

export const subjects = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "shipment",
} as const;

function withoutRecipient(message: Row): Row {
  return { ...message, recipient: null, rendered: null, error: null, provider_message_id: null };
}

/** The set without its persons. */
export function withoutPersons(set: SetRows): SetRows {
  const erased = byTable((table) => {
    const entity = entityNames.find((name) => name === table);
    return entity === undefined ? set[table] : set[table].map((row) => eraseRow(entity, row));
  });
  return { ...erased, notifications: set.notifications.map(withoutRecipient) };
}

/** The set without persons on the suppression list: they may have been erased while it could not be read. */
export async function eraseSet(rows: SetRows, list: SuppressionList): Promise<SetRows> {
  if (list.version === 0) return rows;
  const erased: Record<string, readonly Row[]> = {};
  let isAnyErased = false;
  for (const entity of entityNames) {
    const left = rows[entity].map(async (row) => {
      const key = String(row[entities[entity].key]);
      const identifiers = [
        rowIdentifier(subjects[entity], key),
        ...contactsInBody(JSON.stringify(row)),
      ];
      const order = row["order_number"] ?? null;
      if (order !== null) identifiers.push(rowIdentifier("order", String(order)));
      if (!(await list.hasAny(identifiers))) return row;
      isAnyErased = true;
      return eraseRow(entity, row);
    });
    erased[entity] = await Promise.all(left);
  }
  if (!isAnyErased) return rows;
  return { ...rows, ...erased, notifications: rows.notifications.map(withoutRecipient) };
}
