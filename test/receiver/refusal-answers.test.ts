/** Each refusal has a reason and an answer, and is reported once; a request that is not a delivery is not. */
import { createExecutionContext } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { type RefusalReason, refusalReasons } from "../../src/events/refusals";
import { CircuitBreaker } from "../../src/receiver/circuit-breaker";
import { receiverRoutes, type ReceiverDeps } from "../../src/receiver/route";
import { event, sign } from "../support/events";
import { errorOf, ORIGIN, WEBHOOKS } from "../support/receiver";

const config = {
  secrets: { current: "test-secret", previous: null },
  timeoutMs: 1_000,
  retired: false,
  timeZone: null,
} as const satisfies ReceiverDeps["config"];

/** Sends to a receiver that stores nothing; returns its answer and the refusals that it reported. */
async function send(
  init: RequestInit,
  over: Partial<ReceiverDeps> = {},
): Promise<{ readonly response: Response; readonly reported: readonly RefusalReason[] }> {
  const reported: RefusalReason[] = [];
  const deps: ReceiverDeps = {
    config,
    bodyTimeoutMs: 20,
    refused: (reason) => void reported.push(reason),
    now: () => new Date(),
    save: () => Promise.reject(new Error("nothing is stored here")),
    push: () => Promise.reject(new Error("nothing is stored here")),
    pushWhole: () => Promise.reject(new Error("nothing is stored here")),
    reportConflict: () => Promise.resolve(),
    background: () => undefined,
    breaker: new CircuitBreaker(),
    nowMs: () => 0,
    timeoutMs: config.timeoutMs,
    slowMs: config.timeoutMs,
    ...over,
  };
  const request = new Request(`${ORIGIN}${WEBHOOKS}`, { method: "POST", ...init });
  const app = receiverRoutes(() => deps);
  const response = await app.fetch(request, {}, createExecutionContext());
  return { response, reported };
}

const signed = async (body: string | Uint8Array<ArrayBuffer>): Promise<RequestInit> => ({
  headers: { "x-webhook-signature": await sign(body) },
  body,
});

function stalled(): RequestInit {
  const body = new ReadableStream({ type: "bytes", pull: () => new Promise(() => undefined) });
  return { headers: { "x-webhook-signature": "0".repeat(64) }, body };
}

/** A request for every reason, and its answer. */
const refused: Readonly<
  Record<RefusalReason, readonly [() => RequestInit | Promise<RequestInit>, number, string]>
> = {
  "no signature": [() => ({ body: "{}" }), 401, "Invalid signature"],
  "malformed signature": [
    () => ({ headers: { "x-webhook-signature": "nonsense" }, body: "{}" }),
    401,
    "Invalid signature",
  ],
  "wrong signature": [
    () => ({ headers: { "x-webhook-signature": "0".repeat(64) }, body: "{}" }),
    401,
    "Invalid signature",
  ],
  "too large": [() => signed(" ".repeat(1_048_577)), 413, "The body is over 1048576 bytes"],
  "cut off": [stalled, 408, "The body did not arrive whole in time"],
  empty: [() => signed(""), 400, "The body is empty"],
  "not text": [() => signed(new Uint8Array([0xff])), 400, "The body is not UTF-8 text"],
};

describe("a refused delivery", () => {
  test.each(refusalReasons)("is answered, and reported once: %s", async (reason) => {
    const [init, status, error] = refused[reason];
    const { response, reported } = await send(await init());
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await errorOf(response)).toBe(error);
    expect(reported).toEqual([reason]);
  });

  test("is judged by its signature before its body is empty or not text", async () => {
    for (const body of ["", new Uint8Array([0xff])]) {
      const headers = { "x-webhook-signature": "0".repeat(64) };
      expect((await send({ headers, body })).reported).toEqual(["wrong signature"]);
    }
  });
});

describe("an answer that is about the receiver, not the delivery, is not reported", () => {
  test.each([
    [405, { method: "PUT" }, {}],
    [410, {}, { config: { ...config, retired: true } }],
    [503, {}, { config: { ...config, secrets: null } }],
  ] as const)("%i comes before the signature", async (status, init, over) => {
    const { response, reported } = await send(init, over);
    expect(response.status).toBe(status);
    await errorOf(response);
    expect(reported).toEqual([]);
  });

  test("503, where neither store takes the event", async () => {
    const { response, reported } = await send(
      await signed(JSON.stringify(event("order.created", { order_number: "ORD-1" }))),
    );
    expect(response.status).toBe(503);
    expect(reported).toEqual([]);
  });
});
