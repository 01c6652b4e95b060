/**
 * Erasing a person, end to end: events are delivered to the Worker, partly archived, erased through the admin API, and
 * then every table, view and archive object is searched for each value.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, test } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { loadSuppressionList } from "../../src/store/privacy/suppression-list";
import { loadErasure, saveStage, startErasure } from "../../src/store/privacy/erasure";
import { startRebuild, loadRebuild } from "../../src/store/state/rebuild-progress";
import { etagOf, listObjects, readObject, writeObject } from "../../src/upkeep/archive";
import { erase, continueErasures, type ErasureDeps } from "../../src/upkeep/erasure";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { restore } from "../../src/upkeep/restore";
import { calmEnv, fireCron, hand } from "../faults/drive";
import { Breaker } from "../faults/faulty";
import { event } from "../support/events";
import { address, orderDetail, payment, refund, shipment } from "../support/models";
import {
  broken,
  deliver,
  eventRow,
  fetchWith,
  post,
  receiveOnly,
  type Row,
  row,
  rows,
  settled,
} from "../support/receiver";
import { bucket, changed, clearAll, messageOf, purgeAt } from "./aged";
import { defaults } from "../support/defaults";

const ADMIN = {
  ...calmEnv,
  ADMIN_TOKEN: "let-me-in",
  RESEND_API_KEY: "",
  NOTIFICATIONS: env.NOTIFICATIONS,
};

/** Her data; nobody else has any of these values. */
const hers = {
  first_name: "Quillonia",
  last_name: "Zephyrstone",
  email: "quill@zephyr.example",
  phone: "5550001112",
  address_line1: "77 Umbra Lane",
  landmark: "behind the obelisk",
  city: "Xyzzytown",
  pincode: "909091",
  tax_identification_number: "29QUIQ1234F1Z5",
};
const more = [
  "quill@upi",
  "old-quill@zephyr.example",
  "ring the bell twice",
  "label-77-umbra",
  "cus_quill_1",
  "quill-for-ever",
  "for quill's mother",
  "quill's loyalty card",
  "quill savings bank",
];
const values = [...Object.values(hers), ...more, "5550003334"];

const NOW = Date.now();
const ago = (daysBack: number): string => new Date(NOW - daysBack * 86_400_000).toISOString();

let count = 0;
const id = (name: string): { id: string } => ({ id: `evt-${name}-${String((count += 1))}` });

interface SentEvent {
  readonly id: string;
  readonly event_type: string;
  readonly data: unknown;
  readonly at: string;
}

/** The life of an order, of hers or of another person. */
function life(
  number: string,
  who: Record<string, unknown>,
  at: string,
  notes: Partial<Record<string, string>> = {},
) {
  const time = (minutes: number): { created_at: string } => ({
    created_at: addMs(at, minutes * 60_000),
  });
  const people = { billing_address: address(who), shipping_address: address(who) };
  const paid = payment(`PAY-${number}`, {
    upi_id: notes["upi"] ?? "someone@upi",
    payment_status: "success",
  });
  const detail = (over: object) =>
    orderDetail(number, {
      ...people,
      customer_note: notes["note"] ?? null,
      customer_id: notes["customer"] ?? null,
      coupon_code: notes["coupon"] ?? null,
      metadata: { gift: notes["gift"] ?? "none" },
      // A field that no column and no list knows.
      card_on_file: notes["card"] ?? null,
      ...over,
    });
  const told = [
    event(
      "order.created",
      detail({
        status: "pending",
        ...(notes["first"] && {
          billing_address: address({ ...who, email: notes["first"], phone: "5550003334" }),
        }),
      }),
      { ...id("created"), ...time(0) },
    ),
    event("payment.success", paid, { ...id("paid"), ...time(1), order_number: number }),
    event("order.confirmed", detail({ payments: [paid] }), { ...id("confirmed"), ...time(2) }),
    event(
      "shipment.created",
      shipment(`SHP-${number}`, { shipping_label_url: notes["label"] ?? null }),
      { ...id("packed"), ...time(3), order_number: number },
    ),
    event(
      "shipment.cancelled",
      shipment(`SHP-${number}`, { cancellation_reason: notes["note"] ?? "lost" }),
      { ...id("lost"), ...time(4), order_number: number },
    ),
    event(
      "payment.refund.success",
      refund(`REF-${number}`, {
        payment_reference_number: `ref_PAY-${number}`,
        refund_remarks: notes["note"] ?? "lost",
        bank_name: notes["bank"] ?? null,
      }),
      { ...id("refund"), ...time(5) },
    ),
    event("order.cancelled", detail({ status: "cancelled" }), { ...id("cancelled"), ...time(6) }),
  ];
  const [first, second, ...rest] = told.map((one) => ({
    ...one,
    id: String(one.id),
    at: String(one.created_at),
  }));
  if (first === undefined || second === undefined) throw new Error("a life has a beginning");
  return [first, second, ...rest] as const;
}

const herNotes = {
  upi: "quill@upi",
  note: "ring the bell twice",
  label: "https://l.example/label-77-umbra",
  first: "old-quill@zephyr.example",
  customer: "cus_quill_1",
  coupon: "QUILL-FOR-EVER",
  gift: "for Quill's mother",
  card: "Quill's loyalty card",
  bank: "Quill Savings Bank",
};

