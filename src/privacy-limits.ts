/** The limits for personal data: erasure, suppression list and export. */

/**
 * Orders at once; contacts at once; rows of the inbox at once (each read checks all of them and returns at most
 * 500 bodies); rows of the state at once; archive objects in one step; and how long a run continues, in
 * milliseconds: the next cron is a minute away.
 */
export const ERASE_ORDERS = 20;
export const ERASE_STRETCH_ROWS = 20_000;
export const ERASE_STRETCH_BODIES = 2_000;
export const ERASE_TEXT_ROWS = 500;
export const ERASE_OBJECTS = 10;
export const ERASE_RUN_MS = 10_000;

/** The size of one page of an export, in characters, and how long it may take, in milliseconds. */
export const EXPORT_MAX_CHARACTERS = 4_000_000;
export const EXPORT_RUN_MS = 10_000;

/** How old the known version of the suppression list may be when a message is sent, in milliseconds. */
export const LIST_FRESH_MS = 2_000;

/** The most orders that are counted before a person is erased. */
export const ERASURE_ORDERS_COUNTED = 1_000;
