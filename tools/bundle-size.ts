/**
 * `npm run bundle:check`: bundles the Worker as `wrangler deploy` does. Fails if it is larger, gzipped, than
 * the budget, or if its start is too slow compared with the smallest Worker.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { benchStarts } from "../bench/size.ts";
import { medianRatio } from "../bench/statistics.ts";
import { wranglerScript } from "../cli/wrangler/process.ts";

/**
 * A Worker is fetched and compiled at every location where it starts. Code that only a build or a tool needs must stay
 * out of it: the texts of OpenAPI, a JSX renderer for asynchronous components, zod's locales.
 */
const BUDGET_KIB = 250;

/**
 * The time from the start to the first answer, as a multiple of a Worker that only verifies. It was 1.3. The platform
 * ends a start after one second.
 */
const START_MAX = 2.5;
const STARTS = 3;

const folder = mkdtempSync(join(tmpdir(), "ce-webhooks-bundle-"));
try {
  execFileSync(
    process.execPath,
    [wranglerScript, "deploy", "--env=", "--dry-run", "--outdir", folder],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
    },
  );
  const kib = gzipSync(readFileSync(join(folder, "index.js"))).length / 1024;
  const line = `bundle: ${kib.toFixed(1)} KiB gzipped, budget ${String(BUDGET_KIB)} KiB`;
  if (kib > BUDGET_KIB) {
    console.error(`${line}: too large`);
    process.exitCode = 1;
  } else {
    console.log(line);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const { ours, smallest } = await benchStarts(STARTS);
const start = medianRatio(ours, smallest);
const said = `start: ${start.toFixed(2)} times the smallest Worker's, at most ${String(START_MAX)}`;
if (start > START_MAX) {
  console.error(`${said}: too slow`);
  process.exitCode = 1;
} else {
  console.log(said);
}
