/**
 * What an error of D1 means. The texts are those that Cloudflare documents; the platform repeats
 * failed reads itself, never writes. SQLite's own complaints end in its result code.
 */
import { errorText } from "../log";
import type { Trouble } from "./backoff";

/** D1 cannot take more, or is not there as it should be (migrations not applied): back off long. */
const overload = [
  "overloaded",
  "exceeded timeout",
  "timed out",
  "too many requests",
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
  // What was sent cannot be stored, however often it is tried. Anything else is taken for trouble
  // of the platform: giving up on an event is the worse mistake.
  return text.includes("sqlite_") || text.includes("too big") ? "data" : "transient";
}
