/** Limits of the archive of closed orders, with units and reasons. The receiver imports none of them. */

/** Orders that are looked at in one step, and candidates that are gathered together. */
export const CLOSE_STRETCH_ORDERS = 2_000;
export const CLOSE_ORDERS = 50;

/** One set: its keys, and the bytes of its rows; what is larger stays in D1. */
export const SET_MAX_KEYS = 500;
export const SET_MAX_BYTES = 1_000_000;

/** Gathering: steps from an order to the farthest row of its set, and rows of a kind that one step reads. */
export const GATHER_STEPS = 12;
export const GATHER_ROWS = 2_500;

/** The rows of one file, in bytes: all of them are in memory more than once. */
export const CLOSED_FILE_MAX_BYTES = 2_000_000;

/** How long one run continues, in milliseconds; and how long the walk rests after a whole round. */
export const CLOSE_RUN_MS = 10_000;
export const CLOSE_REST_MS = 6 * 3_600_000;

/**
 * After how long a file that is still being written belongs to a run that has ended, in milliseconds: a run of the
 * cron lasts 15 minutes at most. And how many such files one run deletes.
 */
export const CLOSED_FILE_ABANDONED_MS = 3_600_000;
export const DROPPED_FILES = 20;

/** After this time no further set is brought back in one call, in milliseconds: the receiver waits for 20 seconds. */
export const PUT_BACK_MS = 8_000;

/** How often a file is looked up again if it was replaced while it was read. */
export const FILE_LOOKS = 3;

/**
 * The run of a night: files that one step places or writes again; rows and bytes in one object of the copy, which are
 * in memory more than once, of 128 MB; and how long a run of the cron continues, in milliseconds.
 */
export const LAKE_FILES = 5;
export const LIVING_PAGE = { rows: 2_000, bytes: 4_000_000 } as const;
export const LAKE_RUN_MS = 10_000;

/** How long a night belongs to one run of the cron, in milliseconds: it lasts 15 minutes at most. */
export const LAKE_CLAIM_MS = 15 * 60_000;

/** How long the keys of archived orders stay, in days: until then, a late event brings an order back. */
export const KEYS_DAYS = 730;
