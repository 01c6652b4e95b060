/** The limits of what concerns one person's data: erasing it, keeping it out, exporting it. */

/**
 * Orders at once; contacts looked through at once; rows of the inbox, of which each read returns 500 bodies at
 * most and looks at all; rows of the state looked through at once; archive objects read in one run; and how long
 * a run goes on, in milliseconds: the next cron is a minute away.
 */
export const ERASE_ORDERS = 20;
export const ERASE_STRETCH_ROWS = 20_000;
export const ERASE_STRETCH_BODIES = 2_000;
export const ERASE_TEXT_ROWS = 500;
export const ERASE_OBJECTS = 10;
export const ERASE_RUN_MS = 10_000;

/** How much one answer of an export gathers, in characters and milliseconds. */
export const EXPORT_MAX_CHARACTERS = 4_000_000;
export const EXPORT_RUN_MS = 10_000;

/** How old an answer of the suppression list may be when a message is sent, in milliseconds. */
export const LIST_FRESH_MS = 2_000;
