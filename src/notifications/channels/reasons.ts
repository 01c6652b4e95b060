/** Reasons why messages are held back or not sent, if the cause is not the message itself. */

/** Pending: the channel is set up only in part, or is no longer set up. */
export const HELD_BACK = "channel settings missing";

/** Pending: the database belongs to another environment than this Worker. */
export const FOREIGN_DATABASE = "database of another environment";

/** Suppressed: the message is switched off, by a person or by default. */
export const SWITCHED_OFF = "switched off";

/** Pending: a message to a telephone waits until quiet hours end. */
export const QUIET_HOURS = "quiet hours";

/** Suppressed: the recipient, or the order, states that marketing is not wanted. */
export const UNSUBSCRIBED = "unsubscribed";

/** Suppressed: an alert that its channel held back; it is raised again each hour while it is true. */
export const RAISED_AGAIN = "raised again while it is true";

/** Suppressed: the channel was never set up. */
export const NOT_CONFIGURED = "channel not configured";

/** Pending, without a time for the next attempt: the endpoint is paused, or it fails. */
export const ENDPOINT_PAUSED = "endpoint paused";
export const ENDPOINT_FAILING = "endpoint is failing";
/** Pending: the endpoint accepts no more for now, or earlier events go first. */
export const ENDPOINT_BUSY = "endpoint busy";

/** Why a forward was suppressed. */
export type EndpointEnd = "endpoint gone" | "endpoint deleted";

/** Suppressed: a customer's message outside production. */
export const NOT_ALLOWED = "not on the allowlist";

/** Suppressed: it reports what happened before the moment that a person has set. */
export const BEFORE_QUIET_UNTIL = "before quiet-until";

/** Failed: the provider was down for as long as the message was retried. */
export const EXHAUSTED = "retries exhausted";

/** Messages with one of these reasons can be resent together. */
export const unsentReasons = [NOT_CONFIGURED, NOT_ALLOWED, EXHAUSTED, BEFORE_QUIET_UNTIL] as const;
export type UnsentReason = (typeof unsentReasons)[number];
