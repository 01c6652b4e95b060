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
import metadata from "libphonenumber-js/metadata.max.json";
import journal from "../migrations/meta/_journal.json" with { type: "json" };
import packageJson from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}public/console`;
const plansFile = `${root}src/events/formats/phone-metadata.json`;
const migrationNamesFile = `${root}src/store/set-up/migration-names.ts`;
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

/** Of a country in libphonenumber's metadata: the formats in which people write its numbers. */
const FORMATS = 4;

/** The number that is dialled before others within the country. */
const NATIONAL_PREFIX = 5;

const digitsIn = (text: unknown): string =>
  typeof text === "string" ? text.replaceAll(/\$\d/g, "").replaceAll(/\D/g, "") : "";

/** `$2 15-$3-$4`, `8 0$1`: written within the country, the number has digits that only its formats know. */
function hasOwnDigits(plan: readonly unknown[]): boolean {
  const formats = plan[FORMATS];
  if (!Array.isArray(formats)) return false;
  const known: ReadonlySet<unknown> = new Set(["", "0", plan[NATIONAL_PREFIX]]);
  return formats.some((one: unknown) => {
    const [, format, , prefixRule]: readonly unknown[] = Array.isArray(one) ? one : [];
    return digitsIn(format) !== "" || !known.has(digitsIn(prefixRule));
  });
}

/** The lengths of its numbers. */
const LENGTHS = 3;
/** The numbers of each kind, in libphonenumber's order; of each its pattern and, where they are fewer, its lengths. */
const KINDS = 11;
/** Those that a customer can have: fixed lines, mobiles, numbers of companies, VoIP. Not toll-free or premium ones. */
const kept: ReadonlySet<number> = new Set([0, 1, 6, 8]);

type Plan = readonly unknown[];

/** Without the zeros at the end, which say the same as nothing. */
function withoutEnd(list: readonly unknown[]): readonly unknown[] {
  return list.slice(0, list.findLastIndex((one) => one !== 0 && one !== null) + 1);
}

/** A format has the digits that its numbers begin with in ever finer patterns; libphonenumber-js reads the last. */
function keepLastDigits(format: unknown): void {
  const patterns: unknown = Array.isArray(format) ? format[2] : null;
  if (Array.isArray(patterns)) patterns.splice(0, patterns.length - 1);
}

/** Of a number in India or in North America, without its code. */
const HOME_DIGITS = 10;

function keptKinds(plan: Plan): readonly unknown[] {
  const kinds = plan[KINDS];
  return Array.isArray(kinds) ? kinds.map((one: unknown, at) => (kept.has(at) ? one : 0)) : [];
}

/** The code is for toll-free or premium numbers alone: +800, +808, +979. */
function isForNobody(plan: Plan): boolean {
  return Array.isArray(plan[KINDS]) && withoutEnd(keptKinds(plan)).length === 0;
}

/**
 * The pattern of all numbers of a country is what libphonenumber itself goes by unless it is given more. It is too
 * wide where it has lengths that no customer's number has (in India 8 to 13 digits, where customers have 10); it does
 * not tell countries apart that share a calling code; and where a number with its code is as long as one in India or
 * America without, only the kinds tell whose number it is (+9757128869: of India, not Bhutan).
 */
function needsKinds(plan: Plan, countriesWithCode: ReadonlyMap<unknown, number>): boolean {
  if ((countriesWithCode.get(plan[0]) ?? 0) > 1) return true;
  const all = [plan[LENGTHS]].flat().map(Number);
  if (all.some((length) => String(plan[0]).length + length === HOME_DIGITS)) return true;
  const lengthsOf = (kind: unknown): unknown =>
    Array.isArray(kind) ? (kind[1] ?? plan[LENGTHS]) : [];
  const lengths = new Set(keptKinds(plan).flatMap(lengthsOf));
  return !all.every((length) => lengths.has(length));
}

/**
 * libphonenumber's own metadata without formats that only place spaces, without the kinds of numbers that no customer
 * has, and without all kinds where the country's own pattern says enough: more than half of it. The receiver reads
 * numbers of customers and writes E.164. Files with a part of the metadata are a documented use of
 * libphonenumber-js/core.
 */
function numberingPlans(): string {
  const plans = structuredClone(metadata);
  for (const [code, plan] of Object.entries(plans.nonGeographic)) {
    if (Array.isArray(plan) && isForNobody(plan)) Reflect.deleteProperty(plans.nonGeographic, code);
  }
  const all = [plans.countries, plans.nonGeographic]
    .flatMap((group) => Object.values(group))
    .filter((plan): plan is unknown[] => Array.isArray(plan));
  const countriesWithCode = new Map<unknown, number>();
  for (const [code] of all) countriesWithCode.set(code, (countriesWithCode.get(code) ?? 0) + 1);
  for (const plan of all) {
    const formats = plan[FORMATS];
    if (hasOwnDigits(plan) && Array.isArray(formats)) formats.forEach(keepLastDigits);
    else plan[FORMATS] = 0;
    if (Array.isArray(plan[KINDS])) {
      plan[KINDS] = needsKinds(plan, countriesWithCode) ? withoutEnd(keptKinds(plan)) : 0;
    }
    plan.splice(withoutEnd(plan).length);
  }
  return `${JSON.stringify(plans)}\n`;
}

/** What drizzle-kit's journal names, in the order in which it is applied. */
function migrationNames(): string {
  const names = journal.entries.map(({ tag }) => `  "${tag}.sql",\n`).join("");
  return `/** Written by \`npm run assets\`: the migrations, in the order in which they are applied. */\nexport const migrationNames: readonly string[] = [\n${names}];\n`;
}

/** Files that the Worker's code imports, by path. */
function partsOfWorker(): readonly (readonly [string, string])[] {
  return [
    [plansFile, numberingPlans()],
    [migrationNamesFile, migrationNames()],
  ];
}

/** The text of every file, by path. */
async function filesToWrite(): Promise<ReadonlyMap<string, string>> {
  const parts = partsOfWorker();
  // Written first: the description of the API is made with the Worker's code.
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
