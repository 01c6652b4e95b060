/** The table of docs/notifications.md: one line per template, from the registry. People write the rest of the page. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as z from "zod";

const root = new URL("../../", import.meta.url);
const marks = ["<!-- templates: written by npm run docs -->", "<!-- end of templates -->"] as const;

const registry = z.object({
  templates: z.record(
    z.string(),
    z.object({
      docs: z.object({ when: z.string(), dropped: z.nullable(z.string()) }),
    }),
  ),
});

/** A template does not name the channels that are used in addition to another; `messagesWhere` has them. */
const functions = z.object({
  messagesWhere:
    z.custom<(holds: () => boolean) => readonly { template: string; channel: string }[]>(),
});

/** A bundler resolves the imports of the templates. */
async function loadLines(): Promise<readonly string[]> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("src/notifications/templates/index.ts", root))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? "").toString("base64");
  const loaded: object = { ...(await import(`data:text/javascript;base64,${code}`)) };
  const messages = functions.parse(loaded).messagesWhere(() => true);
  const channelsOf = (name: string): string =>
    messages
      .filter(({ template }) => template === name)
      .map(({ channel }) => channel)
      .join(", ");
  return Object.entries(registry.parse(loaded).templates).map(
    ([name, { docs }]) =>
      `| \`${name}\` → ${channelsOf(name)} | ${docs.when} | ${docs.dropped ?? "–"} |`,
  );
}

export async function notificationsPage(): Promise<string> {
  const page = readFileSync(new URL("docs/notifications.md", root), "utf8");
  const [start, end] = marks.map((mark) => page.indexOf(mark));
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error("docs/notifications.md has lost the marks around its table");
  }
  const lines = await loadLines();
  const head = "| template → channel | when | dropped if, when it is due, |\n| --- | --- | --- |";
  const table = `${marks[0]}\n\n${head}\n${lines.join("\n")}\n\n`;
  return `${page.slice(0, start)}${table}${page.slice(end)}`;
}
