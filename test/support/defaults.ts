/** What an event leaves unsaid, as a shop has it that has set nothing. */
import type { StoreDefaults } from "../../src/projection/store-defaults";

export const defaults: StoreDefaults = { country: "IN", timeZone: null };
