/**
 * Leaves out the Worker's own log lines: they would drown the seeds that random tests print, each of them is a call to
 * vitest, and one that is under way when a file ends fails the whole run.
 */
const isLogLine = (text: unknown): boolean =>
  typeof text === "string" && text.startsWith('{"level"');

for (const level of ["info", "warn", "error"] as const) {
  const print = console[level].bind(console);
  console[level] = (...texts: unknown[]): void => {
    if (!isLogLine(texts[0])) print(...texts);
  };
}
