/**
 * `npm run docs`: writes the pages that are generated from the code. A test fails if one of them is out of date, and
 * names this command.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { madePages } from "./docs/pages.ts";

const root = new URL("../", import.meta.url);
const formatter = fileURLToPath(new URL("node_modules/oxfmt/bin/oxfmt", root));

for (const { path, text } of await madePages()) {
  const file = new URL(path, root);
  writeFileSync(file, text);
  if (path.endsWith(".md")) {
    execFileSync(process.execPath, [formatter, "--write", fileURLToPath(file)]);
  }
  process.stdout.write(`${path}: ${readFileSync(file, "utf8").split("\n").length - 1} lines\n`);
}
