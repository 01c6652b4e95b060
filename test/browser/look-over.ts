/** Finds the problems of a page in a browser. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * The problems of a page: axe-core in both themes, and content that is wider than the page. Of a long table, list or
 * body, only the beginning is checked, because the rest has the same elements.
 */
export async function lookOver(page: Page): Promise<string[]> {
  const found: string[] = [...(await tooWide(page))];
  await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })");
  return [...found, ...(await violationsIn(page))];
}

/** The violations that axe-core finds in both themes. */
export async function violationsIn(page: Page): Promise<string[]> {
  const found: string[] = [];
  // The policy of the page allows no script from elsewhere; this one is run by the debugger.
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === "light" ? "" : 'runOnly: ["color-contrast"],';
    const violations = await page.evaluate<string[]>(
      `axe.run({ exclude: ["tbody tr:nth-child(n+5)", "pre b:nth-of-type(n+5)", "li:nth-child(n+9)"] }, { ${rules} resultTypes: ["violations"], iframes: false }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" ")))`,
    );
    found.push(...violations.map((text) => `${colorScheme}: ${text}`));
  }
  return found;
}

/** A small screen, below which rows become cards; a zoom of 400%, narrower than any phone; a large screen. */
export async function tooWide(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [1_030, 320, 1_280]) {
    await page.setViewportSize({ width, height: 900 });
    const over = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
    if (over > 0) found.push(`is ${String(over)} px too wide at ${String(width)}`);
  }
  return found;
}
