/**
 * Before all test files: bundles the Worker once, for every process that starts it, and unpacks Chromium. Two processes
 * that unpack it at the same time on a new machine start it while it is still being written.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { BUNDLED, bundleWorker } from "../../testbed/receiver/bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "ce-bundle-"));

export async function globalSetup(): Promise<void> {
  await chromium.executablePath();
  const file = join(folder, "worker.js");
  writeFileSync(file, await bundleWorker("src/index.ts"));
  process.env[BUNDLED] = file;
}

export function globalTeardown(): void {
  rmSync(folder, { recursive: true });
}
