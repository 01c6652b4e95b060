/**
 * The zone in which a page shows times: the shop's. Null if none is set: then UTC is shown, which the script
 * converts to the reader's zone.
 */
import { createContext } from "hono/jsx";
import { toLocal } from "../../events/formats/time-zone";

export const ShopZone = createContext<string | null>(null);

/** An ISO time as local time in the zone, `2026-11-26T15:30:00.000`; other text unchanged. */
export function clockTime(time: string, zone: string | null): string {
  return Number.isNaN(Date.parse(time)) ? time : toLocal(time, zone);
}
