/** Each channel against a provider that answers as its documentation says. */
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createChannels } from "../../src/notifications/channels";
import {
  cloudflareEmailChannel,
  parseSender,
} from "../../src/notifications/channels/email/cloudflare";
import type { Outcome } from "../../src/notifications/channels/channel";
import {
  accepts,
  type Answering,
  channelsConfig,
  cutsConnection,
  type FakeProvider,
  fakeProvider,
  hangs,
} from "./providers";

const NOW = "2026-11-24T10:00:00.000Z";
const now = (): Date => new Date(NOW);
const names = ["email", "sms", "whatsapp", "team", "forward"] as const;
type Name = (typeof names)[number];

const email = {
  channel: "email",
  template: "order_confirmed",
  to: "asha@example.com",
  subject: "Ünïcode — subject",
  html: "<p>ok</p>",
  text: "ok",
} as const;
const whatsapp = {
  channel: "whatsapp",
  to: "+919812345678",
  contentSid: `HX${"0a".repeat(16)}`,
  variables: { "1": "Meera & Co", "2": "ORD-1" },
} as const;
const sms = { channel: "sms", to: "+919812345678", text: "hello & good-bye + more" } as const;
const team = { channel: "team", text: "hi", blocks: [{ type: "divider" }] } as const;
const forward = {
  channel: "forward",
  eventId: "evt-1",
  body: '{"type":"order.created"}',
  order: null,
} as const;

interface Sent {
  readonly outcome: Outcome;
  readonly provider: FakeProvider;
}

async function send(
  name: Name,
  answer: Answering,
  key = "order_confirmed/ORD-1/email",
): Promise<Sent> {
  const provider = fakeProvider(answer);
  const channels = createChannels(channelsConfig, { fetch: provider.fetch, now });
  const signal = AbortSignal.timeout(100);
  const outcome = await (() => {
    switch (name) {
      case "email":
        return channels.email?.send(email, key, signal);
      case "sms":
        return channels.sms?.send(sms, key, signal);
      case "whatsapp":
        return channels.whatsapp?.send(whatsapp, key, signal);
      case "team":
        return channels.team?.send(team, key, signal);
      case "forward":
        return channels.forward?.send(forward, key, signal);
    }
  })();
  if (outcome === undefined) throw new Error(`no channel ${name}`);
  // endpoints.test.ts tests the stored part of an endpoint's answer.
  const { answered: _, ...rest } = outcome;
  return { outcome: rest as Outcome, provider };
}

const answering =
  (status: number, body = "", headers: Record<string, string> = {}): Answering =>
  () =>
    new Response(body === "" ? null : body, { status, headers });

/** A success with an incomplete body. */
const broken: Answering = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":'));
        controller.error(new Error("cut"));
      },
    }),
  );

describe("a success", () => {
  it("by e-mail is POST /emails with key, and Resend's id", async () => {
    const { outcome, provider } = await send("email", accepts);
    expect(outcome).toEqual({ kind: "sent", providerMessageId: "re_1" });
    const [asked] = provider.asked;
    expect(asked?.url).toBe("https://resend.test/emails");
    expect(asked?.headers.get("authorization")).toBe("Bearer re_key");
    expect(asked?.headers.get("idempotency-key")).toBe("order_confirmed/ORD-1/email");
    expect(asked?.headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(asked?.body ?? "")).toMatchObject({
      to: "asha@example.com",
      subject: "Ünïcode — subject",
    });
  });

  it("by SMS is a form with Basic auth, and Twilio's sid", async () => {
    const { outcome, provider } = await send("sms", accepts);
    expect(outcome).toEqual({ kind: "sent", providerMessageId: "SM1" });
    const [asked] = provider.asked;
    expect(asked?.url).toBe("https://twilio.test/2010-04-01/Accounts/AC1/Messages.json");
    expect(asked?.headers.get("authorization")).toBe(`Basic ${btoa("AC1:token")}`);
    expect(asked?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      To: "+919812345678",
      From: "+15005550006",
      Body: "hello & good-bye + more",
    });
  });

  it("to the team is text and blocks", async () => {
    const { outcome, provider } = await send("team", accepts);
    expect(outcome).toEqual({ kind: "sent", providerMessageId: null });
    expect(JSON.parse(provider.asked[0]?.body ?? "")).toEqual({
      text: "hi",
      blocks: [{ type: "divider" }],
    });
  });

  it("of a forward carries a signature that Standard Webhooks' own library accepts", async () => {
    const { outcome, provider } = await send("forward", accepts);
    expect(outcome).toEqual({ kind: "sent", providerMessageId: null });
    const [asked] = provider.asked;
    expect(asked?.headers.get("webhook-id")).toBe("evt-1");
    const timestamp = Math.floor(Date.parse(NOW) / 1000);
    expect(asked?.headers.get("webhook-timestamp")).toBe(String(timestamp));
    const secret = channelsConfig.forward?.secret ?? "";
    const expected = new Webhook(secret).sign("evt-1", now(), forward.body);
    expect(asked?.headers.get("webhook-signature")).toBe(expected);
    expect(asked?.body).toBe(forward.body);
  });

  it.each(names)("stays one whatever the body says: %s", async (name) => {
    for (const body of ["", "<html>garbage", '{"id":7,"sid":null}', "[[[["]) {
      const { outcome } = await send(name, answering(200, body));
      expect(outcome).toEqual({ kind: "sent", providerMessageId: null });
    }
  });

  it("stays one when the body breaks off", async () => {
    const { outcome } = await send("email", broken);
    expect(outcome).toEqual({ kind: "sent", providerMessageId: null });
  });
});

