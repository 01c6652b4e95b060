/** Dates as people read them, in the time zone of the shop, else of its customers. */
import type { ShopConfig } from "../../config";
import { isDay } from "../../events/formats/time";
import type { Texts } from "../texts/say";
import { lookUp } from "./safe-text";

/** Where dates are read; amounts without a currency of their own are in STORE_CURRENCY. */
const timeZones: Readonly<Record<string, string>> = { INR: "Asia/Kolkata" };

type Clock = Pick<ShopConfig, "timeZone">;

/** STORE_TIME_ZONE; where it is not set, the zone of those who pay in `currency`. */
function zoneOf({ timeZone }: Clock, currency: string): string {
  return timeZone ?? lookUp(timeZones, currency) ?? "UTC";
}

/**
 * ISO time or day -> `Thu, 26 Nov 2026`, as the language writes it; null where it is neither. A day is the same day everywhere: read
 * in a zone it would be the one before in half of them.
 */
export function dayText(
  time: string | null,
  shop: Clock,
  currency: string,
  { locale }: Pick<Texts, "locale">,
): string | null {
  if (time === null || Number.isNaN(Date.parse(time))) return null;
  return new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: isDay(time) ? "UTC" : zoneOf(shop, currency),
  }).format(new Date(time));
}
