/** `trigger`: every scenario has the result that it promises, with the real Worker; its deliveries can be changed. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import { createHttp } from "../../../cli/api/http.ts";
import { parseChange } from "../../../cli/trigger/change.ts";
import { prepare } from "../../../cli/trigger/draft.ts";
import { planOrders, triggerNames } from "../../../cli/trigger/plan.ts";
import { post, type Posted } from "../../../cli/trigger/post.ts";
import { scenarios } from "../../../cli/trigger/scenarios.ts";
import { eventTypes, type FormChoice, formChoices } from "../../../testbed/stories/index.ts";
import { SECRET } from "./run.ts";
import { shop } from "./shop.ts";

const triggered = z.object({
  seed: z.number(),
  deliveries: z.array(
    z.looseObject({
      order_number: z.string(),
      status: z.number(),
      as_expected: z.boolean(),
      id: z.nullable(z.string()),
      duplicate: z.boolean(),
    }),
  ),
});

const dryRun = z.object({
  deliveries: z.array(
    z.looseObject({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  ),
});

const event = z.looseObject({
  id: z.string(),
  event_type: z.string(),
  created_at: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const { receiver } = shop;

const plain = { count: 1, form: "envelope" } as const;

async function one(sql: string, ...values: string[]): Promise<unknown> {
  const [row] = await receiver.query<{ value: unknown }>(sql, ...values);
  return row?.value ?? null;
}

const statusOf = (order: string) =>
  one("SELECT status AS value FROM orders WHERE order_number = ?1", order);

/** The state that each scenario must leave of its order. */
const outcomes: Readonly<Record<string, (order: string) => Promise<void>>> = {
  "happy-path": async (order) => assert.equal(await statusOf(order), "complete"),
  "on-its-way": async (order) => assert.equal(await statusOf(order), "confirmed"),
  "payment-fails-twice": async (order) => {
    assert.equal(await statusOf(order), "complete");
    const sql = `SELECT count(*) AS value FROM payment_attempts WHERE order_number = ?1 AND attempt = 'failure'`;
    assert.equal(await one(sql, order), 2);
  },
  "never-paid": async (order) =>
    assert.equal(
      await one("SELECT paid_micros AS value FROM orders WHERE order_number = ?1", order),
      0,
    ),
  "cancelled-before-payment": async (order) => assert.equal(await statusOf(order), "cancelled"),
  "cancelled-with-refund": async (order) => {
    assert.equal(await statusOf(order), "cancelled");
    const sql =
      "SELECT count(*) AS value FROM refunds WHERE order_number = ?1 AND status = 'success'";
    assert.equal(await one(sql, order), 1);
  },
  "refund-fails": async (order) => {
    const sql = "SELECT count(*) AS value FROM refunds_due WHERE order_number = ?1";
    assert.equal(await one(sql, order), 1);
  },
  "refund-retried": async (order) => {
    const sql = "SELECT count(*) AS value FROM refunds_due WHERE order_number = ?1";
    assert.equal(await one(sql, order), 0);
  },
  "one-shipment-lost": async (order) => {
    const sql = `SELECT group_concat(status) AS value FROM
      (SELECT status FROM shipments WHERE order_number = ?1 ORDER BY status)`;
    assert.equal(await one(sql, order), "delivered,lost");
  },
  "one-shipment-cancelled": async (order) => {
    const sql =
      "SELECT count(*) AS value FROM shipments WHERE order_number = ?1 AND status = 'cancelled'";
    assert.equal(await one(sql, order), 1);
  },
  "returned-in-part": async (order) => assert.equal(await statusOf(order), "complete"),
  reversed: async (order) => assert.equal(await statusOf(order), "complete"),
  "three-times": async (order) => {
    const sql =
      "SELECT min(e.redeliveries) AS value FROM order_events o JOIN webhook_events e ON e.id = o.event_id WHERE o.order_number = ?1";
    assert.equal(await one(sql, order), 2);
    assert.equal(await statusOf(order), "complete");
  },
  "same-second": async (order) => {
    assert.equal(await statusOf(order), "complete");
    const sql =
      "SELECT count(DISTINCT occurred_at) AS value FROM order_events WHERE order_number = ?1";
    assert.equal(await one(sql, order), 1);
  },
  "day-late": async (order) => {
    const sql = "SELECT max(occurred_at) AS value FROM order_events WHERE order_number = ?1";
    const last = Date.parse(String(await one(sql, order)));
    assert.ok(Date.now() - last >= 86_400_000);
    assert.equal(await statusOf(order), "complete");
  },
  conflict: async (order) => {
    const sql = "SELECT conflicts AS value FROM webhook_events WHERE subject_id = ?1";
    assert.equal(await one(sql, order), 1);
  },
};

/** Sends a scenario like the command, but without a process for each. */
async function tell(
  name: string,
  orderNumber: string,
  form: FormChoice = "envelope",
): Promise<readonly Posted[]> {
  const http = createHttp(new AbortController().signal);
  const options = { name, orderNumber, form, count: 1, seed: 7, changes: [], nowMs: Date.now() };
  const posted: Posted[] = [];
  for (const draft of planOrders(options)[0]?.drafts ?? []) {
    for (const delivery of await prepare(draft, SECRET)) {
      posted.push(await post(http, receiver.url, delivery));
    }
  }
  return posted;
}

