/** The parts of a Markdown file that the tests use: its headings, code blocks and links. */
import { readdirSync, readFileSync } from "node:fs";
import GithubSlugger from "github-slugger";

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The heading above it; the last of any level. */
  readonly heading: string;
  /** `docs/cookbook.md:17`. */
  readonly place: string;
}

export interface Link {
  readonly target: string;
  readonly place: string;
}

export interface Page {
  /** The path from the root of the project. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^\s*```(.*)$/;
const LINK = /!?\[(?:[^\]]|\](?=\())*?\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;

export function readPage(root: URL, path: string): Page {
  const slugger = new GithubSlugger();
  const blocks: Block[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let heading = "";
  let open: { language: string; lines: string[]; line: number } | null = null;
  for (const [index, line] of readFileSync(new URL(path, root), "utf8").split("\n").entries()) {
    const place = `${path}:${String(index + 1)}`;
    const fence = FENCE.exec(line);
    if (fence !== null && open === null) {
      open = { language: (fence[1] ?? "").trim(), lines: [], line: index + 1 };
    } else if (fence !== null && open !== null) {
      const { language, lines } = open;
      blocks.push({
        language,
        text: lines.join("\n"),
        heading,
        place: `${path}:${String(open.line)}`,
      });
      open = null;
    } else if (open !== null) {
      open.lines.push(line);
    } else {
      const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
      if (title !== undefined) {
        heading = title;
        anchors.add(slugger.slug(title.replaceAll(/[`*_]|\[|\]\([^)]*\)/g, "")));
      }
      for (const [, target = ""] of line.replaceAll(/`[^`]*`/g, "").matchAll(LINK)) {
        links.push({ target, place });
      }
    }
  }
  if (open !== null) throw new Error(`${path}:${String(open.line)}: a code block that never ends`);
  return { path, blocks, links, anchors };
}

/** README.md, the files next to it, and everything below docs/. */
export function readPages(root: URL): readonly Page[] {
  const top = readdirSync(root).filter((name) => name.endsWith(".md"));
  const docs = readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`);
  return [...top, ...docs, "bench/results.md", "test/upgrade/README.md"].map((path) =>
    readPage(root, path),
  );
}
