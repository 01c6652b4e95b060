/** The input of the admin API for endpoints. */
import * as z from "zod/mini";
import { dryRun, rowCursor, upTo, utc } from "../shapes";

const eventTypes = z
  .array(z.string().check(z.maxLength(100)))
  .check(z.minLength(1), z.maxLength(50));
const url = z.string().check(z.maxLength(4_096));
const description = z.string().check(z.maxLength(200));
const RATE_MAX = 6_000;
const rateLimit = z.nullable(upTo(RATE_MAX));

export const newEndpointBody = z.strictObject({
  url,
  description: z._default(description, ""),
  event_types: z._default(eventTypes, ["*"]),
  include_order: z._default(z.boolean(), false),
  rate_limit: z._default(rateLimit, null),
});

/** Omitted fields are not changed. */
export const editEndpointBody = z.strictObject({
  url: z.optional(url),
  description: z.optional(description),
  event_types: z.optional(eventTypes),
  include_order: z.optional(z.boolean()),
  rate_limit: z.optional(rateLimit),
});

export const pauseEndpointBody = z.strictObject({
  reason: z._default(z.string().check(z.minLength(1), z.maxLength(200)), "paused by a person"),
});

export const replayEndpointBody = z.strictObject({
  event_types: z.optional(eventTypes),
  from: z.optional(utc),
  to: z.optional(utc),
  cursor: z._default(rowCursor, "0"),
  dry_run: dryRun,
});
