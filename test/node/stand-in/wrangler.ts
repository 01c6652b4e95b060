/**
 * The stand-in as an executable. STAND_IN names its folder: it reads account.json and writes calls.ndjson. The first
 * target of the account runs its SQL.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answer, cloudState } from "./account.ts";

const folder = process.env["STAND_IN"] ?? "";
const file = join(folder, "account.json");
const cloud = cloudState.parse(JSON.parse(readFileSync(file, "utf8")));
const args = process.argv.slice(2);

/** Secrets are the only input from stdin. */
async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
  return text;
}

const stdin = args[0] === "secret" && args[1] === "put" ? await readStdin() : "";
const env = Object.keys(process.env);
const account = process.env["CLOUDFLARE_ACCOUNT_ID"] ?? null;
appendFileSync(join(folder, "calls.ndjson"), `${JSON.stringify({ args, stdin, account, env })}\n`);

const reply = await answer(cloud, args, stdin, async (sql) => {
  const response = await fetch(`${cloud.targets[0] ?? ""}/sql`, { method: "POST", body: sql });
  return await response.text();
});
if (reply.change !== undefined) writeFileSync(file, JSON.stringify({ ...cloud, ...reply.change }));
const report = process.env["WRANGLER_OUTPUT_FILE_PATH"];
if (reply.targets !== undefined && report !== undefined) {
  appendFileSync(report, `${JSON.stringify({ type: "wrangler-session", version: 1 })}\n`);
  appendFileSync(report, `${JSON.stringify({ type: "deploy", targets: reply.targets })}\n`);
}
(reply.ok ? process.stdout : process.stderr).write(`${reply.text}\n`);
process.exitCode = reply.ok ? 0 : 1;
