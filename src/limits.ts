/**
 * The limits and time-outs of the edges and the store, with unit and reason; those of a person's requests
 * are in privacy-limits.ts, which the receiver does not read. Defaults that a shop may change are in
 * config.ts; bounds of what a body may say stand with its models in events/.
 */

/** Largest body taken, in bytes; more is answered 413 before it is read whole. */
export const BODY_MAX_BYTES = 1_048_576;

/**
 * How long a body may take to arrive whole, in milliseconds; a slower one is answered 408. A sender on
 * one megabit a second delivers the largest body within nine seconds; a stalled one holds a connection.
 */
export const BODY_TIMEOUT_MS = 10_000;

/** What is allocated at once for a body that is arriving, in bytes: most bodies fit into one slice. */
export const BODY_SLICE_BYTES = 4_096;

/**
 * Values of the signature header that are tried: a sender that rotates its secret sends two. And how
 * much of the header is read, in characters: eight of the longest form take about 600.
 */
export const SIGNATURES_MAX = 8;
export const SIGNATURE_HEADER_MAX_CHARACTERS = 2_048;

/** Queues take 128 KB a message; what is larger travels as its id and is read from the inbox. */
export const MESSAGE_MAX_BYTES = 120_000;

/** Queues take 100 messages and 256 KB a sendBatch. */
export const SEND_BATCH_MAX_MESSAGES = 100;
export const SEND_BATCH_MAX_BYTES = 240_000;

/** Requests that are written together, and what a body, and all of theirs, may come to, in characters. */
export const GROUP_MAX_EVENTS = 50;
export const SHARED_MAX_CHARACTERS = 32_000;
export const GROUP_MAX_CHARACTERS = 400_000;

/**
 * From how many requests at once a group waits for more, at most how long from its first one on, and how
 * often each looks whether it has been written, in milliseconds: little beside a round trip to D1.
 */
export const GROUP_CROWD = 8;
export const GROUP_DELAY_MS = 20;
export const GROUP_LOOK_MS = 6;

/**
 * How long messages for the queue wait for others to share a sendBatch with, in milliseconds: little
 * beside the second for which the queue gathers a batch itself. And after how long whoever was to send
 * them is taken for dead.
 */
export const PUSH_WAIT_MS = 25;
export const PUSH_ABANDONED_MS = 1_000;

/**
 * How often an isolate writes down what it has refused, at most, and how long that may take before it is
 * kept for the next time: in milliseconds.
 */
export const REFUSALS_EVERY_MS = 30_000;
export const REFUSALS_TIMEOUT_MS = 10_000;

/** D1 takes 2 MB a bound value; rows travel as JSON in slices of at most this many bytes. */
export const PARAMETER_MAX_BYTES = 1_500_000;

/** Bodies read back from the inbox at once; a Worker has 128 MB of memory. */
export const BODIES_MAX_BYTES = 8_000_000;

/**
 * What a message about one parcel looks at to say what is still to come: parcels of its order, and what is
 * in the parcels of all messages of a run, in bytes.
 */
export const PARCELS_MAX = 50;
export const CONTENTS_MAX_BYTES = 2_000_000;

/** What the sweep pushes onto each queue in one run, in rows. */
export const SWEEP_MAX_ROWS = 1_000;

/** What the sweep looks through at once for what stands still, and how often in one run: in rows. */
export const SWEEP_STRETCH_ROWS = 10_000;
export const SWEEP_MAX_STRETCHES = 60;

/** How long the count of events waits for one that is not settled yet, in milliseconds. */
export const COUNT_WAITS_MS = 3_600_000;

/** How long an event may stand as `received` before the sweep pushes it, in milliseconds. */
export const PUSH_AFTER_MS = 60_000;

/** How long a claimed notification is held before another run may claim it, in milliseconds. */
export const LEASE_MS = 60_000;

/** How long a call to a provider may take, in milliseconds; well below the lease. */
export const PROVIDER_TIMEOUT_MS = 10_000;

/** How long a message is retried from when it was first due for sending: Resend remembers an
 * idempotency key for 24 hours. */
export const RETRY_FOR_MS = 23 * 3_600_000;

/**
 * After how long a message that may have been taken is not repeated any more: an hour more than it is retried,
 * less what the last run of the cron may be late.
 */
