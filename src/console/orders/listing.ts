/** Reads the orders that match a query, page by page, for the console's list, its CSV and the admin API. */
import { DAY_MS, addMs, parseTime } from "../../events/field-formats/time";
import { dayIn } from "../../events/field-formats/time-zone";
import { contactsLike } from "../../projection/patches/contacts";
import { listOrders, type OrderPage, type Place } from "../../store/state/order-list";
import { listAllOrders } from "../../store/worklists/all-orders";
import type { OrderSort, PlacedPreset } from "../../store/worklists/conditions";
import { listWorklist } from "../../store/worklists/worklists";
import { orderFilters, type OrdersQuery } from "../api/shapes";
import type { AdminApiDeps } from "../deps";

const HOUR_MS = 3_600_000;
/** Today and six days before it. */
const WEEK_BEFORE_MS = 6 * DAY_MS;

/** The beginning of the preset; days begin in the zone (null: UTC). */
function beginningOf(preset: PlacedPreset, now: string, zone: string | null): string {
  if (preset === "hour") return addMs(now, -HOUR_MS);
  const today = dayIn(now, zone);
  const day =
    preset === "month"
      ? `${today.slice(0, 7)}-01`
      : preset === "week"
        ? addMs(today, -WEEK_BEFORE_MS).slice(0, 10)
        : today;
  return parseTime(day, zone) ?? now;
}

/** Sorts by the time of placing if the query has one: a person then looks for the newest orders. */
export function sortOf({ sort, placed, from, to }: OrdersQuery): OrderSort {
  const isDated = placed !== undefined || from !== undefined || to !== undefined;
  return sort ?? (isDated ? "newest" : "activity");
}

/** Reads one page of the matching orders. */
export async function listAsked(
  { db, defaults, now, archived }: Pick<AdminApiDeps, "db" | "defaults" | "now" | "archived">,
  query: OrdersQuery,
  place: Place,
): Promise<OrderPage> {
  const { q, list, status, money, shipment, messages, placed, from, to } = query;
  if (q !== undefined) {
    const search = { q: q.trim(), contacts: contactsLike(q, defaults) };
    await archived.putBackFound(search.q, search.contacts);
    return await listOrders(db, search, place);
  }
  if (list !== undefined) return await listWorklist(db, list, place);
  const begins =
    placed === undefined ? undefined : beginningOf(placed, now().toISOString(), defaults.timeZone);
  // Both apply: the later one.
  const since = begins !== undefined && (from === undefined || from < begins) ? begins : from;
  const filter = { status, money, shipment, messages, from: since, to };
  return await listAllOrders(db, filter, sortOf(query), place);
}

export const orderFields = ["q", "list", ...orderFilters, "cursor"] as const;
