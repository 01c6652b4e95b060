/** The shop's settings and the switches through the admin API, with the whole Worker. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { answers } from "../../src/console/api/answers";
import { fetchWith, ORIGIN } from "../support/receiver";
import { clearTables } from "../support/rows";

const TOKEN = "let-me-in";
const ADMIN = { ADMIN_TOKEN: TOKEN, STORE_NAME: "Var shop", REVIEW_URL: "https://shop.example/r" };

beforeEach(clearTables);

async function ask(method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return await fetchWith(ADMIN, new Request(`${ORIGIN}/api/admin/${path}`, init));
}

async function settings() {
  return answers.settings.parse(await (await ask("GET", "settings")).json());
}

const one = async (name: string): Promise<unknown> =>
  await (await ask("GET", `settings/${name}`)).json();

describe("settings", () => {
  it("are listed with where each value comes from, and what is half done", async () => {
    const { shop, half_done } = await settings();
    const from = (name: string) => shop.find((setting) => setting.name === name);
    expect(from("name")).toMatchObject({ value: "Var shop", from: "STORE_NAME" });
    expect(from("review_url")).toMatchObject({ from: "REVIEW_URL" });
    expect(from("quiet_hours_from")).toMatchObject({ value: "21:00", from: "default" });
    expect(from("logo_url")).toMatchObject({ value: null, from: null });
    expect(half_done).toEqual([expect.stringContaining("LINK_SECRET and PUBLIC_URL")]);
  });

  it("are set, read, and go back to the var", async () => {
    const set = await ask("PUT", "settings/name", { value: " Meera " });
    expect(set.status).toBe(200);
    const is = {
      name: "name",
      group: "look",
      kind: "text",
      help: expect.any(String) as unknown,
      value: "Meera",
      from: "console",
      problem: null,
      changed_by: "admin API",
      changed_at: expect.stringMatching(/^20\d\d-.*Z$/) as unknown,
    };
    expect(await set.json()).toEqual(is);
    expect(await one("name")).toEqual(is);
    expect(await (await ask("DELETE", "settings/name")).json()).toMatchObject({
      value: "Var shop",
      from: "STORE_NAME",
      changed_at: null,
    });
    expect(await one("name")).toMatchObject({ value: "Var shop" });
  });

  it("are refused with the reason, and nothing is changed", async () => {
    const refused = await ask("PUT", "settings/accent_colour", { value: "#ffee00" });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({
      detail: expect.stringMatching(/^accent_colour: .*needs 4\.5; .* is #[0-9a-f]{6}$/) as unknown,
    });
    expect(await one("accent_colour")).toMatchObject({ value: null });
    expect((await ask("PUT", "settings/name", { value: "" })).status).toBe(400);
    expect((await ask("PUT", "settings/name", { value: "x".repeat(5_000) })).status).toBe(400);
    expect((await ask("PUT", "settings/name", { value: 1 })).status).toBe(400);
    for (const method of ["GET", "PUT", "DELETE"]) {
      const body = method === "PUT" ? { value: "x" } : undefined;
      expect((await ask(method, "settings/no_such", body)).status, method).toBe(404);
    }
  });

  it("that a later version refuses are shown with their problem", async () => {
    await env.DB.prepare(
      "INSERT INTO shop_settings VALUES ('logo_url', 'http://x', '2026-11-24T10:00:00.000Z', 'a')",
    ).run();
    expect(await one("logo_url")).toMatchObject({
      value: null,
      from: null,
      problem: expect.stringContaining("https") as unknown,
    });
    expect((await settings()).half_done.join(" ")).toContain("logo_url is not usable");
  });
});

describe("switches", () => {
  it("list what can be switched, and are turned", async () => {
    const { switches } = answers.switches.parse(await (await ask("GET", "switches")).json());
    expect(switches.length).toBeGreaterThan(8);
    expect(switches.filter(({ template }) => /alert|forward/.test(template))).toEqual([]);
    const body = { template: "review_request", channel: "email", is_on: false };
    expect(await (await ask("PUT", "switches", body)).json()).toMatchObject({
      ...body,
      is_on_by_default: true,
      changed_by: "admin API",
    });
    const after = answers.switches.parse(await (await ask("GET", "switches")).json());
    const off = after.switches.filter(({ is_on, is_on_by_default }) => !is_on && is_on_by_default);
    expect(off).toEqual([expect.objectContaining(body)]);
  });

  it("do not exist for an alert, a forward, or a channel without that message", async () => {
    const turn = (template: string, channel: string) =>
      ask("PUT", "switches", { template, channel, is_on: false });
    expect((await turn("alert", "team")).status).toBe(404);
    expect((await turn("forward", "forward")).status).toBe(404);
    expect((await turn("order_confirmed", "sms")).status).toBe(404);
    expect((await turn("no_such", "email")).status).toBe(400);
  });
});
