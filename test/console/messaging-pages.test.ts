/**
 * The pages of the shop, its messages and their texts: each through its forms, with refusals, and the actor of each
 * change.
 */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { calmEnv } from "../faults/drive";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN, row, rows, type Vars } from "../support/receiver";
import { clearTables, seedOrder, seedPayment, seedShipment } from "../support/rows";

const TOKEN = "let-me-in";
const vars = {
  ...calmEnv,
  ADMIN_TOKEN: TOKEN,
  STORE_NAME: "Var shop",
  PUBLIC_URL: "https://hooks.test",
  EMAIL_FROM: "Shop <shop@shop.test>",
  RESEND_API_KEY: "re_test",
  ENVIRONMENT: "production",
};
const SHOP = "/console/settings/shop";
const MESSAGES = "/console/settings/messages";
const CONFIRMED = `${MESSAGES}/order_confirmed`;
const HOSTILE = `<script>alert(1)</script>"'\u202e`;
let cookie = "";

async function read(path: string, status = 200, changes: Vars = {}): Promise<string> {
  const request = new Request(ORIGIN + path, { headers: { cookie } });
  const response = await fetchWith({ ...vars, ...changes }, request);
  expect(response.status, path).toBe(status);
  return await response.text();
}

async function act(path: string, form: Record<string, string>, changes: Vars = {}) {
  const request = new Request(ORIGIN + path, {
    method: "POST",
    headers: { cookie, origin: ORIGIN },
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  return await fetchWith({ ...vars, ...changes }, request);
}

/** The words of a page. */
const wordsOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll("&quot;", '"');

/** The fields of a form as a browser sends them, also those that a person has not changed. */
function fieldsOf(html: string): Record<string, string> {
  const plain = (text: string): string =>
    text
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  const form =
    /<form method="post" action="\/console\/settings\/(?:shop|messages\/[^"]*)" class="filters settings[^"]*">(.*?)<\/form>/s.exec(
      html,
    )?.[1] ?? "";
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  const inputs: readonly (readonly [string, string])[] = [...form.matchAll(/<input [^>]*>/g)].map(
    ([tag]) => [attribute(tag, "name") ?? "", plain(attribute(tag, "value") ?? "")],
  );
  const areas: readonly (readonly [string, string])[] = [
    ...form.matchAll(/<textarea ([^>]*)>([^<]*)</g),
  ].map(([, tag = "", text = ""]) => [
    attribute(` ${tag}`, "name") ?? "",
    plain(text).replaceAll("\n", "\r\n"),
  ]);
  return Object.fromEntries([...inputs, ...areas]);
}

const settings = async () =>
  await rows("SELECT name, value, changed_by FROM shop_settings ORDER BY name");
const texts = async () =>
  await rows(
    "SELECT language, key, version, text, changed_by FROM message_texts ORDER BY key, version",
  );

beforeAll(async () => {
  cookie = await signIn(TOKEN);
});
beforeEach(async () => {
  await clearTables();
});

describe("the shop", () => {
  it("is called on every page as it is set", async () => {
    expect(wordsOf(await read("/console/events"))).not.toContain("Neel Mahal");
    await act("/console/settings/shop", {
      ...fieldsOf(await read("/console/settings/shop")),
      name: "Neel Mahal",
    });
    expect(wordsOf(await read("/console/events"))).toContain("Neel Mahal");
  });

  it("shows each setting with where its value comes from", async () => {
    const words = wordsOf(await read(SHOP));
    expect(words).toContain("From STORE_NAME.");
    expect(words).toContain("This is the default.");
    expect(words).toContain("Payment failed (हिन्दी)");
    expect(words).toContain("WhatsApp templates: 0 of ");
  });

  it("saves what was changed and nothing else, with who did it; blank goes back", async () => {
    const form = fieldsOf(await read(SHOP));
    expect(Object.keys(form).length).toBeGreaterThan(60);
    const change = {
      name: "Meera",
      postal_address: "14 MG Road\r\n\r\nBengaluru",
      accent_colour: "#7A1F4B",
    };
    const saved = await act(SHOP, { ...form, ...change });
    expect(saved.headers.get("location")).toBe(`${SHOP}?saved=1`);
    expect(await settings()).toEqual([
      { name: "accent_colour", value: "#7a1f4b", changed_by: "Admin token" },
      { name: "name", value: "Meera", changed_by: "Admin token" },
      { name: "postal_address", value: "14 MG Road\nBengaluru", changed_by: "Admin token" },
    ]);
    const after = fieldsOf(await read(`${SHOP}?saved=1`));
    expect(after).toMatchObject({ name: "Meera", accent_colour: "#7a1f4b" });
    // No field was changed, so nothing is written, not even for the address with several lines.
    await act(SHOP, after);
    await act(SHOP, { ...after, name: "" });
    expect((await settings()).map(({ name }) => name)).toEqual(["accent_colour", "postal_address"]);
  });

  it("does not overwrite what somebody else has saved since the page was opened", async () => {
    const form = fieldsOf(await read(SHOP));
    await act(SHOP, { ...form, name: "Meera" });
    await act(SHOP, { ...form, support_email: "help@shop.test" });
    expect((await settings()).map(({ value }) => value)).toEqual(["Meera", "help@shop.test"]);
  });

  it("refuses at the field, keeps what was typed, and saves the others", async () => {
    const form = {
      ...fieldsOf(await read(SHOP)),
      accent_colour: "#ffee00",
      tax_id: HOSTILE,
      name: "Meera",
    };
    const answer = await act(SHOP, form);
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(wordsOf(html)).toContain("2 settings not saved: see below. The others are.");
    expect(html).toMatch(/id="accent_colour" name="accent_colour" aria-invalid="true"/);
    expect(html).toMatch(/value="#ffee00"/);
    expect(wordsOf(html)).toMatch(/Not saved: white text on it has a contrast of/);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("\u202e");
    expect((await settings()).map(({ name }) => name)).toEqual(["name"]);
  });

  it("removes what a later version refuses", async () => {
    await env.DB.prepare(
      "INSERT INTO shop_settings VALUES ('logo_url', 'http://x', '2026-11-24T10:00:00.000Z', 'a')",
    ).run();
    const html = await read(SHOP);
    expect(wordsOf(html)).toContain(
      "What was set is not usable and is ignored: expected an https URL",
    );
    await act(SHOP, fieldsOf(html));
    expect(await settings()).toEqual([]);
  });
});

describe("switches", () => {
  it("are turned with one click, which says who and when", async () => {
    const turn = (to: string, more: object = {}) =>
      act(`${MESSAGES}/switch`, { template: "order_confirmed", channel: "email", to, ...more });
    expect(await read(MESSAGES)).toMatch(
      /role="switch" aria-checked="true" aria-label="Order confirmed, E-mail"/,
    );
    expect((await turn("off")).headers.get("location")).toBe(MESSAGES);
    const html = await read(MESSAGES);
    expect(html).toMatch(/role="switch" aria-checked="false" aria-label="Order confirmed, E-mail"/);
    expect(wordsOf(html)).toMatch(/Off Admin token , just now/);
    for (const more of [{ template: "alert" }, { channel: "sms" }, { to: "maybe" }])
      await turn("off", more);
    expect(await rows("SELECT template, channel, is_on FROM message_switches")).toEqual([
      { template: "order_confirmed", channel: "email", is_on: 0 },
    ]);
  });

  it("are not turned from another site", async () => {
    const request = new Request(`${ORIGIN}${MESSAGES}/switch`, {
      method: "POST",
      headers: { cookie, origin: "https://evil.test" },
      body: new URLSearchParams({ template: "order_confirmed", channel: "email", to: "off" }),
    });
    expect((await fetchWith(vars, request)).status).toBe(403);
    expect(await row("SELECT count(*) AS n FROM message_switches")).toEqual({ n: 0 });
  });
});

describe("texts", () => {
  const SUBJECT = "order_confirmed.subject";

  it("are those of the message, in a language, with placeholders and examples", async () => {
    const html = await read(`${CONFIRMED}?language=hi`);
    const names = Object.keys(fieldsOf(html)).filter((name) => !name.startsWith("was."));
    expect(names.map((name) => name.replace("order_confirmed.", ""))).toEqual([
      "subject",
      "preview",
      "heading",
      "body",
    ]);
    expect(wordsOf(html)).toContain("Needs {order} (ORD-1). May have {store} (Meera).");
    expect(html).toMatch(/aria-current="page" lang="hi"/);
  });

  it("are saved with who did it, shown, and taken back", async () => {
    const form = fieldsOf(await read(CONFIRMED));
    const saved = await act(CONFIRMED, { ...form, [SUBJECT]: "Hooray, {order}!" });
    expect(saved.headers.get("location")).toBe(`${CONFIRMED}?language=en&did=saved`);
    await act(CONFIRMED, { ...form, [SUBJECT]: "Second, {order}" });
    const html = await read(CONFIRMED);
    expect(wordsOf(html)).toMatch(
      /Edited by Admin token just now . Versions Back to default Default: Your order \{order\}/,
    );
    expect(wordsOf(html)).toContain("Second, ORD-1042");
    const history = await read(`${CONFIRMED}?language=en&history=${SUBJECT}`);
    const [, value = ""] = /name="restore" value="([^"]+)"/.exec(history) ?? [];
    await act(CONFIRMED, { ...fieldsOf(history), restore: value });
    await act(CONFIRMED, { default: SUBJECT });
    expect(await texts()).toEqual(
      ["Hooray, {order}!", "Second, {order}", "Hooray, {order}!", null].map((text, index) => ({
        language: "en",
        key: SUBJECT,
        version: index + 1,
        text,
        changed_by: "Admin token",
      })),
    );
  });

  it("that a person takes back take no draft of another text with them", async () => {
    await act(CONFIRMED, { ...fieldsOf(await read(CONFIRMED)), [SUBJECT]: "First, {order}" });
    const typed = { [SUBJECT]: "Second, {order}", "order_confirmed.heading": "A draft" };
    const form = { ...fieldsOf(await read(CONFIRMED)), ...typed };
    const answer = await act(CONFIRMED, { ...form, default: SUBJECT });
    expect(answer.status).toBe(200);
    const html = await answer.text();
    expect(html).toContain('value="A draft"');
    expect(wordsOf(html)).toContain("not saved yet: press Save.");
    expect((await texts()).map(({ text }) => text)).toEqual(["First, {order}", null]);
  });

  it("are refused with the place, and keep what was typed; the others are saved", async () => {
    const form = fieldsOf(await read(CONFIRMED));
    const typed = { [SUBJECT]: "Hello {ordr}", "order_confirmed.heading": "Welcome" };
    const answer = await act(CONFIRMED, { ...form, ...typed });
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).toMatch(/did you mean \{order\}\?.*<code>Hello <mark>\{ordr\}<\/mark><\/code>/s);
    expect(html).toContain('value="Hello {ordr}"');
    expect((await texts()).map(({ text }) => text)).toEqual(["Welcome"]);
  });

  it("cannot be what the message does not say", async () => {
    await act(CONFIRMED, {
      "alert.title": "x",
      "was.alert.title": "y",
      default: "nothing",
      restore: "nothing:1",
    });
    expect(await texts()).toEqual([]);
    await read(`${MESSAGES}/nothing`, 404);
    await read(`${MESSAGES}/forward`, 404);
    expect((await act(`${MESSAGES}/nothing`, {})).status).toBe(404);
  });
});