function bodyOf(told: SentEvent): Omit<SentEvent, "at"> {
  const { at: _, ...body } = told;
  return body;
}

/** The Worker's environment with other vars or bindings. */
function withOther(over: object): typeof ADMIN {
  return { ...ADMIN, ...over };
}

/** Delivers events as the queue does, each received when it happened. */
async function tell(told: readonly SentEvent[]): Promise<void> {
  for (let from = 0; from < told.length; from += 50) {
    const slice = told.slice(from, from + 50);
    await hand(
      withOther({ ARCHIVE: undefined }),
      "ce-events",
      slice.map((one) => messageOf(bodyOf(one), one.at)),
    );
  }
}

async function send(): Promise<void> {
  const { results } = await env.DB.prepare("SELECT id FROM notifications").all<{ id: string }>();
  await hand(
    withOther({ RESEND_API_KEY: "re_test", NOTIFY_MAX_AGE_HOURS: "0" }),
    "ce-notifications",
    [{ ids: results.map((one) => one.id) }],
  );
}

async function call<T = Row>(path: string, body?: object, status = 202): Promise<T> {
  const headers = { authorization: "Bearer let-me-in", "content-type": "application/json" };
  const init =
    body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetchWith(
    ADMIN,
    new Request(`https://receiver.test/api/admin${path}`, init),
  );
  if (response.status !== status)
    throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
  return await response.json<T>();
}

/** Every row of every table and view, and every line of every archive object, as text. */
async function everything(): Promise<string> {
  const named = await rows(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\'",
  );
  const tables = await env.DB.batch(
    named.map(({ name }) => env.DB.prepare(`SELECT * FROM ${String(name)}`)),
  );
  const texts = tables.map(
    ({ results }, at) => `${String(named[at]?.["name"])} ${JSON.stringify(results)}`,
  );
  for (const { name } of (await listObjects(bucket(), "", 1_000)).objects) {
    texts.push(JSON.stringify((await readObject(bucket(), name))?.events));
    texts.push((await (await bucket().get(`${name}.manifest.json`))?.text()) ?? "");
  }
  return texts.join("\n").toLowerCase();
}

async function expectNoTrace(): Promise<void> {
  const all = await everything();
  for (const value of values) {
    const at = all.indexOf(value.toLowerCase());
    expect(at === -1 ? "" : all.slice(Math.max(0, at - 300), at + 50), value).toBe("");
  }
}

/** All counts, sums and decisions; none of them may change. */
async function totals(): Promise<readonly unknown[]> {
  return await Promise.all(
    [
      `SELECT order_number, status, payment_status, grand_total_micros, paid_micros, refunded_micros, items,
         status_precedence, customer_precedence, address_precedence, extra_precedence, order_date, cancelled_at FROM orders ORDER BY 1`,
      `SELECT payment_id, order_number, status, payment_date, status_precedence, amount_micros, method,
         reference_number, named_order, link_precedence, extra_precedence FROM payments ORDER BY 1`,
      "SELECT refund_id, order_number, status, amount_micros, status_precedence FROM refunds ORDER BY 1",
      "SELECT shipment_id, order_number, status, reason_precedence FROM shipments ORDER BY 1",
      "SELECT * FROM daily_sales ORDER BY 1",
      "SELECT order_number, outstanding FROM refunds_due ORDER BY 1",
      "SELECT id, event_type, status, body_sha256, redeliveries, received_at FROM webhook_events ORDER BY 1",
      "SELECT id, template, channel FROM notifications ORDER BY 1",
      "SELECT * FROM state_audit",
    ].map((sql) => rows(sql)),
  );
}

const theirs = {
  first_name: "Tomasius",
  last_name: "Otherling",
  email: "tom@other.example",
  phone: "5559998887",
};

/** Her old order is archived, her new one is not; the same for another person. */
async function tellAll(): Promise<void> {
  await tell([...life("ORD-H1", hers, ago(120), herNotes), ...life("ORD-O1", theirs, ago(119))]);
  await tell([...life("ORD-H2", hers, ago(3), herNotes), ...life("ORD-O2", theirs, ago(2))]);
  // Not applied: none of her orders is linked to it.
  const odd = { ...life("ORD-ODD", hers, ago(1), herNotes)[0] };
  await tell([
    {
      ...odd,
      id: "evt-odd",
      data: orderDetail("ORD-ODD", { billing_address: address(hers), grand_total: "much" }),
    },
  ]);
  await tell([
    {
      ...odd,
      id: "evt-new-type",
      event_type: "customer.updated",
      data: { email: hers.email, phone: "+915550001112", city: hers.city },
    },
  ]);
  await send();
  await purgeAt(new Date(NOW).toISOString(), { archive: bucket() });
}

const deps: ErasureDeps = { db: env.DB, archive: bucket(), defaults, now: () => new Date() };

beforeEach(clearAll);

