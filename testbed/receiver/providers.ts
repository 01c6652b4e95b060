/**
 * The external services, on loopback: acts as Resend, Twilio, Slack and a forward endpoint, records every message,
 * and fails sometimes, as providers do.
 */
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { text as textOf } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

export interface Call {
  readonly channel: "email" | "sms" | "team" | "forward";
  /** The idempotency key; null if the provider accepts none. */
  readonly key: string | null;
  readonly recipient: string | null;
  readonly body: string;
  /** The status of the answer; 2xx: the message is sent. */
  readonly status: number;
  /** True for a forwarded event with a valid Standard Webhooks signature. */
  readonly verified: boolean;
}

export interface Providers {
  readonly calls: readonly Call[];
  /** Vars and secrets that point the receiver here. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Of this many new e-mails, one is refused once with 503. */
const BAD_MOMENT_EVERY = 40;
const FORWARD_SECRET = Buffer.from("demo forward secret, never used for real").toString("base64");
const ACCOUNT_SID = "ACdemo00000000000000000000000000000";

const settingsAt = (origin: string) => ({
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
});

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = Partial<Call> & Pick<Call, "channel" | "status"> & { readonly says: unknown };

const resendMessage = z.object({ to: z.union([z.string(), z.array(z.string())]) });

function answerEmail({ headers, body }: Request, seen: Set<string>): Reply {
  const key = headerOf(headers, "idempotency-key") ?? "";
  const isNew = !seen.has(key);
  seen.add(key);
  const { to } = resendMessage.parse(JSON.parse(body));
  const recipient = typeof to === "string" ? to : (to[0] ?? null);
  const email = { channel: "email", key, recipient } as const;
  if (!isNew || seen.size % BAD_MOMENT_EVERY !== 0) {
    return { ...email, status: 200, says: { id: `email-${seen.size}` } };
  }
  return { ...email, status: 503, says: { name: "internal_server_error", message: "try again" } };
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}

const webhook = new Webhook(FORWARD_SECRET);

function verify({ headers, body }: Request): boolean {
  const signed = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  try {
    webhook.verify(body, Object.fromEntries(signed));
    return true;
  } catch {
    return false;
  }
}

/** Null for an unknown address. */
function answer(url: string, request: Request, seen: Set<string>): Reply | null {
  const { headers, body } = request;
  if (url === "/resend/emails") return answerEmail(request, seen);
  if (url.startsWith(`/twilio/2010-04-01/Accounts/${ACCOUNT_SID}/`)) {
    const recipient = new URLSearchParams(body).get("To");
    const says = { sid: `SM${crypto.randomUUID().replaceAll("-", "")}`, status: "queued" };
    return { channel: "sms", recipient, status: 201, says };
  }
  if (url === "/slack") return { channel: "team", status: 200, says: "ok" };
  if (url !== "/forward") return null;
  const key = headerOf(headers, "webhook-id");
  return { channel: "forward", key, verified: verify(request), status: 204, says: "" };
}

export async function startProviders(): Promise<Providers> {
  const calls: Call[] = [];
  const seen = new Set<string>();
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = "", headers } = request;
    const body = await textOf(request);
    const reply = answer(url, { headers, body }, seen);
    if (reply === null) return void response.writeHead(404).end();
    const { says, ...call } = reply;
    calls.push({ key: null, recipient: null, verified: false, ...call, body });
    const said = typeof says === "string" ? says : JSON.stringify(says);
    response.writeHead(call.status, { "content-type": "application/json" }).end(said);
  };
  const server = createServer((request, response) => void respond(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    calls,
    settings: settingsAt(`http://127.0.0.1:${port}`),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
