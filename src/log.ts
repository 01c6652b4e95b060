/**
 * Structured logs, one JSON object per line: what happened, to which id, how long it took. Never a body, a name,
 * an address or a secret; callers pass ids, counts and error texts of the platform.
 */

type LogValue = string | number | boolean | readonly string[] | null | undefined;
export type LogFields = Readonly<Record<string, LogValue>>;
type Level = "info" | "warn" | "error";

function write(level: Level, event: string, fields: LogFields): void {
  // oxlint-disable-next-line eslint/no-console -- the one place that writes to the console
  console[level](JSON.stringify({ level, event, ...fields }));
}

export const log = {
  info: (event: string, fields: LogFields = {}): void => write("info", event, fields),
  warn: (event: string, fields: LogFields = {}): void => write("warn", event, fields),
  error: (event: string, fields: LogFields = {}): void => write("error", event, fields),
};

/** The text of anything thrown, without its stack; drizzle keeps D1's text in the cause. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
