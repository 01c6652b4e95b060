/** A clone is the same on every machine: line ends, and paths and programs that also exist on Windows. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const git = (args: readonly string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
const isClone = existsSync(join(root, ".git")) && git(["rev-parse"]).status === 0;

/** The files without git, as in an archive: those that .gitignore does not exclude. */
function filesIn(folder: string, ignored: ReadonlySet<string>): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name) && !name.startsWith(".dev.vars"))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesIn(path, ignored) : [path];
    });
}

function listFiles(): readonly string[] {
  if (isClone) return git(["ls-files"]).stdout.trim().split("\n");
  const lines = readFileSync(join(root, ".gitignore"), "utf8").split("\n");
  return filesIn("", new Set([".git", ...lines.map((line) => line.replace(/\/$/, ""))]));
}

const files = listFiles().filter((path) => existsSync(join(root, path)));
const attributes = readFileSync(join(root, ".gitattributes"), "utf8");
const binary = [...attributes.matchAll(/^\*(\.\w+) binary$/gm)].map(([, ending = ""]) => ending);
const isBinary = (path: string): boolean => binary.some((ending) => path.endsWith(ending));

await test("files are found", () => {
  assert.ok(files.length > 500 && binary.length > 0);
  assert.ok(files.includes("src/index.ts") && !files.some((path) => path.includes("node_modules")));
});

await test("no text has CRLF, and what is no text is named as binary", () => {
  for (const path of files.filter((one) => !isBinary(one))) {
    const bytes = readFileSync(join(root, path));
    assert.ok(!bytes.includes(0), `${path} is not text: name its ending in .gitattributes`);
    assert.ok(!bytes.includes("\r\n"), `${path} has CRLF`);
  }
});

await test(
  "git writes every text with LF, and leaves binary files alone",
  { skip: !isClone },
  () => {
    const lines = git(["ls-files", "--eol"]).stdout.trim().split("\n");
    assert.ok(lines.length > 500);
    for (const line of lines) {
      const [facts = "", path = ""] = line.split("\t");
      const [index = "", tree = "", ...attribute] = facts.trim().split(/\s+/);
      const [content, rule] = isBinary(path)
        ? ["i/-text", "attr/-text"]
        : ["i/lf", "attr/text=auto eol=lf"];
      assert.ok(index === content || index === "i/none", line);
      assert.equal(attribute.join(" "), rule, line);
      assert.ok(tree !== "w/crlf" && tree !== "w/mixed", line);
    }
  },
);

/** On Windows, the pathname of `file:///C:/a%20b` is `/C:/a%20b`. */
const urlAsPath = /(?:import\.meta\.url|\broot)\)\.pathname/;
/** npm installs these on Windows as .cmd files, which only a shell runs. */
const shellOnly = /\b(?:spawn|execFile)(?:Sync)?\("(?:npm|npx|wrangler|vitest|oxfmt|oxlint|tsc)"/;

await test("no path is a URL's pathname, and no program is one that Windows does not start", () => {
  const code = files.filter((path) => /\.(tsx?|mjs)$/.test(path) && !path.startsWith("src/"));
  assert.ok(code.length > 200);
  for (const path of code) {
    const text = readFileSync(join(root, path), "utf8");
    assert.doesNotMatch(text, urlAsPath, path);
    assert.doesNotMatch(text, shellOnly, path);
  }
});
