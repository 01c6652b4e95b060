/** quiet-until through the admin API, the settings and the overview, with the whole Worker. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fireCron, calmEnv } from "../faults/drive";
import { event } from "../support/events";
import { hoursAgo, orderDetail } from "../support/models";
import { apply, fetchWith, ORIGIN, row } from "../support/receiver";
import { clearTables, NOW, seedNotification } from "../support/rows";
import { signIn } from "../support/console";

const TOKEN = "let-me-in";
const ADMIN = { ADMIN_TOKEN: TOKEN };
const MINUTE_MS = 60_000;
const ahead = (ms: number): string => new Date(Date.now() + ms).toISOString();

beforeEach(clearTables);

async function ask(body?: object, status = 200): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const init =
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetchWith(ADMIN, new Request(`${ORIGIN}/api/admin/quiet-until`, init));
  expect(response.status).toBe(status);
  return await response.json();
}

async function page(path: string): Promise<string> {
  const headers = { cookie: await signIn(TOKEN) };
  const response = await fetchWith(ADMIN, new Request(ORIGIN + path, { headers }));
  expect(response.status, path).toBe(200);
  return (await response.text()).replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

async function act(path: string, until = "", origin = ORIGIN): Promise<Response> {
  const headers = { cookie: await signIn(TOKEN), origin };
  const body = new URLSearchParams({ until });
  const request = new Request(ORIGIN + path, { method: "POST", headers, body, redirect: "manual" });
  return await fetchWith(ADMIN, request);
}

const present = async (): Promise<unknown> => (await ask())["until"];

describe("the admin API", () => {
  it("says how it stands, counts, sets, and takes it back", async () => {
    expect(await ask()).toEqual({ until: null, set_at: null });
    await seedNotification({ id: "order_confirmed/ORD-1/email", happened_at: NOW });
    await seedNotification({ id: "order_confirmed/ORD-2/email", happened_at: ahead(0) });
    await seedNotification({ id: "forward/evt-1/forward", happened_at: NOW });
    const until = "2026-11-24T15:30:00+05:30";
    const late = "2026-11-24T10:00:00.001Z";
    expect(await ask({ until: late, dry_run: true })).toEqual({
      dry_run: true,
      until: late,
      messages: 1,
    });
    expect(await present()).toBeNull();
    expect(await ask({ until })).toEqual({ dry_run: false, until: NOW, messages: 0 });
    expect(await ask()).toEqual({
      until: NOW,
      set_at: expect.stringMatching(/^20\d\d-.*Z$/) as unknown,
    });
    expect(await ask({ until: null })).toEqual({ dry_run: false, until: null, messages: 0 });
    expect(await present()).toBeNull();
  });

  it("takes the present moment where none is given", async () => {
    const before = ahead(0);
    const { until } = await ask({});
    expect(String(until) >= before && String(until) <= ahead(0)).toBe(true);
  });

  it("refuses what is no time, has no zone, or lies more than a day ahead", async () => {
    for (const until of ["yesterday", "2026-11-24", "2026-11-24T10:00:00", "", 5]) {
      expect(String((await ask({ until }, 400))["error"]), String(until)).toMatch(/^until: /);
    }
    const far = await ask({ until: ahead(25 * 60 * MINUTE_MS) }, 400);
    expect(far["error"]).toBe("until: more than a day ahead");
    await ask({ when: NOW }, 400);
    expect(await present()).toBeNull();
    await ask({ until: ahead(23 * 60 * MINUTE_MS) });
  });

  it("writes a log line that says who has set it", async () => {
    const lines: string[] = [];
    // oxlint-disable-next-line eslint/no-console -- where log lines go
    vi.spyOn(console, "info").mockImplementation((line: string) => void lines.push(line));
    await ask({ until: NOW });
    vi.restoreAllMocks();
    expect(lines.join("\n")).toContain('"who":"admin API"');
    expect(lines.join("\n")).toContain("quiet_until_set");
  });
});

describe("the settings", () => {
  it("set it to now by one button, show it, and take it back", async () => {
    expect(await page("/console/settings")).toContain("At present nothing is suppressed.");
    await seedNotification({ id: "order_confirmed/ORD-1/email", happened_at: NOW });
    const answer = await act("/console/quiet-until");
    expect(answer.headers.get("location")).toBe("/console/settings#quiet-until");
    expect(String(await present())).toMatch(/^20\d\d-/);
    const text = await page("/console/settings");
    expect(text).toContain("At present: what happened before");
    expect(text).toContain("among it 1 message that wait");
    await act("/console/quiet-until/take-back");
    expect(await present()).toBeNull();
    expect(await page("/console/settings")).toContain("Taken back");
  });

  it("take a moment in the zone of the page, and say what is wrong with another", async () => {
    await act("/console/quiet-until", "2026-11-24T10:00");
    expect(await present()).toBe(NOW);
    for (const [until, says] of [
      ["soon", "That is not a time."],
      [ahead(25 * 60 * MINUTE_MS), "That lies more than a day ahead."],
    ] as const) {
      const location = (await act("/console/quiet-until", until)).headers.get("location") ?? "";
      expect(await page(location)).toContain(says);
      expect(await present()).toBe(NOW);
    }
  });

  it("take no form of another site, and none of somebody who has not signed in", async () => {
    const path = "/console/quiet-until";
    expect((await act(path, "", "https://evil.test")).status).toBe(403);
    const request = new Request(ORIGIN + path, {
      method: "POST",
      headers: { origin: ORIGIN },
      body: new URLSearchParams({ until: "" }),
      redirect: "manual",
    });
    expect((await fetchWith(ADMIN, request)).headers.get("location")).toBe("/console/sign-in");
    expect(await present()).toBeNull();
  });
});

describe("the overview", () => {
  const line = "Messages to customers and the team are suppressed";

  it("says so while it lies ahead, and for a day after it was set", async () => {
    expect(await page("/console")).not.toContain(line);
    await ask({ until: ahead(90 * MINUTE_MS) });
    expect(await page("/console")).toContain(`${line}, for another 1 h`);
    await ask({ until: ahead(-90 * MINUTE_MS) });
    expect(await page("/console")).toContain(`${line} about what happened before 1 h 30 min ago.`);
    const yesterday = Date.now() - 25 * 60 * MINUTE_MS;
    await env.DB.prepare("UPDATE cursors SET position = ?1 WHERE name = 'quiet_until'")
      .bind(yesterday)
      .run();
    expect(await page("/console")).not.toContain(line);
    await ask({ until: null });
    expect(await page("/console")).not.toContain(line);
  });
});

describe("a delivery", () => {
  it("about the past is applied, and its message suppressed with the reason", async () => {
    await ask({});
    const number = "ORD-QUIET";
    const body = event("order.confirmed", orderDetail(number), { created_at: hoursAgo(1) });
    expect((await apply(body))[0]).toMatchObject({ status: "processed" });
    await fireCron(calmEnv);
    await vi.waitUntil(
      async () =>
        (
          await row(
            "SELECT status FROM notifications WHERE id = ?1",
            `order_confirmed/${number}/email`,
          )
        )["status"] !== "pending",
      { timeout: 8_000, interval: 50 },
    );
    expect(
      await row(
        "SELECT reason, happened_at FROM notifications WHERE id = ?1",
        `order_confirmed/${number}/email`,
      ),
    ).toEqual({ reason: "before quiet-until", happened_at: body.created_at });
    expect(await row("SELECT status FROM orders WHERE order_number = ?1", number)).toEqual({
      status: "confirmed",
    });
  });
});
