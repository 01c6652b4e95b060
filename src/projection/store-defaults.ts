/** What an event may leave unsaid and the shop's settings say. */
import type { Country } from "../events/formats/phone";

export interface StoreDefaults {
  /** Where a telephone number is dialled that comes without its country's code: STORE_COUNTRY. */
  readonly country: Country;
  /** Whose clocks times without a zone are told by, and whose days are counted: STORE_TIME_ZONE; null: UTC. */
  readonly timeZone: string | null;
}