describe("erasing a person", () => {
  it("by e-mail leaves no trace in any table, view or archive object, and every total as it was", async () => {
    await tellAll();
    const before = await totals();
    const others = await rows("SELECT * FROM orders WHERE order_number LIKE 'ORD-O_' ORDER BY 1");
    const all = await everything();
    for (const value of values) expect(all, value).toContain(value.toLowerCase());
    expect(await rows("SELECT * FROM webhook_events WHERE archived = 1")).toHaveLength(14);

    const dry = await call("/erasures", { email: "QUILL@zephyr.example", dry_run: true }, 200);
    expect(dry).toEqual({ dry_run: true, orders: 2, events: 7, notifications: 10 });
    expect(await everything()).toBe(all);

    const done = await call("/erasures", { email: "QUILL@zephyr.example" });
    expect(done).toMatchObject({
      stage: "done",
      orders: 2,
      events: 9,
      notifications: 10,
      archived_events: 7,
    });
    await expectNoTrace();
    expect(await totals()).toEqual(before);
    expect(await rows("SELECT * FROM orders WHERE order_number LIKE 'ORD-O_' ORDER BY 1")).toEqual(
      others,
    );
    expect(await everything()).toContain("tom@other.example");
    expect(await call(`/erasures/${String(done["id"])}`, undefined, 200)).toEqual(done);
    const list = await call<{ orders: readonly Row[] }>("/orders", undefined, 200);
    expect(list.orders.find((one) => one["order_number"] === "ORD-H2")).toMatchObject({
      customer_name: "(erased)",
      customer_email: "(erased)",
      customer_phone: "(erased)",
    });
  });

  it("by phone finds the same, and a rebuild afterwards brings nobody back and changes nothing", async () => {
    await tellAll();
    await call("/erasures", { phone: "+91 555-000 1112" });
    await expectNoTrace();
    const after = await totals();
    for (const dryRun of [true, false]) {
      const { id: rebuild } = await startRebuild(env.DB, {}, dryRun, ago(0));
      while ((await continueRebuild(env.DB, ago(0), defaults)) !== null) {
        // Each call processes some slices.
      }
      expect((await loadRebuild(env.DB, rebuild))?.rowsChanged).toBe(0);
    }
    // Bodies restored from the archive do not bring her back either.
    await restore({ ...deps, archive: bucket() }, { dry_run: false });
    expect(await rows("SELECT id FROM webhook_events WHERE payload IS NULL")).toEqual([]);
    await expectNoTrace();
    const { id: rebuild } = await startRebuild(env.DB, {}, false, ago(0));
    while ((await continueRebuild(env.DB, ago(0), defaults)) !== null) {
      // As above.
    }
    expect((await loadRebuild(env.DB, rebuild))?.rowsChanged).toBe(0);
    expect(await totals()).toEqual(after);
    await expectNoTrace();
  });

  it("ends what was to be sent to the person, and lets the team do what is still to be done", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    await env.DB.prepare(
      "UPDATE notifications SET status = 'pending', in_flight = 1, rendered = '{}' WHERE id = 'order_confirmed/ORD-H1/email'",
    ).run();
    await call("/erasures", { email: hers.email });
    const messages = await rows(
      "SELECT id, status, reason FROM notifications WHERE channel = 'email' ORDER BY 1",
    );
    expect(messages.length).toBeGreaterThan(2);
    for (const message of messages)
      expect(message).toMatchObject({ status: "suppressed", reason: "erased" });
    expect(
      await row("SELECT status FROM notifications WHERE template = 'shipment_cancelled'"),
    ).toEqual({ status: "pending" });
    await send();
    await expectNoTrace();
    expect(
      await row("SELECT status FROM notifications WHERE template = 'shipment_cancelled'"),
    ).toEqual({ status: "sent" });
  });

  it("ends what was to be said of a parcel's new tracking, and says nothing of a later one", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    await env.DB.prepare(
      `INSERT INTO notifications (id, template, channel, subject_id, status, rendered, due_at, created_at)
       VALUES ('shipment_update/SHP-ORD-H1/shipped/email', 'shipment_update', 'email', 'SHP-ORD-H1', 'sent',
         '{}', ?1, ?1)`,
    )
      .bind(ago(1))
      .run();
    const move = async (awb_no: string, created_at: string): Promise<void> => {
      const body = event(
        "shipment.updated",
        shipment("SHP-ORD-H1", { awb_no, status: "shipped" }),
        {
          ...id("moved"),
          created_at,
        },
      );
      await tell([{ ...body, id: String(body.id), at: created_at }]);
    };
    const ends = async (): Promise<Row[]> =>
      await rows(
        "SELECT id, status, reason, rendered FROM notifications WHERE template = 'tracking_changed' AND channel = 'email' ORDER BY id",
      );
    const end = { status: "suppressed", reason: "erased", rendered: null };
    await move("NEW-1", ago(0.5));
    await call("/erasures", { email: hers.email });
    expect(await ends()).toEqual([{ ...end, id: "tracking_changed/SHP-ORD-H1/NEW-1/email" }]);
    await env.DB.prepare(
      "UPDATE notifications SET status = 'sent' WHERE id LIKE 'shipment_update/%'",
    ).run();
    await move("NEW-2", ago(0.2));
    await send();
    expect((await ends()).at(-1)).toEqual({
      ...end,
      id: "tracking_changed/SHP-ORD-H1/NEW-2/email",
    });
    await expectNoTrace();
  });

  it(
    "cut off at any call is finished by the cron, and leaves nothing",
    { timeout: 30_000 },
    async () => {
      const sound = new Breaker();
      const told = [...life("ORD-H1", hers, ago(1), herNotes)];
      await tell(told);
      await erase({ ...deps, db: sound.database(env.DB) }, [`email:${hers.email}`]);
      await expectNoTrace();
      // The first two calls record the request: if they fail, the person who asks sees the error.
      for (let call = 2; call < sound.calls.length; call += 3) {
        await clearAll();
        await tell(told);
        const breaker = new Breaker({
          call,
          fault: call % 2 === 0 ? "fails before" : "fails after",
        });
        await erase({ ...deps, db: breaker.database(env.DB) }, [`email:${hers.email}`]).catch(
          () => undefined,
        );
        await continueErasures(deps);
        expect(await rows("SELECT stage FROM erasures")).toEqual([{ stage: "done" }]);
        await expectNoTrace();
      }
      expect(await rows("SELECT * FROM erasure_orders")).toEqual([]);
    },
  );

  it("is not set back by a run that comes late, as one beside the cron", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    const { id: erasure } = await erase(deps, [`email:${hers.email}`]);
    const late = { id: erasure, stage: "orders", place: "" } as const;
    await saveStage(env.DB, late, { stage: "inbox", place: "0", events: 2 }, ago(0));
    expect(await rows("SELECT stage, finished_at IS NULL AS open FROM erasures")).toEqual([
      { stage: "done", open: 0 },
    ]);
    const next = await startErasure(env.DB, ["email:tom@other.example"], ago(0));
    await saveStage(env.DB, next, { stage: "inbox", place: "0" }, ago(0));
    await saveStage(env.DB, next, { stage: "inbox", place: "0", events: 2 }, ago(0));
    await saveStage(env.DB, { ...next, stage: "inbox", place: "0" }, { place: "7" }, ago(0));
    await saveStage(env.DB, { ...next, stage: "inbox", place: "0" }, { place: "5" }, ago(0));
    expect(await loadErasure(env.DB, next.id)).toMatchObject({
      stage: "inbox",
      place: "7",
      events: 2,
    });
  });

  it("goes on where another cannot, and names the archive object that has to be seen to", async () => {
    await tell([...life("ORD-H1", hers, ago(120), herNotes), ...life("ORD-O1", theirs, ago(1))]);
    await purgeAt(ago(0), { archive: bucket() });
    const [object] = (await listObjects(bucket(), "", 1)).objects;
    const key = `${object?.name ?? ""}.ndjson.gz`;
    const written = await bucket().get(key);
    const { customMetadata = {} } = written ?? {};
    const bytes = await written?.arrayBuffer();
    await bucket().put(key, "broken", { customMetadata });
    await call("/erasures", { email: theirs.email });
    await call("/erasures", { email: hers.email });
    const error = expect.stringContaining("its hash differs") as unknown;
    expect(await rows("SELECT stage, error FROM erasures")).toEqual([
      { stage: "archive", error },
      { stage: "archive", error },
    ]);
    expect(JSON.stringify(await rows("SELECT * FROM webhook_events"))).not.toContain("Otherling");
    expect(await rows("SELECT * FROM order_contacts")).toEqual([]);
    await bucket().put(key, bytes ?? "", { customMetadata });
    await fireCron(ADMIN);
    expect(await rows("SELECT stage, error FROM erasures")).toEqual([
      { stage: "done", error: null },
      { stage: "done", error: null },
    ]);
    await expectNoTrace();
  });

  it("lets others pass where an order cannot be erased, and tries that again", async () => {
    await tell([...life("ORD-H1", hers, ago(1), herNotes), ...life("ORD-H2", hers, ago(1))]);
    await tell(life("ORD-O1", theirs, ago(1)));
    await env.DB.prepare(
      `CREATE TRIGGER stuck BEFORE UPDATE OF customer_name ON orders WHEN OLD.order_number = 'ORD-H1'
       BEGIN SELECT RAISE(ABORT, 'stuck'); END`,
    ).run();
    try {
      await erase(deps, [`email:${hers.email}`]);
      await erase(deps, [`email:${theirs.email}`]);
    } finally {
      await env.DB.prepare("DROP TRIGGER stuck").run();
    }
    const error = expect.stringContaining("stuck") as unknown;
    expect(await rows("SELECT stage, error FROM erasures")).toEqual([
      { stage: "orders", error },
      { stage: "done", error: null },
    ]);
    const name = "SELECT customer_name FROM orders WHERE order_number = 'ORD-H2'";
    expect(await row(name)).toEqual({ customer_name: "(erased)" });
    await continueErasures(deps);
    expect(await rows("SELECT stage FROM erasures")).toEqual([
      { stage: "done" },
      { stage: "done" },
    ]);
    await expectNoTrace();
  });

  it("answers what cannot be asked: neither address nor number, or one that is none", async () => {
    const asked = [
      {},
      { email: "quill" },
      { phone: "quill@zephyr.example" },
      { email: "a@b.example", phone: "12" },
    ];
    for (const body of asked) {
      const problem = await call("/erasures", body, 400);
      expect(problem["detail"]).toContain("Give an e-mail address");
    }
    expect(await call("/erasures/12", undefined, 404)).toMatchObject({ status: 404 });
    expect(await rows("SELECT id FROM erasures")).toEqual([]);
  });
});