const conflict = (name: string): Answering =>
  answering(409, JSON.stringify({ statusCode: 409, name, message: "m" }));

describe("a refusal", () => {
  it.each([400, 404, 405, 413, 422])("%i is final", async (status) => {
    for (const name of names) {
      const { outcome } = await send(
        name,
        answering(status, '{"code":21211,"message":"Invalid To"}'),
      );
      expect(outcome).toEqual({ kind: "rejected", error: `${status} 21211` });
    }
  });

  it.each([401, 402, 403, 301, 307])("%i means that the channel is down", async (status) => {
    for (const name of names) {
      const { outcome } = await send(
        name,
        answering(status, "no", { location: "https://elsewhere.test/" }),
      );
      expect(outcome).toEqual({ kind: "down", error: String(status) });
    }
  });

  it.each([408, 500, 502, 503, 504])("%i is passing", async (status) => {
    for (const name of names) {
      const { outcome } = await send(name, answering(status));
      expect(outcome).toEqual({ kind: "retry", error: String(status), retryAfterMs: null });
    }
  });

  it.each([
    ["7", 7_000],
    ["Tue, 24 Nov 2026 10:00:30 GMT", 30_000],
    ["whenever", 1_000],
  ])("429 with Retry-After %s says when", async (header, retryAfterMs) => {
    for (const name of names) {
      const { outcome } = await send(name, answering(429, "slow", { "retry-after": header }));
      expect(outcome).toEqual({ kind: "retry", error: "429", retryAfterMs });
    }
  });

  it("409 of Resend is passing while the first request is under way, final for another body", async () => {
    expect((await send("email", conflict("concurrent_idempotent_requests"))).outcome.kind).toBe(
      "retry",
    );
    expect((await send("email", conflict("invalid_idempotent_request"))).outcome.kind).toBe(
      "rejected",
    );
  });

  it.each(["invalid_from_address", "daily_quota_exceeded", "monthly_quota_exceeded"])(
    "by Resend that blames the shop means that the channel is down: %s",
    async (name) => {
      const status = name === "invalid_from_address" ? 422 : 429;
      const body = JSON.stringify({ statusCode: status, name, message: "m" });
      const headers = { "retry-after": "1" };
      expect((await send("email", answering(status, body, headers))).outcome).toEqual({
        kind: "down",
        error: `${status} ${name}`,
        retryAfterMs: 1_000,
      });
    },
  );

  it.each([
    [21606, "down"],
    [21659, "down"],
    [21703, "down"],
    [21211, "rejected"],
    [21610, "rejected"],
  ])("400 by Twilio with code %i means %s", async (code, kind) => {
    const body = JSON.stringify({ code, message: "m", status: 400 });
    expect((await send("sms", answering(400, body))).outcome).toEqual({
      kind,
      error: `400 ${code}`,
    });
  });

  it("410 means gone to a forward, and is final elsewhere", async () => {
    expect((await send("forward", answering(410, "bye"))).outcome).toEqual({
      kind: "gone",
      error: "410",
    });
    expect((await send("team", answering(410, "channel_is_archived"))).outcome.kind).toBe(
      "rejected",
    );
  });

  it.each([
    ["its message", { code: 21211, message: "Asha Rao, 12 MG Road, +91 98123-45678 is not valid" }],
    ["where the error is named", { code: 21211, name: "Asha Rao", error: "asha@example.com" }],
    ["a list", { code: 21211, errors: [{ detail: "12 MG Road" }] }],
  ])("is kept without whom it was to, which a provider may quote in %s", async (_, said) => {
    const { outcome } = await send("sms", () => Response.json(said, { status: 400 }));
    expect(outcome).toEqual({ kind: "rejected", error: "400 21211" });
  });

  it.each([
    "Asha",
    "Hello Asha Rao of 12 MG Road",
    '{"code":560001}',
    '{"code":"9812345678"}',
    `line\n${"x".repeat(100_000)}`,
  ])("is kept as its status where nothing else of it is known", async (said) => {
    for (const name of names) {
      const { outcome } = await send(name, answering(400, said));
      expect(outcome).toEqual({ kind: "rejected", error: "400" });
    }
  });

  it("is kept with the name that Slack gives its error", async () => {
    const { outcome } = await send("team", answering(404, "no_service\n"));
    expect(outcome).toEqual({ kind: "rejected", error: "404 no_service" });
  });
});

