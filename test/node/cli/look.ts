/** The commands that read from a receiver: lists, details, explanations, and their output if nothing is found. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import {
  events as eventsAnswer,
  explanation,
  found,
  messages,
  order,
  orders as ordersAnswer,
} from "../../../cli/api/answers.ts";
import { createApi } from "../../../cli/api/api.ts";
import { Failure } from "../../../cli/failure.ts";
import { createHttp } from "../../../cli/api/http.ts";
import { loadSettings } from "../../../cli/settings.ts";
import { WEBHOOK_PATH } from "../../../testbed/deliveries/delivery.ts";
import { amount } from "../../../testbed/terminal/amount.ts";
import { createLives } from "../../../testbed/stories/index.ts";
import { attacks, hidden, OWN_COLOUR } from "./attacks.ts";
import { startProxy, startStranger } from "./proxy.ts";
import { runProcess, SECRET } from "./run.ts";
import { shop } from "./shop.ts";

const { receiver } = shop;

const eventList = z.pick(eventsAnswer, { events: true });
const parse = <T>(shape: z.ZodMiniType<T>, text: string): T => shape.parse(JSON.parse(text));

await test("an order that was triggered a moment ago is explained", async () => {
  const story = await shop.run("trigger cancelled-with-refund --order ORD-1 --seed 2");
  assert.equal(story.code, 0, story.stderr);
  // All at once, because explain waits for events in progress.
  const [text, events, json] = await Promise.all([
    shop.run("explain ORD-1"),
    shop.run("explain ORD-1 --events"),
    shop.run("explain ORD-1 --json"),
  ]);
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^ORD-1 {2}cancelled/);
  assert.match(text.stdout, /cancelled +.* order\.cancelled +evt_/);
  assert.match(
    text.stdout,
    /– superseded +order\.created +evt_\S+\n +older than order\.cancelled evt_/,
  );
  assert.ok(text.stdout.endsWith(events.stdout));
  const explained = parse(explanation, json.stdout);
  assert.equal(explained.orderNumber, "ORD-1");
  assert.ok(explained.events.some(({ outcome }) => outcome === "superseded"));
});

await test("an order is shown whole", async () => {
  const [text, json, list] = await Promise.all([
    shop.run("order ORD-1"),
    shop.run("order ORD-1 --json"),
    shop.run("orders ORD-1"),
  ]);
  for (const part of [/Payments\n/, /Refunds\n/, /REF-1-1 +success/, /order\.cancelled/]) {
    assert.match(text.stdout, part);
  }
  const { order: row, refunds } = parse(order, json.stdout);
  assert.equal(row["status"], "cancelled");
  assert.equal(refunds.length, 1);
  assert.match(list.stdout, /ORD-1 +cancelled/);
});

await test("all orders are filtered and sorted", async () => {
  const [cancelled, none, sorted, both, wrong] = await Promise.all([
    shop.run("orders --status cancelled --placed month --sort oldest"),
    shop.run("orders --status lost --sort activity"),
    shop.run("orders --from 2020-01-01 --sort total --limit 2 --json"),
    shop.run("orders ORD-1 --status cancelled"),
    shop.run("orders --sort price"),
  ]);
  assert.match(cancelled.stdout, /ORD-1 +cancelled/);
  assert.match(none.stderr, /No order fits/);
  assert.equal(parse(ordersAnswer, sorted.stdout).orders.length, 2);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /one of the three/);
  assert.equal(wrong.code, 2);
});

await test("whatever is known is found by a part of it", async () => {
  const [digits, loose, none, json] = await Promise.all([
    shop.run("find ref-1-1"),
    shop.run("find no such thing"),
    shop.run(["find", " "]),
    shop.run("find ord-1 --json"),
  ]);
  assert.match(digits.stdout, /Refunds\n[^]*REF-1-1 +success .*ORD-1\b/);
  assert.equal(loose.code, 0, loose.stderr);
  assert.match(loose.stderr, /Nothing fits/);
  assert.equal(none.code, 2);
  const { orders } = parse(found, json.stdout);
  assert.equal(orders[0]?.order_number, "ORD-1");
});

await test("an order is shown with what it says beside goods and money, as text in few lines", async () => {
  const data = {
    order_number: "TOLD-1",
    customer_id: 20_418_377,
    customer_note: "Ring\n twice\u001b[2J",
    coupon_code: "DIWALI100",
    metadata: { channel: "app" },
    billing_address: { first_name: "Asha\u001b[31m", tax_identification_number: "29ABCDE1234F1Z5" },
    loyalty_tier: { name: "gold" },
    story: "s".repeat(3_000),
    payments: [{ request_number: "PAY-TOLD", payment_status: "success", card_type: "Rupay" }],
    ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field_${index}`, index])),
  };
  const time = new Date().toISOString();
  const body = JSON.stringify({ id: "t-1", event_type: "order.confirmed", created_at: time, data });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = { "x-webhook-signature": signature };
  const answer = await fetch(receiver.url + WEBHOOK_PATH, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
  await shop.settled();
  const [text, json, explained] = await Promise.all([
    shop.run("order TOLD-1"),
    shop.run("order TOLD-1 --json"),
    shop.run("explain TOLD-1"),
  ]);
  for (const line of [
    /customer id +20418377\n/,
    /tax id +29ABCDE1234F1Z5\n/,
    /note +Ring twice\\u001b\[2J\n/,
    /coupon +DIWALI100\n/,
    /metadata +channel: app\n/,
    /Other fields {2}from Commerce Engine\n +order +loyalty_tier: \{"name":"gold"\}, story: s{79}…, field_0: 0,/,
    /field_27: 27, and 12 more fields\n +PAY-TOLD +card_type: Rupay\n/,
  ]) {
    assert.match(text.stdout, line);
  }
  assert.ok(!text.stdout.includes("\u001b"));
  assert.match(explained.stdout, /metadata channel: app/);
  const { order: row, payments } = parse(order, json.stdout);
  assert.ok(String(row["extra"]).includes("s".repeat(3_000)));
  assert.equal(payments[0]?.["extra"], '{"card_type":"Rupay"}');
});

await test("an order too large to be shown whole says what is missing, and where it is", async () => {
  const payments = Array.from({ length: 150 }, (_, index) => ({ request_number: `MANY-${index}` }));
  const data = { order_number: "MANY-1", status: "confirmed", payments };
  const body = JSON.stringify({ id: "many", event_type: "order.confirmed", data });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = { "x-webhook-signature": signature };
  await fetch(receiver.url + WEBHOOK_PATH, { method: "POST", headers, body });
  await shop.settled();
  const [text, json, explained, list, told] = await Promise.all([
    shop.run("order MANY-1"),
    shop.run("order MANY-1 --json"),
    shop.run("explain MANY-1"),
    shop.run("explain MANY-1 --events"),
    shop.run("event many"),
  ]);
  for (const { stdout } of [text, explained, list]) {
    assert.match(stdout, /payments.*50.*the table payments, by order_number\.\n/);
  }
  assert.match(told.stdout, /rows that it sets.*51.*its body\.\n/);
  assert.deepEqual(parse(order, json.stdout).left_out, [
    { what: "payments", count: 50, where: "the table payments, by order_number" },
  ]);
});

await test("an order that attacks the terminal is shown as text by every command, and whole as JSON", async () => {
  const attack = attacks.join("");
  // No argument of a process can hold a NUL.
  const number = `EVIL-1${attack.replaceAll("\0", "")}`;
  const place = Object.fromEntries(
    "first_name last_name address_line1 city".split(" ").map((name) => [name, attack]),
  );
  const data = {
    order_number: number,
    order_status: attack,
    customer_note: attack,
    coupon_code: attack,
    metadata: { [attack]: attack },
    billing_address: place,
    [attack]: attack,
    payments: [{ request_number: attack, payment_status: attack, payment_method: attack }],
    shipments: [{ reference_number: attack, courier_company_name: attack, awb_no: attack }],
  };
  const time = new Date().toISOString();
  const event = { id: "evil-1", event_type: "order.confirmed", created_at: time, data };
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = { "x-webhook-signature": signature };
  const answer = await fetch(receiver.url + WEBHOOK_PATH, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
  await shop.settled();
  const commands = [
    ["find", "EVIL-1"],
    ["orders", "EVIL-1"],
    ["order", number],
    ["explain", number],
    ["events", "--limit", "1"],
    ["event", "evil-1"],
    ["messages", "--limit", "5"],
    ["tail", "--last", "2", "--for", "100ms"],
  ];
  for (const command of commands) {
    const [piped, coloured, json] = await Promise.all([
      shop.run(command),
      shop.run(command, { env: { NO_COLOR: "", FORCE_COLOR: "1" } }),
      shop.run([...command, "--json"]),
    ]);
    for (const { code, stdout, stderr } of [piped, json]) {
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout + stderr, hidden, command[0]);
    }
    const bare = (coloured.stdout + coloured.stderr).replaceAll(OWN_COLOUR, "");
    assert.doesNotMatch(bare, hidden, command[0]);
  }
  const found = await shop.run("event evil-1 --json");
  assert.equal(parse(z.looseObject({ payload: z.string() }), found.stdout).payload, body);
});

await test("an order's money is told as it was paid and paid back, whole and in the list", async () => {
  const seed = Date.now() % 1_000_000_000;
  const lives = createLives({
    seed,
    orders: 6,
    endsAtMs: Date.now() - 60_000,
    firstNumber: 900_001,
  });
  for (const { events } of lives) {
    for (const event of events) {
      const body = JSON.stringify(event);
      const signature = createHmac("sha256", SECRET).update(body).digest("hex");
      const headers = { "x-webhook-signature": signature };
      await fetch(`${receiver.url}/api/webhooks/ce`, { method: "POST", headers, body });
    }
  }
  await shop.settled();
  const list = await shop.run("orders ORD-9");
  const shown = await Promise.all(lives.map(({ orderNumber }) => shop.run(["order", orderNumber])));
  const inr = (micros: number): string => amount(micros, "INR", false);
  for (const [index, { orderNumber, expected }] of lives.entries()) {
    const text = shown[index]?.stdout ?? "";
    const of = `${orderNumber}, seed ${seed}`;
    const word = expected.financialStatus.replaceAll("_", " ").replace("partially", "partly");
    const line = (name: string): string | undefined =>
      new RegExp(`^ +${name} {2,}(.+)$`, "m").exec(text)?.[1];
    const unlessNone = (micros: number) => (micros === 0 ? undefined : inr(micros));
    assert.equal(line("money"), word, of);
    assert.equal(line("paid"), inr(expected.paidMicros), of);
    assert.equal(line("to be paid"), unlessNone(expected.openMicros), of);
    assert.equal(line("refunded"), unlessNone(expected.refundedMicros), of);
    assert.equal(line("refund outstanding"), unlessNone(expected.refundDueMicros), of);
    assert.match(list.stdout, new RegExp(`${orderNumber} .* {2}${word} {2}`), of);
  }
});

await test("events are listed, filtered and paged", async () => {
  await shop.run("trigger senseless --order BAD-1");
  await shop.run("trigger order.created --count 110 --json");
  await shop.settled();
  const [troubled, typed, many, none] = await Promise.all([
    shop.run("events --status quarantined --from 1h --limit 5"),
    shop.run("events --type order.cancelled --from 1h --json"),
    shop.run("events --limit 105 --json"),
    shop.run("events --order NEVER"),
  ]);
  assert.equal(troubled.stdout.match(/! quarantined/g)?.length, 5);
  assert.match(troubled.stdout, /data\.amount: \S/);
  const cancelled = parse(eventList, typed.stdout).events;
  assert.deepEqual(
    new Set(cancelled.map((event) => event.event_type)),
    new Set(["order.cancelled"]),
  );
  const ids = parse(eventList, many.stdout).events.map(({ id }) => id);
  assert.equal(new Set(ids).size, 105);
  assert.match(troubled.stderr, /--limit shows more/);
  assert.equal(none.code, 0);
  assert.equal(none.stdout, "");
  assert.match(none.stderr, /No event fits/);
});

await test("an event is found by the beginning of its id, and its body comes byte for byte", async () => {
  const [row] = await receiver.query<{ id: string; payload: string }>(
    "SELECT id, payload FROM webhook_events WHERE subject_id = 'ORD-1' AND event_type = 'order.cancelled'",
  );
  assert.ok(row !== undefined);
  const [text, body, several, unknown] = await Promise.all([
    shop.run(["event", `${row.id.slice(0, 14)}…`]),
    shop.runProcess(["event", row.id, "--body"]),
    shop.run("event evt_"),
    shop.run("event evt_nothing"),
  ]);
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, new RegExp(`^${row.id} {2}order\\.cancelled {2}✓ processed`));
  assert.match(text.stdout, /Sets\n +order ORD-1 +status/);
  assert.equal(body.stdout, row.payload);
  assert.equal(several.code, 1);
  assert.match(several.stderr, /Several ids begin with evt_/);
  assert.equal(unknown.code, 1);
  const signed = await shop.run("sign", { input: body.stdout });
  assert.equal(
    signed.stdout.trim(),
    createHmac("sha256", SECRET).update(row.payload).digest("hex"),
  );
});

await test("it is said in which form an event came, and how its type was found", async () => {
  const body = `not json ${String(Date.now())}`;
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = { "x-webhook-signature": signature };
  const taken = await fetch(`${receiver.url}/api/webhooks/ce`, { method: "POST", headers, body });
  const { id } = z.looseObject({ id: z.string() }).parse(await taken.json());
  await Promise.all([
    shop.run("trigger happy-path --form bare --order FORM-1"),
    shop.run("trigger order.confirmed --form flat --order FORM-2"),
  ]);
  await shop.settled();
  const idOf = async (order: string) => {
    const sql =
      "SELECT id FROM webhook_events WHERE subject_id = ?1 AND event_type = 'order.confirmed'";
    return (await receiver.query<{ id: string }>(sql, order))[0]?.id ?? "";
  };
  const [bareId, flatId] = [await idOf("FORM-1"), await idOf("FORM-2")];
  const [bare, flat, unknown, list, troubled, tail, explained] = await Promise.all([
    shop.run(["event", bareId]),
    shop.run(["event", flatId]),
    shop.run(["event", id]),
    shop.run("events --order FORM-1"),
    shop.run("events --status quarantined --limit 1"),
    shop.run("tail --last 11 --for 1s"),
    shop.run("explain FORM-1"),
  ]);
  assert.match(bare.stdout, /form +bare · type by its status "confirmed"/);
  assert.match(flat.stdout, /form +flat · type named by the body/);
  assert.match(
    unknown.stdout,
    /unknown body {2}! quarantined[^]*form +unknown: the body is not JSON/,
  );
  assert.match(list.stdout, /order\.confirmed +bare +FORM-1/);
  assert.match(tail.stdout, /order\.completed +bare +FORM-1/);
  assert.match(troubled.stdout, /! quarantined +unknown body +unknown +sha256:/);
  assert.match(
    explained.stdout,
    /same time and status as .* sha256:[0-9a-f]{12}, which came later/,
  );
  for (const { stdout } of [unknown, list, troubled, tail, explained])
    assert.doesNotMatch(stdout, /null/);
});

await test("messages are listed, shown whole, and sent once more", async () => {
  const [list, one, again] = await Promise.all([
    shop.run("messages --order ORD-1 --json"),
    shop.run("message order_cancelled/ORD-1/email"),
    shop.runProcess("message refund_succeeded/REF-1-1/email --send-again --yes"),
  ]);
  const ids = parse(messages, list.stdout).notifications.map(({ id }) => id);
  assert.ok(ids.includes("order_cancelled/ORD-1/email"), list.stdout);
  assert.match(one.stdout, /– suppressed\n[^]*channel not configured/);
  assert.equal(again.code, 0, again.stderr);
  const sql = "SELECT resends FROM notifications WHERE id = 'refund_succeeded/REF-1-1/email'";
  assert.equal((await receiver.query<{ resends: number }>(sql))[0]?.resends, 1);
  const attempts = [
    { at: "2026-11-24T10:00:00.000Z", ms: 163, status: 503, answer: "application_error" },
    { at: "2026-11-24T10:01:00.000Z", ms: 42, status: 200, answer: "" },
  ];
  await receiver.query(
    `UPDATE notifications SET attempts = 2, attempt_log = '${JSON.stringify(attempts)}' WHERE id = 'order_cancelled/ORD-1/email'`,
  );
  const [{ email } = { email: "" }] = await receiver.query<{ email: string }>(
    "SELECT customer_email AS email FROM orders WHERE order_number = 'ORD-1'",
  );
  const tried = await shop.run("message order_cancelled/ORD-1/email");
  assert.match(tried.stdout, /200 in 42 ms\n[^]*503 application_error in 163 ms/);
  const found = await shop.run(["messages", "--recipient", ` ${email.toUpperCase()}`, "--json"]);
  const toOne = parse(messages, found.stdout).notifications.map(({ id }) => id);
  assert.ok(toOne.includes("order_cancelled/ORD-1/email"), found.stdout);
  const none = await shop.run("messages --recipient nobody@nowhere.example");
  assert.match(none.stdout + none.stderr, /No message fits/);
});

await test("what is not there is said in one line, with a code of its own", async () => {
  const [message404, explain404, token, far, gone] = await Promise.all([
    shop.runProcess("message order_confirmed/NEVER/email"),
    shop.runProcess("explain NEVER --json"),
    shop.runProcess("events --token wrong"),
    shop.runProcess("events", { env: { CE_WEBHOOKS_URL: "http://127.0.0.1:9" } }),
    runProcess(["events"], { env: { CE_WEBHOOKS_URL: receiver.url } }),
  ]);
  const codes = [message404, explain404, token, far, gone].map(({ code }) => code);
  assert.deepEqual(codes, [1, 1, 4, 3, 2]);
  for (const { stdout, stderr } of [message404, explain404, token, far, gone]) {
    assert.equal(stdout, "");
    assert.match(stderr, /^✗ [^\n]+\n$/);
  }
  assert.match(far.stderr, /Cannot reach http:\/\/127\.0\.0\.1:9: .*npm start/);
  assert.match(gone.stderr, /ADMIN_TOKEN/);
});

await test("what answers in another way is told apart", async () => {
  const json = { "content-type": "application/json" };
  const proxies = await Promise.all([
    startStranger({ status: 404, body: '{"error":"Not found"}', headers: json }),
    startStranger({ status: 302, headers: { location: "https://team.cloudflareaccess.com/x" } }),
    startStranger({ status: 200, body: "<html>hello</html>" }),
    startProxy(receiver.url, () => ({
      status: 503,
      body: '{"error":"try later"}',
      headers: json,
    })),
  ]);
  const said = [
    ["unauthorized", /no admin API/],
    ["unauthorized", /CF_ACCESS_CLIENT_ID/],
    ["refused", /not understood/],
    ["refused", /503: try later/],
  ] as const;
  const http = createHttp(new AbortController().signal);
  for (const [index, { url }] of proxies.entries()) {
    const api = createApi(http, loadSettings({ url, token: "any" }, {}));
    const failure = await api.health().catch((error: unknown) => error);
    assert.ok(failure instanceof Failure);
    assert.equal(failure.ending, said[index]?.[0]);
    assert.match(failure.message, said[index]?.[1] ?? /never/);
  }
  await Promise.all(proxies.map((proxy) => proxy.close()));
});