describe("erasing by a telephone number", () => {
  const order = (number: string, code: string | null, phone: unknown): SentEvent => {
    const billing_address = address({ country_code: code, phone, email: null });
    const data = orderDetail(number, { billing_address, shipping_address: null });
    const told = event("order.created", { ...data, customer_email: null }, id(number));
    return { ...told, id: String(told.id), event_type: "order.created", at: ago(1) };
  };
  const erasedOrders = async (): Promise<readonly unknown[]> => {
    const found = await rows(
      "SELECT order_number FROM orders WHERE customer_phone = '(erased)' ORDER BY 1",
    );
    return found.map((one) => one["order_number"]);
  };

  it("finds the number in every spelling, before and after, and nobody with the same digits", async () => {
    await tell([
      order("ORD-1", "+91", "+9876543210"),
      order("ORD-2", "", "098765 43210"),
      order("ORD-3", "IN", "९८७६५४३२१०"),
      order("ORD-4", "+62", "9876543210"),
      order("ORD-5", "+65", "6591234567"),
      order("ORD-6", "", "6591234567"),
    ]);
    await call("/erasures", { phone: "+91 98765 43210" });
    expect(await erasedOrders()).toEqual(["ORD-1", "ORD-2", "ORD-3"]);
    await tell([
      order("ORD-7", null, 9876543210),
      order("ORD-8", "+91", "09876543210"),
      order("ORD-9", "+62", "9876543210"),
    ]);
    expect(await erasedOrders()).toEqual(["ORD-1", "ORD-2", "ORD-3", "ORD-7", "ORD-8"]);
    await call("/erasures", { phone: "+6591234567" });
    expect(await erasedOrders()).toEqual(["ORD-1", "ORD-2", "ORD-3", "ORD-5", "ORD-7", "ORD-8"]);
    expect(await rows("SELECT * FROM order_contacts WHERE contact LIKE '%876543210'")).toEqual([
      { contact: "dialled:9876543210", order_number: "ORD-4" },
      { contact: "dialled:9876543210", order_number: "ORD-9" },
      { contact: "phone:629876543210", order_number: "ORD-4" },
      { contact: "phone:629876543210", order_number: "ORD-9" },
    ]);
  });

  test.each([
    ["+919876543210", "+9876543210", "phone:9876543210"],
    ["+6591234567", "+656591234567", "phone:656591234567"],
    ["+919876543210", "98765 43210", "phone:9876543210"],
  ])("%s finds what an older version has entered as %s", async (phone, stored, contact) => {
    await tell([order("ORD-1", null, "98200 11111")]);
    await env.DB.batch([
      env.DB.prepare("UPDATE orders SET customer_phone = ?1").bind(stored),
      env.DB.prepare("UPDATE order_contacts SET contact = ?1 WHERE contact LIKE 'phone:%'").bind(
        contact,
      ),
      env.DB.prepare("UPDATE webhook_events SET payload = NULL"),
    ]);
    expect(await call("/erasures", { phone, dry_run: true }, 200)).toMatchObject({ orders: 1 });
    await call("/erasures", { phone });
    expect(await erasedOrders()).toEqual(["ORD-1"]);
    expect(await rows("SELECT * FROM order_contacts")).toEqual([]);
  });

  it("by an address finds it with a name around it", async () => {
    await tell([order("ORD-1", "+91", "98200 11111")]);
    const named = { email: "Quillonia <Quill@Zephyr.example>", phone: "98200 22222" };
    await tell([
      {
        ...order("ORD-2", null, null),
        data: orderDetail("ORD-2", { billing_address: address(named) }),
      },
    ]);
    await call("/erasures", { email: "quill@zephyr.example" });
    expect(await erasedOrders()).toEqual(["ORD-2"]);
  });

  test.each([
    { phone: "asha@example.com" },
    { phone: "12345" },
    { phone: "call me" },
    { email: "+919876543210" },
    { email: "asha@example.com", phone: "none" },
  ])("refuses what is no contact: %j", async (asked) => {
    expect(await call("/erasures", asked, 400)).toMatchObject({ status: 400 });
  });
});

