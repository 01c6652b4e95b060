/**
 * The console in a real browser, with a shop's day received by signed webhooks: the actions of people, attacks that
 * must fail, and the accessibility of every page in both themes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn } from "./browser.ts";
import { lookOver, tooWide } from "./look-over.ts";
import { everyPage, hostilePages } from "./paths.ts";
import { TOKEN } from "./shop.ts";
import { Stage } from "./stage.ts";

const ORDERS = 11;

await test("the console", async (t) => {
  const stage = await Stage.set(ORDERS);
  t.after(() => stage.strike());

  await t.test(
    "a person signs in, finds a failed event, reads it, replays it, and sees it applied",
    async () => {
      await stage.withPage({}, async ({ page, complaints }) => {
        await page.getByRole("link", { name: /2 events failed after all retries/ }).click();
        await page.waitForURL(/troubled\?status=failed/);
        await page
          .getByRole("row", { name: /DEAD-1/ })
          .getByRole("link", { name: "order.confirmed" })
          .click();
        await page.getByRole("heading", { name: /order\.confirmed failed/ }).waitFor();
        assert.match(await page.locator("pre").innerText(), /"order_number": "DEAD-1"/);
        await page.getByRole("button", { name: "Replay" }).click();
        // Without a reload: the page updates itself.
        await page.getByRole("heading", { name: /order\.confirmed processed/ }).waitFor();
        await page.getByRole("link", { name: "DEAD-1" }).first().click();
        await page.getByRole("heading", { name: /Order DEAD-1 confirmed/ }).waitFor();
        assert.deepEqual(complaints, []);
      });
    },
  );

  await t.test("what was selected is replayed together, with its progress", async () => {
    await stage.withPage({}, async ({ page }) => {
      await page.goto("/console/troubled");
      await page.getByRole("button", { name: "Replay selected" }).click();
      await page.getByRole("alert").getByText("Nothing was selected").waitFor();
      await page.getByLabel("Select all on this page").check();
      await page.getByRole("button", { name: "Replay selected" }).click();
      await page.waitForURL(/\/console\/replays\/\d+$/);
      await page.getByText(/Done: \d+ of \d+ events applied/).waitFor();
      await page.getByText("Correct the value where it comes from").first().waitFor();
      const { status } = await stage.one<{ status: string }>(
        "SELECT status FROM webhook_events WHERE id = 'evt_dead_2'",
      );
      assert.equal(status, "processed");
      await page.goto("/console/troubled");
      await page.getByRole("button", { name: /Replay all \d+ quarantined/ }).click();
      await page.getByText(/\d+ quarantined events will be replayed/).waitFor();
    });
  });

  await t.test("an order is found by its number and says in words why it is not paid", async () => {
    const answers: Readonly<Record<string, RegExp>> = {
      "ASK-NONE": /not paid\s+No payment event has arrived/,
      "ASK-FAILED": /not paid\s+The last attempt failed at 20/,
      "ASK-PART": /partly paid\s+2 of 3 payments succeeded: ₹300\.00 of ₹500\.00/,
      "ASK-QUARANTINE": /payment\.success is in quarantine.*data\.amount: expected number/s,
      "ASK-OVERTAKEN": /A payment\.success of payment PAY-O was replaced by a later event/,
      "ASK-WAITING": /payment\.success has come and waits to be applied/,
    };
    await stage.withPage({}, async ({ page }) => {
      for (const [number, answer] of Object.entries(answers)) {
        if (number === "ASK-FAILED") {
          await page.getByRole("link", { name: "Orders", exact: true }).click();
          await page.getByRole("heading", { name: "Orders" }).waitFor();
          await page.getByRole("searchbox").fill(number);
          await page.keyboard.press("Enter");
        } else await page.goto(`/console/orders/${number}`);
        const panel = page.getByRole("region", { name: /Is it paid/ });
        assert.match(await panel.innerText(), answer);
      }
    });
  });

  await t.test("an order is explained field by field, down to the overridden event", async () => {
    await stage.withPage({}, async ({ page }) => {
      await page.goto("/console/orders/ASK-OVERTAKEN");
      await page.getByText("payment PAY-O", { exact: true }).last().click();
      const row = page.getByRole("row", { name: /^status/ }).last();
      assert.match(await row.innerText(), /failed[\s\S]*payment\.failed[\s\S]*payment\.success/);
      await row.getByRole("link", { name: "payment.success" }).click();
      await page.getByRole("heading", { name: /payment\.success processed/ }).waitFor();
      await page.getByText("an event with a later time stands").first().waitFor();
    });
  });

  await t.test(
    "a message is looked at as it was sent, and sent again after a question",
    async () => {
      const { mail } = await stage.one<{ mail: string }>(
        "SELECT id AS mail FROM notifications WHERE template = 'order_confirmed' AND status = 'sent' LIMIT 1",
      );
      await stage.withPage({}, async ({ page, complaints }) => {
        await page.goto("/console/messages?template=order_confirmed&status=sent");
        await page.goto(`/console/messages/${encodeURIComponent(mail)}`);
        const frame = page.frameLocator("iframe");
        await frame.getByRole("heading", { name: "Thank you for your order" }).waitFor();
        const again = page.getByRole("button", { name: "Resend", exact: true });
        assert.equal(await again.isVisible(), false);
        await page.getByRole("button", { name: "Resend…" }).click();
        await page.getByText("will get it once more").waitFor();
        await again.click();
        await page.getByRole("heading", { name: /Order confirmed sent/ }).waitFor();
        await page.getByText("1 ×").waitFor();
        assert.deepEqual(complaints, []);
      });
    },
  );

  await t.test("whoever signs out is out, and comes back to where they were going", async () => {
    const { context, page } = await stage.open();
    await page.goto("/console/orders/ASK-NONE");
    await page.getByLabel("Admin token").fill("not-the-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("not the admin token").waitFor();
    await page.getByLabel("Admin token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Order ASK-NONE/ }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/console/sign-in");
    await page.goto("/console/events");
    assert.match(page.url(), /sign-in$/);
    await context.close();
  });

  await t.test("a forged cookie and a post from another site get nowhere", async () => {
    const { context, page } = await stage.open();
    const value = `${Date.now() + 3_600_000}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D`;
    await context.addCookies([
      { name: "ce_webhooks_session", value, domain: "127.0.0.1", path: "/console" },
    ]);
    await page.goto("/console");
    assert.match(page.url(), /sign-in$/);
    await signIn(page, stage.shop.origin);
    // Another origin on the same machine, with the cookie in the browser: a page on another port is another site.
    const other = await context.newPage();
    await other.route("http://evil.localhost/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${stage.shop.origin}/console/replay"><input name="status" value="quarantined"><button>Win</button></form>`,
      }),
    );
    await other.goto("http://evil.localhost/");
    const answer = other.waitForResponse(`${stage.shop.origin}/console/replay`);
    await other.getByRole("button").click();
    assert.equal((await answer).status(), 403);
    await context.close();
  });

  await t.test(
    "every page shows hostile text as text, is for everybody in both themes, and fits",
    async () => {
      await stage.withPage({ reducedMotion: "reduce" }, async ({ page, complaints }) => {
        const found: string[] = [];
        const pages = await everyPage(stage);
        for (const path of [...pages, ...hostilePages]) {
          const response = await page.goto(path);
          const source = (await response?.text()) ?? "";
          if (/(?![\n\t])[\p{Cc}\u202a-\u202e]/u.test(source))
            found.push(`${path} hides a character`);
          if ((await page.title()) === "owned") found.push(`${path} ran a script`);
          const alive = page.locator(
            'main script, main img, main [onload], a[href^="javascript:"]',
          );
          if ((await alive.count()) > 0) found.push(`${path} has something alive`);
          if (path.startsWith("/console")) {
            await page.keyboard.press("/");
            const focused = await page.evaluate("document.activeElement.id");
            if (focused !== "find") found.push(`${path} has no search under /`);
          }
          const look = pages.includes(path) ? lookOver : tooWide;
          found.push(...(await look(page)).map((text) => `${path} ${text}`));
        }
        await page.goto("/console");
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL("**/console/sign-in");
        stage.forgetSession();
        found.push(...(await lookOver(page)));
        assert.deepEqual(found, []);
        assert.deepEqual(
          // The content security policy of the console blocks product pictures in a preview, and the browser reports
          // it.
          complaints.filter((text) => !/status of (400|404)|"img-src data:"/.test(text)),
          [],
        );
      });
    },
  );

  await t.test("nothing jumps while a page loads, on a phone or on a screen", async () => {
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1_280, height: 900 },
    ]) {
      await stage.withPage({ viewport }, async ({ page, context }) => {
        await context.addInitScript(
          "globalThis.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) globalThis.shift += one.value }).observe({ type: 'layout-shift', buffered: true })",
        );
        for (const path of ["/console", "/console/events", "/console/orders/ASK-PART"]) {
          await page.goto(path, { waitUntil: "networkidle" });
          const shift = Number(await page.evaluate("globalThis.shift"));
          assert.ok(shift < 0.01, `${path} shifted by ${String(shift)}`);
        }
      });
    }
  });

  await t.test(
    "twenty rows are seen at 1440 by 900, and tables stay tables down to 640 px",
    async () => {
      await stage.withPage({ viewport: { width: 1_440, height: 900 } }, async ({ page }) => {
        const row = "document.querySelector('main tbody tr')";
        for (const path of ["/console/events", "/console/search?q=ORD-1040"]) {
          await page.goto(path);
          const top = Number(await page.evaluate(`${row}.getBoundingClientRect().top`));
          assert.ok(top + 20 * 36 <= 900, `${path} begins at ${String(top)}`);
          for (const [width, display] of [
            [1_024, "table-row"],
            [660, "table-row"],
            [620, "block"],
          ] as const) {
            await page.setViewportSize({ width, height: 900 });
            assert.equal(await page.evaluate(`getComputedStyle(${row}).display`), display, path);
          }
          await page.setViewportSize({ width: 1_440, height: 900 });
        }
      });
    },
  );

  await t.test("times are the reader's, with UTC at hand, and UTC without script", async () => {
    const { received_at: at } = await stage.one<{ received_at: string }>(
      "SELECT received_at FROM webhook_events WHERE id = 'evt_PAY-Q_success'",
    );
    const utc = at.slice(0, 19).replace("T", " ");
    const local = new Date(Date.parse(at) + 5.5 * 3_600_000).toISOString();
    await stage.withPage({}, async ({ page }) => {
      await page.goto("/console/events/evt_PAY-Q_success");
      const time = page.locator(`time[datetime="${at}"]`).first();
      assert.equal(await time.innerText(), local.slice(0, 19).replace("T", " "));
      assert.match((await time.getAttribute("title")) ?? "", new RegExp(`^${utc}.* UTC$`));
      // A filter uses the reader's zone too: the minute of the receipt finds the event.
      await page.goto("/console/events?type=payment.success");
      await page.getByLabel(/Received from/).fill(local.slice(0, 16));
      await page.getByRole("button", { name: "Filter" }).click();
      assert.ok(new URL(page.url()).searchParams.get("from")?.endsWith("Z"));
      assert.equal(await page.getByLabel(/Received from/).inputValue(), local.slice(0, 16));
      await page.getByRole("row", { name: /ASK-QUARANTINE/ }).waitFor();
    });
    await stage.withPage({ javaScriptEnabled: false }, async ({ page }) => {
      await page.goto("/console/events/evt_PAY-Q_success");
      assert.equal(await page.locator(`time[datetime="${at}"]`).first().innerText(), utc);
      await page.getByRole("button", { name: "Replay" }).click();
      await page.waitForURL(/replayed=1/);
      await page.goto(page.url());
      await page.getByRole("heading", { name: /payment\.success/ }).waitFor();
    });
  });

  await t.test(
    "where the shop has a zone, script leaves times and forms as they came",
    async () => {
      const { received_at: at } = await stage.one<{ received_at: string }>(
        "SELECT received_at FROM webhook_events WHERE id = 'evt_PAY-Q_success'",
      );
      await stage.withPage({}, async ({ page }) => {
        // test/console tests the server's output; here UTC is set as the shop's zone.
        await page.route("**/console/events**", async (route) => {
          const response = await route.fetch();
          const text = await response.text();
          const body = text.replace("<html ", '<html data-shop-zone="UTC" ');
          await route.fulfill({ response, body });
        });
        await page.goto("/console/events/evt_PAY-Q_success");
        const time = page.locator(`time[datetime="${at}"]`).first();
        assert.equal(await time.innerText(), at.slice(0, 19).replace("T", " "));
        await page.goto("/console/events?type=payment.success");
        await page.getByLabel(/Received from \(UTC\)/).fill(at.slice(0, 16));
        await page.getByRole("button", { name: "Filter" }).click();
        await page.getByRole("row", { name: /ASK-QUARANTINE/ }).waitFor();
        assert.equal(new URL(page.url()).searchParams.get("from"), at.slice(0, 16));
      });
    },
  );

  await t.test("the whole way is possible with the keyboard alone", async () => {
    await stage.withPage({}, async ({ page }) => {
      await page.goto("/console/orders");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate("document.activeElement.id"), "main");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      const chosen = page.locator("tr.chosen");
      assert.equal(await chosen.count(), 1);
      assert.equal(await page.evaluate("document.activeElement.closest('tr').className"), "chosen");
      // Enter opens the row that the keys have selected: the second of the list.
      await page.keyboard.press("j");
      const second = page.locator("main tbody tr").nth(1);
      assert.equal(await second.getAttribute("class"), "chosen");
      const target = await second.getByRole("link").first().getAttribute("href");
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${target ?? ""}`);
      await page.goBack();
      // Escape leaves the row, then a field.
      await page.keyboard.press("j");
      await page.keyboard.press("Escape");
      assert.equal(await chosen.count(), 0);
      assert.equal(await page.evaluate("document.activeElement === document.body"), true);
      await page.keyboard.press("/");
      assert.equal(await page.evaluate("document.activeElement.id"), "find");
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate("document.activeElement === document.body"), true);
      // The help can be opened without a key.
      await page.getByRole("button", { name: "Keys" }).click();
      const help = page.getByRole("dialog", { name: "Keys" });
      assert.match(await help.innerText(), /\/\s+Search[\s\S]*Next row[\s\S]*Open the row/);
      await page.keyboard.press("Escape");
      await help.waitFor({ state: "hidden" });
      await page.keyboard.press("/");
      await page.keyboard.type("ASK-PART");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: /^Order ASK-PART/ }).waitFor();
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press("Tab");
        const outline = await page.evaluate(
          "document.activeElement === document.body ? 'body' : getComputedStyle(document.activeElement).outlineStyle",
        );
        if (outline === "body") return;
        assert.notEqual(
          outline,
          "none",
          await page.evaluate<string>("document.activeElement.outerHTML"),
        );
      }
    });
  });

  await t.test(
    "a person finds an order by the last digits of a telephone number, and its customer",
    async () => {
      const known = await stage.one<{
        number: string;
        name: string;
        email: string;
        digits: string;
      }>(
        `SELECT order_number AS number, customer_name AS name, customer_email AS email,
           substr(customer_phone, -5) AS digits FROM orders
         WHERE customer_phone LIKE '+91%' AND order_number LIKE 'ORD-1%' LIMIT 1`,
      );
      await stage.withPage({}, async ({ page, complaints }) => {
        await page.keyboard.press("/");
        await page.keyboard.type(known.digits);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: `Found for “${known.digits}”` }).waitFor();
        const orders = page.getByRole("region", { name: "Orders" });
        await orders.getByRole("link", { name: known.number }).waitFor();
        const people = page.getByRole("region", { name: "People" });
        await people.getByRole("link", { name: known.name }).click();
        await page.getByText(/This would remove .+ from 1 order, \d+ events and/).waitFor();
        await page.getByLabel("E-mail address").fill("yes");
        await page.getByRole("button", { name: "Erase this person" }).click();
        await page.getByRole("alert").getByText("Nothing was erased").waitFor();
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "Export as JSON" }).click(),
        ]);
        assert.equal(file.suggestedFilename(), "export.json");
        await page.getByRole("link", { name: "Activity" }).click();
        const latest = page.getByRole("row").nth(1);
        assert.match(await latest.innerText(), /Exported what is stored about a person/);
        // The page that refused the erasure was answered 400.
        assert.equal(complaints.filter((one) => !one.includes("400")).length, 0);
      });
    },
  );

  await t.test("what moves by itself leaves alone what a person has in hand", async () => {
    await stage.withPage({}, async ({ page }) => {
      const beat = "document.body.dispatchEvent(new Event('tick-slow'))";
      await page.getByText("As a table").click();
      // A mark that disappears when the part is replaced.
      const mark = "document.getElementById('live-part').dataset.old = 'yes'";
      await page.evaluate(`${mark}; document.activeElement.blur(); ${beat}`);
      await page.locator("#live-part:not([data-old])").waitFor();
      await page.getByRole("table", { name: "Events by the hour of their receipt" }).waitFor();
      await page.getByRole("button", { name: "Pause live updates" }).click();
      await page.getByRole("button", { name: "Resume live updates" }).waitFor();
    });
  });

  await t.test("a list that is open says that more has come", async () => {
    await stage.withPage({}, async ({ page }) => {
      await page.goto("/console/events?type=shipment.updated");
      await stage.shop.send({
        id: "evt_fresh",
        event_type: "shipment.updated",
        data: { reference_number: "SHP-FRESH", status: "in_transit" },
      });
      await page.evaluate("document.body.dispatchEvent(new Event('tick-slow'))");
      await page.getByRole("link", { name: "Show 1 new event" }).click();
      await page.getByRole("row", { name: /SHP-FRESH/ }).waitFor();
    });
  });
});
