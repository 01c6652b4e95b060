/**
 * The previews of messages, rendered from fixtures: every template, in every language. esbuild (it comes with
 * wrangler) bundles the templates, which are TSX.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export interface Preview {
  readonly name: string;
  readonly channel: string;
  readonly shown: {
    readonly subject?: string;
    readonly html?: string;
    readonly text: string;
    readonly source?: { readonly value: unknown };
  };
  readonly segments: {
    readonly encoding: string;
    readonly segments: number;
    readonly characters: number;
  } | null;
}

interface Bundle {
  readonly renderPreviews: () => readonly Preview[];
}

function isBundle(bundle: unknown): bundle is Bundle {
  return typeof bundle === "object" && bundle !== null && "renderPreviews" in bundle;
}

const root = fileURLToPath(new URL("..", import.meta.url));

export async function loadPreviews(): Promise<readonly Preview[]> {
  const folder = await mkdtemp(join(tmpdir(), "ce-webhooks-previews-"));
  const outfile = join(folder, "bundle.mjs");
  await build({
    entryPoints: [`${root}test/notifications/previews.ts`],
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    logLevel: "warning",
  });
  const bundle: unknown = await import(pathToFileURL(outfile).href);
  if (!isBundle(bundle)) throw new Error("the bundle does not render previews");
  const previews = bundle.renderPreviews();
  await rm(folder, { recursive: true });
  return previews;
}
