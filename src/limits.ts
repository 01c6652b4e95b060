/**
 * The limits and time-outs of the edges and the store, with units and reasons. Limits for personal data are in
 * privacy-limits.ts, which the receiver does not import. Defaults that a shop can change are in config.ts; limits of
 * the content of bodies are with the models in events/.
 */

/** Largest body, in bytes; a larger one is refused with 413 before it is read completely. */
export const BODY_MAX_BYTES = 1_048_576;

/**
 * How long a body may take to arrive completely, in milliseconds; a slower one is refused with 408. At one megabit
 * per second, the largest body takes nine seconds; a stalled sender holds a connection.
 */
export const BODY_TIMEOUT_MS = 10_000;

/** Memory that is allocated at once for an arriving body, in bytes: most bodies fit into one slice. */
export const BODY_SLICE_BYTES = 4_096;

/**
 * Values of the signature header that are tried: a sender that rotates its secret sends two. And how much of the
 * header is read, in characters: eight values of the longest form take about 600.
 */
export const SIGNATURES_MAX = 8;
export const SIGNATURE_HEADER_MAX_CHARACTERS = 2_048;

/** A queue message may have 128 KB; a larger event is sent as its id, and the consumer reads it from the inbox. */
export const MESSAGE_MAX_BYTES = 120_000;

/** Retries of a message of ce-events before it goes to the dead-letter queue: max_retries in wrangler.toml. */
export const EVENT_MAX_RETRIES = 100;

/** How often it is recorded that a batch of events was applied, in milliseconds. */
export const CONSUMED_EVERY_MS = 30_000;

/** A sendBatch may have 100 messages and 256 KB. */
export const SEND_BATCH_MAX_MESSAGES = 100;
export const SEND_BATCH_MAX_BYTES = 240_000;

/**
 * Requests that are written together; the largest body that shares a write, and the largest sum, in characters.
 */
export const GROUP_MAX_EVENTS = 50;
export const SHARED_MAX_CHARACTERS = 32_000;
export const GROUP_MAX_CHARACTERS = 400_000;

/**
 * How soon after one group's write began the next may begin, in milliseconds, and how many may be under way: a write
 * takes D1 some three milliseconds, and its round trip forty. How often each request checks whether it is written:
 * short compared with a round trip.
 */
export const GROUP_APART_MS = 10;
export const GROUP_MAX_WRITES = 6;
export const GROUP_LOOK_MS = 6;

/**
 * How long messages for the queue wait for others that share a sendBatch, in milliseconds: little compared with
 * the second for which the queue gathers a batch. And after how long another request sends them, because the
 * request that should have sent them has probably ended.
 */
export const PUSH_WAIT_MS = 25;
export const PUSH_ABANDONED_MS = 1_000;

/**
 * The failed or slow receipts in a row after which an isolate sends events straight to the queue, and for how long
 * before it tries D1 again, in milliseconds.
 */
export const TROUBLED_RECEIPTS = 3;
export const AVOID_D1_MS = 5_000;

/**
 * If that happens again within such a time after a trial has brought D1 back into use, in milliseconds, so many trials
 * in a row must succeed: in a sale D1 is slow behind every batch of the consumer, and well between two of them.
 */
export const RELAPSE_WITHIN_MS = 60_000;
export const RELAPSE_TRIALS = 5;

/**
 * After how long D1 counts as slow at a receipt, in milliseconds: a write takes 40 to 100 ms. A receipt should be
 * answered within 250 ms, and the queue takes up to 100 of them. A twentieth of RECEIPT_TIMEOUT_MS if that is more.
 */
export const SLOW_RECEIPT_MS = 150;

/**
 * The shortest interval at which an isolate stores its refusals, and how long the write may take before it is left
 * for the next time, in milliseconds.
 */
export const REFUSALS_EVERY_MS = 30_000;
export const REFUSALS_TIMEOUT_MS = 10_000;

/**
 * The deep health check: how long an answer of D1 is reused, how long D1 may take, when a check counts as abandoned,
 * and how often a request looks for the answer that another request waits for. In milliseconds. Monitors stop
 * waiting after five to ten seconds.
 */
export const DEEP_HEALTH = {
  freshMs: 10_000,
  timeoutMs: 3_000,
  abandonedMs: 5_000,
  lookMs: 25,
} as const;

/** D1 allows 2 MB for a bound value; rows are passed as JSON in slices of at most this many bytes. */
export const PARAMETER_MAX_BYTES = 1_500_000;

