/** Access control: the last row of the HTTP table, the sign-in form, the cookie, the bearer token. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { event } from "../support/events";
import { deliver, fetchWith } from "../support/receiver";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const ORIGIN = "https://receiver.test";

function get(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}${path}`, { headers, redirect: "manual" });
}

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return new Request(`${ORIGIN}${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: ORIGIN, ...headers },
    redirect: "manual",
  });
}

function bearer(path: string, init: RequestInit = {}): Request {
  return new Request(`${ORIGIN}${path}`, {
    ...init,
    headers: { authorization: "Bearer let-me-in", "content-type": "application/json" },
  });
}

async function signIn(): Promise<string> {
  const response = await fetchWith(ADMIN, post("/console/sign-in", { token: "let-me-in" }));
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/console");
  const cookie = response.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Strict/i);
  expect(cookie).toMatch(/Secure/i);
  return cookie.split(";")[0] ?? "";
}

describe("where nobody could sign in", () => {
  it.each(["/api/admin", "/api/admin/health", "/console", "/console/sign-in"])(
    "%s does not exist",
    async (path) => {
      const response = await fetchWith({}, get(path));
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: "Not found" });
    },
  );
});

describe("every answer", () => {
  it.each([
    ["GET", "/health"],
    ["GET", "/nothing"],
    ["POST", "/api/webhooks/ce"],
    ["GET", "/api/webhooks/ce"],
    ["GET", "/api/admin/health"],
    ["GET", "/api/admin/nothing"],
    ["GET", "/console"],
    ["GET", "/console/sign-in"],
    ["POST", "/console/sign-in"],
    ["GET", "/console/assets/nothing.css"],
  ])("of %s %s is for TLS alone and of the type that it says", async (method, path) => {
    for (const vars of [{}, ADMIN]) {
      const request = new Request(ORIGIN + path, { method, redirect: "manual" });
      const { headers } = await fetchWith(vars, request);
      expect(headers.get("strict-transport-security")).toBe("max-age=63072000");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});

describe("the admin API", () => {
  it.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer let-me-out" }],
    ["another scheme", { authorization: "Basic let-me-in" }],
    ["a forged Access token", { "cf-access-jwt-assertion": "a.b.c" }],
  ])("answers 401 to %s, whatever the path", async (_name, headers: Record<string, string>) => {
    for (const path of ["/api/admin/health", "/api/admin/nothing", "/api/admin"]) {
      const response = await fetchWith(ADMIN, get(path, headers));
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect(await response.json()).toMatchObject({ status: 401, error: expect.any(String) });
    }
  });

  it("answers 401, not 404, where only Access is configured and its token is forged", async () => {
    const access = { ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com", ACCESS_AUD: "aud" };
    const request = get("/api/admin/health", { "cf-access-jwt-assertion": "a.b.c" });
    expect((await fetchWith(access, request)).status).toBe(401);
  });

  it("tells how the inbox is", async () => {
    const response = await fetchWith(ADMIN, bearer("/api/admin/health"));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ quarantined: expect.any(Number) });
  });

  it("explains an order, and says when it knows none", async () => {
    await deliver(event("order.created", { order_number: "ADMIN-1" }, { id: "admin-1" }));
    await vi.waitFor(async () => {
      const response = await fetchWith(ADMIN, bearer("/api/admin/orders/ADMIN-1/explain"));
      expect(await response.json()).toMatchObject({
        orderNumber: "ADMIN-1",
        events: [{ id: "admin-1", outcome: "sets" }],
      });
    });
    const none = await fetchWith(ADMIN, bearer("/api/admin/orders/ADMIN-0/explain"));
    expect(none.status).toBe(404);
  });

  it("replays what was refused, after counting it first", async () => {
    const odd = event(
      "order.created",
      { order_number: "ADMIN-2", grand_total: "x" },
      { id: "admin-2" },
    );
    await deliver(odd);
    const status = async (): Promise<unknown> =>
      await env.DB.prepare("SELECT status FROM webhook_events WHERE id = 'admin-2'").first(
        "status",
      );
    await vi.waitFor(async () => expect(await status()).toBe("quarantined"), { timeout: 10_000 });
    const body = { method: "POST", body: JSON.stringify({ ids: ["admin-2"], dry_run: true }) };
    const dry = await fetchWith(ADMIN, bearer("/api/admin/replay", body));
    expect(await dry.json()).toEqual({ dry_run: true, count: 1, ids: ["admin-2"], more: false });
    expect(await status()).toBe("quarantined");
    // The fix: now the field has a valid value.
    await env.DB.prepare(
      "UPDATE webhook_events SET payload = replace(payload, '\"x\"', '5') WHERE id = 'admin-2'",
    ).run();
    const real = { method: "POST", body: JSON.stringify({ status: "quarantined" }) };
    const replayed = await fetchWith(ADMIN, bearer("/api/admin/replay", real));
    expect(await replayed.json()).toMatchObject({ dry_run: false });
    await vi.waitFor(async () => expect(await status()).toBe("processed"), { timeout: 10_000 });
  });

  it("starts a rebuild and shows it", async () => {
    const body = {
      method: "POST",
      body: JSON.stringify({ dry_run: true, order_number: "ADMIN-1" }),
    };
    const started = await fetchWith(ADMIN, bearer("/api/admin/rebuilds", body));
    expect(started.status).toBe(202);
    const { id } = await started.json<{ id: number }>();
    const shown = await fetchWith(ADMIN, bearer(`/api/admin/rebuilds/${String(id)}`));
    expect(await shown.json()).toMatchObject({ id, dryRun: true, changes: [] });
  });

  it.each([
    ["no JSON", "{"],
    ["nothing chosen", "{}"],
    ["an unknown field", '{"ids":["a"],"all":true}'],
    ["a wrong status", '{"status":"processed"}'],
  ])("answers 400 to a replay with %s", async (_name, body) => {
    const response = await fetchWith(ADMIN, bearer("/api/admin/replay", { method: "POST", body }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });
});

describe("the console", () => {
  it.each(["/console", "/console/anything"])("sends %s to the sign-in form", async (path) => {
    const response = await fetchWith(ADMIN, get(path));
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/console/sign-in");
  });

  it("shows the form under a policy that allows nothing inline, nothing from elsewhere", async () => {
    const response = await fetchWith(ADMIN, get("/console/sign-in"));
    expect(response.status).toBe(200);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const text = await response.text();
    expect(text).toContain('type="password"');
    expect(text).not.toMatch(/<style|<script>| style=| on\w+=/);
  });

  it("serves its own files to anybody who is not signed in, for a year, and no others", async () => {
    const page = await (await fetchWith(ADMIN, get("/console/sign-in"))).text();
    const files = [...page.matchAll(/"(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(files.length).toBeGreaterThan(2);
    for (const path of files) {
      const response = await fetchWith(ADMIN, get(path));
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(/text\/(css|javascript)|image\/svg/);
      expect(response.headers.get("cache-control")).toContain("immutable");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect((await fetchWith({}, get(path))).status).toBe(404);
    }
    for (const name of ["openapi.json", "..%2Fconsole%2Fopenapi.json", "nothing.css"]) {
      expect((await fetchWith(ADMIN, get(`/console/assets/${name}`))).status).toBe(404);
    }
  });

  it("comes back to where somebody was going, within the console only", async () => {
    const stopped = await fetchWith(ADMIN, get("/console/orders/ORD-1?x=1"));
    const next = (stopped.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const form = { token: "let-me-in" };
    const back = await fetchWith(ADMIN, post("/console/sign-in", form, { cookie: next }));
    expect(back.headers.get("location")).toBe("/console/orders/ORD-1");
    for (const path of [
      "//evil.test/",
      "https://evil.test/",
      "/\\evil.test/console",
      "/consoles",
      "/console/../api/admin/health",
      "/api/admin/health",
    ]) {
      const cookie = `ce_webhooks_next=${encodeURIComponent(path)}`;
      const response = await fetchWith(ADMIN, post("/console/sign-in", form, { cookie }));
      expect(response.headers.get("location")).toBe("/console");
    }
  });

  it("keeps nothing that somebody searched for in a cookie", async () => {
    const path = "/console/orders?q=asha%40example.com";
    const cookie = (await fetchWith(ADMIN, get(path))).headers.get("set-cookie") ?? "";
    expect(cookie).toContain("ce_webhooks_next=");
    expect(cookie).not.toContain("asha");
    expect(cookie).toMatch(/; Secure/i);
  });

  it.each([
    ["a line break", "ce_webhooks_next=/console%0d%0aset-cookie:%20a=b"],
    ["a NUL", "ce_webhooks_next=/console/%00"],
    ["half an escape", "ce_webhooks_next=%E0%A4%A"],
    ["a character beyond Latin-1", "ce_webhooks_next=/console/%F0%9F%98%80"],
    ["no value", "ce_webhooks_session; ce_webhooks_next"],
    ["no name", "=;;= ; =a=b;"],
    ["a signature that is none", "ce_webhooks_session=9.%FF"],
  ])("takes a cookie with %s for none", async (_name, cookie) => {
    const page = await fetchWith(ADMIN, get("/console/orders", { cookie }));
    expect(page.status).toBe(303);
    const signedIn = await fetchWith(
      ADMIN,
      post("/console/sign-in", { token: "let-me-in" }, { cookie }),
    );
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get("location")).toMatch(/^\/console(\/[!-~]*)?$/);
  });

  it("lets a link on another site bring its cookie by asking once more", async () => {
    const elsewhere = { "sec-fetch-site": "cross-site" };
    const first = await fetchWith(ADMIN, get("/console/events", elsewhere));
    expect(first.status).toBe(200);
    expect(first.headers.get("refresh")).toBe("0");
    const again = await fetchWith(
      ADMIN,
      get("/console/events", { "sec-fetch-site": "same-origin" }),
    );
    expect(again.status).toBe(303);
  });

  it("says so to a live part whose session has ended", async () => {
    const response = await fetchWith(ADMIN, get("/console", { "hx-request": "true" }));
    expect(response.status).toBe(401);
    expect(response.headers.get("hx-redirect")).toBe("/console/sign-in");
  });

  it("refuses a wrong token", async () => {
    const wrong = await fetchWith(ADMIN, post("/console/sign-in", { token: "let-me-out" }));
    expect(wrong.headers.get("location")).toBe("/console/sign-in?wrong=1");
    expect(wrong.headers.get("set-cookie")).toBeNull();
  });

  it.each<[string, Record<string, string>, number]>([
    ["its own page", { origin: ORIGIN, "sec-fetch-site": "same-origin" }, 303],
    ["its own page, by an old browser", { origin: ORIGIN }, 303],
    ["its own page, where the policy hides the origin", { "sec-fetch-site": "same-origin" }, 303],
    ["another site", { origin: "https://evil.test", "sec-fetch-site": "cross-site" }, 403],
    ["another site, by an old browser", { origin: "https://evil.test" }, 403],
    ["another host of the site", { "sec-fetch-site": "same-site" }, 403],
    ["a page without an origin", { origin: "null" }, 403],
    ["whoever does not say where from", {}, 403],
  ])("answers a form sent from %s as it should", async (_, headers, status) => {
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/json"]) {
      const form = new Request(`${ORIGIN}/console/sign-in`, {
        method: "POST",
        body: "token=let-me-in",
        headers: { "content-type": type, ...headers },
        redirect: "manual",
      });
      expect((await fetchWith(ADMIN, form)).status, type).toBe(status);
    }
  });

  it("refuses a forged cookie, one of another token, and one that has expired", async () => {
    const cookie = await signIn();
    for (const [vars, given] of [
      [ADMIN, `${cookie.slice(0, -4)}AAAA`],
      [ADMIN, cookie.replace(/\.(.)/, (_, first) => (first === "A" ? ".B" : ".A"))],
      [ADMIN, cookie.replace(/\..*/, "")],
      [ADMIN, cookie.replace(/=/, "=9")],
      [{ ADMIN_TOKEN: "another" }, cookie],
      [ADMIN, cookie.replace(/=\d+/, "=1")],
    ] as const) {
      const response = await fetchWith(vars, get("/console", { cookie: given }));
      expect(response.status).toBe(303);
    }
  });

  it("shows what needs attention as text, and takes it again", async () => {
    const id = "<b>hostile</b>";
    await deliver(event("order.created", { order_number: "ADMIN-3", grand_total: "y" }, { id }));
    const cookie = await signIn();
    await vi.waitFor(async () => {
      const page = await (await fetchWith(ADMIN, get("/console/troubled", { cookie }))).text();
      expect(page).toContain("&lt;b&gt;hostile&lt;/b&gt;");
      expect(page).not.toContain("<b>hostile</b>");
      expect(page).toContain("data.grand_total: expected number");
    });
    const coded = encodeURIComponent(id);
    const replayed = await fetchWith(ADMIN, post("/console/replay", { event: coded }, { cookie }));
    expect(replayed.headers.get("location")).toBe(`/console/events/${coded}?replayed=1`);
    await vi.waitFor(async () => {
      const row = await env.DB.prepare("SELECT attempts FROM webhook_events WHERE id = ?1")
        .bind(id)
        .first();
      expect(row).toEqual({ attempts: 2 });
    });
  });

  it("signs out", async () => {
    const cookie = await signIn();
    const response = await fetchWith(ADMIN, post("/console/sign-out", {}, { cookie }));
    expect(response.headers.get("set-cookie")).toMatch(/Max-Age=0/i);
  });
});
