/**
 * What an error of D1 means. The texts are those that Cloudflare documents
 * (developers.cloudflare.com/d1/observability/debug-d1); the platform repeats failed reads itself,
 * never writes. SQLite's own complaints end in its result code.
 */
import { errorText } from "../log";
import type { Trouble } from "./backoff";

/**
 * D1 cannot take more (too many requests, too much at once, a quota used up), or is not there as it
 * should be (migrations not applied): back off long. The jitter also spreads what failed together
 * over smaller batches.
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
  // What was sent cannot be stored, however often it is tried: SQLite refuses it.
  if (text.includes("sqlite_") || text.includes("too big")) return "data";
  // It cannot even be bound, or making the batch brought out a bug of ours: one event does that, and
  // its neighbours need not wait. Anything else is taken for trouble of the platform.
  const unbound = error instanceof Error && error.message.startsWith("D1_TYPE_ERROR");
  const bug = error instanceof TypeError || error instanceof RangeError;
  return unbound || bug ? "data" : "transient";
}