/** Bodies that are read from the inbox at once, in bytes; a Worker has 128 MB of memory. */
export const BODIES_MAX_BYTES = 8_000_000;

/**
 * What a message about one parcel reads to say what is still to come: parcels of its order, and bytes of their contents.
 */
export const PARCELS_MAX = 50;
export const CONTENTS_MAX_BYTES = 200_000;

/** The rows that one sweep pushes to each queue. */
export const SWEEP_MAX_ROWS = 1_000;

/** The rows that the sweep searches at once for stuck events, and how often in one run. */
export const SWEEP_STRETCH_ROWS = 10_000;
export const SWEEP_MAX_STRETCHES = 60;

/** How long the count of events waits for an unsettled event, in milliseconds. */
export const COUNT_WAITS_MS = 3_600_000;

/** How long an event may be `received` before the sweep pushes it, in milliseconds. */
export const PUSH_AFTER_MS = 60_000;

/** How long a claim on a message lasts before another run may claim it, in milliseconds. */
export const LEASE_MS = 60_000;

/** How long a call to a provider may take, in milliseconds; well below the lease. */
export const PROVIDER_TIMEOUT_MS = 10_000;

/**
 * How long a message is retried after it was first due, in milliseconds: Resend remembers an idempotency key for
 * 24 hours.
 */
export const RETRY_FOR_MS = 23 * 3_600_000;

/**
 * After how long a message that the provider may have accepted is no longer repeated, in milliseconds: half an
 * hour longer than it is retried, because the last cron run may be late; still within the 24 hours.
 */
export const RETRY_KEY_MS = RETRY_FOR_MS + 1_800_000;

/** How often a message is checked again if its database belongs to another environment, in milliseconds. */
export const FOREIGN_LOOK_MS = 3_600_000;

/** How long an alert that is raised again each hour is held back, in milliseconds: after that, the next one exists. */
export const ALERT_HELD_MS = 3_600_000;

/** How long a message waits for an unknown recipient, in milliseconds. */
export const RECIPIENT_WAIT_MS = 24 * 3_600_000;

/** Over how long messages that waited for the end of quiet hours are sent, in milliseconds. */
export const QUIET_HOURS_SPREAD_MS = 600_000;

/**
 * How long a review request waits for the last parcel of its order, and how often it checks: the interval is the
 * time waited so far, within these bounds. A later delivery changes its time itself (store/state/apply.ts). In
 * milliseconds.
 */
export const REVIEW_WAIT_MS = 60 * 86_400_000;
export const REVIEW_ASKS_FIRST_MS = 3_600_000;
export const REVIEW_ASKS_MAX_MS = 86_400_000;

/** How far ahead `quiet-until` may be set: as long as a vendor needs to send lost events again. */
export const QUIET_AHEAD_MAX_MS = 86_400_000;

/** How long a refund may be outstanding before the team is alerted, in milliseconds. */
export const REFUND_DUE_AFTER_MS = 3_600_000;

/** Parsed texts of messages that an isolate keeps: two languages have about 350, plus edited ones. */
export const TEXTS_PARSED_MAX = 1_000;

/** Versions of an edited text that are kept: enough to go back to any that a person still remembers. */
export const TEXT_VERSIONS_MAX = 20;

/** The most cases of plurals and choices in one text: each is checked. */
export const TEXT_CASES_MAX = 100;

/**
 * Messages that are claimed and sent at once, and the most that one cron run sends. A batch of events has fewer messages
 * than that as a rule, so that each wake-up call is one slice. More could not be sent within a lease at two a second.
 */
export const DISPATCH_SLICE_ROWS = 100;
export const DISPATCH_MAX_ROWS = 500;

/** How long the outcomes of a channel wait for those of other channels, to be recorded with them, in milliseconds. */
export const RECORD_TOGETHER_MS = 1_000;

/** How long one cron run continues to take slices, in milliseconds: the next cron is a minute away. */
export const DISPATCH_RUN_MS = 40_000;

/** How often it is recorded that a channel is set up, in milliseconds. */
export const CHANNEL_SEEN_EVERY_MS = 3_600_000;

/** Simultaneous requests to one provider. */
export const CHANNEL_CONCURRENCY = 4;

/**
 * Answers that an invocation waits for at a time: Cloudflare's limit is six. Some are reserved for lanes that have
 * none.
 */
