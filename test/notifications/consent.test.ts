/** Marketing is sent only to customers who want it, and each message has a link to stop it. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { declinesMarketing } from "../../src/notifications/consent";
import { dispatchDue } from "../../src/notifications/dispatch";
import { makeLinkToken, readLinkToken } from "../../src/link-token";
import { resendMessage } from "../../src/store/outbox/message-list";
import { fetchWith, ORIGIN } from "../support/receiver";
import {
  clearTables,
  NOW,
  readNotification,
  seedNotification,
  seedOrder,
  seedShipment,
} from "../support/rows";
import { stage } from "./providers";

const REVIEW = "review_request/ORD-1/email";
const SECRET = "link-secret";
const HASH = "00112233445566778899aabb";

beforeEach(async () => {
  await clearTables();
  await seedShipment({ status: "delivered" });
});

interface Sent {
  readonly html: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a review request; returns the e-mail that Resend received. */
async function sendReview(deps = stage()): Promise<Sent | undefined> {
  await seedNotification({ id: REVIEW });
  await dispatchDue(deps.deps);
  const [asked] = deps.provider.asked;
  if (asked === undefined) return undefined;
  const sent: Sent = JSON.parse(asked.body);
  return sent;
}

const post = (url: string, query = "", vars: object = { LINK_SECRET: SECRET }): Promise<Response> =>
  fetchWith(
    vars,
    new Request(ORIGIN + new URL(url).pathname + query, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
    }),
  );

async function linkOf(sent: Sent | undefined): Promise<string> {
  const link = /<(https:[^>]+)>/.exec(sent?.headers?.["List-Unsubscribe"] ?? "")?.[1] ?? "";
  expect(link).toMatch(/^https:\/\/hooks\.shop\.example\/unsubscribe\/[\w-]{18}\.[\w-]{22}$/);
  return await Promise.resolve(link);
}

const optOuts = async (): Promise<unknown[]> =>
  (await env.DB.prepare("SELECT * FROM marketing_opt_outs").all()).results;