await test("every scenario comes to what it says", async (t) => {
  const told = new Map<string, readonly Posted[]>();
  for (const [index, { name }] of scenarios.entries()) {
    const posted = await tell(name, `ORD-9${index}`);
    assert.ok(posted.length > 0 && posted.every((one) => one.isExpected), name);
    told.set(name, posted);
  }
  await shop.settled();
  for (const [name, check] of Object.entries(outcomes)) {
    await t.test(name, () => check(told.get(name)?.[0]?.delivery.orderNumber ?? ""));
  }
  await t.test("those that wait for a person are in a list", async () => {
    const [due, both] = await Promise.all([
      shop.run("orders --list refunds_due --limit 100"),
      shop.run("orders ORD-9 --list refunds_due"),
    ]);
    const unpaidBack = told.get("refund-fails")?.[0]?.delivery.orderNumber ?? "";
    const paidBack = told.get("refund-retried")?.[0]?.delivery.orderNumber ?? "";
    assert.match(due.stdout, new RegExp(`${unpaidBack}\\b`));
    assert.doesNotMatch(due.stdout, new RegExp(`${paidBack}\\b`));
    assert.equal(both.code, 2);
    assert.match(both.stderr, /one of the three/);
  });
  const answered = (name: string) => told.get(name)?.map(({ status }) => status);
  assert.deepEqual(answered("oversize"), [413]);
  assert.deepEqual(answered("forged"), [401, 401, 401, 401]);
  const became = async (name: string) => {
    const ids = JSON.stringify(told.get(name)?.map(({ id }) => id));
    const sql =
      "SELECT group_concat(DISTINCT status) AS value FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))";
    return await one(sql, ids);
  };
  assert.equal(await became("senseless"), "quarantined");
  assert.equal(await became("unknown-type"), "ignored");
});

const tellable = scenarios.filter(({ isEnveloped }) => isEnveloped !== true);

await test("every story ends the same in every form", async (t) => {
  const numbers = new Map<string, string>();
  for (const [index, form] of formChoices.slice(1).entries()) {
    for (const [place, { name }] of tellable.entries()) {
      const orderNumber = `ORD-${index + 1}-${place}`;
      const posted = await tell(name, orderNumber, form);
      assert.ok(posted.length > 0 && posted.every((one) => one.isExpected), `${name} ${form}`);
      if (name in outcomes && name !== "day-late") numbers.set(orderNumber, `${name} ${form}`);
    }
  }
  await shop.settled();
  for (const [order, what] of numbers) {
    await t.test(what, () => outcomes[what.split(" ")[0] ?? ""]?.(order));
  }
  const sql =
    "SELECT min(form = 'bare' AND id LIKE 'sha256:%') AS value FROM webhook_events WHERE subject_id = ?1";
  assert.equal(await one(sql, "ORD-2-0"), 1);
});

await test("the form is shown, bare needs no hint, and another one is refused by name", async () => {
  const [bare, json, hinted, none, closed, lost] = await Promise.all([
    shop.run("trigger happy-path --form bare --order BARE-1"),
    shop.run("trigger order.confirmed --form flat --order FLAT-1 --json"),
    shop.run("trigger order.confirmed --form bare --hint --dry-run --json"),
    shop.run("trigger order.created --form naked"),
    shop.run("trigger conflict --form bare"),
    shop.run("trigger order.created --form bare --set id=evt_1"),
  ]);
  assert.match(bare.stdout, /✓ 200 {2}order\.created +bare +sha256:[0-9a-f]{64}\n/);
  assert.match(json.stdout, /"form": "flat"[^]*"id": "evt_/);
  assert.match(hinted.stdout, /"url": "[^"]*\/api\/webhooks\/ce\/order\.confirmed"/);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /naked.*envelope, flat, bare, mixed/);
  assert.equal(closed.code, 2);
  assert.match(closed.stderr, /conflict is about what an envelope says/);
  assert.equal(lost.code, 2);
  assert.match(lost.stderr, /--set id cannot be set: a bare body is data alone/);
});

await test("a story and forgeries as a process", async () => {
  const [story, forged] = await Promise.all([
    shop.runProcess("trigger payment-fails-twice --order WEB-1 --json"),
    shop.runProcess("trigger forged"),
  ]);
  assert.equal(story.code, 0, story.stderr);
  const { deliveries } = triggered.parse(JSON.parse(story.stdout));
  assert.ok(deliveries.length > 8 && deliveries.every((one) => one.as_expected));
  assert.equal(forged.code, 0, forged.stderr);
  assert.equal(forged.stdout.match(/✓ 401 {2}order\.created +Invalid signature/g)?.length, 4);
  await shop.settled();
  assert.equal(await statusOf("WEB-1"), "complete");
});

await test("each of the 14 types can be told alone, about the order that is named", () => {
  for (const name of eventTypes) {
    const options = { ...plain, name, orderNumber: "WEB-7", seed: 1, changes: [], nowMs: 0 };
    const [draft, ...others] = planOrders(options)[0]?.drafts ?? [];
    assert.equal(others.length, 0);
    const { event_type: type, data, order_number: envelope } = draft?.event ?? {};
    assert.equal(type, name);
    const named =
      envelope ?? Object.entries(data ?? {}).find(([key]) => key === "order_number")?.[1];
    assert.equal(named, "WEB-7", name);
  }
});

await test("one event with a changed field, seen by the Worker", async () => {
  const ended = await shop.run(
    "trigger shipment.delivered --order WEB-8 --set data.courier_company_name=Hermes --set data.shipment_items[0].quantity=7",
  );
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /✓ 200 {2}shipment\.delivered +evt_[0-9a-f]{24}/);
  assert.match(ended.stdout, /npx ce-webhooks explain WEB-8/);
  await shop.settled();
  const row = await receiver.query<{ courier: string; items: string }>(
    "SELECT courier, items FROM shipments WHERE order_number = 'WEB-8'",
  );
  assert.equal(row[0]?.courier, "Hermes");
  assert.match(row[0]?.items ?? "", /"quantity":7/);
});

