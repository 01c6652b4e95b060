/**
 * The meaning of a D1 error. Cloudflare documents the texts
 * (developers.cloudflare.com/d1/observability/debug-d1). The platform repeats failed reads itself, but never
 * writes. SQLite's own errors end in its result code.
 */
import { errorText } from "../log";
import type { Trouble } from "./backoff";

/**
 * D1 cannot accept more (too many requests, too much at the same time, an exceeded quota), or is not ready
 * (migrations not applied): back off for long. The jitter also spreads events that failed together over smaller
 * batches.
 */
const overload = [
  "overloaded",
  "exceeded timeout",
  "timed out",
  "too many requests",
  "exceeded its memory limit",
  "exceeded its cpu time limit",
  "maximum db size",
  "account has exceeded d1's",
  "sqlite_full",
  "no such table",
  "no such column",
  "has no column",
];
const transient = [
  "network connection lost",
  "storage caused object to be reset",
  "reset because its code was updated",
  "cannot resolve d1 db due to transient issue",
  "sqlite_busy",
  "sqlite_ioerr",
  "sqlite_locked",
];

export function classifyTrouble(error: unknown): Trouble {
  const text = errorText(error).toLowerCase();
  if (overload.some((part) => text.includes(part))) return "overload";
  if (transient.some((part) => text.includes(part))) return "transient";
  // The data cannot be stored, however often it is tried: SQLite refuses it.
  if (text.includes("sqlite_") || text.includes("too big")) return "data";
  // The data cannot be bound, or our own code failed while it built the batch: one event causes this, and the
  // others need not wait. Every other error counts as trouble of the platform.
  const unbound = error instanceof Error && error.message.startsWith("D1_TYPE_ERROR");
  const bug = error instanceof TypeError || error instanceof RangeError;
  return unbound || bug ? "data" : "transient";
}
