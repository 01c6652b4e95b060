/** Bodies that name a person anywhere, whatever their status: the erasure finds all of them. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { contactsOf } from "../../src/projection/patches/contacts";
import { startRebuild, loadRebuild } from "../../src/store/state/rebuild-progress";
import { erase, type ErasureDeps } from "../../src/upkeep/erasure";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { loadSuppressionList } from "../../src/store/privacy/suppression-list";
import { CONTACTS_MAX, identifiersOf } from "../../src/projection/identifiers";
import { defaults } from "../support/defaults";
import { address, orderDetail, payment, refund, shipment } from "../support/models";
import { row, rows } from "../support/receiver";
import { hand } from "../faults/drive";
import { queued } from "../support/queue";
import { bucket, clearAll, plainEnv, purgeAt } from "./aged";

const AT = new Date(Date.now() - 60_000).toISOString();
const deps: ErasureDeps = { db: env.DB, archive: null, defaults, now: () => new Date() };
const hers = { name: "Quillonia Zephyrstone", email: "quill@zephyr.example", phone: "9812345001" };
const asked = [hers.email, `+91${hers.phone}`].flatMap((text) => contactsOf(text, defaults));
const tom = address({ first_name: "Tomasius", email: "tom@other.example", phone: "9812345002" });

let count = 0;

/** Delivers bodies to the consumer; returns their ids. */
async function tell(
  ...bodies: readonly (object | string)[]
): Promise<readonly [string, ...string[]]> {
  return await tellAt(AT, ...bodies);
}

async function tellAt(
  receivedAt: string,
  ...bodies: readonly (object | string)[]
): Promise<readonly [string, ...string[]]> {
  const ids = bodies.map(() => `evt-any-${String((count += 1))}`);
  const messages = bodies.map((body, at) => {
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    return JSON.stringify(queued(ids[at] ?? "", payload, { receivedAt }));
  });
  await hand(plainEnv, "ce-events", messages);
  const [first = "", ...rest] = ids;
  return [first, ...rest];
}

const told = (event_type: string, data: unknown, over: object = {}) => ({
  id: `sent-${String((count += 1))}`,
  event_type,
  created_at: AT,
  data,
  ...over,
});

async function held(): Promise<string> {
  const tables = ["webhook_events", "orders", "payments", "refunds", "shipments", "notifications"];
  const texts = await Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)));
  return JSON.stringify(texts).toLowerCase();
}

async function expectGone(): Promise<void> {
  const all = await held();
  for (const value of ["quill", "zephyr", hers.phone, "98123 45001", "98123.45001"]) {
    const at = all.indexOf(value);
    expect(at === -1 ? "" : all.slice(Math.max(0, at - 200), at + 50), value).toBe("");
  }
}

