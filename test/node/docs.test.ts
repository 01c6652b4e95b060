/**
 * The docs are right: every query runs and finds the rows that it promises, every command block runs, every link has a
 * target. README.md, the files next to it and everything below docs/ are included automatically.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { after, before, describe, test } from "node:test";
import * as z from "zod";
import { loadCommandLine } from "./docs/command-line.ts";
import { type Block, readPages } from "./docs/markdown.ts";
import { checkExpression, checkTemplate, readRules } from "./docs/alerts.ts";
import { cookbook, type Row } from "./docs/cookbook.ts";
import { readMetrics, readPromql } from "./docs/promql.ts";
import { type Command, createSandbox, type Sandbox } from "./docs/shell.ts";
import { ADMIN_TOKEN, openShop, regularOf, SECRET, type Shop } from "./docs/shop.ts";
import { type Grammar, loadGrammar } from "./stand-in/grammar.ts";

const root = new URL("../../", import.meta.url);
const pages = readPages(root);
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8"))).scripts;
const seed = 11;

const blocksOf = (...languages: readonly string[]): readonly Block[] =>
  pages.flatMap(({ blocks }) => blocks.filter(({ language }) => languages.includes(language)));

/** Languages of code blocks that are not run. */
const unchecked = new Set([
  "",
  "text",
  "json",
  "jsonc",
  "toml",
  "yaml",
  "ts",
  "diff",
  "markdown",
  "mermaid",
]);

/** Replaces the example values of a page with those of the test's shop. */
function inThisShop(sql: string, { stories }: Shop): string {
  const story = stories.find(({ orderNumber }) => orderNumber === "ORD-104001");
  return sql
    .replaceAll("asha@example.com", story?.expected.customerEmail.toLowerCase() ?? "")
    .replaceAll("cus_20418377", regularOf(stories));
}

const npmOwn = new Set(["ci", "install", "link", "test", "start", "run", "version"]);

/** The arguments that the programs called by npx accept. */
interface Grammars {
  readonly wrangler: Grammar;
  readonly own: Grammar;
}

/** The problem of a call of npm or npx; null if there is none. Calls of git are not checked. */
function commandProblem([program, ...args]: Command, grammars: Grammars): string | null {
  if (program === "npx") {
    const [name, ...rest] = args;
    if (name === "wrangler") return grammars.wrangler(rest);
    if (name === "ce-webhooks") return grammars.own(rest);
    const isInstalled = existsSync(new URL(`node_modules/.bin/${name ?? ""}`, root));
    const missing = rest.filter(
      (text) => text.startsWith("test/") && !existsSync(new URL(text, root)),
    );
    return isInstalled && missing.length === 0
      ? null
      : `npx ${args.join(" ")}: not of this project`;
  }
  if (program !== "npm") return null;
  const [verb = "", name = ""] = args;
  if (!npmOwn.has(verb)) return `npm ${verb}: not known here`;
  const script = verb === "run" ? name : verb;
  const isOwn = ["ci", "install", "link", "version"].includes(verb);
  return isOwn || script in scripts ? null : `npm run ${script}: no such script`;
}

/** The names of all source files: a text may name a file alone if it has named its folder before. */
function sourceNames(): ReadonlySet<string> {
  const files = ["src/", "test/", "cli/", "testbed/", "tools/"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }),
  );
  return new Set(files.map((file) => basename(file) ?? ""));
}

function sourceText(): string {
  const folder = new URL("src/", root);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("\n");
}

