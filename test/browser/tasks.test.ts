/**
 * The tasks of docs/console.md, in a browser, each as its text describes it. A task without a test or a picture fails.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { countRows, settleEvents } from "../../testbed/receiver/settle.ts";
import type { Opened } from "./stage.ts";
import { Stage } from "./stage.ts";

const ORDERS = 11;
const docs = new URL("../../docs/", import.meta.url);

/** Heading and text of each task. */
function describedTasks(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL("console.md", docs), "utf8");
  const [, section = ""] = text.split("\n## Tasks\n");
  const [own = ""] = section.split(/\n## /);
  return new Map(
    own
      .split("\n### ")
      .slice(1)
      .map((part): [string, string] => {
        const [heading = ""] = part.split("\n");
        return [heading, part];
      }),
  );
}

/** The data differ from day to day, so each task finds its subject in the database. */
const tasks: Readonly<Record<string, (stage: Stage, opened: Opened) => Promise<void>>> = {
  "Find an order": async (stage, { page }) => {
    const { number, digits } = await stage.one<{ number: string; digits: string }>(
      `SELECT order_number AS number, substr(customer_phone, -5) AS digits FROM orders
       WHERE customer_phone LIKE '+91%' AND order_number LIKE 'ORD-1%' LIMIT 1`,
    );
    await page.keyboard.press("/");
    await page.keyboard.type(digits);
    await page.keyboard.press("Enter");
    const found = page.getByRole("region", { name: "Orders" });
    await found.getByRole("link", { name: number }).click();
    await page.getByRole("heading", { name: `Order ${number}` }).waitFor();
  },
  "Work through what waits": async (stage, { page }) => {
    const { receiver } = stage.shop;
    const settled = await countRows(receiver, "webhook_events WHERE status <> 'received'");
    const currency = { code: "INR" };
    const data = { order_number: "OWED", status: "cancelled", grand_total: 500, currency };
    const paid = { order_number: "OWED", request_number: "PAY-OWED", amount: 500 };
    const created_at = new Date().toISOString();
    const { send } = stage.shop;
    await send({ id: "evt_owed", event_type: "order.cancelled", created_at, data });
    await send({ id: "evt_owed_paid", event_type: "payment.success", created_at, data: paid });
    await settleEvents(receiver, {}, settled + 2);
    await page.getByRole("link", { name: "Orders", exact: true }).click();
    await page.getByRole("link", { name: /^Refunds due \d/ }).click();
    await page.getByRole("link", { name: "OWED", exact: true }).click();
    await page.getByText("A refund of ₹500.00 to the customer is outstanding.").first().waitFor();
  },
  "Say why an order is not paid": async (_stage, { page }) => {
    await page.keyboard.press("/");
    await page.keyboard.type("ASK-FAILED");
    await page.keyboard.press("Enter");
    await page.getByText(/The last attempt failed at 20/).waitFor();
  },
  "Say why a customer got no message, and send it": async (stage, { page }) => {
    const { id, order } = await stage.one<{ id: string; order: string }>(
      `SELECT id, order_number AS "order" FROM notifications WHERE template = 'order_confirmed'
         AND status = 'suppressed' AND reason = 'the order is cancelled' AND order_number LIKE 'ORD-1%' LIMIT 1`,
    );
    await page.goto(`/console/orders/${order}`);
    const row = page.getByRole("row").filter({ hasText: "the order is cancelled" }).first();
    await row.getByRole("link").first().click();
    await page.getByText("Not sent: the order is cancelled").waitFor();
    await page.getByRole("heading", { name: "As it would read now" }).waitFor();
    await page.getByText("Resend…").click();
    await page
      .getByRole("button", { name: /^Resend/ })
      .last()
      .click();
    // The condition is checked again before the resend: a message that is no longer true is not sent.
    await page.getByText("the order is cancelled").first().waitFor();
    const after = await stage.one<{ resends: number }>(
      "SELECT resends FROM notifications WHERE id = ?1",
      id,
    );
    assert.equal(after.resends, 1);
  },
  "See whether anything went wrong": async (_stage, { page }) => {
    await page.getByRole("link", { name: "Last hour", exact: true }).click();
    await page.getByText(/In the last hour, .*could not be applied/).waitFor();
    const attention = page.getByRole("region", { name: "Needs attention" });
    await attention.getByRole("link", { name: /quarantined/ }).waitFor();
  },
  "Replay an event that was not understood": async (stage, { page }) => {
    await page.goto("/console/events/evt_PAY-Q_success");
    await page.getByText("data.amount: expected number").first().waitFor();
    await page.getByText(/Correct the value where it comes from/).waitFor();
    await page.getByRole("button", { name: "Replay" }).click();
    await page
      .getByText(/The replay did not help/)
      .first()
      .waitFor();
    const { status } = await stage.one<{ status: string }>(
      "SELECT status FROM webhook_events WHERE id = 'evt_PAY-Q_success'",
    );
    assert.equal(status, "quarantined");
  },
  "Export or erase a person": async (stage, { page }) => {
    const { number, email } = await stage.one<{ number: string; email: string }>(
      `SELECT order_number AS number, customer_email AS email FROM orders
       WHERE customer_email LIKE '%@example.com' AND order_number LIKE 'ORD-1%' LIMIT 1`,
    );
    await page.goto(`/console/orders/${number}`);
    await page.getByRole("link", { name: "Export or erase this person" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export as JSON" }).first().click(),
    ]);
    assert.equal(file.suggestedFilename(), "export.json");
    await page.getByLabel("E-mail address").first().fill(email);
    await page.getByRole("button", { name: "Erase this person" }).first().click();
    await page.getByText("The person is erased").waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page
      .getByText(/Erased/)
      .first()
      .waitFor();
  },
  "Change the words of a message": async (_stage, { page }) => {
    await page.getByRole("link", { name: "Texts", exact: true }).click();
    await page.getByRole("link", { name: "Order confirmed" }).first().click();
    await page.getByLabel("Heading").fill("Thank you very much");
    await page.getByRole("button", { name: "Save" }).click();
    const mail = page.frameLocator("iframe.light");
    await mail.getByRole("heading", { name: "Thank you very much" }).waitFor();
  },
};

await test("the tasks of docs/console.md", async (t) => {
  const described = describedTasks();
  assert.deepEqual([...described.keys()], Object.keys(tasks));
  const stage = await Stage.set(ORDERS);
  t.after(() => stage.strike());
  for (const [heading, go] of Object.entries(tasks)) {
    await t.test(heading, async () => {
      const picture = /!\[[^\]]+\]\((images\/[\w-]+\.png)\)/.exec(
        described.get(heading) ?? "",
      )?.[1];
      assert.ok(picture !== undefined && existsSync(new URL(picture, docs)), "it has a picture");
      await stage.withPage({}, async (opened) => {
        await go(stage, opened);
        // The server of the product pictures does not exist.
        const complaints = opened.complaints.filter((one) => !one.includes("Loading the image"));
        assert.deepEqual(complaints, []);
      });
    });
  }
});
