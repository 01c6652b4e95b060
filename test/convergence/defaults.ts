/**
 * Values that events do not state, for a shop whose time zone skips and repeats hours: some times here have no zone.
 */
import { defaults as unset } from "../support/defaults";
import type { StoreDefaults } from "../../src/projection/store-defaults";

export const defaults: StoreDefaults = { ...unset, timeZone: "America/New_York" };