export const CONNECTIONS_MAX = 6;
export const CONNECTIONS_KEPT = 2;

/** After this many time-outs or lost connections in a row, a run stops using the channel. */
export const CHANNEL_UNKNOWN_MAX = 3;

/** How long a request that is ended after its time-out may take to return the status that it has, in milliseconds. */
export const ABORT_MS = 1_000;

/** The shortest pause between requests to a channel that has answered 429, in milliseconds. */
export const THROTTLED_GAP_MS = 500;

/** Back-off of a message: the first retry comes within 30 seconds, later ones at most an hour apart. */
export const RETRY_FIRST_MS = 30_000;
export const RETRY_MAX_MS = 3_600_000;

/**
 * Retries within this time are woken by a queue message, those of one run by the same; the sweep wakes the others: a
 * pause that one provider asks for must not delay the first retry at another. In milliseconds.
 */
export const WAKE_WITHIN_MS = 30_000;

/** How much of a provider's answer is read, in bytes; the rest is not stored. */
export const ANSWER_MAX_BYTES = 16_384;

/** Endpoints that events are forwarded to, in addition to FORWARD_URL: an event makes a row for each that wants it. */
export const FORWARD_ENDPOINTS_MAX = 20;

/** How long a consumer uses the endpoints that it has read, in milliseconds. */
export const ENDPOINTS_FRESH_MS = 3_000;

/** How long an endpoint may fail without one success before it is paused, in milliseconds. */
export const ENDPOINT_FAILS_MS = 5 * 86_400_000;

/** How long the previous secret also signs after a new one was made, in milliseconds. */
export const ROTATION_MS = 86_400_000;

/**
 * Attempts that are kept of a message and of a forward, and the characters that are kept of an answer to a forward.
 */
export const ATTEMPTS_KEPT = 5;
export const FORWARD_ATTEMPTS_KEPT = 10;
export const ATTEMPT_ANSWER_CHARACTERS = 200;

/** Answers to longer bodies (in characters) are not compared with the body, so nothing of them is kept. */
export const COMPARED_MAX_CHARACTERS = 100_000;

/** How long a run continues with an endpoint that has a rate limit, in milliseconds: within the lease. */
export const FORWARD_RUN_MS = 30_000;

/** How far ahead a run reserves requests to an endpoint with a rate limit, in milliseconds. */
export const RESERVED_AHEAD_MS = 10_000;

/** Forwards that are claimed and sent at once: bodies are larger than messages. */
export const FORWARD_SLICE_ROWS = 50;

/** Forwards that one cron run takes for one endpoint: its time ends before. */
export const FORWARD_MAX_ROWS = 5_000;

/** Rows of the inbox that one request of a forward replay reads. */
export const FORWARD_REPLAY_ROWS = 5_000;

/**
 * One request of an import: bodies, and bytes in total (the largest body fits). And how many differing columns are
 * listed, with how many characters of each value.
 */
export const IMPORT_MAX_BODIES = 500;
export const IMPORT_MAX_BYTES = 2_000_000;
export const IMPORT_MAX_DIFFERENCES = 2_000;
export const IMPORT_VALUE_CHARACTERS = 200;

/** Events that one cron run audits. */
export const AUDIT_EVENTS = 500;

/** How long the purge pauses after a complete round, in milliseconds. */
export const PURGE_REST_MS = 3_600_000;

/**
 * One purge run: rows of the inbox and messages that are searched at once, and how often; rows that are removed at
 * once; how long the run continues, in milliseconds. A million rows take about half an hour.
 */
export const PURGE_STRETCH_ROWS = 10_000;
export const PURGE_STRETCH_MESSAGES = 5_000;
export const PURGE_MAX_STRETCHES = 3;
export const PURGE_SLICE_ROWS = 1_000;
export const PURGE_RUN_MS = 10_000;

/** From this share of DATABASE_MAX_MB on, the team is alerted, once a day. */
export const DATABASE_ALERT_SHARE = 0.7;

/** From these shares on, bodies that the archive has are kept for at most so many days. */
export const DATABASE_WINDOWS = [
  { share: 0.85, days: 30 },
  { share: 0.9, days: 14 },
  { share: 0.95, days: 7 },
] as const;

/** How long the content of a settled message is kept, in milliseconds; people look up the last days. */
export const RENDERED_KEPT_MS = 14 * 86_400_000;

