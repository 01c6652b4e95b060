/** The pages of endpoints: each action through its form, refusals, and values that are never shown. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { deriveSecret } from "../../src/notifications/channels/forward/secrets";
import { calmEnv } from "../faults/drive";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN, row, rows, type Vars } from "../support/receiver";
import { clearTables, seedEvent, seedNotification } from "../support/rows";

const MASTER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN = "let-me-in";
const vars = {
  ...calmEnv,
  ADMIN_TOKEN: TOKEN,
  FORWARD_SECRET: MASTER,
  FORWARD_URL: "https://old.test/hook?token=1",
};
const LIST = "/console/endpoints";
const HOSTILE = `<script>alert(1)</script>"'\u202e`;
let cookie = "";

async function visit(path: string, changes: Vars = {}): Promise<Response> {
  const request = new Request(ORIGIN + path, { headers: { cookie } });
  return await fetchWith({ ...vars, ...changes }, request);
}

/** The words of a page. */
function wordsOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

async function read(path: string, status = 200, changes: Vars = {}): Promise<string> {
  const response = await visit(path, changes);
  expect(response.status, path).toBe(status);
  return await response.text();
}

async function act(path: string, form: Record<string, string> = {}, changes: Vars = {}) {
  const request = new Request(ORIGIN + path, {
    method: "POST",
    headers: { cookie, origin: ORIGIN },
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  return await fetchWith({ ...vars, ...changes }, request);
}

const locationOf = (response: Response): string => response.headers.get("location") ?? "";

async function add(form: Record<string, string> = {}): Promise<string> {
  const response = await act(LIST, { url: "https://erp.test/hook", ...form });
  expect(response.status).toBe(303);
  return /(ep_[0-9a-f]{8})/.exec(locationOf(response))?.[1] ?? "";
}

const stored = async (id: string) => await row("SELECT * FROM forward_endpoints WHERE id = ?1", id);

async function seedDelivery(endpoint: string, number: number, attempts: readonly object[]) {
  const id = `evt/${String(number)}`;
  await seedEvent({ id, order_number: "ORD-1" });
  return await seedNotification({
    id: `forward/evt%2F${String(number)}/${endpoint}`,
    event_id: id,
    channel: "forward",
    endpoint,
    status: "sent",
    next_attempt_at: null,
    attempt_log: JSON.stringify(attempts),
  });
}

const attempt = (ms: number, status: number | null, answer: string | null = null, hours = 0) => ({
  at: new Date(Date.now() - hours * 3_600_000).toISOString(),
  ms,
  status,
  answer,
});

beforeAll(async () => {
  cookie = await signIn(TOKEN);
});
beforeEach(clearTables);

describe("the list", () => {
  it("says what endpoints are and what to set where none can be added", async () => {
    const none = { FORWARD_SECRET: "", FORWARD_URL: "" };
    const text = wordsOf(await read(LIST, 200, none));
    expect(text).toContain("An endpoint is a system of the shop");
    expect(text).toContain("npx wrangler secret put FORWARD_SECRET");
    expect(text).not.toContain("Add the endpoint");
    const refused = await act(LIST, { url: "https://erp.test/" }, none);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("FORWARD_SECRET is not set");
  });

  it("shows default first, and how each has answered within the last day", async () => {
    const id = await add({ description: "ERP", event_types: "order.* , shipment.*" });
    await seedDelivery(id, 1, [
      attempt(9_000, 500, null, 30),
      attempt(900, 503),
      attempt(10_000, null, "no answer"),
      attempt(20, 200),
    ]);
    await seedDelivery(id, 2, [attempt(40, 204)]);
    const html = await read(LIST);
    const text = wordsOf(html);
    expect(text.indexOf("old.test")).toBeLessThan(text.indexOf("erp.test"));
    expect(text).toContain("order.*, shipment.*");
    expect(text).toContain("50 % of 4 attempts");
    expect(text).toContain("median 40 ms, p95 900 ms");
    expect(text).toContain("no attempt");
    expect(html).not.toContain("token=1");
  });

  it.each([
    [{ url: "http://erp.test/" }, "Not saved: it must begin with https://"],
    [{ url: "https://10.0.0.1/" }, "Not saved: it is a private, link-local or reserved address"],
    [{ event_types: "payment.refunded" }, "did you mean payment.refund.*?"],
    [{ rate_limit: "many" }, "write a whole number from 1 to 6000"],
    [{ rate_limit: "6001" }, "write a whole number from 1 to 6000"],
    [{ description: "x".repeat(201) }, "it has more than 200 characters"],
  ])("refuses %j at its field, and keeps what was typed", async (wrong, why) => {
    const typed = { url: "https://erp.test/", include_order: "1", rate_limit: "7", ...wrong };
    const response = await act(LIST, typed);
    expect(response.status).toBe(400);
    const html = await response.text();
    expect(html).toContain(why);
    expect(html.match(/aria-invalid="true"/g)).toHaveLength(1);
    expect(html).toContain(`value="${typed.url}"`);
    expect(html).toContain(`value="${typed.rate_limit}"`);
    expect(html).toMatch(/name="include_order" value="1" checked/);
    expect(await rows("SELECT id FROM forward_endpoints")).toEqual([]);
  });

  it("has room for twenty", async () => {
    for (let number = 0; number < 20; number += 1) await add();
    expect(await read(LIST)).toContain("There are 20, the most there can be.");
    expect((await act(LIST, { url: "https://erp.test/" })).status).toBe(400);
  });
});

describe("an endpoint's page", () => {
  it("shows its settings, and edits them", async () => {
    const id = await add({ event_types: "payment.*", rate_limit: "60" });
    const text = wordsOf(await read(`${LIST}/${id}?did=add`));
    expect(text).toContain("It was added.");
    expect(text).toContain("60 requests a minute");
    const edited = await act(`${LIST}/${id}`, { url: "https://erp.test/2", include_order: "1" });
    expect(locationOf(edited)).toBe(`${LIST}/${id}?did=edit`);
    expect(await stored(id)).toMatchObject({
      url: "https://erp.test/2",
      event_types: '["*"]',
      include_order: 1,
      rate_limit: null,
    });
    const refused = await act(`${LIST}/${id}`, { url: "ftp://erp.test/", description: "kept" });
    expect(refused.status).toBe(400);
    const html = await refused.text();
    expect(html).toContain('value="ftp://erp.test/"');
    expect(html).toContain('value="kept"');
    expect(await stored(id)).toMatchObject({ url: "https://erp.test/2" });
  });

  it("lists its deliveries with each attempt, newest first, page by page", async () => {
    const id = await add();
    for (let number = 1; number <= 31; number += 1) {
      await seedDelivery(id, number, [attempt(100 + number, 500, "down <b>"), attempt(7, 200)]);
    }
    const html = await read(`${LIST}/${id}`);
    expect(html).toContain(`/console/messages/forward%2Fevt%252F31%2F${id}`);
    expect(html).not.toContain(`evt%252F1%2F${id}`);
    expect(wordsOf(html)).toContain("2 attempts, the last: 200 in 7 ms");
    expect(html).toContain("down &lt;b&gt;");
    const older = /href="([^"]*cursor=[^"]*)"/.exec(html)?.[1] ?? "";
    expect(await read(older)).toContain(`evt%252F1%2F${id}`);
    const message = await read(`/console/messages/forward%2Fevt%252F31%2F${id}`);
    expect(message).toContain(`href="${LIST}/${id}"`);
    expect(wordsOf(message)).toMatch(/newest first.* 200 .*7 ms.* 500 .*131 ms/);
  });

  it("takes what a person has typed for text", async () => {
    const url = `https://erp.test/${encodeURIComponent("<img>")}?q="><script>`;
    const id = await add({ description: HOSTILE, url });
    await act(`${LIST}/${id}/pause`, { reason: HOSTILE });
    for (const path of [LIST, `${LIST}/${id}`, `${LIST}/${id}/replay`, "/console"]) {
      const html = await read(path);
      expect(html, path).not.toMatch(/<script>|<img/);
      expect(html, path).toContain("&lt;script&gt;");
      expect(html, path).not.toContain("\u202e");
    }
  });

  it("is not there for an unknown id, whatever is asked", async () => {
    for (const path of ["ep_00000000", "~?id=..", encodeURIComponent(HOSTILE)]) {
      expect(await read(`${LIST}/${path}`, 404)).toContain("No such endpoint");
    }
    const actions = ["test", "pause", "resume", "secret", "rotate", "delete", "replay"];
    for (const action of actions.slice(0, -1)) {
      expect((await act(`${LIST}/ep_00000000/${action}`)).status, action).toBe(404);
    }
    expect(await read(`${LIST}/ep_00000000/replay`, 404)).toContain("No such endpoint");
  });

  it("takes no form of another site", async () => {
    const id = await add();
    const request = new Request(`${ORIGIN}${LIST}/${id}/delete`, {
      method: "POST",
      headers: { cookie, origin: "https://evil.test" },
    });
    expect((await fetchWith(vars, request)).status).toBe(403);
    expect(await stored(id)).toMatchObject({ id });
  });
});

describe("the actions", () => {
  it("pause and resume, with who and why, and the overview names it", async () => {
    const id = await add({ description: "ERP" });
    const paused = await act(`${LIST}/${id}/pause`, { reason: "it is moved" });
    expect(locationOf(paused)).toBe(`${LIST}/${id}?did=pause`);
    expect(await stored(id)).toMatchObject({
      status: "paused",
      status_reason: expect.stringMatching(/^paused by .+, \d{4}-.* UTC: it is moved$/) as unknown,
    });
    const text = wordsOf(await read(`${LIST}/${id}`));
    expect(text).toMatch(/The endpoint ERP has been paused for .+: paused by .+ Paused since \d/);
    expect(wordsOf(await read("/console"))).toMatch(
      /The endpoint ERP has been paused for .+: paused/,
    );
    await act(`${LIST}/${id}/resume`);
    expect(await stored(id)).toMatchObject({ status: "active", status_reason: null });
    expect(wordsOf(await read("/console"))).not.toContain("The endpoint ERP");
  });

  it("are named on the overview while it fails", async () => {
    const id = await add();
    const since = new Date(Date.now() - 7_260_000).toISOString();
    await env.DB.prepare("UPDATE forward_endpoints SET failing_since = ?1").bind(since).run();
    await seedNotification({ id: `forward/evt-1/${id}`, channel: "forward", endpoint: id });
    const text = wordsOf(await read("/console"));
    expect(text).toContain(`The endpoint ${id} has been failing for 2 h 1 min.`);
    expect(text).toContain("1 delivery pending.");
    expect(await read(LIST)).toContain(">failing<");
  });

  it("send a test event and show what came of it", async () => {
    const id = await add();
    const sent: Request[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const request = new Request(input);
      sent.push(request.clone());
      await request.text();
      return new Response("busy <b>", { status: 503 });
    });
    const response = await act(`${LIST}/${id}/test`);
    vi.restoreAllMocks();
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(wordsOf(html)).toMatch(/did not take the test event.* Status 503 after \d+ ms/);
    expect(html).toContain("busy &lt;b&gt;");
    expect(await sent[0]?.json()).toMatchObject({ type: "endpoint.test" });
  });

  it("show a secret on demand only, and both while it is rotated", async () => {
    const id = await add();
    const [first, second] = [await deriveSecret(MASTER, id, 1), await deriveSecret(MASTER, id, 2)];
    expect(await read(`${LIST}/${id}`)).not.toContain("whsec_");
    const shown = await act(`${LIST}/${id}/secret`);
    expect(shown.headers.get("cache-control")).toBe("no-store");
    expect(await shown.text()).toContain(first);
    const rotated = await (await act(`${LIST}/${id}/rotate`)).text();
    expect(rotated).toContain(second);
    expect(rotated).toContain(first);
    expect(await read(`${LIST}/${id}`)).not.toContain("whsec_");
    const refused = await act(`${LIST}/default/secret`);
    expect(refused.status).toBe(400);
    const text = await refused.text();
    expect(text).toContain("FORWARD_URL with FORWARD_SECRET: change it there");
    expect(text).not.toContain(MASTER);
  });

  it("delete it, after saying what is due", async () => {
    const id = await add();
    await seedNotification({ id: `forward/evt-1/${id}`, channel: "forward", endpoint: id });
    expect(wordsOf(await read(`${LIST}/${id}`))).toContain("1 delivery is due for it");
    expect(locationOf(await act(`${LIST}/${id}/delete`))).toBe(`${LIST}?did=delete`);
    expect(await read(`${LIST}?did=delete`)).toContain("The endpoint was deleted.");
    expect(await rows("SELECT id FROM forward_endpoints")).toEqual([]);
  });
});

describe("a replay", () => {
  it("counts first, then makes forwards, and says how far it is", async () => {
    const id = await add({ event_types: "order.*" });
    for (const number of [1, 2, 3]) {
      const received_at = `2026-11-24T0${String(number)}:00:00.000Z`;
      await seedEvent({ id: `evt/${String(number)}`, event_type: "order.created", received_at });
    }
    const path = `${LIST}/${id}/replay`;
    const html = await read(`${path}?from=2026-11-24T02:00`);
    expect(wordsOf(html)).toContain("2 events can be forwarded.");
    expect(await rows("SELECT id FROM notifications")).toEqual([]);
    const to = /name="to" value="([^"]+Z)"/.exec(html)?.[1] ?? "";
    const from = "2026-11-24T02:00:00.000Z";
    const sent = await act(path, { from, to, counted: "2" });
    expect(wordsOf(await read(locationOf(sent)))).toContain("Done: 2 deliveries are pending");
    expect(await rows("SELECT id FROM notifications ORDER BY id")).toEqual([
      { id: `forward/evt%2F2/${id}` },
      { id: `forward/evt%2F3/${id}` },
    ]);
  });

  it("is refused for an endpoint that is disabled, with the reason, and makes nothing", async () => {
    const id = await add();
    await seedEvent({ id: "evt-1", event_type: "order.created" });
    await env.DB.prepare(
      "UPDATE forward_endpoints SET status = 'disabled', status_reason = 'it answered 410'",
    ).run();
    const path = `${LIST}/${id}/replay`;
    expect(wordsOf(await read(path, 409))).toContain("is disabled (it answered 410)");
    const sent = await act(path, { counted: "1" });
    expect(wordsOf(await read(locationOf(sent), 409))).toContain("resume it first");
    expect(await rows("SELECT id FROM notifications")).toEqual([]);
  });

  it("goes on stretch by stretch, by a button", async () => {
    const id = await add();
    await env.DB.prepare(
      `INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256, payload)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
       SELECT 'evt-' || i, 'order.created', '2026-11-24T10:00:00.000Z', 'processed', '0', '{}' FROM n`,
    ).run();
    const path = `${LIST}/${id}/replay`;
    expect(wordsOf(await read(path))).toContain("5,001 events can be forwarded.");
    const first = await act(path, { counted: "5001" });
    const html = await read(locationOf(first));
    expect(wordsOf(html)).toContain("5,000 of 5,001 made pending so far.");
    const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const form = Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, value]));
    expect(form).toMatchObject({ counted: "5001", sent: "5000" });
    const last = await act(path, form);
    expect(wordsOf(await read(locationOf(last)))).toContain("Done: 5,001 deliveries");
    expect(await row("SELECT count(*) AS n FROM notifications")).toEqual({ n: 5_001 });
  });

  it("refuses what is no type and no time", async () => {
    const id = await add();
    const path = `${LIST}/${id}/replay`;
    expect(await read(`${path}?event_types=order.paid`, 400)).toContain("did you mean");
    expect(await read(`${path}?from=yesterday`, 400)).toContain("from: not a time");
    expect(wordsOf(await read(path))).toContain("No applied event of this time fits");
  });
});
