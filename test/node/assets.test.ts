/** The files in public/ match their sources: the console's files, and the description of the API. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

await test("the static files are up to date", () => {
  const args = ["tools/assets.ts", "--check"];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(status, 0);
});