/** An isolate that has not read the suppression list: it has its own database object to cache it by. */
function unaware(): typeof ADMIN {
  return { ...ADMIN, DB: new Breaker().database(env.DB) };
}

describe("an event about somebody erased", () => {
  const post2 = async (told: SentEvent) =>
    await post(JSON.stringify(bodyOf(told)), { vars: ADMIN });

  it("is applied and kept without them, whichever way it comes, and stays the event that it is", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    const old = life("ORD-H9", hers, ago(1), herNotes);
    await call("/erasures", { email: hers.email });
    // A new order of hers is received; its payment names no person, and is delivered before and after it.
    const [created, paid, ...later] = old;
    for (const one of [paid, created, ...later]) expect((await post2(one)).status).toBe(200);
    const ids = JSON.stringify(old.map((one) => one.id));
    const waiting =
      "SELECT 1 FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received'";
    while ((await rows(waiting, ids)).length > 0) await scheduler.wait(20);
    await fireCron(ADMIN);
    await expectNoTrace();
    expect(
      await row(
        "SELECT customer_name, status, paid_micros > 0 AS paid FROM orders WHERE order_number = 'ORD-H9'",
      ),
    ).toEqual({ customer_name: "(erased)", status: "cancelled", paid: 1 });
    const again = await post(JSON.stringify(bodyOf(created)), { vars: ADMIN });
    expect(await again.json()).toMatchObject({ duplicate: true });
    expect(await rows("SELECT id FROM webhook_events WHERE conflicts > 0")).toEqual([]);
    await expectNoTrace();
  });

  it("does not stop a body that is no JSON, nor its neighbours", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    await call("/erasures", { email: hers.email });
    const odd = await post('"(erased)" "\\x"', { vars: ADMIN });
    expect(odd.status).toBe(200);
    const { id: oddId } = await odd.json<{ id: string }>();
    expect(await settled(oddId)).toMatchObject([{ status: "quarantined" }]);
  });

  it("leads to an order that was not known to be theirs, its contacts and its archived bodies", async () => {
    const unknown = { first_name: "Quillonia", phone: "5550007777", email: "q7@zephyr.example" };
    const [first, second, ...rest] = life("ORD-H7", unknown, ago(120));
    await tell([first, second, ...life("ORD-H1", hers, ago(119))]);
    await purgeAt(ago(0), { archive: bucket() });
    await erase(deps, [`email:${hers.email}`]);
    expect(await rows("SELECT stage FROM erasures")).toEqual([{ stage: "done" }]);
    expect(await everything()).toContain("5550007777");
    const data = { ...orderDetail("ORD-H7"), billing_address: address(hers) };
    await tell([...rest, { ...first, id: "evt-late", data, at: ago(1) }]);
    await continueErasures(deps);
    expect(await rows("SELECT stage FROM erasures")).toEqual([{ stage: "done" }]);
    await expectNoTrace();
    expect(await everything()).not.toContain("5550007777");
  });

  it("is not one in which somebody else typed the word that stands in the place of what is gone", async () => {
    await tell(life("ORD-H1", hers, ago(1)));
    await erase(deps, [`email:${hers.email}`]);
    await tell(life("ORD-O1", { ...theirs, address_line2: "(erased)" }, ago(1)));
    await continueErasures(deps);
    expect(
      await row("SELECT customer_name, customer_email FROM orders WHERE order_number = 'ORD-O1'"),
    ).toEqual({
      customer_name: "Tomasius Otherling",
      customer_email: theirs.email,
    });
  });

  it("costs the receiver nothing: one round trip, and the body as it came", async () => {
    await erase(deps, [`email:${hers.email}`]);
    const breaker = new Breaker();
    const vars = { ...ADMIN, DB: breaker.database(env.DB) };
    const [told] = life("ORD-T1", hers, ago(1));
    const id = await receiveOnly(bodyOf(told), vars);
    expect(breaker.calls).toHaveLength(1);
    expect((await eventRow(id))["payload"]).toBe(JSON.stringify(bodyOf(told)));
  });

  it("costs the consumer one more batch the first time that an isolate hears of the list", async () => {
    await erase(deps, [`email:${hers.email}`]);
    const breaker = new Breaker();
    const vars = { ...ADMIN, DB: breaker.database(env.DB) };
    const consume = async (number: string): Promise<readonly string[]> => {
      const id = await receiveOnly(bodyOf(life(number, hers, ago(1))[0]), ADMIN);
      const from = breaker.calls.length;
      await hand(vars, "ce-events", [JSON.stringify({ id })]);
      return breaker.calls.slice(from);
    };
    // The read with the endpoints in parallel, the apply that fails, the list, and both again.
    expect(await consume("ORD-T2")).toEqual(Array.from({ length: 6 }, () => "D1 batch"));
    expect(await consume("ORD-T3")).toEqual(["D1 batch", "D1 batch"]);
    await fireCron(ADMIN);
    await expectNoTrace();
  });

  it("that only the queue held, or that failed after all retries, is kept without them too", async () => {
    await tell(life("ORD-H1", hers, ago(1), herNotes));
    await call("/erasures", { phone: "+915550001112" });
    const [first, second] = life("ORD-H8", hers, ago(1), herNotes);
    await hand(unaware(), "ce-events", [messageOf(bodyOf(first), first.at)]);
    await hand(unaware(), "ce-events-dlq", [messageOf(bodyOf(second), second.at)]);
    await fireCron(ADMIN);
    await expectNoTrace();
    expect(
      await rows("SELECT status FROM webhook_events WHERE order_number = 'ORD-H8' ORDER BY 1"),
    ).toEqual([{ status: "failed" }, { status: "processed" }]);
  });

  it("that came while D1 was down is applied and kept without them", async () => {
    await erase(deps, [`email:${hers.email}`]);
    const [told] = life("ORD-H3", hers, ago(1), herNotes);
    const { id } = await deliver(bodyOf(told), { vars: { ...ADMIN, DB: broken(env.DB) } });
    const [stored] = await settled(id);
    expect(stored).toMatchObject({ status: "processed", conflicts: 0 });
    expect(stored?.["payload"]).toContain("(erased)");
    await fireCron(ADMIN);
    await expectNoTrace();
  });

  it("that stands in the inbox as it came loses them where it fails after all retries, and once replayed", async () => {
    await erase(deps, [`email:${hers.email}`]);
    const [told] = life("ORD-H5", hers, ago(1), herNotes);
    const id = await receiveOnly(bodyOf(told), ADMIN);
    expect(await everything()).toContain(hers.email);
    const { body_sha256 } = await eventRow(id);
    await hand(unaware(), "ce-events-dlq", [JSON.stringify({ id })]);
    await fireCron(ADMIN);
    expect(await eventRow(id)).toMatchObject({ status: "failed", body_sha256 });
    await expectNoTrace();
    await call("/replay", { ids: [id] }, 200);
    await settled(id);
    await fireCron(ADMIN);
    expect(await eventRow(id)).toMatchObject({ status: "processed", body_sha256 });
    expect(await row("SELECT customer_name FROM orders")).toEqual({ customer_name: "(erased)" });
    await expectNoTrace();
  });

  it("that they were erased after its receipt is applied and kept without them, and known when it comes again", async () => {
    const { id: _, ...bare } = bodyOf(life("ORD-H4", hers, ago(1), herNotes)[0]);
    const id = await receiveOnly(bare, ADMIN);
    const { payload, body_sha256 } = await eventRow(id);
    const { id: erasure } = await startErasure(env.DB, [`email:${hers.email}`], ago(0));
    await hand(unaware(), "ce-events", [JSON.stringify({ id })]);
    expect(String((await eventRow(id))["payload"])).toContain("(erased)");
    await continueErasures(deps);
    expect(await loadErasure(env.DB, erasure)).toMatchObject({ stage: "done" });
    await expectNoTrace();
    const again = await post(String(payload), { vars: ADMIN });
    expect(await again.json()).toEqual({ received: true, id, duplicate: true });
    expect(await eventRow(id)).toMatchObject({ body_sha256, conflicts: 0, redeliveries: 1 });
    await expectNoTrace();
  });

  it("that was refused for its data is kept without them, and so it is when nobody is found in it", async () => {
    await erase(deps, [`email:${hers.email}`]);
    const odd = (number: string, who: Record<string, unknown>) => ({
      ...bodyOf(life(number, who, ago(1))[0]),
      data: orderDetail(number, { billing_address: address(who), grand_total: "much" }),
    });
    const [hersId, theirsId] = [
      await receiveOnly(odd("ORD-Q1", hers), ADMIN),
      await receiveOnly(odd("ORD-Q2", theirs), ADMIN),
    ];
    const before = await eventRow(theirsId);
    await hand(
      ADMIN,
      "ce-events",
      [hersId, theirsId].map((id) => JSON.stringify({ id })),
    );
    expect(await eventRow(hersId)).toMatchObject({ status: "quarantined" });
    await expectNoTrace();
    expect(await eventRow(theirsId)).toMatchObject({
      status: "quarantined",
      payload: before["payload"],
    });
  });

  it("is applied without them where they are erased between reading and applying", async () => {
    const [told] = life("ORD-H7", hers, ago(1), herNotes);
    let batches = 0;
    const DB = new Proxy(env.DB, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (property !== "batch")
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return async (statements: D1PreparedStatement[]) => {
          batches += 1;
          // The batch that applies the events is about to be sent.
          if (batches === 2) await erase(deps, [`email:${hers.email}`]);
          return await target.batch(statements);
        };
      },
    });
    const { acked } = await hand({ ...ADMIN, DB }, "ce-events", [messageOf(bodyOf(told), told.at)]);
    expect(acked).toEqual([0]);
    expect(batches).toBeGreaterThan(3);
    await fireCron(ADMIN);
    await expectNoTrace();
    expect(await rows("SELECT customer_email FROM orders")).toEqual([
      { customer_email: "(erased)" },
    ]);
  });

  it("is whole again where the database has gone back in time, whatever an isolate remembers", async () => {
    await erase(deps, [`email:${hers.email}`]);
    await loadSuppressionList(env.DB);
    await clearAll();
    const [told] = life("ORD-H6", hers, ago(1), herNotes);
    await env.DB.prepare(
      `INSERT INTO webhook_events (id, event_type, received_at, body_sha256, payload, status)
       VALUES (?1, ?2, ?3, ?4, ?5, 'received')`,
    )
      .bind(told.id, told.event_type, told.at, `sha-${told.id}`, JSON.stringify(bodyOf(told)))
      .run();
    await hand(ADMIN, "ce-events", [messageOf(bodyOf(told), told.at, { stored: true })]);
    expect(await rows("SELECT status, payload FROM webhook_events")).toEqual([
      { status: "processed", payload: JSON.stringify(bodyOf(told)) },
    ]);
    // Persons who are erased later are known too, although the number of entries was the same before.
    await erase(deps, [`email:${theirs.email}`]);
    const known = await loadSuppressionList(env.DB);
    const named = (email: string) => JSON.stringify({ event_type: "x", data: { email } });
    expect(await known.erase(named(theirs.email))).toContain("(erased)");
    expect(await known.erase(named(hers.email))).toContain(hers.email);
  });

  it("that was being archived meanwhile is archived without them", async () => {
    await tell(life("ORD-H1", hers, ago(120), herNotes));
    // She is erased when the purge has read the bodies and is about to write them.
    let isErased = false;
    const slow = changed("put", async (...put) => {
      if (!isErased) {
        isErased = true;
        await erase(deps, [`email:${hers.email}`]);
      }
      return await bucket().put(...put);
    });
    await expect(purgeAt(ago(0), { archive: slow })).rejects.toThrow(
      "the suppression list has changed meanwhile",
    );
    expect(await rows("SELECT stage FROM erasures")).toEqual([{ stage: "archive" }]);
    await fireCron(ADMIN);
    await fireCron(ADMIN);
    expect(await rows("SELECT stage FROM erasures")).toEqual([{ stage: "done" }]);
    // Around midnight her events are of two days, and each day has an object.
    const { objects } = await listObjects(bucket(), "", 10);
    expect(objects.reduce((sum, { events }) => sum + events, 0)).toBe(7);
    await expectNoTrace();
  });
});

