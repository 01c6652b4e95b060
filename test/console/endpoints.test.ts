/** The endpoints of the admin API: refusals with their reasons, shown values, and actions. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { deriveSecret } from "../../src/notifications/channels/forward/secrets";
import { calmEnv } from "../faults/drive";
import { fetchWith } from "../support/receiver";
import { clearTables, seedEvent, seedNotification } from "../support/rows";

const MASTER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const vars = {
  ...calmEnv,
  ADMIN_TOKEN: "let-me-in",
  FORWARD_SECRET: MASTER,
  FORWARD_URL: "https://old.test/hook?token=1",
};

type Json = Record<string, unknown>;

async function call(
  method: string,
  path: string,
  body?: unknown,
  changes: Json = {},
): Promise<Response> {
  const headers = { authorization: "Bearer let-me-in", "content-type": "application/json" };
  const init =
    body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const request = new Request(`https://receiver.test/api/admin${path}`, init);
  return await fetchWith({ ...vars, ...changes }, request);
}

async function ask(method: string, path: string, body?: unknown, status = 200): Promise<Json> {
  const response = await call(method, path, body);
  const text = await response.text();
  if (response.status !== status) throw new Error(`${path}: ${String(response.status)} ${text}`);
  const answer: Json = text === "" ? {} : JSON.parse(text);
  return answer;
}

async function add(body: Json = {}): Promise<string> {
  const { id } = await ask("POST", "/endpoints", { url: "https://erp.test/hook", ...body });
  return String(id);
}

beforeEach(clearTables);

describe("an endpoint", () => {
  it("is added with what it wants, listed beside FORWARD_URL, edited and deleted", async () => {
    const id = await add({ event_types: ["payment.*"], include_order: true, rate_limit: 60 });
    expect(id).toMatch(/^ep_[0-9a-f]{8}$/);
    expect(await ask("GET", "/endpoints")).toMatchObject({
      endpoints: [
        { id: "default", url: "https://old.test/hook", status: "active", event_types: ["*"] },
        { id, url: "https://erp.test/hook", include_order: true, rate_limit: 60, pending: 0 },
      ],
    });
    const edited = await ask("PATCH", `/endpoints/${id}`, { rate_limit: null, description: "ERP" });
    expect(edited).toMatchObject({
      rate_limit: null,
      description: "ERP",
      event_types: ["payment.*"],
    });
    await seedNotification({ id: `forward/evt-1/${id}`, channel: "forward", endpoint: id });
    expect(await ask("GET", `/endpoints/${id}`)).toMatchObject({ pending: 1 });
    await ask("DELETE", `/endpoints/${id}`, undefined, 204);
    await ask("GET", `/endpoints/${id}`, undefined, 404);
  });

  it.each([
    [{ url: "http://erp.test/" }, "url: it must begin with https://"],
    [{ url: "https://169.254.169.254/" }, "url: it is a private, link-local or reserved address"],
    [{ event_types: ["payment.refunded"] }, "did you mean payment.refund.*?"],
    [{ event_types: ["shipments.*"] }, "did you mean shipment.*?"],
    [{ event_types: [] }, "event_types"],
    [{ rate_limit: 0 }, "rate_limit"],
    [{ status: "active" }, "status"],
  ])("is not added with %j", async (wrong, why) => {
    const { error } = await ask("POST", "/endpoints", { url: "https://erp.test/", ...wrong }, 400);
    expect(error).toContain(why);
    expect(await ask("GET", "/endpoints")).toMatchObject({ endpoints: [{ id: "default" }] });
  });

  it("is not added without FORWARD_SECRET, nor beyond twenty", async () => {
    const body = { url: "https://erp.test/" };
    const without = await call("POST", "/endpoints", body, { FORWARD_SECRET: "" });
    expect(without.status).toBe(409);
    expect(await without.text()).toContain("FORWARD_SECRET is not set");
    for (let number = 0; number < 20; number += 1) await add();
    expect((await ask("POST", "/endpoints", body, 409))["error"]).toContain("20 endpoints");
  });

  it("shows its secret, which is derived, and both while it is rotated", async () => {
    const id = await add();
    expect(await ask("GET", `/endpoints/${id}/secret`)).toMatchObject({
      secret: await deriveSecret(MASTER, id, 1),
      previous: null,
    });
    expect(await ask("POST", `/endpoints/${id}/rotate`)).toMatchObject({
      secret: await deriveSecret(MASTER, id, 2),
      previous: await deriveSecret(MASTER, id, 1),
    });
    const { results } = await env.DB.prepare("SELECT * FROM forward_endpoints").all();
    expect(JSON.stringify(results)).not.toContain("whsec_");
  });

  it("default is FORWARD_URL: paused and resumed here, changed there, its secret never shown", async () => {
    for (const [method, path] of [
      ["GET", "secret"],
      ["POST", "rotate"],
    ] as const) {
      const { error } = await ask(method, `/endpoints/default/${path}`, undefined, 409);
      expect(error).toContain("FORWARD_URL");
    }
    await ask("DELETE", "/endpoints/default", undefined, 409);
    await ask("PATCH", "/endpoints/default", { description: "x" }, 409);
    const paused = await ask("POST", "/endpoints/default/pause", { reason: "ERP is moved" });
    expect(paused).toMatchObject({ status: "paused", status_reason: "ERP is moved" });
    const since = String(paused["status_since"]);
    expect(Math.abs(Date.now() - Date.parse(since))).toBeLessThan(60_000);
    const again = await ask("POST", "/endpoints/default/pause", { reason: "still" });
    expect(again).toMatchObject({ status_reason: "still", status_since: since });
    expect(await ask("POST", "/endpoints/default/resume")).toMatchObject({
      status: "active",
      status_since: null,
    });
  });

  it("has figures for Prometheus: what is pending, since when, what has failed, and whether it is stopped", async () => {
    const id = await add();
    const created_at = new Date(Date.now() - 120_000).toISOString();
    const own = { channel: "forward", endpoint: id, created_at } as const;
    const outbox = JSON.stringify([1, 2, 3].map((number) => `forward/evt-${number}/${id}`));
    await seedEvent({ id: "evt-1", outbox });
    const [first, later] = ["2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z"];
    await seedNotification({ ...own, id: `forward/evt-1/${id}`, next_attempt_at: first });
    await seedNotification({ ...own, id: `forward/evt-2/${id}`, next_attempt_at: later });
    await seedNotification({ ...own, id: `forward/evt-3/${id}`, status: "failed" });
    await env.DB.exec("UPDATE notifications SET awaits_sweep = 1 WHERE status = 'pending'");
    await ask("POST", `/endpoints/${id}/pause`, {});
    const text = await (await call("GET", "/metrics")).text();
    const figures = text.split("\n").filter((line) => line.includes(`endpoint="${id}"`));
    expect(figures).toEqual([
      `ce_webhooks_forwards_pending{endpoint="${id}"} 2`,
      expect.stringMatching(/_oldest_seconds\{endpoint="ep_\w+"\} 12\d$/),
      `ce_webhooks_forwards_failed{endpoint="${id}"} 1`,
      `ce_webhooks_endpoint_stopped{endpoint="${id}"} 1`,
    ]);
    expect(text).toContain('ce_webhooks_forwards_oldest_seconds{endpoint="default"} 0');
  });

  it("is given stored events again, counted first, and waits for no time of its own", async () => {
    const id = await add({ event_types: ["order.*"] });
    for (const number of [1, 2, 3]) {
      const received_at = `2026-11-24T0${String(number)}:00:00.000Z`;
      await seedEvent({
        id: `evt/${String(number)}`,
        event_type: "order.created",
        status: "processed",
        received_at,
      });
    }
    await seedEvent({ id: "evt-4", event_type: "payment.success", status: "processed" });
    await seedEvent({ id: "evt-5", event_type: "order.created", status: "quarantined" });
    await seedNotification({
      id: `forward/evt%2F2/${id}`,
      channel: "forward",
      endpoint: id,
      status: "sent",
      sent_at: "x",
    });
    const wish = { from: "2026-11-24T02:00:00Z" };
    const path = `/endpoints/${id}/replay`;
    expect(await ask("POST", path, { ...wish, dry_run: true })).toMatchObject({ count: 2 });
    expect(await ask("POST", path, wish)).toEqual({ dry_run: false, count: 2, next_cursor: null });
    const { results } = await env.DB.prepare(
      "SELECT id, status, resends FROM notifications WHERE next_attempt_at IS NULL ORDER BY id",
    ).all();
    expect(results).toEqual([
      { id: `forward/evt%2F2/${id}`, status: "pending", resends: 1 },
      { id: `forward/evt%2F3/${id}`, status: "pending", resends: 0 },
    ]);
    const { error } = await ask("POST", path, { event_types: ["order.paid"] }, 400);
    expect(error).toContain("did you mean");
    await env.DB.exec("DELETE FROM notifications");
    await env.DB.prepare("UPDATE forward_endpoints SET status = 'disabled'").run();
    for (const dry_run of [true, false]) {
      const refused = await ask("POST", path, { dry_run }, 409);
      expect(refused["error"]).toMatch(/is disabled and gets nothing: resume it first/);
    }
    expect(await env.DB.prepare("SELECT 1 FROM notifications").first()).toBeNull();
  });
});
