/** The demo as a process: it succeeds for a small day, and it can fail. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const demo = pathOf("../../testbed/demo.ts");
const corrupted = pathOf("demo/corrupted-demo.ts");
const options = { timeout: 120_000 };

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function runDemo(flags: readonly string[], script = demo): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...flags], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

await test("a small day holds, and the demo exits with 0", options, async () => {
  const { code, stdout, stderr } = await runDemo(["--orders", "15", "--seed", "5"]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /All \d+ checks held, in \d+ seconds/);
  for (const heading of [
    "Orders",
    "Money",
    "Shipments",
    "Forms",
    "Messages",
    "Answers",
    "Not applied",
  ]) {
    assert.match(stdout, new RegExp(`^${heading}`, "m"));
  }
  for (const form of ["envelope", "flat", "bare"]) {
    const [, orders, ended] =
      new RegExp(`^ +${form} +[1-9][\\d,]* +[1-9][\\d,]* +(\\d+) +(\\d+) `, "m").exec(stdout) ?? [];
    assert.ok(orders === "5" && ended === orders, `${form}: ${stdout}`);
  }
  assert.match(stdout, /quarantined +unknown body +the body is not JSON/);
  const longest = Math.max(...stdout.split("\n").map((line) => line.length));
  assert.ok(longest <= 100, `a line has ${longest} columns`);
});

await test("every check can fail, and then the demo exits with 1", options, async () => {
  const { code, stdout } = await runDemo(["--orders", "15", "--seed", "6"], corrupted);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /ORD-104001 paid_micros is \d+, expected \d+/);
  const [, failed, all] = /(\d+) of (\d+) checks failed/.exec(stdout) ?? [];
  assert.ok(failed !== undefined && failed === all, stdout);
});

await test("flags that cannot be used exit with 2 and say why", async () => {
  const few = await runDemo(["--orders", "3"]);
  assert.equal(few.code, 2);
  assert.match(few.stderr, /--orders must be from/);
  const unknown = await runDemo(["--ordres", "30"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /ordres/);
});

await test("--help names the flags and exits with 0", async () => {
  const { code, stdout } = await runDemo(["--help"]);
  assert.equal(code, 0);
  for (const flag of ["--orders", "--seed", "--concurrency"])
    assert.match(stdout, new RegExp(flag));
});
