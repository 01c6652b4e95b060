/**
 * `npm run assets`: writes the console's static files to public/, under names that change with their content, the
 * OpenAPI description of the admin API, the numbering plans of telephone numbers, and the names of the migrations.
 * With `--check` it writes nothing and fails if the files are out of date. The files are committed, so a deployment
 * needs no build.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import journal from "../migrations/meta/_journal.json" with { type: "json" };
import packageJson from "../package.json" with { type: "json" };
import { numberingPlans } from "./numbering-plans.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}public/console`;
const plansFile = `${root}src/events/field-formats/phone-metadata.json`;
const migrationCountFile = `${root}src/store/set-up/migration-count.ts`;
const namesFile = `${root}src/console/asset-names.ts`;

function read(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** Without comments and white space. */
async function smaller(path: string, loader: "css" | "js"): Promise<string> {
  return (await transform(read(path), { loader, minify: true })).code;
}

interface Asset {
  readonly use: string;
  readonly name: string;
  readonly text: string;
}

function named(use: string, name: string, kind: "css" | "js" | "svg", text: string): Asset {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return { use, name: `${name}.${hash}.${kind}`, text };
}

interface Bundle {
  readonly describeApi: (version: string) => object;
}

function isBundle(bundle: unknown): bundle is Bundle {
  return typeof bundle === "object" && bundle !== null && "describeApi" in bundle;
}

async function describeApi(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/console/api/openapi.ts`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? "").toString("base64");
  const bundle: unknown = await import(`data:text/javascript;base64,${code}`);
  if (!isBundle(bundle)) throw new Error("the bundle does not describe the API");
  return `${JSON.stringify(bundle.describeApi(packageJson.version), null, 1)}\n`;
}

/** How many migrations drizzle-kit's journal names; each name begins with its number. */
function migrationCount(): string {
  return `/** Written by \`npm run assets\`: how many migrations there are, numbered from 0. */
export const MIGRATIONS = ${String(journal.entries.length)};
`;
}

/** Files that the Worker's code imports, by path. */
function partsOfWorker(): readonly (readonly [string, string])[] {
  return [
    [plansFile, numberingPlans()],
    [migrationCountFile, migrationCount()],
  ];
}

/** The text of every file, by path. */
async function filesToWrite(): Promise<ReadonlyMap<string, string>> {
  const parts = partsOfWorker();
  // Written first, because the Worker's code, which imports them, generates the description of the API.
  if (!process.argv.includes("--check")) {
    for (const [path, text] of parts) writeFileSync(path, text);
  }
  const assets = [
    named("pico", "pico", "css", read("node_modules/@picocss/pico/css/pico.min.css")),
    named("style", "console", "css", await smaller("src/console/assets/console.css", "css")),
    named("htmx", "htmx", "js", read("node_modules/htmx.org/dist/htmx.min.js")),
    named("script", "console", "js", await smaller("src/console/assets/console.js", "js")),
    named("icon", "icon", "svg", read("src/console/assets/icon.svg")),
  ];
  const lines = assets.map(({ use, name }) => `  ${use}: "${name}",\n`).join("");
  return new Map([
    ...assets.map(({ name, text }): [string, string] => [`${folder}/${name}`, text]),
    [`${folder}/openapi.json`, await describeApi()],
    ...parts,
    [
      namesFile,
      `/** Written by \`npm run assets\`: static files by what they are; a name changes with the content. */\nexport const assetNames = {\n${lines}} as const;\n`,
    ],
  ]);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const files = await filesToWrite();
mkdirSync(folder, { recursive: true });
const old = readdirSync(folder)
  .map((name) => `${folder}/${name}`)
  .filter((path) => !files.has(path));
const stale = [...files].filter(([path, text]) => textOf(path) !== text).map(([path]) => path);
const wrong = [...old, ...stale].map((path) => path.slice(root.length));

if (process.argv.includes("--check")) {
  if (wrong.length > 0) {
    console.error(`Not up to date, run "npm run assets": ${wrong.join(", ")}`);
    process.exitCode = 1;
  }
} else {
  for (const path of old) rmSync(path);
  for (const [path, text] of files) writeFileSync(path, text);
  console.log(wrong.length === 0 ? "Up to date." : `Wrote ${wrong.join(", ")}`);
}
