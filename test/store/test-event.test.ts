/** A test event leaves no rows, and no other event is skipped because of it. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { saveReceived } from "../../src/store/inbox/receipt";
import { deleteTestEvent } from "../../src/store/inbox/inspection";
import { listWaiting, markStuck } from "../../src/store/inbox/waiting";
import { clearTables } from "../support/rows";

const RECEIVED_AT = "2026-11-24T10:00:00.000Z";
const TYPE = "receiver.test";

beforeEach(clearTables);

async function receive(id: string, eventType = "order.created"): Promise<void> {
  const about = { subject: null, subjectId: null, orderNumber: null, occurredAt: null };
  const form = { form: "envelope" as const, typeHint: null };
  const kept = { ...form, bodySha256: id, verifiedBy: "current" as const, payload: "{}" };
  await saveReceived(env.DB, { id, eventType, receivedAt: RECEIVED_AT, ...about, ...kept });
}

async function settle(id: string, status: string): Promise<void> {
  await env.DB.prepare("UPDATE webhook_events SET status = ?2 WHERE id = ?1")
    .bind(id, status)
    .run();
}

it("removes an ignored event of its own type, and no other", async () => {
  await receive("order");
  await receive("test", TYPE);
  expect(await deleteTestEvent(env.DB, "test", TYPE)).toBe(false);
  await settle("test", "ignored");
  await settle("order", "ignored");
  expect(await deleteTestEvent(env.DB, "order", TYPE)).toBe(false);
  expect(await deleteTestEvent(env.DB, "test", TYPE)).toBe(true);
});

it("is followed by an event that the sweep still finds, although it takes the same row", async () => {
  await receive("test", TYPE);
  await settle("test", "ignored");
  const later = addMs(RECEIVED_AT, 120_000);
  const sweep = () => markStuck(env.DB, later, addMs(later, -60_000), 100);
  await sweep();
  await deleteTestEvent(env.DB, "test", TYPE);
  await receive("next");
  await sweep();
  expect(await listWaiting(env.DB, later, 10)).toEqual(["next"]);
});