describe("how a message looks", () => {
  const preview = (query: string, changes: Vars = {}) =>
    read(`${CONFIRMED}/preview?${query}`, 200, changes);

  it("is rendered for every message in every language, from the example", async () => {
    const html = await read(MESSAGES);
    const links = [...html.matchAll(/href="(\/console\/settings\/messages\/[^"]+)"/g)].map(
      ([, to = ""]) => to.replaceAll("&amp;", "&"),
    );
    expect(links.length).toBeGreaterThan(40);
    for (const to of links) expect(await read(to), to).toMatch(/id="look-(email|team)"/);
  });

  it("is light or dark whatever the reader's theme is, in a frame without scripts", async () => {
    expect(await preview("theme=dark")).toContain("@media all");
    expect(await preview("theme=light")).toContain("@media not all");
    await env.DB.prepare(
      "INSERT INTO shop_settings VALUES ('logo_url', 'https://cdn.test/a;b.png', 'x', 'a')",
    ).run();
    const request = new Request(`${ORIGIN}${CONFIRMED}/preview?language=hi`, {
      headers: { cookie },
    });
    const policy = (await fetchWith(vars, request)).headers.get("content-security-policy");
    expect(policy).toMatch(/^sandbox; default-src 'none'; .*img-src data: https:\/\/cdn\.test; /);
  });

  it("can be of an order; where that lacks something it says so", async () => {
    await seedOrder({ order_number: "ORD-9", customer_name: HOSTILE });
    const html = await preview("order=ORD-9");
    expect(html).toContain("ORD-9");
    expect(html).not.toContain("<script>alert");
    expect(wordsOf(await read(`${CONFIRMED}?order=none`))).toContain("There is no such order");
    const parcel = `${MESSAGES}/shipment_update?text=shipped&order=`;
    expect(wordsOf(await read(`${parcel}ORD-9`))).toContain("has no shipment yet");
    await seedOrder({ order_number: "ORD-1" });
    await seedShipment();
    await seedPayment();
    expect(wordsOf(await read(`${parcel}ORD-1`))).toMatch(/order ORD-1 .*Track: https/);
    expect(wordsOf(await read(`${MESSAGES}/payment_failed?order=ORD-1`))).toContain("ORD-1");
  });

  it("of an SMS says its encoding and segments, and the words that are registered", async () => {
    const english = wordsOf(await read(`${MESSAGES}/shipment_update?text=shipped`));
    expect(english).toMatch(/GSM-7, \d+ characters, 1 segment/);
    expect(english).toContain("Var shop: order {#var#} has shipped with {#var#}. Track: {#var#}");
    expect(english).toContain("Var shop: order {#var#} has shipped.");
    const hindi = wordsOf(await read(`${MESSAGES}/payment_failed?language=hi`));
    expect(hindi).toMatch(/UCS-2, \d+ characters, [23] segments/);
    expect(hindi).toContain("{{3}} ₹5,497.50");
  });
});

