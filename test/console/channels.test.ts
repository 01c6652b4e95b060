/** Lost settings and the environment, as the console and the admin API show them, with the whole Worker. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { calmEnv, fireCron } from "../faults/drive";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { fetchWith, ORIGIN, receiveOnly, rows, type Vars } from "../support/receiver";
import { clearTables, NOW, seedNotification, seedOrder } from "../support/rows";
import { signIn } from "../support/console";

const TOKEN = "let-me-in";
const ADMIN = { ADMIN_TOKEN: TOKEN };
/** A deployment has removed the vars; the secrets are still set. */
const wiped = { ...ADMIN, RESEND_API_KEY: "re_1", SLACK_WEBHOOK_URL: "", EMAIL_FROM: "" };

beforeEach(clearTables);

async function api(path: string, vars: Vars, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const init =
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetchWith(vars, new Request(`${ORIGIN}/api/admin${path}`, init));
  expect(response.status, path).toBe(200);
  return await response.json();
}

async function page(path: string, vars: Vars): Promise<string> {
  const headers = { cookie: await signIn(TOKEN) };
  const response = await fetchWith(vars, new Request(ORIGIN + path, { headers }));
  expect(response.status, path).toBe(200);
  return (await response.text())
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/g, " ");
}

async function act(path: string, fields: Record<string, string>): Promise<string | null> {
  const headers = { cookie: await signIn(TOKEN), origin: ORIGIN };
  const body = new URLSearchParams(fields);
  const request = new Request(ORIGIN + path, { method: "POST", headers, body, redirect: "manual" });
  return (await fetchWith(ADMIN, request)).headers.get("location");
}

const sentence = "E-mail is only partly set up: EMAIL_FROM is missing.";

describe("a channel that is set up in part", () => {
  it("is a problem in the settings, and in the overview with what it holds back", async () => {
    await seedNotification({
      id: "order_confirmed/ORD-1/email",
      reason: "channel settings missing",
    });
    const settings = await api("/settings", wiped);
    expect(settings["channels"]).toMatchObject({ email: false });
    expect(String(settings["problems"])).toContain(sentence);
    expect(settings["channel_setups"]).toContainEqual({
      channel: "email",
      state: "incomplete",
      missing: ["EMAIL_FROM"],
      problem: expect.stringContaining(sentence) as unknown,
      held: 1,
      held_since: null,
      last_configured_at: null,
    });
    const overview = await page("/console", wiped);
    expect(overview).toContain(sentence);
    expect(overview).toContain("1 message held back so far.");
    expect(await page("/console/settings", wiped)).toContain(sentence);
    expect(await page("/console/messages/order_confirmed%2FORD-1%2Femail", wiped)).toContain(
      "channel settings missing : it is held back.",
    );
  });

  it("is no problem where every setting, or none, is there", async () => {
    const whole = { ...wiped, EMAIL_FROM: "orders@shop.example" };
    expect((await api("/settings", whole))["problems"]).toEqual([]);
    expect((await api("/settings", { ...wiped, RESEND_API_KEY: "" }))["problems"]).toEqual([]);
  });

  it("is one where a setting cannot be used, or the binding has no sender", async () => {
    const malformed = await api("/settings", { ...wiped, EMAIL_FROM: "Your shop" });
    expect(String(malformed["problems"])).toContain("E-mail is set up with a value that cannot");
    const bound = {
      ...wiped,
      RESEND_API_KEY: "",
      EMAIL: { send: () => Promise.reject(new Error()) },
    };
    expect(String((await api("/settings", bound))["problems"])).toContain(sentence);
  });
});

describe("a channel that is lost", () => {
  it("is shown, alerted by the cron once an hour, and can be switched off for good", async () => {
    const slack = { SLACK_WEBHOOK_URL: "https://slack.test/x" };
    await env.DB.prepare("INSERT INTO channels VALUES ('sms', ?1, ?1, NULL)").bind(NOW).run();
    const minute = { ...calmEnv, ...slack };
    for (let run = 0; run < 2; run += 1) await fireCron(minute);
    const alerts = await rows(
      "SELECT id, context FROM notifications WHERE id LIKE 'alert/channel_held_back:sms/%'",
    );
    expect(alerts.length).toBeGreaterThanOrEqual(1);
    expect(alerts.length).toBeLessThanOrEqual(2);
    expect(String(alerts[0]?.["context"])).toContain("SMS was set up before and is not any more");
    expect(await page("/console/settings", ADMIN)).toContain(
      "SMS lost Missing: TWILIO_ACCOUNT_SID",
    );
    expect(await act("/console/forget-channel", { channel: "sms" })).toBe("/console/settings");
    expect(await api("/channels/sms/forget", ADMIN, {})).toEqual({ channel: "sms" });
    expect(await page("/console/settings", ADMIN)).toContain("SMS off Missing: TWILIO_ACCOUNT_SID");
  });
});

