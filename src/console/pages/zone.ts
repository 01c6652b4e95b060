/**
 * In which zone a page shows times: the shop's. Null where it has set none: then UTC is shown, which the
 * script turns into the reader's zone.
 */
import { createContext } from "hono/jsx";
import { toLocal } from "../../events/formats/time-zone";

export const ShopZone = createContext<string | null>(null);

/** An ISO time as the clocks of the zone show it, `2026-11-26T15:30:00.000`; what is no time as it is. */
export function clockTime(time: string, zone: string | null): string {
  return Number.isNaN(Date.parse(time)) ? time : toLocal(time, zone);
}
