/** Values that an event does not state, for a shop without settings. */
import type { StoreDefaults } from "../../src/projection/store-defaults";

export const defaults: StoreDefaults = { country: "IN", timeZone: null };