export const RETRY_KEY_MS = RETRY_FOR_MS + 1_800_000;

/** How long a message waits for a recipient that is not known yet. */
export const RECIPIENT_WAIT_MS = 24 * 3_600_000;

/**
 * How long a review request waits for the last parcel of its order, and how often it asks: as long again
 * as it has waited, within these bounds, since a delivery moves it by itself (store/state/apply.ts). In
 * milliseconds.
 */
export const REVIEW_WAIT_MS = 60 * 86_400_000;
export const REVIEW_ASKS_FIRST_MS = 3_600_000;
export const REVIEW_ASKS_MAX_MS = 86_400_000;

/** How long a refund may be outstanding before the team hears of it. */
export const REFUND_DUE_AFTER_MS = 3_600_000;

/** Notifications claimed and worked on at once, and the most that one cron run takes. */
export const DISPATCH_SLICE_ROWS = 50;
export const DISPATCH_MAX_ROWS = 500;

/** How long one cron run goes on taking slices, in milliseconds: the next cron is a minute away. */
export const DISPATCH_RUN_MS = 40_000;

/** How often it is written down that a channel is set up, in milliseconds. */
export const CHANNEL_SEEN_EVERY_MS = 3_600_000;

/** Requests under way to one provider at once. */
export const CHANNEL_CONCURRENCY = 4;

/** Time-outs or cut connections in a row after which a run leaves the channel alone. */
export const CHANNEL_UNKNOWN_MAX = 3;

/** The least pause between requests to a channel that has answered 429, in milliseconds. */
export const THROTTLED_GAP_MS = 500;

/** Back-off of a message: the first retry comes within 30 seconds, later ones at most an hour apart. */
export const RETRY_FIRST_MS = 30_000;
export const RETRY_MAX_MS = 3_600_000;

/** Retries nearer than this are woken through the queue; the sweep wakes the rest, in milliseconds. */
export const WAKE_WITHIN_MS = 60_000;

/** How much of a provider's answer is read, in bytes; the rest is not ours to store. */
export const ANSWER_MAX_BYTES = 16_384;

/** Endpoints that events are forwarded to, beside FORWARD_URL: each event makes a row for each that wants it. */
export const FORWARD_ENDPOINTS_MAX = 20;

/** How long a consumer goes by the endpoints that it has read, in milliseconds. */
export const ENDPOINTS_FRESH_MS = 3_000;

/** How long an endpoint may fail without one success before it is paused, in milliseconds. */
export const ENDPOINT_FAILS_MS = 5 * 86_400_000;

/** How long the secret before signs too once a new one was made, in milliseconds. */
export const ROTATION_MS = 86_400_000;

/** Attempts of a forward that are kept, and of what each was answered so many characters. */
export const ATTEMPTS_KEPT = 10;
export const ATTEMPT_ANSWER_CHARACTERS = 200;

/** Longer bodies are not compared with what was answered to them, in characters: nothing of it is kept. */
export const COMPARED_MAX_CHARACTERS = 100_000;

/** How long a run goes on with an endpoint that has a rate limit, in milliseconds: within the lease. */
export const FORWARD_RUN_MS = 30_000;

/** How far ahead a run reserves requests to an endpoint with a rate limit, in milliseconds. */
export const RESERVED_AHEAD_MS = 10_000;

/** Forwards that one run of the cron takes for one endpoint: time ends it before. */
export const FORWARD_MAX_ROWS = 5_000;

/** Rows of the inbox that one request looks through for what is to be forwarded again. */
export const FORWARD_REPLAY_ROWS = 5_000;

/** Events that the audit looks at in one run of the cron. */
export const AUDIT_EVENTS = 500;

/** How long the purge rests once it has been all the way round, in milliseconds. */
export const PURGE_REST_MS = 3_600_000;

/**
 * What a run of the cron looks through for what has outlived its time: rows of the inbox and messages at
 * once, and how often; rows removed at once; how long it goes on with that, in milliseconds. A million
 * rows are looked through in about half an hour.
 */
export const PURGE_STRETCH_ROWS = 10_000;
export const PURGE_STRETCH_MESSAGES = 5_000;
export const PURGE_MAX_STRETCHES = 3;
export const PURGE_SLICE_ROWS = 1_000;
export const PURGE_RUN_MS = 10_000;

