/** The HTTP table: each request with its status, its answer, and what is stored. */
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { event, sign } from "../support/events";
import { orderDetail } from "../support/models";
import {
  broken,
  deliver,
  errorOf,
  eventRow,
  fetchWith,
  ORIGIN,
  post,
  receiveOnly,
  rows,
  settled,
  WEBHOOKS,
} from "../support/receiver";

const LIMIT = 1_048_576;

/** The parts of an answer that a client sees, to compare two refusals. */
async function seen(response: Response): Promise<unknown> {
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: await response.text(),
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A bare order with an entity's own fields that an envelope also has. */
const detail = (number: string): string =>
  JSON.stringify(orderDetail(number, { id: "entity_1", created_at: "2026-11-20T00:00:00Z" }));

/** An envelope of exactly this number of bytes. */
function padded(bytes: number): string {
  const start = `{"id":"evt_${String(bytes)}","event_type":"order.created","data":{"order_number":"ORD-413","pad":"`;
  return `${start}${"x".repeat(bytes - start.length - 3)}"}}`;
}

/** A stream that counts the chunks that were read. */
function counted(chunks: number, bytes: number): { stream: ReadableStream; taken: () => number } {
  let taken = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      taken += 1;
      if (taken <= chunks) {
        controller.enqueue(new Uint8Array(bytes).fill(0x20));
        return;
      }
      controller.close();
      // Answers the pending read.
      controller.byobRequest?.respond(0);
    },
  });
  return { stream, taken: () => taken * bytes };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("200: the event is durable", () => {
  test("a new event is received, and a repeat says that it is one", async () => {
    const body = event("order.created", orderDetail("ORD-200"), { id: "evt_200" });
    const first = await post(JSON.stringify(body));
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toContain("application/json");
    expect(await first.json()).toEqual({ received: true, id: "evt_200", duplicate: false });
    const again = await post(JSON.stringify(body));
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual({ received: true, id: "evt_200", duplicate: true });
    const [row] = await settled("evt_200");
    expect(row).toMatchObject({ status: "processed", redeliveries: 1, conflicts: 0 });
  });

  test("a repeat after processing is a duplicate too, and is not processed again", async () => {
    const body = event("order.created", orderDetail("ORD-201"), { id: "evt_201" });
    await deliver(body);
    const [before] = await settled("evt_201");
    const again = await deliver(body);
    expect(again.duplicate).toBe(true);
    expect(await eventRow("evt_201")).toEqual({ ...before, redeliveries: 1 });
  });

  test.each([
    "/api/webhooks/ce",
    "/webhooks/ce",
    "/api/webhooks/ce/order.created",
    "/webhooks/ce/order.created",
  ])("an envelope is taken at %s", async (path) => {
    const body = event("order.confirmed", orderDetail(`ORD-${path}`));
    const receipt = await deliver(body, { path });
    expect(receipt).toEqual({ received: true, id: body.id, duplicate: false });
    expect((await eventRow(receipt.id))["event_type"]).toBe("order.confirmed");
  });

  test("an envelope keeps its own type, whatever path and header say", async () => {
    const body = event("order.created", orderDetail("ORD-202"));
    const sent = {
      path: `${WEBHOOKS}/order.cancelled`,
      headers: { "x-webhook-event": "order.completed" },
    };
    const plain = await deliver(body, sent);
    expect((await eventRow(plain.id))["event_type"]).toBe("order.created");
  });

  test("no content type and an odd one are taken", async () => {
    for (const type of ["", "text/plain", "application/x-www-form-urlencoded"]) {
      const body = event("order.created", orderDetail("ORD-203"));
      const receipt = await deliver(body, { headers: { "content-type": type } });
      expect(receipt.duplicate).toBe(false);
    }
  });

  test("the stored row holds the raw body and its hash", async () => {
    const raw = `  ${JSON.stringify(event("order.created", orderDetail("ORD-204"), { id: "evt_204" }))}\r\n`;
    await deliver(raw);
    const row = await eventRow("evt_204");
    expect(row["payload"]).toBe(raw);
    expect(row["body_sha256"]).toBe(await sha256(raw));
    expect(row["received_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

describe("the id of an event", () => {
  test("a missing one is sha256: and the hash of the raw body", async () => {
    const raw = `{ "event_type":"order.created", "data":{"order_number":"ORD-210"} }\n`;
    const receipt = await deliver(raw);
    expect(receipt.id).toBe(`sha256:${await sha256(raw)}`);
    expect((await deliver(raw)).duplicate).toBe(true);
    expect((await deliver(`${raw} `)).duplicate).toBe(false);
  });

  test.each([
    ["null", null],
    ["empty", ""],
    ["blank", "   "],
    ["an object", { a: 1 }],
    ["a list", ["evt"]],
    ["true", true],
  ])("one that is %s counts as missing", async (_name, id) => {
    const raw = JSON.stringify({
      id,
      event_type: "order.created",
      data: { order_number: "O-211" },
    });
    expect((await deliver(raw)).id).toBe(`sha256:${await sha256(raw)}`);
  });

  test("another body under a known id: the first stands, and the conflict is on record", async () => {
    const first = event("order.created", orderDetail("ORD-212"), { id: "evt_212" });
    const second = event("order.cancelled", orderDetail("ORD-212"), { id: "evt_212" });
    await deliver(first);
    await settled("evt_212");
    const response = await post(JSON.stringify(second));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ received: true, id: "evt_212", duplicate: true });
    const row = await eventRow("evt_212");
    expect(row["event_type"]).toBe("order.created");
    expect(row["payload"]).toBe(JSON.stringify(first));
    expect(row["body_sha256"]).toBe(await sha256(JSON.stringify(first)));
    expect(row["conflicts"]).toBe(1);
    expect(row["conflict_sha256"]).toBe(await sha256(JSON.stringify(second)));
    const [order] = await rows("SELECT status FROM orders WHERE order_number = 'ORD-212'");
    expect(order).toEqual({ status: "confirmed" });
  });

  test("the team is alerted of a conflict", async () => {
    await deliver(event("order.created", orderDetail("ORD-213"), { id: "evt_213" }));
    await deliver(event("order.created", orderDetail("ORD-213b"), { id: "evt_213" }));
    await vi.waitFor(async () => {
      const alerts = await rows("SELECT channel FROM notifications WHERE template = 'alert'");
      expect(alerts).toContainEqual({ channel: "team" });
    });
  });
});

describe("401: one answer for every signature that is not right", () => {
  const raw = JSON.stringify(event("order.created", orderDetail("ORD-401"), { id: "evt_401" }));

  test("missing, malformed and wrong are told apart by nobody", async () => {
    const right = await sign(raw);
    const wrong = [
      null,
      "",
      "nonsense",
      "sha256=",
      right.slice(0, 63),
      `${right}0`,
      "0".repeat(64),
      `${"0".repeat(64)}, `.repeat(8) + right,
      await sign(raw, "other secret"),
      await sign(`${raw} `),
      `sha256=${"f".repeat(64)}`,
      `md5=${right}`,
    ];
    const answers = await Promise.all(
      wrong.map(async (signature) => await seen(await post(raw, { signature }))),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: `{"error":"Invalid signature"}` });
    expect(await rows("SELECT id FROM webhook_events WHERE id = 'evt_401'")).toEqual([]);
  });

  test("nothing of the body is looked at first: bad JSON and bare bodies get the same", async () => {
    for (const body of ["", "{", "[]", "{}", "\u0000"]) {
      const response = await post(body, { signature: "0".repeat(64) });
      expect(response.status).toBe(401);
      expect(await errorOf(response)).toBe("Invalid signature");
    }
  });

  test("without a usable signature no byte of the body is read", async () => {
    for (const signature of [null, "", " , ", "nonsense", "sha256=", "0".repeat(63)]) {
      const { stream, taken } = counted(40, 65_536);
      const headers = signature === null ? {} : { "x-webhook-signature": signature };
      const url = `${ORIGIN}${WEBHOOKS}`;
      const response = await fetchWith(
        {},
        new Request(url, { method: "POST", headers, body: stream }),
      );
      expect(response.status).toBe(401);
      expect(await errorOf(response)).toBe("Invalid signature");
      expect(taken()).toBe(0);
    }
  });

  test("nor is it said that the body is too large", async () => {
    const headers = { "content-length": String(LIMIT + 1) };
    const { stream } = counted(40, 65_536);
    const request = { method: "POST", headers, body: stream };
    const response = await fetchWith({}, new Request(`${ORIGIN}${WEBHOOKS}`, request));
    expect(response.status).toBe(401);
  });

  test("hex, base64 and base64url are taken, with and without a prefix, and several values", async () => {
    const hex = await sign(raw);
    const base64 = Uint8Array.fromHex(hex).toBase64();
    const base64url = base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
    for (const form of [hex, hex.toUpperCase(), base64, base64url]) {
      for (const signature of [form, `sha256=${form}`, `v1=${form}`, `v1,${form}`]) {
        expect((await post(raw, { signature })).status).toBe(200);
        const several = `${"0".repeat(64)}, ${signature}`;
        expect((await post(raw, { signature: several })).status).toBe(200);
      }
    }
  });

  test("one value that fits is enough, of a header that is repeated", async () => {
    const headers = new Headers({ "x-webhook-signature": "0".repeat(64) });
    headers.append("x-webhook-signature", await sign(raw));
    const request = { method: "POST", headers, body: raw };
    const response = await exports.default.fetch(`${ORIGIN}${WEBHOOKS}`, request);
    expect(response.status).toBe(200);
  });

  test("the previous secret is taken while it is set, and the row says which one it was", async () => {
    const body = JSON.stringify(event("order.created", orderDetail("ORD-402"), { id: "evt_402" }));
    const sent = { secret: "old secret" };
    expect((await post(body, sent)).status).toBe(401);
    const vars = { CE_WEBHOOK_SECRET_PREVIOUS: "old secret" };
    expect((await post(body, { ...sent, vars })).status).toBe(200);
    expect((await eventRow("evt_402"))["verified_by"]).toBe("previous");
    expect((await post(body, { vars })).status).toBe(200);
    expect((await post(body, { secret: "third secret", vars })).status).toBe(401);
  });

  test("an empty previous secret signs nothing", async () => {
    // The signature that Python's hmac makes of this body with an empty key.
    const signature = "22f8eea909400af98adf3681a9f31923ef6b7fcba4abb553d92823a3e9d5c25e";
    for (const previous of ["", " "]) {
      const vars = { CE_WEBHOOK_SECRET_PREVIOUS: previous };
      expect((await post("{}", { signature, vars })).status).toBe(401);
    }
  });
});

describe("400: authentic, and empty or not text", () => {
  test.each([
    ["empty", "", /empty/],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/],
    ["UTF-8 cut in the middle", new Uint8Array([0x22, 0xe2, 0x82]), /UTF-8/],
  ])("%s", async (_name, body, says) => {
    const before = await rows("SELECT count(*) AS events FROM webhook_events");
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatch(says);
    expect(await rows("SELECT count(*) AS events FROM webhook_events")).toEqual(before);
  });
});

/** Texts with a valid signature but without a known form, and the note about each. */
const unknown: readonly (readonly [string, string, RegExp])[] = [
  ["a form", "event_type=order.created", /not JSON/],
  ["blank", " \n", /not JSON/],
  ["cut short", '{"event_type":"order.created"', /not JSON/],
  ["two values", '{"event_type":"order.created"}{}', /not JSON/],
  ["a list", '[{"event_type":"order.created"}]', /not an object/],
  ["text", '"order.created"', /not an object/],
  ["a number", "1", /not an object/],
  ["null", "null", /not an object/],
  ["true", "true", /not an object/],
  ["an empty object", "{}", /no event type/],
  ["without a type", '{"id":"e","data":{}}', /no event type/],
  ["an empty type", '{"event_type":"","data":{}}', /no event type/],
  ["a type that is a number", '{"event_type":1,"data":{}}', /no event type/],
  ["a type that is a list", '{"event_type":["order.created"],"data":{}}', /no event type/],
  ["fields of two models", '{"grand_total":1,"refund_amount":1}', /two models/],
];

describe("200: authentic, and of no known form", () => {
  test.each(unknown)(
    "%s is kept whole and quarantined with its reason",
    async (_name, body, says) => {
      const id = `sha256:${await sha256(body)}`;
      expect(await deliver(body)).toEqual({ received: true, id, duplicate: false });
      const [row] = await settled(id);
      expect(row).toMatchObject({
        status: "quarantined",
        form: "unknown",
        event_type: null,
        subject: null,
        payload: body,
      });
      expect(row?.["error"]).toMatch(says);
      expect(await deliver(body, { path: `${WEBHOOKS}/order.created` })).toMatchObject({
        duplicate: true,
      });
    },
  );

  test("the team is alerted once an hour, not of each", async () => {
    await env.DB.prepare("DELETE FROM notifications WHERE template = 'alert'").run();
    const [first] = await settled((await deliver('"one"')).id);
    await settled((await deliver('"two"')).id, (await deliver('"three"')).id);
    const alerts = await rows("SELECT id, subject_id FROM notifications WHERE template = 'alert'");
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ subject_id: first?.["id"] });
    expect(String(alerts[0]?.["id"])).toMatch(/^alert\/unknown_body\//);
  });

  test("with D1 down the queue keeps it, with the queue down the inbox does", async () => {
    const taken = await deliver("no JSON at all", { vars: { DB: broken(env.DB) } });
    expect(await settled(taken.id)).toMatchObject([{ status: "quarantined", form: "unknown" }]);
    const id = await receiveOnly("[42]");
    expect(await eventRow(id)).toMatchObject({ status: "received", form: "unknown" });
  });
});

describe("200: bare bodies", () => {
  test.each([
    ["without a hint", {}, null],
    ["with one in the path", { path: `${WEBHOOKS}/order.created` }, "order.created"],
    ["with a line break in one", { path: `${WEBHOOKS}/order%0D%0Acreated` }, "order\r\ncreated"],
    ["with one in the path, without /api", { path: "/webhooks/ce/x.y" }, "x.y"],
    [
      "with one in a header",
      { headers: { "x-webhook-event": "order.confirmed" } },
      "order.confirmed",
    ],
    [
      "with two, the path's first",
      { path: `${WEBHOOKS}/a`, headers: { "x-webhook-event": "b" } },
      "a",
    ],
  ])("%s: taken under the hash of the body, typed by what it says", async (name, sent, hint) => {
    const body = detail(`ORD-B ${name}`);
    const receipt = await deliver(body, sent);
    expect(receipt).toMatchObject({ id: `sha256:${await sha256(body)}`, duplicate: false });
    expect((await deliver(body)).duplicate).toBe(true);
    const [row] = await settled(receipt.id);
    expect(row).toMatchObject({
      event_type: "order.confirmed",
      form: "bare",
      type_hint: hint,
      subject: "order",
      subject_id: `ORD-B ${name}`,
      occurred_at: "2026-11-20T09:30:00.000Z",
      status: "processed",
    });
  });
});

describe("413: a body over 1,048,576 bytes", () => {
  test("exactly the limit is taken and applied, a byte more is not", async () => {
    const largest = padded(LIMIT);
    expect(new TextEncoder().encode(largest).length).toBe(LIMIT);
    const taken = await post(largest);
    expect(taken.status).toBe(200);
    const refused = await post(padded(LIMIT + 1));
    expect(refused.status).toBe(413);
    expect(await errorOf(refused)).toContain("1048576");
    const [row] = await settled(`evt_${String(LIMIT)}`);
    expect(row).toMatchObject({ status: "processed", payload: largest });
  });

  test("the limit counts bytes, not characters", async () => {
    const body = JSON.stringify({ event_type: "order.created", data: "é".repeat(LIMIT / 2) });
    expect(body.length).toBeLessThan(LIMIT);
    expect((await post(body)).status).toBe(413);
  });

  test("a declared length over the limit is refused before anything is read", async () => {
    const { stream, taken } = counted(40, 65_536);
    const request = new Request(`${ORIGIN}${WEBHOOKS}`, {
      method: "POST",
      headers: { "content-length": String(LIMIT + 1), "x-webhook-signature": "0".repeat(64) },
      body: stream,
    });
    const response = await fetchWith({}, request);
    expect(response.status).toBe(413);
    await errorOf(response);
    expect(taken()).toBe(0);
  });

  test("a stream without a length is refused once it passes the limit, not at its end", async () => {
    const { stream, taken } = counted(1_000, 65_536);
    const request = new Request(`${ORIGIN}${WEBHOOKS}`, {
      method: "POST",
      headers: { "x-webhook-signature": "0".repeat(64) },
      body: stream,
    });
    expect(request.headers.get("content-length")).toBeNull();
    const response = await fetchWith({}, request);
    expect(response.status).toBe(413);
    await errorOf(response);
    expect(taken()).toBeLessThan(LIMIT + 4 * 65_536);
  });

  test("a declared length that is too small does not help", async () => {
    const { stream, taken } = counted(1_000, 65_536);
    const request = new Request(`${ORIGIN}${WEBHOOKS}`, {
      method: "POST",
      headers: { "content-length": "10", "x-webhook-signature": "0".repeat(64) },
      body: stream,
    });
    expect((await fetchWith({}, request)).status).toBe(413);
    expect(taken()).toBeLessThan(LIMIT + 4 * 65_536);
  });

  test("a streamed body of exactly the limit is taken", async () => {
    const { stream } = counted(LIMIT / 65_536, 65_536);
    const request = new Request(`${ORIGIN}${WEBHOOKS}`, {
      method: "POST",
      headers: { "x-webhook-signature": await sign(" ".repeat(LIMIT)) },
      body: stream,
    });
    // The signature is valid and the body small enough: blanks are stored, although they are not JSON.
    expect((await fetchWith({}, request)).status).toBe(200);
  });
});

describe("408: a body that does not arrive whole", () => {
  const cutOff = (): ReadableStream =>
    new ReadableStream({
      type: "bytes",
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`{"event_type":`));
      },
      pull(controller) {
        controller.error(new Error("Network connection lost."));
      },
    });

  test("the connection is lost", async () => {
    const headers = { "x-webhook-signature": "0".repeat(64) };
    const request = { method: "POST", headers, body: cutOff() };
    const response = await fetchWith({}, new Request(`${ORIGIN}${WEBHOOKS}`, request));
    expect(response.status).toBe(408);
    expect(await errorOf(response)).toMatch(/whole/);
  });

  test("it ends before its declared length", async () => {
    const body = JSON.stringify(event("order.created", orderDetail("ORD-408")));
    const { stream } = counted(1, 100);
    const headers = { "content-length": "200", "x-webhook-signature": await sign(body) };
    const request = { method: "POST", headers, body: stream };
    const response = await fetchWith({}, new Request(`${ORIGIN}${WEBHOOKS}`, request));
    expect(response.status).toBe(408);
    await errorOf(response);
  });
});