await describe("the docs", () => {
  let shop: Shop;
  let sandbox: Sandbox;
  let grammars: Grammars;

  before(async () => {
    shop = await openShop(seed);
    grammars = { wrangler: await loadGrammar(), own: await loadCommandLine() };
    const { origin } = shop.receiver;
    sandbox = createSandbox({ ADMIN_TOKEN, CE_WEBHOOK_SECRET: SECRET, RECEIVER_URL: origin }, [
      ["https://<your worker>", origin],
      ["http://127.0.0.1:8787", origin],
    ]);
  });
  after(async () => {
    sandbox.close();
    await shop.close();
  });

  void test("code blocks are of a language that is run, or one that is known not to be", () => {
    const runs = new Set(["sh", "sql", "sql duckdb", "promql", "analytics"]);
    for (const { language, place } of pages.flatMap(({ blocks }) => blocks)) {
      assert.ok(runs.has(language) || unchecked.has(language), `${place}: ${language}`);
    }
  });

  void test("queries of the lake are on the page whose blocks are all run (lake.test.ts)", () => {
    const places = blocksOf("sql duckdb").map(({ place }) => place.split(":")[0]);
    assert.ok(places.length > 10);
    assert.deepEqual(new Set(places), new Set(["docs/analytics.md"]));
  });

  void test("every query runs and only reads", async () => {
    const blocks = blocksOf("sql");
    assert.ok(blocks.length > 20);
    for (const { text, place } of blocks) {
      const bare = text.replaceAll(/--.*$/gm, "");
      const statements = bare.split(/;\s*(?:\n|$)/).filter((sql) => sql.trim() !== "");
      for (const sql of statements) {
        assert.match(sql.trim(), /^(SELECT|WITH)\b/, place);
        await assert.doesNotReject(shop.receiver.query(inThisShop(sql, shop)), place);
      }
    }
  });

  void test("every question of the cookbook is answered as it happened", async () => {
    const blocks = blocksOf("sql").filter(({ place }) => place.startsWith("docs/cookbook.md"));
    const headings = blocks.map(({ heading }) => heading);
    assert.deepEqual(headings.toSorted(), Object.keys(cookbook).toSorted());
    for (const { heading, text } of blocks) {
      const rows = await shop.receiver.query<Row>(inThisShop(text, shop));
      try {
        cookbook[heading]?.(rows, shop);
      } catch (error) {
        throw new Error(`${heading} (seed ${String(seed)})\n${JSON.stringify(rows)}`, {
          cause: error,
        });
      }
    }
  });

  void test("every command block runs, page by page in one shell, with scripts and flags that exist", async () => {
    const byPage = Map.groupBy(blocksOf("sh"), ({ place }) => place.split(":")[0] ?? "");
    assert.ok(byPage.size >= 4);
    for (const [path, blocks] of byPage) {
      const script = blocks.map(({ place, text }) => `echo "--- ${place}"\n${text}`).join("\n");
      const calls = await sandbox.run(script).catch((error: unknown) => {
        throw new Error(path, { cause: error });
      });
      for (const call of calls) assert.equal(commandProblem(call, grammars), null, path);
    }
  });

  void test("no line gives a secret as an argument", () => {
    const given = /--(token|secret)[ =](?!<)|-hmac\b|Bearer \$|(-u|--user) \S*:/;
    for (const { path } of pages) {
      const lines = readFileSync(new URL(path, root), "utf8").split("\n");
      const commands = lines.filter((line) => /ce-webhooks|curl|openssl|wrangler/.test(line));
      assert.deepEqual(
        commands.filter((line) => given.test(line)),
        [],
        path,
      );
    }
  });

  void test("what the README sends by hand arrives, as an envelope and bare", async () => {
    const sql = `SELECT order_number AS number, status,
      (SELECT group_concat(form) FROM webhook_events WHERE subject_id = orders.order_number) AS forms
      FROM orders WHERE order_number IN ('ORD-2', 'ORD-3') ORDER BY order_number`;
    await shop.settle();
    assert.deepEqual(await shop.receiver.query<Row>(sql), [
      { number: "ORD-2", status: "confirmed", forms: "envelope" },
      { number: "ORD-3", status: "confirmed", forms: "bare" },
    ]);
  });

  void test("commands within the text name scripts and flags that exist", () => {
    for (const { path } of pages) {
      const text = readFileSync(new URL(path, root), "utf8").replaceAll(/```[^]*?```/g, "");
      for (const [, line = ""] of text.matchAll(/`(np[mx] [^`\n]+)`/g)) {
        const call = line.replaceAll(/"[^"]*"/g, "text").split(/\s+/);
        assert.equal(commandProblem(call, grammars), null, `${path}: ${line}`);
      }
    }
  });

  void test("alert rules and dashboards ask for metrics that the Worker answers", async () => {
    // Each endpoint has its own samples.
    await shop.receiver.query(
      "INSERT INTO forward_endpoints (id, url, created_at) VALUES ('ep_docs', 'https://erp.example/', '2026-01-01')",
    );
    const url = new URL("/api/admin/metrics", shop.receiver.origin);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    const metrics = readMetrics(await answer.text());
    assert.ok(metrics.size >= 5);
    const rules = readRules(readFileSync(new URL("docs/alerts.yml", root), "utf8"));
    for (const rule of rules) {
      checkExpression(rule.expr, metrics);
      const [selector] = readPromql(rule.expr).selectors;
      checkTemplate(rule, metrics.get(selector?.metric ?? "") ?? new Set());
      const [file = "", anchor = ""] = rule.annotations.runbook.split("#");
      const page = pages.find(({ path }) => path === file);
      assert.ok(page?.anchors.has(anchor), `${rule.alert}: ${rule.annotations.runbook}`);
    }
    for (const { text } of blocksOf("promql")) checkExpression(text, metrics);
    assert.throws(() => checkExpression("ce_webhooks_evnts > 0", metrics));
    assert.throws(() => checkExpression('ce_webhooks_events{state="failed"}', metrics));
  });

  void test("queries of the data set use the columns that are written", () => {
    const columns = ["ce_webhooks", "blob1", "blob2", "double1", "double2", "timestamp"];
    const blocks = blocksOf("analytics");
    assert.ok(blocks.length >= 3);
    for (const { text, place } of blocks) {
      const used = text.match(/\b(ce_\w+|blob\d+|double\d+|index\d+)\b/g) ?? [];
      for (const name of used) assert.ok(columns.includes(name), `${place}: ${name}`);
      assert.match(text, /^SELECT[^]+FROM ce_webhooks[^]+GROUP BY/, place);
      // A count without weights is wrong as soon as the data set is sampled.
      assert.doesNotMatch(text, /COUNT\(|AVG\(/, place);
    }
  });

  void test("log lines that are explained are written somewhere", () => {
    const written = new Set(sourceText().match(/(?<=log\.\w+\(")\w+/g));
    const text = readFileSync(new URL("docs/observability.md", root), "utf8");
    const table = text.split("| line")[1]?.split("\n\n")[0] ?? "";
    const rows = table.split("\n").slice(2);
    const named = rows.flatMap((row) => (row.split("|")[1] ?? "").match(/(?<=`)\w+(?=`)/g) ?? []);
    assert.ok(named.length >= 8);
    for (const name of named) assert.ok(written.has(name), name);
  });

  void test("files and folders that the text names exist", () => {
    for (const { path } of pages) {
      const text = readFileSync(new URL(path, root), "utf8").replaceAll(/```[^]*?```/g, "");
      const folders = ["", "src/", "src/notifications/", `${path}/../`];
      const named = text.matchAll(
        /`([\w.-]+(?:\/[\w.-]+)*(?:\/|\.(?:tsx?|sql|md|yml|toml|jsonc?)))`/g,
      );
      for (const [, name = ""] of named) {
        if (name.startsWith(".") || name.endsWith(".env")) continue;
        const isThere = folders.some((folder) => existsSync(new URL(`${folder}${name}`, root)));
        const isSomewhere = !name.includes("/") && sourceNames().has(name);
        assert.ok(isThere || isSomewhere, `${path}: ${name}`);
      }
    }
  });

  void test("every decision is in the list, and says what was rejected and what enforces it", () => {
    const records = pages.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));
    const list = pages.find(({ path }) => path === "docs/decisions/README.md");
    const listed = (list?.links ?? []).map(({ target }) => `docs/decisions/${target}`);
    assert.deepEqual(records.map(({ path }) => path).toSorted(), listed.toSorted());
    for (const { path, anchors } of records) {
      for (const part of ["context", "decision", "rejected", "how-this-is-enforced"]) {
        assert.ok(anchors.has(part), `${path}: ${part}`);
      }
    }
  });

  void test("links and anchors lead somewhere", () => {
    const byPath = new Map(pages.map((page) => [page.path, page]));
    for (const { path, links } of pages) {
      for (const { target, place } of links) {
        if (/^(https?|mailto):/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const wanted = file === "" ? path : new URL(file, `x:/${path}`).pathname.slice(1);
        assert.ok(existsSync(new URL(wanted, root)), `${place}: ${target}`);
        if (anchor === undefined) continue;
        assert.ok(byPath.get(wanted)?.anchors.has(anchor), `${place}: no heading ${target}`);
      }
    }
  });
});