/** How long a settled message is kept as it was sent, in milliseconds; a day or two is looked up. */
export const RENDERED_KEPT_MS = 14 * 86_400_000;

/** How long a day's last bodies wait for others to share an archive object with, in milliseconds. */
export const ARCHIVE_WAITS_MS = 3_600_000;

/** How long a body that was put back from the archive stays, in milliseconds: time for a rebuild. */
export const RESTORED_KEPT_MS = 7 * 86_400_000;

/** Archive objects that one request restores. */
export const RESTORE_OBJECTS = 10;

/**
 * What one reading of an order takes at most: rows of each kind, events, and bytes of either. Many
 * events may add payments to one order, and everything that is read, explained and shown shares an isolate with receipts.
 * A view takes what a person can look at; a rebuild what fits into memory and is compared within seconds.
 */
export const VIEW_LIMITS = { rows: 100, events: 500, bytes: 1_500_000 } as const;
export const REBUILD_LIMITS = { rows: 2_000, events: 2_000, bytes: BODIES_MAX_BYTES } as const;

/** Settings that one explanation lists; and items of one order and one parcel that its page shows. */
export const VIEW_MAX_SETTINGS = 5_000;
export const VIEW_MAX_ITEMS = 200;
export const VIEW_MAX_PARCEL_ITEMS = 50;

/** How far what a view has left out is counted, in rows. */
export const LEFT_OUT_MAX_COUNT = 100_000;

/**
 * Rebuilding: events that are read at once, in number and bytes; how often in one run; patches of one
 * order, and orders around one slice, above which they are left as they are and named in the report.
 */
export const REBUILD_SLICE_EVENTS = 10;
export const REBUILD_SLICE_BYTES = 1_000_000;
export const REBUILD_MAX_SLICES = 50;
export const REBUILD_MAX_PATCHES = 10_000;
export const REBUILD_MAX_ORDERS = 100;

/** Orders that a report of a rebuild names as left out; the log has the count of all. */
export const REBUILD_NAMES_MAX = 100;

/**
 * Different tokens within a period of this many milliseconds, from one network and from all of them, after
 * which nobody there may try another: room for a script with an old token, none for guessing. What all of
 * them have done holds up only networks that have tried one already. Each isolate counts for itself; where
 * SIGN_IN_LIMIT is bound (wrangler.toml), a location counts as well, for a minute. `sources`: networks that
 * an isolate remembers.
 */
export const SIGN_IN_PERIOD_MS = 600_000;
export const SIGN_IN_LIMITS = { ofOne: 20, ofAll: 2_000, sources: 5_000 } as const;
export const SIGN_IN_BINDING_PERIOD_S = 60;

/**
 * A session ends after so long, or once nobody has asked for a page for so long; when it was last used is
 * written no more often than that; and so many are remembered. In milliseconds.
 */
export const SESSION = {
  maxAgeMs: 12 * 3_600_000,
  idleMs: 3_600_000,
  seenEveryMs: 60_000,
  max: 1_000,
} as const;

/**
 * The keys of Cloudflare Access. It rotates them every six weeks and publishes the next one before it
 * signs with it. They are fetched anew after `freshMs`, and for a token under an unknown key, but asked for
 * no more often than every `askAgainMs`, so that junk cannot make this Worker ask. Where new ones cannot be
 * had, the known ones admit people until they are `maxAgeMs` old: a key that was withdrawn must not for ever.
 */
export const ACCESS_KEYS = {
  freshMs: 3_600_000,
  askAgainMs: 30_000,
  maxAgeMs: 86_400_000,
  timeoutMs: 5_000,
} as const;

/**
 * Reading again what version 0.2 has written (upkeep/reread.ts): rows of each table whose precedences are
 * renewed at once, and how often in one run; events that are read at once, in number and bytes; how long
 * a run goes on, in milliseconds. An event costs some five round trips to D1: half a minute is a few hundred of them.
 */
export const RENEW_ROWS = 500;
export const RENEW_MAX_STRETCHES = 20;
export const REREAD_EVENTS = 50;
export const REREAD_BYTES = 1_000_000;
export const REREAD_RUN_MS = 30_000;
