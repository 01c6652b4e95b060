/** The command line itself: help, reference, completion, settings, wrong usage, the launcher. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { createCli, examplesOf } from "../../../cli/cli.ts";
import { readPending, readQueues } from "../../../cli/doctor/wrangler.ts";
import { exitCodes } from "../../../cli/exit-codes.ts";
import { nearNames } from "../../../cli/trigger/near.ts";
import { createOutput } from "../../../testbed/terminal/output.ts";
import { createProgram } from "../../../cli/program.ts";
import { loadSettings, requireSecret } from "../../../cli/settings.ts";
import { runProcess, writeScratch } from "./run.ts";

const { stdin, stdout, stderr } = process;
const out = { ...createOutput({ stdin, stdout, stderr }, { NO_COLOR: "1" }), width: 80 };
const program = await createProgram(createCli({}, out, new AbortController().signal), null);
const commands = program.createHelp().visibleCommands(program);

await test("every command has examples that it understands, and a summary", () => {
  for (const command of commands) {
    if (command.name() === "help") continue;
    assert.ok(command.summary() !== "", command.name());
    const examples = examplesOf(command);
    assert.ok(examples.length > 0, command.name());
    for (const [line] of examples) {
      const [, own = ""] = /ce-webhooks ([^|<]*)/.exec(line) ?? [];
      for (const flag of own.match(/--[a-z-]+/g) ?? []) {
        assert.ok(
          command.options.some(({ long }) => long === flag),
          `${command.name()}: ${flag}`,
        );
      }
    }
  }
});

await test("help names every command, every exit code, and examples", async () => {
  const [all, one] = await Promise.all([runProcess(["--help"]), runProcess(["trigger", "--help"])]);
  assert.equal(all.code, 0);
  for (const command of commands) assert.ok(all.stdout.includes(`  ${command.name()} `));
  for (const { code } of Object.values(exitCodes))
    assert.match(all.stdout, new RegExp(`^ {2}${code} `, "m"));
  assert.match(one.stdout, /Examples:\n {2}# .+\n {2}ce-webhooks trigger/);
  const longest = Math.max(...(all.stdout + one.stdout).split("\n").map((line) => line.length));
  assert.ok(longest <= 80, `a line has ${longest} columns`);
});

await test("wrong usage is one line and 2", async () => {
  const all = await Promise.all([
    runProcess(["triger"]),
    runProcess(["events", "--stauts", "failed"]),
    runProcess(["events", "--from", "yesterday", "--token", "x"]),
  ]);
  const said = [/Did you mean trigger/, /Did you mean --status/, /2h/];
  for (const [index, ended] of all.entries()) {
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, /^✗ [^\n]+\n$/);
    assert.match(ended.stderr, said[index] ?? /never/);
  }
});

await test("completion knows the commands, and what can be triggered", async () => {
  const [script, scenarios] = await Promise.all([
    runProcess(["completion", "bash"]),
    runProcess(["complete", "--", "trigger", "refund-"]),
  ]);
  assert.equal(script.code, 0, script.stderr);
  execFileSync("bash", ["-n"], { input: script.stdout });
  assert.match(scenarios.stdout, /^refund-fails\t/m);
});

await test("a machine's older Node starts the one that is installed", async (t) => {
  const old = (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => `${folder}/node`)
    .find((path) => {
      try {
        return /^v(1\d|2[0-3])\./.test(execFileSync(path, ["--version"], { encoding: "utf8" }));
      } catch {
        return false;
      }
    });
  if (old === undefined) return t.skip("there is none on this machine");
  const { code, stderr } = await runProcess(["trigger", "happy-pth"], { node: old });
  assert.equal(code, 2);
  assert.match(stderr, /did you mean happy-path/);
  return undefined;
});

await test("a flag counts before the environment, and that before the file", () => {
  const devVars = writeScratch(
    "vars",
    'CE_WEBHOOK_SECRET="file"\nexport ADMIN_TOKEN=file\n# X=1\n',
  );
  const env = { CE_WEBHOOK_SECRET: "env", CE_WEBHOOKS_URL: "shop.example/api/webhooks/ce" };
  assert.throws(() => loadSettings({ url: "ftp://x" }, {}), /--url/);
  for (const url of [
    "http://shop.example",
    "HTTP://127.0.0.1.evil.example",
    "http://10.0.0.7:80",
  ]) {
    assert.throws(() => loadSettings({ url }, {}), /--url has no TLS/);
    assert.throws(() => loadSettings({}, { CE_WEBHOOKS_URL: url }), /CE_WEBHOOKS_URL .*has no TLS/);
  }
  for (const url of [
    "http://localhost:8787",
    "http://127.9.9.9",
    "http://[::1]:1",
    "shop.example",
  ]) {
    assert.doesNotThrow(() => loadSettings({ url }, {}));
  }
  const empty = loadSettings({ devVars: writeScratch("empty", "") }, {});
  assert.throws(() => requireSecret(empty), /No secret[^\n]*CE_WEBHOOK_SECRET/);
  const from = (flags: object, given: Record<string, string>) => {
    const { url, secret, token } = loadSettings({ devVars, ...flags }, given);
    return [url, secret?.value, token?.value];
  };
  assert.deepEqual(from({}, {}), ["http://127.0.0.1:8787", "file", "file"]);
  assert.deepEqual(from({}, env), ["https://shop.example", "env", "file"]);
  assert.deepEqual(from({ secret: "flag", url: "localhost:1" }, env), [
    "http://localhost:1",
    "flag",
    "file",
  ]);
  assert.deepEqual(from({}, { CE_WEBHOOK_SECRET: "  " }), [
    "http://127.0.0.1:8787",
    "file",
    "file",
  ]);
});

await test("near names are found, far ones are not", () => {
  const names = [
    "order.created",
    "order.confirmed",
    "payment.failed",
    "happy-path",
    "refund-fails",
  ];
  assert.deepEqual(nearNames("order.confirmd", names), ["order.confirmed"]);
  assert.deepEqual(nearNames("Happy_Path", names), ["happy-path"]);
  assert.deepEqual(nearNames("refund", names), ["refund-fails"]);
  assert.equal(nearNames("oder.creatd", names)[0], "order.created");
  assert.deepEqual(nearNames("zzzzzzzz", names), []);
});

await test("what wrangler draws is read", () => {
  const migrations =
    "Migrations to be applied:\n┌──────┐\n│ Name │\n├──────┤\n│ 0001_a.sql │\n├──────┤\n│ 0002_b.sql │\n└──────┘\n";
  assert.deepEqual(readPending(migrations), ["0001_a.sql", "0002_b.sql"]);
  assert.deepEqual(readPending("✅ No migrations to apply!"), []);
  assert.equal(readPending("✘ [ERROR] no"), null);
  const queues =
    "┌────┬──────┬───────────┐\n│ id │ name │ consumers │\n├────┼──────┼───────────┤\n│ 1 │ ce-events │ 1 │\n├────┼──────┼───────────┤\n│ 2 │ ce-events-dlq │ 0 │\n└────┴──────┴───────────┘\n";
  assert.deepEqual(
    [...readQueues(queues)],
    [
      ["ce-events", 1],
      ["ce-events-dlq", 0],
    ],
  );
});
