/**
 * The webhook route: a request in, one of the answers of the HTTP contract out. In this order: may it
 * be a delivery at all, is it small enough, is it authentic, is it an event. Nothing is parsed before
 * the signature over the raw bytes has been verified.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { ReceiptConfig } from "../config";
import { sha256 } from "../digest";
import { describeBody } from "../events/identity";
import { decodeUtf8, EVENT_ID_MAX_CHARACTERS } from "../events/recognition";
import type { RefusalReason } from "../events/refusals";
import { textOf } from "../events/values";
import { BODY_MAX_BYTES } from "../limits";
import { log } from "../log";
import type { ReceivedEvent } from "../store/receipt";
import { accept, type AcceptDeps } from "./accept";
import { readBody } from "./body";
import { parseSignature, verifySignature } from "./signature";

export interface ReceiverDeps extends Omit<AcceptDeps, "timeoutMs"> {
  readonly config: ReceiptConfig;
  readonly now: () => Date;
  /** Counts a delivery that is refused. */
  readonly refused: (reason: RefusalReason) => void;
}

type Refusal = 400 | 401 | 405 | 410 | 413 | 503;

function refuse(
  c: Context,
  status: Refusal,
  error: string,
  headers: Record<string, string> = {},
): Response {
  return c.json({ error }, status, headers);
}

const RETRY_SOON = { "Retry-After": "30" };
const HINT_HEADER = "x-webhook-event";

function whyUnsigned(header: string | null): RefusalReason {
  if (header === null) return "no signature";
  return parseSignature(header) === null ? "malformed signature" : "wrong signature";
}

/** The sender's id; where it is too long its hash, and where it is missing that of the body. */
async function eventId(id: string | null, bodySha256: string): Promise<string> {
  if (id === null) return `sha256:${bodySha256}`;
  return id.length <= EVENT_ID_MAX_CHARACTERS ? id : `sha256:${(await sha256(id)).toHex()}`;
}

/** A longer hint names none of the 14. */
const HINT_MAX_CHARACTERS = 200;

/** The type that the URL or the header gives, which nobody signed: the URL's first. */
function typeHint(c: Context): string | null {
  const hint = c.req.param("type") ?? c.req.raw.headers.get(HINT_HEADER);
  return textOf(hint)?.slice(0, HINT_MAX_CHARACTERS).toWellFormed() ?? null;
}

async function eventOf(
  payload: string,
  bytes: Uint8Array,
  received: Pick<ReceivedEvent, "typeHint" | "verifiedBy" | "receivedAt">,
): Promise<ReceivedEvent> {
  const { id, description } = describeBody(payload, received.typeHint, received.receivedAt);
  const bodySha256 = (await sha256(bytes)).toHex();
  return {
    id: await eventId(id, bodySha256),
    ...description,
    ...received,
    bodySha256,
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
  const body = await readBody(c.req.raw, BODY_MAX_BYTES);
  if (!body.ok) {
    deps.refused(body.problem === "too large" ? "too large" : "cut off");
    return body.problem === "too large"
      ? refuse(c, 413, `The body is over ${String(BODY_MAX_BYTES)} bytes`)
      : refuse(c, 400, "The body ended before it was complete");
  }
  const header = c.req.raw.headers.get("x-webhook-signature");
  const verifiedBy = await verifySignature(secrets, header, body.bytes);
  if (verifiedBy === null) {
    deps.refused(whyUnsigned(header));
    return refuse(c, 401, "Invalid signature");
  }

  if (body.bytes.length === 0) return refuse(c, 400, "The body is empty");
  const payload = decodeUtf8(body.bytes);
  if (payload === null) {
    deps.refused("not text");
    return refuse(c, 400, "The body is not UTF-8 text");
  }
  const receivedAt = deps.now().toISOString();
  const event = await eventOf(payload, body.bytes, {
    typeHint: typeHint(c),
    verifiedBy,
    receivedAt,
  });
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
