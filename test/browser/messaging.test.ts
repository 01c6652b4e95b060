/**
 * Changes the messages of a shop as a person without access to the code does: other words, another colour and a logo,
 * one message off, a test message, and everything back to the defaults.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { Stage } from "./stage.ts";

const SHOP = "/console/settings/shop";
const MESSAGES = "/console/settings/messages";
const COLOUR = "#7a1f4b";

const save = async (page: Page): Promise<void> =>
  await page.getByRole("button", { name: "Save" }).click();

const mailIn = (page: Page) => page.frameLocator("iframe.light");

/** A colour within the mail, as the browser paints it. */
async function paintedIn(page: Page, theme: "light" | "dark", what: string): Promise<string> {
  await page.frameLocator(`iframe.${theme}`).locator(".card").waitFor();
  const frame = page.frame({ url: new RegExp(`theme=${theme}`) });
  assert.ok(frame !== null);
  const [name, property] = what.split(" ");
  return await frame.evaluate<string>(
    `getComputedStyle(document.querySelector(".${name}"))["${property}"]`,
  );
}

const brandColour = async (page: Page): Promise<string> =>
  await paintedIn(page, "light", "brand color");

async function changeLook(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Shop", exact: true }).click();
  const before = await brandColour(page);
  await page.getByLabel("Accent colour").fill("#ffee00");
  await page.getByLabel("Logo URL").fill("https://indigo.example/logo.png");
  await save(page);
  await page.getByText("1 setting not saved").waitFor();
  assert.equal(await page.getByLabel("Accent colour").inputValue(), "#ffee00");
  await page.getByText(/white text on it has a contrast of 1\.\d\d/).waitFor();
  await page.getByLabel("Accent colour").fill(COLOUR);
  await save(page);
  await page.getByText("Saved. What goes out from now on shows it.").waitFor();
  assert.equal(await brandColour(page), "rgb(122, 31, 75)");
  assert.notEqual(await brandColour(page), before);
  // The logo cannot be loaded here, so the name is shown instead.
  assert.equal(await mailIn(page).locator("img.logo").getAttribute("alt"), "Indigo Bazaar");
}

async function changeWords(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Messages and texts" }).click();
  await page.getByRole("link", { name: "Order confirmed" }).click();
  await page.getByLabel("Heading").fill("Dhanyavaad, {name}!");
  await save(page);
  await page.getByText(/There is no placeholder \{name\} in this text/).waitFor();
  assert.equal(await page.locator("mark").innerText(), "{name}!");
  await page.getByLabel("Heading").fill("Dhanyavaad!");
  await save(page);
  await page.getByText("Saved. What is rendered from now on says it.").waitFor();
  await mailIn(page).getByRole("heading", { name: "Dhanyavaad!" }).waitFor();
  await page.getByText(/Edited by Admin token/).waitFor();
}

async function lookAround(page: Page): Promise<void> {
  await page.getByLabel("Dark").check();
  const background = await paintedIn(page, "dark", "card background-color");
  assert.equal(background, "rgb(27, 33, 32)");
  await page.getByLabel("Phone").check();
  const phone = page.locator("iframe.phone");
  assert.ok(((await phone.boundingBox())?.width ?? 0) <= 375);
  await page.getByRole("link", { name: "हिन्दी" }).click();
  await mailIn(page).locator("html[lang=hi]").waitFor();
  await page.getByRole("link", { name: "English" }).click();
}

async function goBack(page: Page): Promise<void> {
  await page.goto(`${MESSAGES}/order_confirmed`);
  await page.getByRole("button", { name: "Back to default" }).click();
  await page.getByText("The default text is in use again.").waitFor();
  await mailIn(page).getByRole("heading", { name: "Thank you for your order" }).waitFor();
  await page.getByRole("link", { name: "Versions" }).click();
  await page.getByRole("button", { name: "Restore" }).first().click();
  await mailIn(page).getByRole("heading", { name: "Dhanyavaad!" }).waitFor();
  await page.getByRole("button", { name: "Back to default" }).click();
  await page.goto(SHOP);
  await page.getByLabel("Accent colour").fill("");
  await page.getByLabel("Logo URL").fill("");
  await save(page);
  await page.getByText("Saved.").waitFor();
}

await test("the messages of a shop", async (t) => {
  const stage = await Stage.set(2);
  t.after(() => stage.strike());
  const settings = () => stage.shop.receiver.query("SELECT name FROM shop_settings");

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with" : "without";
    await t.test(`are changed, tried and taken back ${how} script`, async () => {
      await stage.withPage({ javaScriptEnabled }, async ({ page }) => {
        await changeLook(page);
        await changeWords(page);
        await lookAround(page);
        await page.getByLabel("Your e-mail address").fill("me@indigo.example");
        await page.getByRole("button", { name: "Send a test to me" }).first().click();
        await page.getByText("A test was sent.").waitFor();
        await page.goto(MESSAGES);
        const mail = page.getByRole("switch", { name: "Order confirmed, E-mail" });
        await mail.click();
        await page
          .getByText(/Admin token/)
          .nth(1)
          .waitFor();
        assert.equal(await mail.getAttribute("aria-checked"), "false");
        await mail.click();
        await page.locator('[aria-label="Order confirmed, E-mail"][aria-checked="true"]').waitFor();
        await goBack(page);
        assert.deepEqual(await settings(), []);
      });
    });
  }

  await t.test("the test was a mail like the others, and no message of the outbox", async () => {
    const sent = stage.shop.mails().filter(({ recipient }) => recipient === "me@indigo.example");
    assert.equal(sent.length, 2);
    const { subject, html } = sent[0]?.mail ?? {};
    assert.equal(subject, "[test] Your order ORD-1042 is confirmed");
    assert.match(html ?? "", /Dhanyavaad!/);
    assert.ok(html?.includes(COLOUR));
    const found = await stage.shop.receiver.query(
      "SELECT 1 FROM notifications WHERE recipient = 'me@indigo.example'",
    );
    assert.deepEqual(found, []);
  });
});
