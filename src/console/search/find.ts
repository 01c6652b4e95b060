/** Finds orders, people and ids; archived orders only by a whole id, reference or contact, since D1 has no more of them. */
import { airwayBillContact, contactsLike } from "../../projection/patches/contacts";
import { find, type Found } from "../../store/search/search";
import type { AdminApiDeps } from "../deps";

export async function findWithArchived(
  { db, defaults, archived }: Pick<AdminApiDeps, "db" | "defaults" | "archived">,
  text: string,
): Promise<Found> {
  const id = text.trim();
  await archived.putBackFound(id, [airwayBillContact(id), ...contactsLike(text, defaults)]);
  return await find(db, text, defaults);
}
