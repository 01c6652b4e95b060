/**
 * The world outside, on loopback: plays Resend, Twilio, Slack and a forward endpoint, records every
 * message, and has a bad moment now and then, as providers do.
 */
import { createServer, type IncomingMessage } from "node:http";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

export interface Call {
  readonly channel: "email" | "sms" | "team" | "forward";
  /** The idempotency key; null where the provider takes none. */
  readonly key: string | null;
  readonly recipient: string | null;
  readonly body: string;
  /** What was answered; 2xx: the message is out. */
  readonly status: number;
  /** Of a forwarded event: its Standard Webhooks signature is right. */
  readonly verified: boolean;
}

export interface Providers {
  readonly calls: readonly Call[];
  /** Vars and secrets that point the receiver here. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Every so many new e-mails are turned away once with 503. */
const BAD_MOMENT_EVERY = 40;
const FORWARD_SECRET = Buffer.from("demo forward secret, never used for real").toString("base64");
const ACCOUNT_SID = "ACdemo00000000000000000000000000000";

export async function startProviders(): Promise<Providers> {
  const calls: Call[] = [];
  const seen = new Set<string>();
  const webhook = new Webhook(FORWARD_SECRET);

  const answer = (request: IncomingMessage, body: string): [number, unknown] => {
    const url = request.url ?? "";
    const record = (call: Partial<Call> & Pick<Call, "channel">, status: number) =>
      calls.push({ key: null, recipient: null, verified: false, ...call, body, status });
    if (url === "/resend/emails") {
      const key = headerOf(request, "idempotency-key") ?? "";
      const isNew = !seen.has(key);
      seen.add(key);
      const status = isNew && seen.size % BAD_MOMENT_EVERY === 0 ? 503 : 200;
      record({ channel: "email", key, recipient: emailOf(body) }, status);
      if (status === 503) return [503, { name: "internal_server_error", message: "try again" }];
      return [200, { id: `email-${calls.length}` }];
    }
    if (url.startsWith(`/twilio/2010-04-01/Accounts/${ACCOUNT_SID}/`)) {
      record({ channel: "sms", recipient: new URLSearchParams(body).get("To") }, 201);
      return [201, { sid: `SM${String(calls.length).padStart(32, "0")}`, status: "queued" }];
    }
    if (url === "/slack") {
      record({ channel: "team" }, 200);
      return [200, "ok"];
    }
    if (url === "/forward") {
      const verified = verify(webhook, request, body);
      record({ channel: "forward", key: headerOf(request, "webhook-id"), verified }, 204);
      return [204, ""];
    }
    return [404, { message: `nothing lives at ${url}` }];
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [status, body] = answer(request, Buffer.concat(chunks).toString());
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/json" }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  return {
    calls,
    settings: {
      RESEND_API_KEY: "re_demo",
      RESEND_BASE_URL: `${origin}/resend`,
      EMAIL_FROM: "Indigo Bazaar <orders@indigo-bazaar.example>",
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: "demo",
      TWILIO_BASE_URL: `${origin}/twilio`,
      SMS_FROM: "+15005550006",
      SLACK_WEBHOOK_URL: `${origin}/slack`,
      FORWARD_URL: `${origin}/forward`,
      FORWARD_SECRET,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}

const resendMessage = z.object({ to: z.union([z.string(), z.array(z.string())]) });

function emailOf(body: string): string | null {
  const { to } = resendMessage.parse(JSON.parse(body));
  return typeof to === "string" ? to : (to[0] ?? null);
}

function verify(webhook: Webhook, request: IncomingMessage, body: string): boolean {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
