/**
 * Renders every message from fixtures to .preview/: HTML and text of each e-mail, the texts of the other messages, the
 * team's blocks as JSON, and an index.html that shows all of them on one sheet: e-mails in every language, at the
 * width of a screen and of a phone, in light and dark.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadPreviews, type Preview } from "./mail-previews.ts";

const folder = fileURLToPath(new URL("../.preview", import.meta.url));

/** Theme and width. */
const looks = ["light wide", "dark wide", "light phone", "dark phone"];

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
    const frame = (look: string): string => {
      const [scheme = "", width = ""] = look.split(" ");
      return `<iframe src="${name}.html" class="${width}" style="color-scheme:${scheme}" title="${name}, ${look}" loading="lazy"></iframe>`;
    };
    return `${title}<p><b>${escapeHtml(subject)}</b> · <a href="${name}.html">HTML</a> · <a href="${name}.txt">text</a></p><div>${looks.map(frame).join("")}</div>`;
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
  "body{font:15px/1.5 system-ui,sans-serif;margin:32px;max-width:2200px}small{color:#777;font-weight:400}iframe{height:760px;border:1px solid #ccc;border-radius:12px;margin:0 16px 16px 0}.wide{width:640px}.phone{width:390px}pre{background:#f4f4f4;padding:16px;overflow:auto;border-radius:8px}";
await writeFile(
  `${folder}/index.html`,
  `<!doctype html><meta charset="utf-8"><title>Messages</title><style>${style}</style><h1>Every message</h1>${parts.join("\n")}\n`,
);
console.log(`${previews.length} messages in .preview/; open .preview/index.html`);
