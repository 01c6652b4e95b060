/** What events leave unsaid, in a shop whose zone skips and repeats hours: some times here state none. */
import { defaults as unset } from "../support/defaults";
import type { StoreDefaults } from "../../src/projection/store-defaults";

export const defaults: StoreDefaults = { ...unset, timeZone: "America/New_York" };
