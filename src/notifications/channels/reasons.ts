/** Reasons of messages that are held back, or were not sent, for what lies in no message of its own. */

/** Why a message is pending whose channel is set up in part, or not any more. */
export const HELD_BACK = "channel settings missing";

/** Why a message is pending whose database belongs to another environment than this Worker. */
export const FOREIGN_DATABASE = "database of another environment";

/** Why a message was suppressed that a person has switched off, or that nobody has switched on. */
export const SWITCHED_OFF = "switched off";

/** Why a message to a telephone waits for the morning. */
export const QUIET_HOURS = "quiet hours";

/** Why marketing was suppressed: its recipient, or the order, says that it is not wanted. */
export const UNSUBSCRIBED = "unsubscribed";

/** Why an alert ends that its channel held back, and that is raised again each hour while it is true. */
export const RAISED_AGAIN = "raised again while it is true";

/** Why a message was suppressed whose channel never was set up. */
export const NOT_CONFIGURED = "channel not configured";

/** Why a forward waits, without a time of its own: a person paused its endpoint, or nothing gets through to it. */
export const ENDPOINT_PAUSED = "endpoint paused";
export const ENDPOINT_FAILING = "endpoint is failing";
/** It takes no more just now, or what was received before goes first. */
export const ENDPOINT_BUSY = "endpoint busy";

/** Why a forward was suppressed. */
export type EndpointEnd = "endpoint gone" | "endpoint deleted";

/** Why a customer's message was suppressed outside production. */
export const NOT_ALLOWED = "not on the allowlist";

/** Why a message was suppressed that reports what happened before the moment that a person has set. */
export const BEFORE_QUIET_UNTIL = "before quiet-until";

/** Why a message failed whose provider was down for as long as it is retried. */
export const EXHAUSTED = "retries exhausted";

/** Those after which a person may have messages sent together. */
export const unsentReasons = [NOT_CONFIGURED, NOT_ALLOWED, EXHAUSTED, BEFORE_QUIET_UNTIL] as const;
export type UnsentReason = (typeof unsentReasons)[number];
