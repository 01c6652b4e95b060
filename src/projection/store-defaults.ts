/** Defaults from the shop's settings, for values that an event does not state. */
import type { Country } from "../events/field-formats/phone";

export interface StoreDefaults {
  /** The country of telephone numbers without a country code: STORE_COUNTRY. */
  readonly country: Country;
  /** The zone of times without a zone, and of the shop's days: STORE_TIME_ZONE; null: UTC. */
  readonly timeZone: string | null;
}
