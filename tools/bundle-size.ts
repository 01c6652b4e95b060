/**
 * `npm run bundle:check`: bundles the Worker as `wrangler deploy` would and fails where it is larger,
 * gzipped, than the budget.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_KIB = 100;

const folder = mkdtempSync(join(tmpdir(), "ce-webhooks-bundle-"));
try {
  execFileSync("wrangler", ["deploy", "--dry-run", "--outdir", folder], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
  });
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
