/** Sets of orders without persons: without those on the suppression list, or without any. */
import { eraseRow } from "../projection/erased-row";
import { parseJson } from "../events/values";
import { contactsInBody, rowIdentifier } from "../projection/identifiers";
import { entities, type Entity, entityNames } from "../projection/registers";
import { searchedColumns } from "../store/privacy/personal-texts";
import { byTable, type Row, type SetRows } from "../store/closed-orders/set-rows";
import type { SuppressionList } from "../store/privacy/suppression-list";

/** As retention leaves a message, and without what its provider has answered. */
function withoutRecipient(message: Row): Row {
  return {
    ...message,
    recipient: null,
    rendered: null,
    context: null,
    error: null,
    provider_message_id: null,
    attempt_log: null,
  };
}

/** The identifiers of people in a row: in the same columns as where living rows are searched, and its own e-mail address. */
export function contactsInRow(entity: Entity, row: Row): readonly string[] {
  const { texts, json } = searchedColumns[entity];
  const found = [...texts, "customer_email"].map((name) => [name, row[name]]);
  const parsed = json.map((name) => [name, parseJson(String(row[name] ?? "null"))]);
  return contactsInBody(JSON.stringify(Object.fromEntries([...found, ...parsed])));
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
        rowIdentifier(searchedColumns[entity].subject, key),
        ...contactsInRow(entity, row),
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