describe("a copy of an archive object that nobody has erased her from", () => {
  it("brings nobody back when it is restored", async () => {
    await tell(life("ORD-H1", hers, ago(120), herNotes));
    await purgeAt(ago(0), { archive: bucket() });
    const [object] = (await listObjects(bucket(), "", 1)).objects;
    const name = object?.name ?? "";
    const copy = await readObject(bucket(), name);
    await call("/erasures", { email: hers.email });
    await writeObject(bucket(), name, copy?.events ?? [], await etagOf(bucket(), name));
    const report = await restore({ ...deps, archive: bucket() }, { dry_run: false });
    expect(report).toMatchObject({ put_back: 7 });
    const held = JSON.stringify(await rows("SELECT * FROM webhook_events"));
    expect(held).toContain("(erased)");
    for (const value of values) expect(held).not.toContain(value);
  });
});

describe("the key of the hashes", () => {
  it("is made once, and no table names whom they stand for", async () => {
    await env.DB.prepare("DELETE FROM erasure_key").run();
    await erase(deps, [`email:${hers.email}`]);
    const first = await row("SELECT key FROM erasure_key");
    await erase(deps, [`email:${theirs.email}`]);
    expect(await row("SELECT key FROM erasure_key")).toEqual(first);
    expect(String(first["key"])).toMatch(/^[0-9a-f]{64}$/);
    expect(await rows("SELECT hash FROM erased")).toHaveLength(2);
    const list = await loadSuppressionList(env.DB);
    const body = JSON.stringify({ event_type: "x", data: { email: theirs.email } });
    expect(await list.erase(body)).toContain("(erased)");
    await expectNoTrace();
  });
});

