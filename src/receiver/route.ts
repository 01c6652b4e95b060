/**
 * The webhook route: a request in, one of the answers of the HTTP contract out. In this order: may it
 * be a delivery at all, is it authentic and whole (delivery.ts), is it an event. Nothing is parsed
 * before the signature over the raw bytes has been verified.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { ReceiptConfig } from "../config";
import { sha256 } from "../digest";
import {
  type Envelope,
  EVENT_ID_MAX_CHARACTERS,
  type EnvelopeProblem,
  parseEnvelope,
} from "../events/envelope";
import { identify } from "../events/identity";
import type { RefusalReason } from "../events/refusals";
import { BODY_MAX_BYTES } from "../limits";
import { log } from "../log";
import type { ReceivedEvent } from "../store/receipt";
import { accept, type AcceptDeps } from "./accept";
import { type Delivery, readDelivery } from "./delivery";
import { answerRefusal } from "./refusal";

export interface ReceiverDeps extends Omit<AcceptDeps, "timeoutMs"> {
  readonly config: ReceiptConfig;
  /** How long a body may take to arrive whole, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** Reports a refused delivery, once each. */
  readonly refused: (reason: RefusalReason) => void;
  readonly now: () => Date;
}

type Refusal = 400 | 405 | 410 | 503;

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
  "not JSON": "The body is not JSON",
  "not an object": "The body is not a JSON object",
  "no event type": "The body has no event_type",
};

type Parsed = { readonly envelope: Envelope } | { readonly error: string };

function parse(config: ReceiptConfig, payload: string, unsignedType: string | null): Parsed {
  const result = parseEnvelope(payload, config.acceptBareBodies ? unsignedType : null);
  if (result.ok) return { envelope: result.envelope };
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
  envelope: Envelope,
  { bytes, payload, verifiedBy }: Extract<Delivery, { ok: true }>,
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
  const delivery = await readDelivery(c.req.raw, secrets, limits);
  if (!delivery.ok) {
    deps.refused(delivery.reason);
    return answerRefusal(c, delivery.reason);
  }
  const unsignedType = c.req.param("type") ?? c.req.raw.headers.get(UNSIGNED_TYPE_HEADER);
  const parsed = parse(config, delivery.payload, unsignedType);
  if ("error" in parsed) return refuse(c, 400, parsed.error);
  const event = await describe(parsed.envelope, delivery, deps.now().toISOString());
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