async function rebuildChanges(): Promise<number | undefined> {
  const now = new Date().toISOString();
  const { id } = await startRebuild(env.DB, {}, false, now);
  while ((await continueRebuild(env.DB, now, defaults)) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged;
}

/** Bodies with one of her contacts each, and her name. */
const bodies: Readonly<Record<string, () => object | string>> = {
  "a payment without an order": () =>
    told("payment.success", payment("PAY-X1", { email: hers.email, card_holder_name: hers.name })),
  "a refund without an order": () =>
    told("payment.refund.success", refund("REF-X1", { contact: hers.phone, payee: hers.name })),
  "a parcel without an order": () =>
    told(
      "shipment.updated",
      shipment("SHP-X1", { consignee: { mobile: hers.phone, name: hers.name } }),
    ),
  "a payment on somebody else's order": () =>
    told(
      "payment.success",
      payment("PAY-X2", { payer: { email: hers.email, phone: hers.phone, name: hers.name } }),
      { order_number: "ORD-TOM" },
    ),
  "an unknown type": () => told("customer.updated", { who: hers.name, emails: [hers.email] }),
  "an unknown body": () => ({ hello: hers.name, reply: [{ to: [[hers.email]] }] }),
  "a body that is no JSON": () => `${hers.name} <${hers.email}> called`,
  "a quarantined body": () =>
    told(
      "order.created",
      orderDetail("ORD-X3", {
        billing_address: null,
        shipping_address: null,
        grand_total: "much",
        callback: hers.phone,
        who: hers.name,
      }),
    ),
  "a contact outside data": () =>
    told("payment.failed", payment("PAY-X4"), { reporter: { id: hers.email, name: hers.name } }),
  "a number in longer text": () =>
    told("coupon.created", { text: `ring ${hers.name} at +91 98123 45001 after 5` }),
  "a number with dots": () => told("coupon.created", { text: `98123.45001, ${hers.name}` }),
  "a number as a number": () => told("coupon.created", { n: [9_812_345_001], who: hers.name }),
  "a number with its code as a number": () =>
    told("coupon.created", { n: 919_812_345_001, who: hers.name }),
  "JSON as text": () =>
    told("coupon.created", { raw: JSON.stringify({ email: hers.email, name: hers.name }) }),
  "JSON as text in JSON as text": () =>
    told("coupon.created", {
      raw: JSON.stringify(JSON.stringify({ e: "quill\\u0040zephyr.example", name: hers.name })),
    }),
  "a URL": () =>
    told("coupon.created", { url: `https://x.example/?to=quill%40zephyr.example&n=Quillonia` }),
  "the name of a field": () => told("coupon.created", { [hers.email]: hers.name }),
  "another case": () =>
    told("coupon.created", { mail: "mailto:QUILL@Zephyr.Example.", who: hers.name }),
};

beforeEach(clearAll);

describe("a body that names an erased person", () => {
  it.each(Object.keys(bodies))(
    "in %s is found by the erasure, and a rebuild changes nothing",
    async (name) => {
      await tell(
        told(
          "order.created",
          orderDetail("ORD-TOM", { billing_address: tom, shipping_address: tom }),
        ),
      );
      const body = bodies[name]?.() ?? "";
      const [id] = await tell(body);
      expect(await held()).toContain("quill");
      const before = await row(
        "SELECT status, event_type, form, occurred_at FROM webhook_events WHERE id = ?1",
        id,
      );
      expect(await erase(deps, asked)).toMatchObject({ stage: "done", events: 1 });
      await expectGone();
      expect(
        await row(
          "SELECT status, event_type, form, occurred_at FROM webhook_events WHERE id = ?1",
          id,
        ),
      ).toEqual(before);
      expect(await rebuildChanges()).toBe(0);
      await expectGone();
      expect(await row("SELECT customer_email FROM orders WHERE order_number = 'ORD-TOM'")).toEqual(
        {
          customer_email: "tom@other.example",
        },
      );
    },
  );

  it.each(Object.keys(bodies))("in %s that comes later is kept without them", async (name) => {
    await tell(
      told(
        "order.created",
        orderDetail("ORD-TOM", { billing_address: tom, shipping_address: tom }),
      ),
    );
    await erase(deps, asked);
    await tell(bodies[name]?.() ?? "");
    await expectGone();
    await erase(deps, []);
    expect(await row("SELECT customer_email FROM orders WHERE order_number = 'ORD-TOM'")).toEqual({
      customer_email: "tom@other.example",
    });
  });

  it("leads to every event about the same payment, and leaves its order as it is", async () => {
    const paid = (over: object) => payment("PAY-1", { payment_status: "success", ...over });
    await tell(
      told(
        "order.created",
        orderDetail("ORD-TOM", { billing_address: tom, shipping_address: tom }),
      ),
      told("payment.success", paid({ payer: hers }), { order_number: "ORD-TOM" }),
      told("payment.success", paid({ remark: "of Quillonia" }), { order_number: "ORD-TOM" }),
    );
    const totals = () =>
      rows("SELECT order_number, status, payment_status, paid_micros, customer_name FROM orders");
    const before = await totals();
    await erase(deps, asked);
    await expectGone();
    expect(await totals()).toEqual(before);
    expect(await rows("SELECT extra FROM payments")).toEqual([{ extra: "{}" }]);
    expect(await rebuildChanges()).toBe(0);
  });
});

describe("a row that names an erased person, whose body has been purged", () => {
  const LONG_AGO = new Date(Date.now() - 120 * 86_400_000).toISOString();
  const past = (type: string, data: object) => told(type, data, { created_at: LONG_AGO });
  const note = { customer_note: `a gift for ${hers.email}`, metadata: { ring: hers.phone } };

  it.each(["without an archive", "with one"])("is found %s", async (how) => {
    const archive = how === "with one" ? bucket() : null;
    await tellAt(
      LONG_AGO,
      past("payment.success", payment("PAY-1", { email: hers.email, holder: hers.name })),
      past("payment.refund.success", refund("REF-1", { refund_remarks: `for ${hers.email}` })),
      past("shipment.cancelled", shipment("SHP-1", { consignee: { mobile: hers.phone } })),
      past("order.created", orderDetail("ORD-1", note)),
      past(
        "order.created",
        orderDetail("ORD-TOM", { billing_address: tom, shipping_address: tom }),
      ),
    );
    await purgeAt(new Date().toISOString(), { archive });
    expect(await rows("SELECT id FROM webhook_events WHERE payload IS NOT NULL")).toEqual([]);
    expect(await held()).toContain("quill");
    expect(await erase({ ...deps, archive }, asked)).toMatchObject({ stage: "done" });
    await expectGone();
    const { objects } = await bucket().list();
    const archived = await Promise.all(
      objects.map(async ({ key }) => {
        const stream = (await bucket().get(key))?.body;
        return key.endsWith(".gz") && stream !== undefined
          ? await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text()
          : "";
      }),
    );
    expect(archived.join("").toLowerCase()).not.toMatch(/quill|zephyr|9812345001/);
    expect(archived.join("").includes("tom@other.example")).toBe(archive !== null);
    const emails = "SELECT order_number, customer_email FROM orders ORDER BY 1";
    expect(await rows(emails)).toEqual([
      { order_number: "ORD-1", customer_email: "(erased)" },
      { order_number: "ORD-TOM", customer_email: "tom@other.example" },
    ]);
  });
});

describe("a body of one megabyte with fifty thousand e-mail fields", () => {
  const many = (name: string): string =>
    JSON.stringify({
      order_number: "ORD-M",
      list: Array.from({ length: 50_000 }, (_, n) => ({ [name]: `${n.toString(36)}@b.c` })),
    });

  it.each(["email", "e"])(
    "under %s costs a bounded number of hashes, and is noted",
    async (name) => {
      await erase(deps, asked);
      const body = many(name);
      expect(body.length).toBeGreaterThan(800_000);
      expect(body.length).toBeLessThan(1_048_576);
      // And its order.
      expect(identifiersOf(body)).toHaveLength(CONTACTS_MAX + 1);
      const list = await loadSuppressionList(env.DB);
      expect(await list.erase(body)).toBe(body);
      const [id] = await tell(body);
      expect(await row("SELECT notes FROM webhook_events WHERE id = ?1", id)).toEqual({
        notes: expect.stringContaining(`more than ${String(CONTACTS_MAX)} contacts`) as unknown,
      });
    },
  );
});