describe("the pace", () => {
  it("is what Resend and Slack ask for at their own addresses, and none elsewhere", () => {
    const deps = { fetch: fakeProvider(accepts).fetch, now };
    const { email: config } = channelsConfig;
    if (config === null) throw new Error("no e-mail configuration");
    const real = createChannels(
      {
        ...channelsConfig,
        email: { ...config, baseUrl: "https://api.resend.com" },
        team: { webhookUrl: "https://hooks.slack.com/services/T/B/X" },
      },
      deps,
    );
    const other = createChannels(channelsConfig, deps);
    expect([real.email?.gapMs, real.team?.gapMs, real.sms?.gapMs]).toEqual([500, 1_000, 0]);
    expect(names.map((name) => other[name]?.gapMs)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("no answer", () => {
  it.each(names)("leaves the outcome unknown: %s", async (name) => {
    expect((await send(name, hangs)).outcome).toEqual({
      kind: "unknown",
      error: "no answer in time",
    });
    expect((await send(name, cutsConnection)).outcome).toEqual({
      kind: "unknown",
      error: "connection cut",
    });
  });
});

describe("an answer that the provider did not give", () => {
  it.each([
    [520, ""],
    [522, ""],
    [524, ""],
    [500, "TypeError: fetch failed"],
  ])("leaves the outcome unknown: %i %s", async (status, body) => {
    for (const name of names) {
      expect((await send(name, answering(status, body))).outcome).toEqual({
        kind: "unknown",
        error: "connection cut",
      });
    }
  });
});

describe("what no header can carry", () => {
  it.each(["ORD ü\r\n", "x".repeat(257), ""])("becomes a hash as a key: %j", async (id) => {
    const { outcome, provider } = await send("email", accepts, id);
    expect(outcome.kind).toBe("sent");
    expect(provider.asked[0]?.headers.get("idempotency-key")).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("as a credential means that the channel is down, not that the outcome is unknown", async () => {
    const provider = fakeProvider(accepts);
    const { email: config } = channelsConfig;
    if (config === null) throw new Error("no e-mail configuration");
    const broken = { ...channelsConfig, email: { ...config, apiKey: "re\nkey" } };
    const channels = createChannels(broken, { fetch: provider.fetch, now });
    const outcome = await channels.email?.send(email, "k", new AbortController().signal);
    expect(outcome?.kind).toBe("down");
    expect(provider.asked).toHaveLength(0);
  });
});

describe("Cloudflare's e-mail binding", () => {
  const sender = { from: "Meera Handlooms <orders@shop.example>", replyTo: "help@shop.example" };
  const failing = (code: string | null): ReturnType<typeof cloudflareEmailChannel> =>
    cloudflareEmailChannel(
      {
        send: () => Promise.reject(Object.assign(new Error("no"), code === null ? {} : { code })),
      },
      sender,
    );
  const { signal } = new AbortController();

  it("sends name and address apart, and keeps its id", async () => {
    const messages: unknown[] = [];
    const channel = cloudflareEmailChannel(
      {
        send: (message) => {
          messages.push(message);
          return Promise.resolve({ messageId: "m1" });
        },
      },
      sender,
    );
    expect(await channel.send(email, "k", signal)).toEqual({
      kind: "sent",
      providerMessageId: "m1",
    });
    expect(messages).toEqual([
      {
        from: { name: "Meera Handlooms", email: "orders@shop.example" },
        to: "asha@example.com",
        subject: "Ünïcode — subject",
        html: "<p>ok</p>",
        text: "ok",
        replyTo: "help@shop.example",
      },
    ]);
    expect(channel.takesKey).toBe(false);
  });

  it.each([
    ["E_RATE_LIMIT_EXCEEDED", "retry"],
    ["E_INTERNAL_SERVER_ERROR", "retry"],
    ["E_SENDER_NOT_VERIFIED", "down"],
    ["E_RECIPIENT_SUPPRESSED", "rejected"],
    ["E_VALIDATION_ERROR", "rejected"],
    [null, "unknown"],
  ])("answers %s with %s", async (code, kind) => {
    expect((await failing(code).send(email, "k", signal)).kind).toBe(kind);
  });

  it("is the second choice, after Resend", () => {
    const bound = { binding: { send: () => Promise.resolve({ messageId: "m" }) }, sender };
    const deps = { fetch: fakeProvider(accepts).fetch, now };
    expect(createChannels(channelsConfig, deps, bound).email?.takesKey).toBe(true);
    const withoutResend = { ...channelsConfig, email: null };
    expect(createChannels(withoutResend, deps, bound).email?.takesKey).toBe(false);
    expect(createChannels(withoutResend, deps).email).toBeNull();
  });

  it("reads the sender with and without a name", () => {
    expect(parseSender("a@b.example")).toBe("a@b.example");
    expect(parseSender("<a@b.example>")).toBe("a@b.example");
    expect(parseSender('"Shop, Ltd" <a@b.example>')).toEqual({
      name: "Shop, Ltd",
      email: "a@b.example",
    });
  });
});