describe("a request for a review", () => {
  it("has the link in its headers, its text and its footer, and names nobody in it", async () => {
    await seedOrder();
    const sent = await sendReview();
    const link = await linkOf(sent);
    expect(sent?.headers).toEqual({
      "List-Unsubscribe": `<${link}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    expect(sent?.text).toContain(`Unsubscribe: ${link}`);
    expect(sent?.html).toContain(`href="${link}"`);
    const rendered = await env.DB.prepare("SELECT rendered FROM notifications").first("rendered");
    expect(rendered).toContain(link);
  });

  it("is sent without a link where none can be made", async () => {
    await seedOrder();
    const own = stage();
    const sent = await sendReview({ ...own, deps: { ...own.deps, linkSecret: null } });
    expect(sent).toBeDefined();
    expect(sent?.headers).toBeUndefined();
    expect(sent?.text).not.toContain("nsubscribe");
  });

  it("is not sent once its recipient has unsubscribed, by one click, until they change their mind", async () => {
    await seedOrder();
    const link = await linkOf(await sendReview());
    const answered = await post(link);
    expect(answered.status).toBe(200);
    expect(await answered.text()).toContain("You are unsubscribed");
    expect(await optOuts()).toEqual([expect.objectContaining({ source: "one-click" })]);

    const next = "review_request/ORD-2/email";
    await seedOrder({ order_number: "ORD-2", customer_email: "Asha@Example.com" });
    await seedShipment({ shipment_id: "SHP-2", order_number: "ORD-2", status: "delivered" });
    await seedNotification({ id: next, order_number: "ORD-2", subject_id: "ORD-2" });
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(await readNotification(next)).toMatchObject({
      status: "suppressed",
      reason: "unsubscribed",
    });
    expect(await resendMessage(env.DB, next, NOW)).toBe(true);
    await dispatchDue(deps);
    expect(await readNotification(next)).toMatchObject({ reason: "unsubscribed" });
    expect(provider.asked).toEqual([]);

    expect(await (await post(link, "?by=page&again")).text()).toContain("subscribed again");
    expect(await optOuts()).toEqual([]);
    expect(await resendMessage(env.DB, next, NOW)).toBe(true);
    await dispatchDue(deps);
    expect(await readNotification(next)).toMatchObject({ status: "sent" });
  });

  it("stops no message about an order", async () => {
    await seedOrder();
    await post(await linkOf(await sendReview()), "?by=page");
    expect(await optOuts()).toEqual([expect.objectContaining({ source: "page" })]);
    await seedNotification({ id: "order_confirmed/ORD-1/email" });
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    expect(JSON.parse(provider.asked[0]?.body ?? "")).not.toHaveProperty("headers");
  });

  it("is not sent where the order says that its customer wants none", async () => {
    await seedOrder({ metadata: JSON.stringify({ accepts_marketing: "false" }) });
    expect(await sendReview()).toBeUndefined();
    expect(await readNotification(REVIEW)).toMatchObject({ reason: "unsubscribed" });
  });
});

describe("what a body states", () => {
  it.each([
    [{ metadata: '{"accepts_marketing":false}' }, true],
    [{ extra: '{"marketing_consent":" No "}' }, true],
    [{ metadata: '{"accepts_marketing":"0"}' }, true],
    [{ metadata: '{"accepts_marketing":true}', extra: '{"marketing_consent":null}' }, false],
    [{ metadata: '{"accepts_marketing":""}' }, false],
    [{ metadata: "not json", extra: "[false]" }, false],
    [{}, false],
  ])("%j: declined %s", (fields, isDeclined) => {
    expect(declinesMarketing({ metadata: null, extra: null, ...fields })).toBe(isDeclined);
  });
});

describe("a link", () => {
  it("is one of this Worker's, or none", async () => {
    const token = await makeLinkToken(SECRET, HASH);
    expect(await readLinkToken(SECRET, token)).toBe(HASH);
    expect(await readLinkToken("another", token)).toBeNull();
    const [payload = "", signature = ""] = token.split(".");
    const flipped = (text: string): string => (text.startsWith("A") ? "B" : "A") + text.slice(1);
    for (const one of [
      "",
      ".",
      payload,
      `${flipped(payload)}.${signature}`,
      `${payload}.${flipped(signature)}`,
      `${token}A`,
      `${payload}.${"é".repeat(22)}`,
    ]) {
      expect(await readLinkToken(SECRET, one), one).toBeNull();
    }
  });

  it("has the signature that openssl makes", async () => {
    // printf 'unsubscribe:AQARIjNEVWZ3iJmquw' | openssl dgst -sha256 -hmac link-secret -binary | head -c16 | base64
    expect(await makeLinkToken(SECRET, HASH)).toBe("AQARIjNEVWZ3iJmquw.2UiKhbtFPwQLEk5SOFxewQ");
  });

  it("gets the same answer whether it is known or not", async () => {
    const vars = { LINK_SECRET: SECRET, STORE_NAME: "Meera <b>Handlooms</b>" };
    const good = await makeLinkToken(SECRET, HASH);
    const bad = `${"A".repeat(18)}.${"B".repeat(22)}`;
    const answerOf = async (token: string, method: string, query = "") => {
      const request = new Request(`${ORIGIN}/unsubscribe/${token}${query}`, { method });
      const response = await fetchWith(vars, request);
      return [response.status, Object.fromEntries(response.headers), await response.text()];
    };
    for (const [method, query] of [
      ["GET", ""],
      ["POST", ""],
      ["POST", "?by=page"],
      ["POST", "?by=page&again"],
    ] as const) {
      const answer = await answerOf(good, method, query);
      expect(answer[0]).toBe(200);
      expect(await answerOf(bad, method, query)).toEqual(answer);
      expect(await answerOf("x".repeat(3_000), method, query)).toEqual(answer);
    }
    expect(await optOuts()).toEqual([]);
    const [status, headers, page] = await answerOf(bad, "GET");
    expect(status).toBe(200);
    expect(page).toContain("Meera &lt;b&gt;Handlooms&lt;/b&gt;");
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringContaining("default-src 'none'") as unknown,
    });
  });

  it("speaks a language that the browser asks for, else that of the shop, in edited words", async () => {
    await env.DB.prepare(
      "INSERT INTO message_texts VALUES ('hi', 'unsubscribe.asked_button', 1, 'अलविदा', 'x', 'a')",
    ).run();
    const pageIn = async (accepted: string, STORE_LOCALE = "en") => {
      const headers = { "accept-language": accepted };
      const request = new Request(`${ORIGIN}/unsubscribe/x`, { headers });
      // Its own database object, because reads are cached for a while.
      const DB = new Proxy(env.DB, {
        get: (db, name) => {
          const value: unknown = Reflect.get(db, name);
          return typeof value === "function"
            ? (...given: unknown[]): unknown => Reflect.apply(value, db, given)
            : value;
        },
      });
      return await (await fetchWith({ DB, STORE_LOCALE }, request)).text();
    };
    expect(await pageIn("hi-IN,hi;q=0.9,en;q=0.8")).toMatch(/<html lang="hi">.*अलविदा/s);
    expect(await pageIn("en-GB,hi;q=0.5")).toMatch(/<html lang="en">.*Unsubscribe\?/s);
    expect(await pageIn("fr,*;q=0.1", "hi")).toContain('<html lang="hi">');
    expect(await pageIn("", "fr")).toContain('<html lang="en">');
  });

  it("changes nothing by a GET, a HEAD, or another method", async () => {
    const url = `${ORIGIN}/unsubscribe/${await makeLinkToken(SECRET, HASH)}`;
    const ask = (method: string) =>
      fetchWith({ LINK_SECRET: SECRET }, new Request(url, { method }));
    expect((await ask("GET")).status).toBe(200);
    expect((await ask("HEAD")).status).toBe(200);
    const refused = await ask("PUT");
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, POST"]);
    expect(await optOuts()).toEqual([]);
  });

  it("is answered 503 where its secret is lost, so that a mail program tries again", async () => {
    const answer = await post(`${ORIGIN}/unsubscribe/${await makeLinkToken(SECRET, HASH)}`, "", {});
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("300");
    expect(await answer.text()).toContain("Nothing was changed");
  });
});
