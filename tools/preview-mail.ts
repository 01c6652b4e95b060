/**
 * Renders every template from fixtures, in each language, to .preview/: HTML and text of each e-mail, the texts of the other
 * messages, the team's blocks as JSON, and an index.html that shows all of them, e-mails at phone width in
 * light and dark. esbuild (it comes with wrangler) bundles the templates, which are TSX.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

interface Preview {
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
const folder = `${root}.preview`;

async function loadPreviews(): Promise<readonly Preview[]> {
  const outfile = `${folder}/bundle.mjs`;
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
  await rm(outfile);
  return previews;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Writes the files of one message; returns its part of the index. */
async function writePreview({ name, channel, shown, segments }: Preview): Promise<string> {
  const title = `<h2>${name} <small>${channel}</small></h2>`;
  const { subject = "", html, text, source } = shown;
  if (html !== undefined) {
    await writeFile(`${folder}/${name}.html`, html);
    await writeFile(`${folder}/${name}.txt`, `Subject: ${subject}\n\n${text}`);
    const frame = (scheme: string): string =>
      `<iframe src="${name}.html" style="color-scheme:${scheme}" loading="lazy"></iframe>`;
    return `${title}<p><b>${escapeHtml(subject)}</b> · <a href="${name}.html">HTML</a> · <a href="${name}.txt">text</a></p><div>${frame("light")}${frame("dark")}</div>`;
  }
  await writeFile(`${folder}/${name}.${channel}.txt`, `${text}\n`);
  const size =
    segments === null
      ? `${text.length} characters`
      : `${segments.characters} characters of ${segments.encoding}, segments: ${segments.segments}`;
  const words = `${title}<p>${escapeHtml(text)} <small>(${size})</small></p>`;
  if (source === undefined) return words;
  const json = JSON.stringify(source.value, null, 2);
  await writeFile(`${folder}/${name}.${channel}.json`, `${json}\n`);
  return `${words}<pre>${escapeHtml(json)}</pre>`;
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const previews = await loadPreviews();
const parts: string[] = [];
for (const preview of previews) parts.push(await writePreview(preview));
const style =
  "body{font:15px/1.5 system-ui,sans-serif;margin:32px;max-width:860px}small{color:#777;font-weight:400}iframe{width:390px;height:760px;border:1px solid #ccc;border-radius:12px;margin:0 16px 16px 0}pre{background:#f4f4f4;padding:16px;overflow:auto;border-radius:8px}";
await writeFile(
  `${folder}/index.html`,
  `<!doctype html><meta charset="utf-8"><title>Messages</title><style>${style}</style><h1>Every message</h1>${parts.join("\n")}\n`,
);
console.log(`${previews.length} messages in .preview/; open .preview/index.html`);
