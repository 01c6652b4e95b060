/** Finds orders, people and ids; archived orders only by a whole number or contact, since D1 has no more of them. */
import { contactsLike } from "../../projection/patches/contacts";
import { find, type Found } from "../../store/search/search";
import type { AdminApiDeps } from "../deps";

export async function findWithArchived(
  { db, defaults, archived }: Pick<AdminApiDeps, "db" | "defaults" | "archived">,
  text: string,
): Promise<Found> {
  await archived.putBackFound(text.trim(), contactsLike(text, defaults));
  return await find(db, text, defaults);
}
