/** A session with the admin token: it ends on the server, by signing out, by age and by inactivity. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SESSION } from "../../src/limits";
import { saveSession } from "../../src/store/sessions";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN, row, rows } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const MINUTE_MS = 60_000;

async function open(cookie: string, headers: Record<string, string> = {}): Promise<number> {
  const init = { headers: { cookie, ...headers }, redirect: "manual" } as const;
  return (await fetchWith(ADMIN, new Request(`${ORIGIN}/console/settings`, init))).status;
}

async function signOut(cookie: string): Promise<Response> {
  const init = { method: "POST", headers: { cookie, origin: ORIGIN }, redirect: "manual" } as const;
  return await fetchWith(ADMIN, new Request(`${ORIGIN}/console/sign-out`, init));
}

/** Makes every session older by this time. */
async function pass(ms: number): Promise<void> {
  await env.DB.prepare("UPDATE sessions SET ends_at = ends_at - ?1, seen_at = seen_at - ?1")
    .bind(ms)
    .run();
}

async function seenAgoMs(): Promise<number> {
  return Date.now() - Number((await row("SELECT seen_at FROM sessions"))["seen_at"]);
}

beforeEach(async () => {
  await env.DB.exec("DELETE FROM sessions");
});

describe("a session", () => {
  it("ends on the server when somebody signs out: a copy of its cookie opens nothing", async () => {
    const [cookie, other] = [await signIn("let-me-in"), await signIn("let-me-in")];
    expect(await open(cookie)).toBe(200);
    const response = await signOut(cookie);
    expect(response.status).toBe(303);
    expect(response.headers.get("set-cookie")).toMatch(/Max-Age=0/i);
    expect(await open(cookie)).toBe(303);
    expect(await open(other)).toBe(200);
    expect((await signOut(cookie)).headers.get("location")).toBe("/console/sign-in");
  });

  it("ends after twelve hours, however busy", async () => {
    const cookie = await signIn("let-me-in");
    await pass(SESSION.maxAgeMs);
    await env.DB.prepare("UPDATE sessions SET seen_at = ?1").bind(Date.now()).run();
    expect(await open(cookie)).toBe(303);
  });

  it("ends after an hour in which nobody asked for a page", async () => {
    const cookie = await signIn("let-me-in");
    await pass(SESSION.idleMs - MINUTE_MS);
    expect(await open(cookie)).toBe(200);
    await pass(SESSION.idleMs - MINUTE_MS);
    expect(await open(cookie)).toBe(200);
    await pass(SESSION.idleMs);
    expect(await open(cookie)).toBe(303);
  });

  it("is not kept alive by a page that renews itself", async () => {
    const cookie = await signIn("let-me-in");
    await pass(SESSION.idleMs - MINUTE_MS);
    expect(await open(cookie, { "hx-request": "true" })).toBe(200);
    expect(await seenAgoMs()).toBeGreaterThan(SESSION.idleMs - 2 * MINUTE_MS);
  });

  it("writes when it was used once a minute, not for each page", async () => {
    const cookie = await signIn("let-me-in");
    const { seen_at: before } = await row("SELECT seen_at FROM sessions");
    await open(cookie);
    expect(await row("SELECT seen_at FROM sessions")).toEqual({ seen_at: before });
    await pass(2 * MINUTE_MS);
    await open(cookie);
    expect(await seenAgoMs()).toBeLessThan(MINUTE_MS);
  });

  it("cannot be made by somebody who reads the database: the cookie is signed", async () => {
    await signIn("let-me-in");
    const { id, ends_at: endsAt } = await row("SELECT id, ends_at FROM sessions");
    const value = `${String(endsAt)}.${String(id)}`;
    for (const cookie of [value, `${value}.`, `${value}.${btoa("x".repeat(32))}`]) {
      expect(await open(`ce_webhooks_session=${encodeURIComponent(cookie)}`)).toBe(303);
    }
  });

  it("is one of so many: the ended and the oldest beyond that are forgotten", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO sessions (id, ends_at, seen_at) SELECT 's' || i, ?2 + i, ?2 FROM n`,
    )
      .bind(SESSION.max + 50, Date.now())
      .run();
    const nowMs = Date.now() + 20;
    await saveSession(env.DB, "newest", { endsAtMs: nowMs + SESSION.maxAgeMs, seenAtMs: nowMs });
    const left = await rows("SELECT id FROM sessions WHERE id IN ('s1', 's40', 'newest')");
    expect(left).toEqual([{ id: "newest" }]);
    expect(await row("SELECT count(*) AS n FROM sessions")).toEqual({ n: SESSION.max });
  });
});