/** How long a day's last bodies wait for others that share an archive object, in milliseconds. */
export const ARCHIVE_WAITS_MS = 3_600_000;

/** How long a restored body is kept, in milliseconds: time for a rebuild. */
export const RESTORED_KEPT_MS = 7 * 86_400_000;

/** Archive objects that one call restores. */
export const RESTORE_OBJECTS = 10;

/**
 * The most that is read of one order: rows of each kind, events, and bytes of each. Many events may add payments
 * to one order, and all reading shares an isolate with receipts. A view reads what a person can look at; a rebuild
 * reads what fits into memory and is compared within seconds.
 */
export const VIEW_LIMITS = { rows: 100, events: 500, bytes: 1_500_000 } as const;
export const REBUILD_LIMITS = { rows: 2_000, events: 2_000, bytes: BODIES_MAX_BYTES } as const;

/** Settings that one explanation lists; items of one order and of one parcel that its page shows. */
export const VIEW_MAX_SETTINGS = 5_000;
export const VIEW_MAX_ITEMS = 200;
export const VIEW_MAX_PARCEL_ITEMS = 50;

/** How far the rows that a view leaves out are counted. */
export const LEFT_OUT_MAX_COUNT = 100_000;

/**
 * Rebuild: events that are read at once, in number and bytes; slices in one run; the most patches of one order and
 * the most orders of one slice. What exceeds these is left unchanged and named in the report.
 */
export const REBUILD_SLICE_EVENTS = 10;
export const REBUILD_SLICE_BYTES = 1_000_000;
export const REBUILD_MAX_SLICES = 50;
export const REBUILD_MAX_PATCHES = 10_000;
export const REBUILD_MAX_ORDERS = 100;

/** Left-out orders that the report of a rebuild names; the log has the complete count. */
export const REBUILD_NAMES_MAX = 100;

/**
 * How many different tokens may be tried within a period (milliseconds), by one network and by all networks:
 * enough for a script with an old token, too few for guessing. The limit of all networks applies only to networks
 * that have already tried a token. Each isolate counts for itself; if SIGN_IN_LIMIT is bound (wrangler.toml), each
 * Cloudflare location counts too, for a minute. `sources`: networks that an isolate remembers.
 */
export const SIGN_IN_PERIOD_MS = 600_000;
export const SIGN_IN_LIMITS = { ofOne: 20, ofAll: 2_000, sources: 5_000 } as const;
export const SIGN_IN_BINDING_PERIOD_S = 60;

/**
 * A session ends after `maxAgeMs`, or after `idleMs` without a request. Its last use is written at most every
 * `seenEveryMs`; at most `max` sessions are stored. In milliseconds.
 */
export const SESSION = {
  maxAgeMs: 12 * 3_600_000,
  idleMs: 3_600_000,
  seenEveryMs: 60_000,
  max: 1_000,
} as const;

/**
 * How long the page for unsubscribing uses the shop's settings that it has read, and how long reading them may take.
 */
export const SHOP_FRESH_MS = 30_000;
export const SHOP_TIMEOUT_MS = 2_000;

/**
 * The keys of Cloudflare Access. It rotates them every six weeks and publishes the next key before it signs with it.
 * They are fetched again after `freshMs`, and for a token with an unknown key, but at most every `askAgainMs`, so
 * that invalid tokens cannot cause many requests. If new keys cannot be fetched, the known ones are accepted until
 * they are `maxAgeMs` old: a withdrawn key must not be accepted forever.
 */
export const ACCESS_KEYS = {
  freshMs: 3_600_000,
  askAgainMs: 30_000,
  maxAgeMs: 86_400_000,
  timeoutMs: 5_000,
} as const;

/**
 * Reading again what version 0.2 has written (upkeep/reread.ts): rows of each table that are renewed at once, and
 * how often in one run; events that are read at once, in number and bytes; how long a run continues, in
 * milliseconds. An event costs about five round trips to D1: half a minute is a few hundred events.
 */
export const RENEW_ROWS = 500;
export const RENEW_MAX_STRETCHES = 20;
export const REREAD_EVENTS = 50;
export const REREAD_BYTES = 1_000_000;
export const REREAD_RUN_MS = 30_000;

/**
 * Bringing archived sets back, in milliseconds: the Worker of closed orders answers after some 8 seconds, with what it has
 * done. Then the events are retried, and their neighbours do not wait for longer.
 */
export const PUT_BACK_TIMEOUT_MS = 20_000;