describe("405: another method", () => {
  const paths = [WEBHOOKS, "/webhooks/ce", `${WEBHOOKS}/order.created`];
  const methods = ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

  test.each(methods)("%s is answered with Allow: POST", async (method) => {
    for (const path of paths) {
      const response = await exports.default.fetch(`${ORIGIN}${path}`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
      const text = await response.text();
      expect(text).toMatch(method === "HEAD" ? /^$/ : /^\{"error":".+"\}$/);
    }
  });

  test("even where the body is signed", async () => {
    const body = JSON.stringify(event("order.created", orderDetail("ORD-405")));
    expect((await post(body, { method: "PUT" })).status).toBe(405);
  });
});

describe("410: the receiver is retired", () => {
  test("the vendor is told to stop sending, signature or not", async () => {
    const vars = { RECEIVER_RETIRED: "true" };
    const body = JSON.stringify(event("order.created", orderDetail("ORD-410"), { id: "evt_410" }));
    for (const signature of [await sign(body), null]) {
      const response = await post(body, { signature, vars });
      expect(response.status).toBe(410);
      await errorOf(response);
    }
    expect(await rows("SELECT id FROM webhook_events WHERE id = 'evt_410'")).toEqual([]);
    expect((await post(body, { vars: { RECEIVER_RETIRED: "false" } })).status).toBe(200);
  });

  test("a malformed value does not retire it", async () => {
    const body = JSON.stringify(event("order.created", orderDetail("ORD-411")));
    expect((await post(body, { vars: { RECEIVER_RETIRED: "perhaps" } })).status).toBe(200);
  });
});

describe("503: try again later", () => {
  test.each([
    ["unset", undefined],
    ["empty", ""],
    ["blank", "  "],
  ])("CE_WEBHOOK_SECRET is %s: nothing is taken, the log names the command", async (_n, secret) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const vars = { CE_WEBHOOK_SECRET: secret };
    const body = JSON.stringify(event("order.created", orderDetail("ORD-503")));
    for (const signature of [await sign(body), null, "0".repeat(64)]) {
      const response = await post(body, { signature, vars });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      await errorOf(response);
    }
    const lines = logged.mock.calls.map((call) => String(call[0])).join("\n");
    expect(lines).toContain("wrangler secret put CE_WEBHOOK_SECRET");
    expect(lines).not.toContain("ORD-503");
  });

  test("neither store took it", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const body = JSON.stringify(event("order.created", orderDetail("ORD-504"), { id: "evt_504" }));
    const response = await post(body, {
      vars: { DB: broken(env.DB), EVENTS: broken(env.EVENTS) },
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    await errorOf(response);
    expect(await rows("SELECT id FROM webhook_events WHERE id = 'evt_504'")).toEqual([]);
    // The vendor sends it again, and it is not a repeat.
    expect((await deliver(body)).duplicate).toBe(false);
  });

  test("D1 alone down is no reason: the queue carries the event into the inbox", async () => {
    const body = event("order.created", orderDetail("ORD-505"), { id: "evt_505" });
    const receipt = await deliver(body, { vars: { DB: broken(env.DB) } });
    expect(receipt).toEqual({ received: true, id: "evt_505", duplicate: false });
    const [row] = await settled("evt_505");
    expect(row).toMatchObject({ status: "processed", payload: JSON.stringify(body) });
  });

  test("the queue alone down is no reason: the event stands in the inbox", async () => {
    const id = await receiveOnly(event("order.created", orderDetail("ORD-506")));
    expect((await eventRow(id))["status"]).toBe("received");
  });

  test("with D1 down, an event too large for a queue message has nowhere to go", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const body = event("order.created", orderDetail("ORD-507", { note: "x".repeat(200_000) }));
    const response = await post(JSON.stringify(body), { vars: { DB: broken(env.DB) } });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
  });
});

