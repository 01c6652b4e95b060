/**
 * Providers that answer from a script, as their documents describe: workerd cannot listen on a socket in a test, so
 * each channel gets its `fetch` from here. The requests are kept for the test to read.
 */
import type { ChannelsConfig } from "../../src/config";
import { createChannels } from "../../src/notifications/channels";
import { openEndpoints } from "../../src/notifications/channels/forward";
import { setupsOf } from "../../src/notifications/channels/setup";
import type { Fetch } from "../../src/notifications/channels/channel";
import type { DispatchDeps } from "../../src/notifications/dispatch";
import { env } from "cloudflare:workers";
import { NOW, shop } from "../support/rows";

export interface Asked {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export type Answering = (asked: Asked, request: Request) => Response | Promise<Response>;

export interface FakeProvider {
  readonly fetch: Fetch;
  readonly asked: Asked[];
}

export function fakeProvider(answer: Answering): FakeProvider {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (request) => {
      // Read as bytes, because workerd warns about the text of a form.
      const body = new TextDecoder().decode(await request.arrayBuffer());
      const one = { url: request.url, headers: request.headers, body };
      asked.push(one);
      return answer(one, request);
    },
  };
}

/** The successful answer of the provider at this address. */
export function accepts(asked: Asked): Response {
  if (asked.url.includes("/emails")) return Response.json({ id: "re_1" });
  if (asked.url.includes("/Messages.json")) {
    return Response.json({ sid: "SM1", status: "queued" }, { status: 201 });
  }
  return new Response("ok");
}

/** Never answers; ends like a real fetch when it is aborted. */
export function hangs(_asked: Asked, request: Request): Promise<Response> {
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener("abort", () => reject(new Error("The operation was aborted")));
  });
}

export function cutsConnection(): never {
  throw new Error("Network connection lost.");
}

export const channelsConfig: ChannelsConfig = {
  sender: null,
  email: {
    apiKey: "re_key",
    baseUrl: "https://resend.test",
    from: "Meera Handlooms <orders@shop.example>",
    replyTo: "help@shop.example",
  },
  whatsapp: {
    accountSid: "AC1",
    authToken: "token",
    baseUrl: "https://twilio.test",
    from: "+15005550009",
  },
  sms: {
    accountSid: "AC1",
    authToken: "token",
    baseUrl: "https://twilio.test",
    from: "+15005550006",
  },
  team: { webhookUrl: "https://slack.test/services/T/B/X" },
  forward: {
    url: "https://forward.test/hook?token=1",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  },
  forwardSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};

export const noChannels: ChannelsConfig = {
  sender: null,
  email: null,
  sms: null,
  whatsapp: null,
  team: null,
  forward: null,
  forwardSecret: null,
};

export interface Stage {
  readonly deps: DispatchDeps;
  readonly provider: FakeProvider;
  readonly woken: { readonly ids: readonly string[]; readonly delaySeconds: number }[];
  readonly slept: number[];
  /** Moves the clock. */
  readonly advance: (ms: number) => void;
}

/** The real clock ends requests, and the machine may be busy: if every provider answers, none must be ended. */
const PATIENT_MS = 10_000;
/** The time-out if a provider hangs. */
const IMPATIENT_MS = 250;

/**
 * A dispatch on the real D1 with a fixed clock, no jitter, and a fake provider. `stated`: settings of channels that are
 * not set up. `timeoutMs`: the time-out of a request.
 */
export function stage(
  answer: Answering = accepts,
  config: ChannelsConfig = channelsConfig,
  stated: readonly string[] = [],
  timeoutMs = PATIENT_MS,
): Stage {
  let nowMs = Date.parse(NOW);
  const provider = fakeProvider(answer);
  const woken: { ids: readonly string[]; delaySeconds: number }[] = [];
  const slept: number[] = [];
  const now = (): Date => new Date(nowMs);
  const channels = createChannels(config, { fetch: provider.fetch, now });
  return {
    provider,
    woken,
    slept,
    advance: (ms) => {
      nowMs += ms;
    },
    deps: {
      db: env.DB,
      channels,
      openEndpoint: openEndpoints(config, { fetch: provider.fetch, now }),
      setups: setupsOf(channels, new Set(stated)),
      environment: "production",
      allowlist: null,
      shop,
      linkSecret: "link-secret",
      notifyMaxAgeMs: 72 * 3_600_000,
      now,
      random: () => 0,
      sleep: (ms) => {
        slept.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
      timeoutMs,
      wake: (ids, delaySeconds) => {
        woken.push({ ids, delaySeconds });
        return Promise.resolve();
      },
    },
  };
}

/** A stage for a provider that hangs: its requests end after a quarter of a second of real time. */
export function impatientStage(answer: Answering): Stage {
  return stage(answer, channelsConfig, [], IMPATIENT_MS);
}
