/** What an event may leave unsaid and the shop's settings say. */
import type { Country } from "../events/phone";

export interface StoreDefaults {
  /** Where a telephone number is dialled that comes without its country's code: STORE_COUNTRY. */
  readonly country: Country;
}
