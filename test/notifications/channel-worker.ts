/**
 * A Worker that sends one message through one channel and answers with the outcome: test/node runs it in workerd
 * against a server on loopback, so that the sockets are real.
 */
import * as z from "zod";
import { type Channels, createChannels } from "../../src/notifications/channels";
import type { Outcome } from "../../src/notifications/channels/channel";

const errand = z.object({
  channel: z.enum(["email", "sms", "team", "forward"]),
  /** The origin of this message's provider. */
  origin: z.string(),
  timeoutMs: z.number(),
});

const key = "order_confirmed/ORD-1/email";
const email = {
  channel: "email",
  template: "order_confirmed",
  to: "asha@example.com",
  subject: "Ünïcode — ₹",
  html: "<p>ok</p>",
  text: "ok",
} as const;
const sms = { channel: "sms", to: "+919812345678", text: "hello & good-bye + more" } as const;
const team = { channel: "team", text: "hi", blocks: [{ type: "divider" }] } as const;
const forward = {
  channel: "forward",
  eventId: "evt-1",
  body: '{"type":"order.created"}',
  order: null,
} as const;

function channelsAt(origin: string): Channels {
  return createChannels(
    {
      sender: null,
      email: { apiKey: "re_key", baseUrl: origin, from: "a@shop.example", replyTo: null },
      sms: { accountSid: "AC1", authToken: "token", baseUrl: origin, from: "+15005550006" },
      whatsapp: null,
      team: { webhookUrl: `${origin}/slack` },
      forward: { url: `${origin}/forward`, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
      forwardSecret: null,
    },
    { fetch: (request) => fetch(request), now: () => new Date() },
  );
}

async function runErrand(given: z.infer<typeof errand>): Promise<Outcome | undefined> {
  const channels = channelsAt(given.origin);
  const signal = AbortSignal.timeout(given.timeoutMs);
  switch (given.channel) {
    case "email":
      return await channels.email?.send(email, key, signal);
    case "sms":
      return await channels.sms?.send(sms, key, signal);
    case "team":
      return await channels.team?.send(team, key, signal);
    case "forward":
      return await channels.forward?.send(forward, key, signal);
  }
}

export default {
  async fetch(request): Promise<Response> {
    return Response.json(await runErrand(errand.parse(await request.json())));
  },
} satisfies ExportedHandler;
