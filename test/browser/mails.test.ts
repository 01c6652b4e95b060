/** E-mails in mail programs: supported features, size, and accessibility. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { caniemail } from "caniemail";
import type { Browser } from "playwright-core";
import { loadPreviews, type Preview } from "../../tools/mail-previews.ts";
import { openBrowser } from "./browser.ts";
import { violationsIn } from "./look-over.ts";

/** Gmail cuts off longer e-mails. */
const SIZE_MAX_BYTES = 100_000;

/** Features that some mail program does not support, and the result there. */
const graceful: Readonly<Record<string, string>> = {
  "@media": "the light colours, at the width of a screen",
  "<style> element": "the same: every style that matters stands inline",
  "<body> element": "the page's colour, which the first element within has too",
  "border-radius": "square corners",
  "display:none": "the preview line, in the colour of the page and of no height",
  opacity: "the same",
  overflow: "the same",
  "overflow-wrap": "word-break does it there",
  "word-break": "overflow-wrap does it there",
  "white-space": "an amount may break after its currency",
  "object-fit": "pictures that are not square are pressed into one",
  "height property": "the attribute of the same name counts",
  "width property": "the attribute of the same name counts",
  "max-width": "the width of the table, as an attribute",
  "role attribute": "layout tables are announced as tables",
  "font-variant-numeric": "digits of different widths",
  "box-sizing": "a button that is wider than its column",
  display: "the variant stands in the line of its product",
};

let mails: readonly (Preview["shown"] & { readonly name: string; readonly html: string })[] = [];
let browser: Browser | null = null;

before(async () => {
  const previews = await loadPreviews();
  mails = previews.flatMap(({ name, shown }) =>
    shown.html === undefined ? [] : [{ ...shown, name, html: shown.html }],
  );
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});

void test("every e-mail is below what mail programs cut off, and each picture has a text", () => {
  assert.ok(mails.length > 40);
  for (const { name, html } of mails) {
    assert.ok(Buffer.byteLength(html) < SIZE_MAX_BYTES, `${name}: ${String(html.length)}`);
    for (const [picture] of html.matchAll(/<img[^>]*>/g))
      assert.match(picture, / alt="[^"]+"/, name);
  }
});

void test("what a mail program does not know is left out with grace", () => {
  const found = new Map<string, string>();
  // One for each layout: the others have the same elements.
  for (const { name, html } of mails.filter((mail) =>
    /^(order-confirmed-taxed|payment-failed|shipment-part-shipped|review-request)$/.test(mail.name),
  )) {
    const { issues } = caniemail({
      clients: ["gmail.*", "outlook.*", "apple-mail.*", "yahoo.*", "samsung-email.*"],
      html,
    });
    for (const [client, list] of issues.errors ?? []) {
      for (const { title } of list)
        if (graceful[title] === undefined) found.set(title, `${client} ${name}`);
    }
  }
  assert.deepEqual([...found], []);
});

void test("every e-mail fits a phone and is for everybody, in light and dark", async () => {
  assert.ok(browser !== null);
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await page.route(/^https:/, (route) => route.abort());
  const found: string[] = [];
  // In the other languages, only the e-mails with the longest words.
  for (const { name, html } of mails.filter(
    (mail) => !mail.name.endsWith(".hi") || /part|large/.test(mail.name),
  )) {
    await page.setContent(html);
    const over = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
    if (over > 0) found.push(`${name} is ${String(over)} px too wide`);
    found.push(...(await violationsIn(page)).map((text) => `${name} ${text}`));
  }
  await page.close();
  assert.deepEqual(found, []);
});
