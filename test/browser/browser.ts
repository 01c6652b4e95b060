/** A real Chromium from its npm package; no system package is needed. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";
import { TOKEN } from "./shop.ts";

/**
 * The package's default arguments that are removed: they would weaken the rules under test, or draw graphics in
 * software, which takes most of the time of a page.
 */
const unwanted = new Set([
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--disable-site-isolation-trials",
  "--single-process",
  "--no-zygote",
  "--in-process-gpu",
  "--ignore-gpu-blocklist",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
]);

export async function openBrowser(): Promise<Browser> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter(
      (arg) => !unwanted.has(arg) && !arg.startsWith("--disable-features"),
    ),
    headless: true,
  });
  // The browser ends when its last page closes, so one page stays open.
  await (await browser.newContext()).newPage();
  return browser;
}

export async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/console/sign-in`);
  await page.getByLabel("Admin token").fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${origin}/console`);
}