describe("a test", () => {
  const asked: Request[] = [];
  const bodies: string[] = [];
  beforeEach(() => {
    asked.length = 0;
    bodies.length = 0;
    vi.stubGlobal("fetch", async (request: Request) => {
      asked.push(request);
      bodies.push(await request.clone().text());
      return Response.json({ id: "re_1" });
    });
    return () => vi.unstubAllGlobals();
  });

  const test = (recipient: string, form: Record<string, string> = {}, changes: Vars = {}) =>
    act(`${CONFIRMED}/test?language=en`, { channel: "email", recipient, ...form }, changes);

  it("goes through the real channel, says that it is one, and writes no message", async () => {
    const answer = await test("me@shop.test");
    expect(answer.status).toBe(200);
    expect(wordsOf(await answer.text())).toContain("A test was sent.");
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({
      to: "me@shop.test",
      subject: "[test] Your order ORD-1042 is confirmed",
    });
    expect(await row("SELECT count(*) AS n FROM notifications")).toEqual({ n: 0 });
  });

  it("goes to nobody who is not on the allowlist, is no address, or has ordered", async () => {
    const staging = { ENVIRONMENT: "staging", MESSAGE_ALLOWLIST: "@shop.test" };
    const refused = async (recipient: string, reason: string, changes: Vars = {}) => {
      const answer = await test(recipient, {}, changes);
      expect(answer.status).toBe(400);
      expect(wordsOf(await answer.text())).toContain(reason);
    };
    await refused("asha@mail.test", "it is not on the allowlist of staging", staging);
    await refused("nobody", "expected an e-mail address");
    await refused(HOSTILE, "expected an e-mail address");
    await refused("me@shop.test", "E-mail is not set up", { RESEND_API_KEY: "" });
    await env.DB.prepare(
      "INSERT INTO order_contacts VALUES ('email:asha@mail.test', 'ORD-1')",
    ).run();
    await refused("Asha@mail.test", "a customer has ordered with it");
    expect(asked).toEqual([]);
    expect((await test("Asha@mail.test", { own: "1" })).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("that the provider refuses says why", async () => {
    vi.stubGlobal("fetch", () =>
      Promise.resolve(Response.json({ name: "invalid_from", message: "no" }, { status: 422 })),
    );
    const answer = await test("me@shop.test");
    expect(answer.status).toBe(400);
    expect(wordsOf(await answer.text())).toMatch(/Not sent: .*422/);
  });
});