interface Export {
  readonly orders: readonly {
    readonly events: readonly Row[];
    readonly notifications: readonly Row[];
    readonly order: Row;
  }[];
  readonly other_events: readonly Row[];
  readonly archived_events: readonly Row[];
  readonly next_cursor: string | null;
}

describe("an export", () => {
  it("has everything that is held about the person, archived events among it, and nobody else's", async () => {
    await tellAll();
    const page = await call<Export>("/exports", { email: hers.email }, 200);
    expect(page.next_cursor).toBeNull();
    expect(page.orders.map(({ order }) => order["order_number"])).toEqual(["ORD-H1", "ORD-H2"]);
    expect(page.orders.flatMap(({ events }) => events)).toHaveLength(14);
    expect(page.orders.flatMap(({ notifications }) => notifications)).toHaveLength(10);
    expect(page.other_events.map((one) => one["id"])).toEqual(["evt-odd", "evt-new-type"]);
    expect(page.archived_events).toHaveLength(7);
    const text = JSON.stringify(page).toLowerCase();
    for (const value of values) expect(text, value).toContain(value.toLowerCase());
    for (const value of Object.values(theirs)) expect(text).not.toContain(value.toLowerCase());
    await call("/erasures", { email: hers.email });
    const after = await call<Export>("/exports", { email: hers.email }, 200);
    expect(after).toEqual({
      orders: [],
      other_events: [],
      other_notifications: [],
      archived_events: [],
      next_cursor: null,
    });
  });

  it("goes on where an answer ended", async () => {
    await tellAll();
    const from = await call<Export>(
      "/exports",
      { email: hers.email, cursor: "orders:ORD-H1" },
      200,
    );
    expect(from.orders.map(({ order }) => order["order_number"])).toEqual(["ORD-H2"]);
    await call("/exports", { email: hers.email, cursor: "nonsense" }, 400);
    const archived = await call<Export>("/exports", { email: hers.email, cursor: "archive:" }, 200);
    expect(archived).toMatchObject({ orders: [], next_cursor: null });
    expect(archived.archived_events).toHaveLength(7);
  });
});