describe("around the webhook routes", () => {
  test("GET /health is ok", async () => {
    const response = await exports.default.fetch(`${ORIGIN}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  test("health says so without a secret and while retired", async () => {
    for (const vars of [{ CE_WEBHOOK_SECRET: "" }, { RECEIVER_RETIRED: "true" }]) {
      const response = await fetchWith(vars, new Request(`${ORIGIN}/health`));
      expect(response.status).toBe(200);
    }
  });

  test("an unknown path beside the webhook route is refused as JSON", async () => {
    const response = await post("{}", { path: "/api/webhooks/other" });
    expect(response.status).toBe(404);
    await errorOf(response);
  });

  test("one log line a write names its events, the repeats among them, and who took them", async () => {
    const [id, other] = ["evt_590", "evt_591"];
    const first = JSON.stringify(event("order.created", orderDetail("ORD-590"), { id }));
    const second = JSON.stringify(event("order.created", orderDetail("ORD-591"), { id: other }));
    const lines: unknown[] = [];
    // The consumer and the rest of other deliveries log to the same console.
    vi.spyOn(console, "info").mockImplementation((line: unknown) => {
      const text = String(line);
      const isOwn = text.includes(`"${id}"`) || text.includes(`"${other}"`);
      if (isOwn && text.includes('"event":"received"')) lines.push(JSON.parse(text));
    });
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    // The inbox logs its lines after the answer.
    const written = async (count: number): Promise<unknown> =>
      await vi.waitUntil(() => lines.length >= count, { timeout: 10_000 });
    await post(first);
    await written(1);
    await post(first);
    await written(2);
    await post(second, { vars: { DB: broken(env.DB) } });
    await written(3);
    expect(lines).toEqual([
      { level: "info", event: "received", ids: [id], repeats: [], store: "inbox" },
      { level: "info", event: "received", ids: [id], repeats: [id], store: "inbox" },
      { level: "info", event: "received", ids: [other], repeats: [], store: "queue" },
    ]);
  });

  test("no answer and no log line carries a secret or a body", async () => {
    const lines: string[] = [];
    const keep = (line: unknown): void => void lines.push(String(line));
    for (const level of ["info", "warn", "error", "log"] as const) {
      vi.spyOn(console, level).mockImplementation(keep);
    }
    const body = JSON.stringify(
      event("order.created", orderDetail("ORD-600", { customer_note: "private words" })),
    );
    const vars = { CE_WEBHOOK_SECRET: "very-secret-value" };
    const good = await post(body, { secret: "very-secret-value", vars });
    const bad = await post(body, { secret: "wrong", vars });
    expect([good.status, bad.status]).toEqual([200, 401]);
    const all = [...lines, await good.text(), await bad.text()].join("\n");
    for (const word of ["very-secret-value", "private words", "asha@example.com", "9876543210"]) {
      expect(all).not.toContain(word);
    }
  });
});