describe("messages that were not sent", () => {
  async function seed(): Promise<void> {
    const at = new Date().toISOString();
    const reason = { status: "suppressed", reason: "channel not configured" };
    const times = { due_at: at, created_at: at };
    await seedOrder();
    await seedNotification({ id: "order_confirmed/ORD-1/email", ...reason, ...times });
    await seedNotification({
      id: "order_cancelled/ORD-1/email",
      ...reason,
      created_at: at,
      due_at: "2026-01-01T00:00:00.000Z",
    });
  }
  const pending = async () =>
    await rows("SELECT id FROM notifications WHERE status = 'pending' ORDER BY id");

  it("are counted and sent through the admin API", async () => {
    await seed();
    const filter = { reason: "channel not configured", channel: "email" };
    const counted = await api("/notifications/send-again", ADMIN, { ...filter, dry_run: true });
    expect(counted).toEqual({ dry_run: true, count: 1, too_old: 1, more: false });
    expect(await pending()).toEqual([]);
    const sent = await api("/notifications/send-again", ADMIN, filter);
    const resend = expect.any(Number) as unknown;
    expect(sent).toEqual({ dry_run: false, count: 1, too_old: 1, more: false, resend });
    expect(await pending()).toEqual([{ id: "order_confirmed/ORD-1/email" }]);
    expect(await api(`/resends/${String(sent["resend"])}`, ADMIN)).toEqual({
      id: sent["resend"],
      started_at: expect.any(String),
      messages: 1,
      statuses: { pending: 1 },
      outcomes: [{ status: "pending", reason: null, times: 1, one: "order_confirmed/ORD-1/email" }],
    });
  });

  it("are counted on their page before a button sends them", async () => {
    await seed();
    const text = await page("/console/unsent?channel=email", ADMIN);
    expect(text).toContain("2 messages with the reason “channel not configured”.");
    expect(text).toContain("1 message for customers would come too late now.");
    expect(text).toContain("Send 1 message…");
    const filter = { reason: "channel not configured", channel: "email" };
    const to = await act("/console/unsent", filter);
    expect(to).toMatch(/^\/console\/resends\/\d+$/);
    expect(await pending()).toEqual([{ id: "order_confirmed/ORD-1/email" }]);
    const before = await page(to ?? "", ADMIN);
    expect(before).toContain("0 of 1 message settled.");
    expect(before).toContain("See how far it is");
    await env.DB.exec(
      "UPDATE notifications SET status = 'suppressed', reason = 'too old' WHERE status = 'pending'",
    );
    const after = await page(to ?? "", ADMIN);
    expect(after).toContain("Done: 0 of 1 message sent.");
    expect(after).toMatch(/suppressed 1 too old order_confirmed\/ORD-1\/email/);
    expect(after).not.toContain("See how far it is");
    const none = await act("/console/unsent", filter);
    expect(none).toContain("/console/unsent?");
    expect(await act("/console/unsent", { reason: "too old" })).toBe("/console/unsent");
  });

  it("are found by their reason", async () => {
    await seed();
    await receiveOnly(event("order.confirmed", orderDetail("ORD-1")));
    const list = await api("/notifications?order=ORD-1&reason=too%20old", ADMIN);
    expect(list["notifications"]).toEqual([]);
    const found = await api("/notifications?order=ORD-1&reason=channel%20not%20configured", ADMIN);
    expect(found["notifications"]).toHaveLength(2);
  });
});

describe("another environment", () => {
  const staging = { ...ADMIN, ENVIRONMENT: "staging", MESSAGE_ALLOWLIST: "@shop.example" };

  it("is on every page, the sign-in included, and in the settings", async () => {
    for (const path of [
      "/console",
      "/console/orders",
      "/console/sign-in",
      "/console/nothing-here",
    ]) {
      const headers = { cookie: await signIn(TOKEN) };
      const response = await fetchWith(staging, new Request(ORIGIN + path, { headers }));
      const text = await response.text();
      expect(text, path).toContain('<p class="environment" role="note"><b>staging</b>');
      expect(text, path).toContain("<title>staging: ");
    }
    expect(await page("/console/settings", staging)).toContain("@shop.example");
    expect(await api("/settings", staging)).toMatchObject({
      environment: "staging",
      allowlist: ["@shop.example"],
    });
  });

  it("is not mentioned in production", async () => {
    expect(await page("/console", ADMIN)).not.toContain("allowlist");
    expect(await api("/settings", ADMIN)).toMatchObject({
      environment: "production",
      allowlist: null,
    });
  });
});
