/**
 * The webhook route: a request in, one of the answers of the HTTP contract out. It checks in this order whether the
 * request can be a delivery, whether it is authentic and complete (delivery.ts), and which event it is. Nothing
 * is parsed before the signature over the raw bytes has been verified.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { sha256 } from "../digest";
import { describeBody } from "../events/identity";
import { EVENT_ID_MAX_CHARACTERS } from "../events/recognition";
import type { RefusalReason } from "../events/refusals";
import { textOf } from "../events/values";
import { BODY_MAX_BYTES } from "../limits";
import { log } from "../log";
import type { ReceivedEvent } from "../store/inbox/receipt";
import { accept, type AcceptDeps } from "./accept";
import { type Delivery, readDelivery } from "./delivery";
import { answerRefusal } from "./refusal-answers";

/** The configuration for a receipt. */
export interface ReceiptConfig {
  /** Null if `CE_WEBHOOK_SECRET` is unset: no event is accepted. */
  readonly secrets: { readonly current: string; readonly previous: string | null } | null;
  readonly timeoutMs: number;
  readonly retired: boolean;
  /** The zone of times without a zone; null: UTC. */
  readonly timeZone: string | null;
}

export interface ReceiverDeps extends AcceptDeps {
  readonly config: ReceiptConfig;
  /** How long a body may take to arrive completely, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** Reports each refused delivery once. */
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

const RETRY_SOON = { "Retry-After": "30" };
const HINT_HEADER = "x-webhook-event";

/** The sender's id; its hash if it is too long; the hash of the body if it is missing. */
async function eventId(id: string | null, bodySha256: string): Promise<string> {
  if (id === null) return `sha256:${bodySha256}`;
  return id.length <= EVENT_ID_MAX_CHARACTERS ? id : `sha256:${(await sha256(id)).toHex()}`;
}

/** A longer hint cannot be one of the 14. */
const HINT_MAX_CHARACTERS = 200;

/** The unsigned type from the URL, otherwise from the header. */
function typeHint(c: Context): string | null {
  const hint = c.req.param("type") ?? c.req.raw.headers.get(HINT_HEADER);
  return textOf(hint)?.slice(0, HINT_MAX_CHARACTERS).toWellFormed() ?? null;
}

async function eventOf(
  { bytes, payload, verifiedBy }: Extract<Delivery, { ok: true }>,
  received: Pick<ReceivedEvent, "typeHint" | "receivedAt">,
  timeZone: string | null,
): Promise<ReceivedEvent> {
  const { typeHint, receivedAt } = received;
  const { id, description } = describeBody(payload, typeHint, { receivedAt, timeZone });
  const bodySha256 = (await sha256(bytes)).toHex();
  return {
    id: await eventId(id, bodySha256),
    ...description,
    ...received,
    bodySha256,
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
        "CE_WEBHOOK_SECRET is not set, or not usable; set it with: npx wrangler secret put CE_WEBHOOK_SECRET",
    });
    return refuse(c, 503, "The receiver is not configured yet", RETRY_SOON);
  }
  const limits = { maxBytes: BODY_MAX_BYTES, timeoutMs: deps.bodyTimeoutMs };
  const delivery = await readDelivery(c.req.raw, secrets, limits);
  if (!delivery.ok) {
    deps.refused(delivery.reason);
    return answerRefusal(c, delivery.reason);
  }
  const receivedAt = deps.now().toISOString();
  const event = await eventOf(
    delivery,
    { typeHint: typeHint(c), receivedAt },
    deps.config.timeZone,
  );
  const acceptance = await accept(deps, event);
  if (acceptance.kind === "unavailable") {
    return refuse(c, 503, "The event could not be stored; send it again", RETRY_SOON);
  }
  const { duplicate } = acceptance;
  return c.json({ received: true, id: event.id, duplicate });
}

/** The routes of the receiver. `depsOf` makes the dependencies of one request: its bindings are in the context. */
export function receiverRoutes<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => ReceiverDeps,
): Hono<{ Bindings: E }> {
  const app = new Hono<{ Bindings: E }>({ strict: false });
  for (const base of ["/api/webhooks/ce", "/webhooks/ce"]) {
    app.all(base, (c) => receive(c, depsOf(c)));
    // A type may contain slashes, and whatever else: a signed event is refused for no hint.
    app.all(`${base}/:type{[^]+}`, (c) => receive(c, depsOf(c)));
  }
  return app;
}
