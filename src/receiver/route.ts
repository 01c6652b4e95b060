/**
 * The webhook route: a request in, one of the answers of the HTTP contract out. In this order: may it
 * be a delivery at all, is it small enough, is it authentic, is it an event. Nothing is parsed before
 * the signature over the raw bytes has been verified.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { ReceiptConfig } from "../config";
import { sha256 } from "../digest";
import {
  decodeUtf8,
  type Envelope,
  EVENT_ID_MAX_CHARACTERS,
  type EnvelopeProblem,
  parseEnvelope,
} from "../events/envelope";
import { identify } from "../events/identity";
import { BODY_MAX_BYTES } from "../limits";
import { log } from "../log";
import type { ReceivedEvent } from "../store/receipt";
import { accept, type AcceptDeps } from "./accept";
import { readBody } from "./body";
import { parseSignatures, SIGNATURE_HEADER, verifySignature } from "./signature";

export interface ReceiverDeps extends Omit<AcceptDeps, "timeoutMs"> {
  readonly config: ReceiptConfig;
  /** How long a body may take to arrive whole, in milliseconds. */
  readonly bodyTimeoutMs: number;
  readonly now: () => Date;
}

type Refusal = 400 | 401 | 405 | 408 | 410 | 413 | 503;

function refuse(
  c: Context,
  status: Refusal,
  error: string,
  headers: Record<string, string> = {},
): Response {
  return c.json({ error }, status, headers);
}

/** Longer types are none of the 14; the body keeps them whole. */
const EVENT_TYPE_MAX_CHARACTERS = 65_536;

const RETRY_SOON = { "Retry-After": "30" };
const UNSIGNED_TYPE_HEADER = "x-webhook-event";

const problems: Readonly<Record<EnvelopeProblem, string>> = {
  "not UTF-8": "The body is not UTF-8 text",
  "not JSON": "The body is not JSON",
  "not an object": "The body is not a JSON object",
  "no event type": "The body has no event_type",
};

type Parsed =
  | { readonly envelope: Envelope; readonly payload: string }
  | { readonly error: string };

function parse(config: ReceiptConfig, bytes: Uint8Array, unsignedType: string | null): Parsed {
  const payload = decodeUtf8(bytes);
  if (payload === null) return { error: problems["not UTF-8"] };
  const result = parseEnvelope(payload, config.acceptBareBodies ? unsignedType : null);
  if (result.ok) return { envelope: result.envelope, payload };
  if (result.problem !== "no event type") return { error: problems[result.problem] };
  const hint = config.acceptBareBodies
    ? "a bare body needs its type at the end of the path or in x-webhook-event"
    : "bare bodies are taken only where ACCEPT_BARE_BODIES=true";
  return { error: `${problems["no event type"]}; ${hint}` };
}

/** The sender's id; where it is missing, the hash of type and body; where it is too long, its own. */
async function eventId({ id, type }: Envelope, bytes: Uint8Array): Promise<string> {
  if (id !== null && id.length <= EVENT_ID_MAX_CHARACTERS) return id;
  const hashed = id ?? (await new Blob([`${type}\n`, bytes]).arrayBuffer());
  return `sha256:${(await sha256(hashed)).toHex()}`;
}

async function describe(
  { envelope, payload }: { readonly envelope: Envelope; readonly payload: string },
  bytes: Uint8Array,
  verifiedBy: "current" | "previous",
  receivedAt: string,
): Promise<ReceivedEvent> {
  const identity = identify(envelope, receivedAt);
  return {
    id: await eventId(envelope, bytes),
    eventType: envelope.type.slice(0, EVENT_TYPE_MAX_CHARACTERS),
    subject: identity.subject,
    subjectId: identity.subjectId,
    orderNumber: identity.orderNumber,
    occurredAt: identity.occurredAt,
    receivedAt,
    bodySha256: (await sha256(bytes)).toHex(),
    verifiedBy,
    payload,
  };
}

async function receive(c: Context, deps: ReceiverDeps): Promise<Response> {
  const { config } = deps;
  const { secrets } = config;
  if (c.req.method !== "POST") {
    return refuse(c, 405, "Webhooks are delivered by POST", { Allow: "POST" });
  }
  if (config.retired) return refuse(c, 410, "This receiver is retired; stop sending");
  if (secrets === null) {
    log.error("no_secret", {
      message:
        "CE_WEBHOOK_SECRET is not set; set it with: npx wrangler secret put CE_WEBHOOK_SECRET",
    });
    return refuse(c, 503, "The receiver is not configured yet", RETRY_SOON);
  }
  const limits = { maxBytes: BODY_MAX_BYTES, timeoutMs: deps.bodyTimeoutMs };
  const body = await readBody(c.req.raw, limits);
  if (!body.ok) {
    return body.reason === "too large"
      ? refuse(c, 413, `The body is over ${String(BODY_MAX_BYTES)} bytes`)
      : refuse(c, 408, "The body did not arrive whole in time");
  }
  const parsedHeader = parseSignatures(c.req.raw.headers.get(SIGNATURE_HEADER));
  const signatures = parsedHeader.ok ? parsedHeader.signatures : [];
  const verifiedBy = await verifySignature(secrets, signatures, body.bytes);
  if (verifiedBy === null) return refuse(c, 401, "Invalid signature");

  const unsignedType = c.req.param("type") ?? c.req.raw.headers.get(UNSIGNED_TYPE_HEADER);
  const parsed = parse(config, body.bytes, unsignedType);
  if ("error" in parsed) return refuse(c, 400, parsed.error);
  const event = await describe(parsed, body.bytes, verifiedBy, deps.now().toISOString());
  const acceptance = await accept({ ...deps, timeoutMs: config.timeoutMs }, event);
  if (acceptance.kind === "unavailable") {
    return refuse(c, 503, "The event could not be stored; send it again", RETRY_SOON);
  }
  const { duplicate } = acceptance;
  return c.json({ received: true, id: event.id, duplicate });
}

/** The routes of the receiver. `depsOf` wires one request: its bindings live in the context. */
export function receiverRoutes<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => ReceiverDeps,
): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>({ strict: false });
  for (const base of ["/api/webhooks/ce", "/webhooks/ce"]) {
    app.all(base, (c) => receive(c, depsOf(c)));
    app.all(`${base}/:type`, (c) => receive(c, depsOf(c)));
  }
  return app;
}
