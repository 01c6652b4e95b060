/**
 * `npm run baseline -- <revision>`: builds the Worker of a released revision into test/upgrade/, where
 * test/node/upgrade.test.ts runs it on the newest schema. Run once after each release (docs/upgrading.md). The bundle
 * is kept, because not every clone has the tags and the packages of that time.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as z from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const kept = join(root, "test/upgrade");

function run(command: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
  return execFileSync(command, [...args], {
    cwd,
    env,
    // npm and npx are .cmd files on Windows.
    shell: process.platform === "win32",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Name and hash of every migration: a released migration is never edited. */
function migrationsOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const text = readFileSync(join(folder, name));
      return [name, createHash("sha256").update(text).digest("hex")];
    }),
  );
}

const [revision] = process.argv.slice(2);
if (revision === undefined || revision.startsWith("-")) {
  process.stderr.write("npm run baseline -- <revision>, such as v0.2.0\n");
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), "ce-baseline-"));
  const tree = join(folder, "tree");
  try {
    run("git", ["worktree", "add", "--detach", tree, revision], root);
    process.stdout.write("installing the packages of then\n");
    run("npm", ["ci", "--no-audit", "--no-fund"], tree);
    run("npx", ["wrangler", "deploy", "--dry-run", "--outdir", join(folder, "out")], tree);
    const worker = readFileSync(join(folder, "out/index.js"));
    writeFileSync(join(kept, "worker.js.gz"), gzipSync(worker, { level: 9 }));
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(tree, "package.json"), "utf8")));
    const baseline = { version, migrations: migrationsOf(join(tree, "migrations")) };
    writeFileSync(join(kept, "baseline.json"), `${JSON.stringify(baseline, null, 2)}\n`);
    process.stdout.write(`test/upgrade: version ${version}\n`);
  } finally {
    run("git", ["worktree", "remove", "--force", tree], root);
    rmSync(folder, { recursive: true, force: true });
  }
}
