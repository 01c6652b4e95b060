/** Dates as people read them, in the time zone of the shop, else of its customers. */
import type { ShopConfig } from "../../config";
import { isDay } from "../../events/field-formats/time";
import type { Texts } from "../texts/say";
import { lookUp } from "./safe-text";

/** Time zones by currency; an amount without a currency of its own is in STORE_CURRENCY. */
const timeZones: Readonly<Record<string, string>> = { INR: "Asia/Kolkata" };

type Clock = Pick<ShopConfig, "timeZone">;

/** STORE_TIME_ZONE; if it is not set, the zone of customers who pay in `currency`. */
function zoneOf({ timeZone }: Clock, currency: string): string {
  return timeZone ?? lookUp(timeZones, currency) ?? "UTC";
}

/**
 * ISO time or day -> `Thu, 26 Nov 2026`, as the language writes it; null if it is neither. A day has no time zone:
 * converted to one, it would be the day before in half of them.
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
