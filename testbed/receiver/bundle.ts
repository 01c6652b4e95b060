/** The parts to start the receiver with: the Worker as one file, and the statements of its migrations. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { parse } from "smol-toml";
import * as z from "zod";

const root = new URL("../../", import.meta.url);

const aliases = z.object({ alias: z.record(z.string(), z.string()) });

/** Modules that wrangler.toml replaces, each with the absolute path of its replacement. */
function readAliases(): Record<string, string> {
  const { alias } = aliases.parse(parse(readFileSync(new URL("wrangler.toml", root), "utf8")));
  return Object.fromEntries(
    Object.entries(alias).map(([name, path]) => [name, fileURLToPath(new URL(path, root))]),
  );
}

async function bundle(entry: string, minify: boolean): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, root))],
    bundle: true,
    minify,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    conditions: ["workerd", "worker", "browser"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    alias: readAliases(),
  });
  return result.outputFiles[0]?.text ?? "";
}

const bundles = new Map<string, Promise<string>>();

const WORKER = "src/index.ts";
/** The variable that names a file with the bundled Worker: for processes that all need it. */
export const BUNDLED = "CE_TEST_BUNDLED_WORKER";

/** As `wrangler deploy` bundles it: minified, names not kept. Bundled once per process. */
export async function bundleWorker(entry: string): Promise<string> {
  const bundled = entry === WORKER ? process.env[BUNDLED] : undefined;
  if (bundled !== undefined) return readFileSync(bundled, "utf8");
  const made = bundles.get(entry) ?? bundle(entry, true);
  bundles.set(entry, made);
  return await made;
}

/** Not minified, so that a profile shows the names of functions. */
export async function bundleWithNames(entry: string): Promise<string> {
  return await bundle(entry, false);
}

/** In the order in which `wrangler d1 migrations apply` runs them. */
export function migrationNames(): readonly string[] {
  const names = readdirSync(new URL("migrations/", root)).filter((name) => name.endsWith(".sql"));
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Wrangler's record of applied migrations. */
const recordTable =
  "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

/** Split in the same way as by drizzle-kit; each migration is recorded as wrangler does it. */
export function migrationStatements(
  names: readonly string[] = migrationNames(),
): readonly string[] {
  const statements = names.flatMap((name) => {
    const text = readFileSync(new URL(`migrations/${name}`, root), "utf8");
    const record = `INSERT INTO d1_migrations (name) VALUES ('${name}')`;
    return [...text.split("--> statement-breakpoint"), record];
  });
  return [recordTable, ...statements];
}
