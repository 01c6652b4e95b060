/** An order that is linked to an erased person only later, after its bodies were purged. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { listObjects, readObject } from "../../src/upkeep/archive";
import { continueErasures, erase, type ErasureDeps } from "../../src/upkeep/erasure";
import { defaults } from "../support/defaults";
import { address, orderDetail } from "../support/models";
import { rows } from "../support/receiver";
import { bucket, clearAll, purgeAt, type SentEvent, settle } from "./aged";

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const asked = ["email:quill@zephyr.example"];
const deps: ErasureDeps = { db: env.DB, archive: null, defaults, now: () => new Date() };

/** Another address and number of the same person, which the request did not name. */
const other = { first_name: "Quillonia", email: "quill@other.example", phone: "9812345001" };

function order(id: string, who: Record<string, unknown>, at: string): readonly [SentEvent, string] {
  const people = { billing_address: address(who), shipping_address: null };
  const event_type = "order.confirmed";
  return [{ id, event_type, created_at: at, data: orderDetail("ORD-1", people) }, at];
}

const tellOld = () => settle(order("evt-old", other, ago(120)));
const tellNew = () =>
  settle(order("evt-new", { first_name: "Quillonia", email: "quill@zephyr.example" }, ago(0)));

async function expectGone(): Promise<void> {
  const tables = ["webhook_events", "orders", "order_contacts", "notifications"];
  const held = await Promise.all(tables.map((table) => rows(`SELECT * FROM ${table}`)));
  const { objects } = await listObjects(bucket(), "", 10);
  const archived = await Promise.all(objects.map(({ name }) => readObject(bucket(), name)));
  const all = JSON.stringify([held, archived]).toLowerCase();
  for (const value of ["quill", "9812345001"]) {
    const at = all.indexOf(value);
    expect(at === -1 ? "" : all.slice(Math.max(0, at - 200), at + 50), value).toBe("");
  }
  expect(await rows("SELECT stage, error FROM erasures")).toEqual([{ stage: "done", error: null }]);
  expect(await rows("SELECT * FROM erasure_orders")).toEqual([]);
}

beforeEach(clearAll);

it("loses its other contacts, where there is no archive", async () => {
  await tellOld();
  await purgeAt(ago(0));
  expect(await erase(deps, asked)).toMatchObject({ stage: "done", orders: 0 });
  await tellNew();
  await continueErasures(deps);
  await expectGone();
});

it("loses them, and its archived bodies, where it comes while the archive is waited for", async () => {
  await tellOld();
  await purgeAt(ago(0), { archive: bucket() });
  const withArchive = { ...deps, archive: bucket() };
  await env.DB.prepare(
    `INSERT INTO archive_writes (name, first_row, last_row, started_at) VALUES ('events/x', 1, 1, ?1)`,
  )
    .bind(ago(0))
    .run();
  expect(await erase(withArchive, asked)).toMatchObject({ stage: "archive", orders: 0 });
  await tellNew();
  await continueErasures(withArchive);
  await env.DB.prepare("DELETE FROM archive_writes").run();
  await continueErasures(withArchive);
  await expectGone();
});