await test("a dry run prints body and signature, and sends nothing", async () => {
  const before = await one("SELECT count(*) AS value FROM webhook_events");
  const [json, text] = await Promise.all([
    shop.run("trigger order.created --seed 4 --dry-run --json"),
    shop.run("trigger order.created --seed 4 --dry-run"),
  ]);
  const [delivery] = dryRun.parse(JSON.parse(json.stdout)).deliveries;
  const body = delivery?.body ?? "";
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  assert.equal(delivery?.headers["x-webhook-signature"], signature);
  assert.match(
    text.stdout,
    /^POST http.+\ncontent-type: application\/json\nx-webhook-signature: [0-9a-f]{64}\n\n\{"id":/,
  );
  assert.equal(await one("SELECT count(*) AS value FROM webhook_events"), before);
});

await test("the same seed at the same time tells the same bytes, at another time other ids", () => {
  const tell = (at: string) => {
    const nowMs = Date.parse(at);
    const name = "happy-path";
    const options = { ...plain, name, orderNumber: null, count: 2, seed: 5, changes: [], nowMs };
    return planOrders(options).flatMap(({ drafts }) => drafts.map((draft) => draft.event));
  };
  const [first, later] = [tell("2026-11-24T10:00Z"), tell("2026-11-24T11:00Z")];
  assert.deepEqual(first, tell("2026-11-24T10:00Z"));
  const [a, b] = [event.parse(first[0]), event.parse(later[0])];
  assert.equal(a.data["order_number"], b.data["order_number"]);
  assert.equal(a.data["grand_total"], b.data["grand_total"]);
  assert.notEqual(a.id, b.id);
});

await test("many orders at a rate, each with a number of its own", async () => {
  const startedMs = performance.now();
  const ended = await shop.run("trigger order.created --order MANY --count 12 --rate 20 --json");
  const { deliveries } = triggered.parse(JSON.parse(ended.stdout));
  const numbers = new Set(deliveries.map((delivery) => delivery.order_number));
  assert.equal(numbers.size, 12);
  assert.ok(numbers.has("MANY") && numbers.has("MANY-12"));
  assert.ok(performance.now() - startedMs > 550, "twelve at twenty a second");
});

await test("what there is to trigger is listed, and near names are offered", async () => {
  const [list, near] = await Promise.all([
    shop.run("trigger --list --json"),
    shop.run("trigger order.confrimed"),
  ]);
  for (const name of triggerNames) assert.ok(list.stdout.includes(`"${name}"`), name);
  assert.equal(near.code, 2);
  assert.match(near.stderr, /^✗ .*order\.confrimed.*did you mean order\.confirmed.*\n$/);
});

await test("a change that cannot be made is refused, and nothing is sent", async () => {
  const before = await one("SELECT count(*) AS value FROM webhook_events");
  for (const text of ["data", "=1", "data..status=1", "__proto__.x=1", "data[x].y=1"]) {
    assert.throws(() => parseChange(text), /path/, text);
  }
  const options = { ...plain, name: "happy-path", orderNumber: "WEB-9", seed: 1, nowMs: 0 };
  for (const text of ["data.order_items[9].sku=1", "id.x=1", "data.nothing.sku=1"]) {
    assert.throws(() => planOrders({ ...options, changes: parseChange(text) }), /--set/, text);
  }
  const ended = await shop.run("trigger happy-path --set daata.status=1");
  assert.equal(ended.code, 2);
  const said =
    /^✗ --set daata\.status [^\n]*the event has no daata; it has id, event_type, created_at, data\n$/;
  assert.match(ended.stderr, said);
  assert.equal(await one("SELECT count(*) AS value FROM webhook_events"), before);
});

await test("a wrong secret is told as such, with its source", async () => {
  const { code, stderr } = await shop.run("trigger order.created --secret other");
  assert.equal(code, 4);
  assert.match(stderr, /^✗ .*401.*--secret.*CE_WEBHOOK_SECRET\?\n$/);
});
