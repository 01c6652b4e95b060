/** Dates as people read them, in the time zone of the shop's customers. */
import { lookUp } from "./safe-text";
import { timeZones } from "./words";

/** ISO time -> `Thu, 26 Nov 2026`; null where it is not a time. */
export function dayText(time: string | null, currency: string): string | null {
  if (time === null || Number.isNaN(Date.parse(time))) return null;
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: lookUp(timeZones, currency) ?? "UTC",
  }).format(new Date(time));
}
