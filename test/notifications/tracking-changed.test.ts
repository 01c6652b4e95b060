/**
 * `tracking_changed`, from event to provider: a customer who was sent one tracking is notified of another, once, and
 * only while it is valid.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { foldPatches } from "../../src/projection/fold";
import { interpret } from "../../src/projection/interpret";
import { claim, type DueRow } from "../../src/store/outbox/outbox";
import { loadDue } from "../../src/store/outbox/outbox-facts";
import { listMessages } from "../../src/store/outbox/message-list";
import { trackingStatements } from "../../src/store/outbox/tracking";
import { rebuildOrder } from "../../src/upkeep/rebuild";
import type { EventBody } from "../support/events";
import { orderDetail, shipment } from "../support/models";
import { arrive, endings, tellAll } from "./arrivals";
import { options } from "../convergence/deliver";
import { type Stage, stage } from "./providers";
import { clearTables, NOW, readNotification, readNotifications } from "../support/rows";
import { defaults } from "../support/defaults";

const SENT = "sent";
const AGAIN = "suppressed: the tracking has changed again";
const changed = (awb: string, channel = "email"): string =>
  `tracking_changed/SHP-1/${awb}/${channel}`;

let count = 0;

/** An event one second after the previous one, so that later events win. */
function event(type: string, data: Record<string, unknown>): EventBody {
  count += 1;
  const created_at = new Date(Date.parse("2026-11-24T08:00:00.000Z") + count * 1_000).toISOString();
  return { id: `evt_${String(count)}`, event_type: type, created_at, order_number: "ORD-1", data };
}

const created = (over: Record<string, unknown> = {}): EventBody =>
  event("order.created", orderDetail("ORD-1", over));

/** The tracking of a parcel: courier, airway bill and link, all from this number. */
const tracking = (awb: string | null): Record<string, unknown> => ({
  courier_company_name: awb === null ? null : "BlueDart",
  awb_no: awb,
  tracking_url: awb === null ? null : `https://track.example/${awb}`,
  eta_delivery: undefined,
});
const parcel = (awb: string | null, status = "shipped"): EventBody =>
  event("shipment.updated", shipment("SHP-1", { status, ...tracking(awb) }));

/** A parcel whose shipping was reported to the customer with this tracking. */
async function told(awb: string | null): Promise<Stage> {
  const set = stage();
  await arrive([created(), parcel(awb)]);
  await tellAll(set);
  expect(await endings()).toEqual({
    "shipment_update/SHP-1/shipped/email": SENT,
    "shipment_update/SHP-1/shipped/sms": SENT,
  });
  return set;
}

/** The results of the messages about a changed tracking, by e-mail; an SMS has the same result. */
async function ends(): Promise<Record<string, string>> {
  const all = await endings();
  const found = Object.entries(all).filter(([id]) => id.startsWith("tracking_changed/"));
  for (const [id, end] of found) expect(all[id.replace(/email$/, "sms")]).toBe(end);
  return Object.fromEntries(found.filter(([id]) => id.endsWith("/email")));
}

beforeEach(clearTables);

describe("a customer who was shown a tracking", () => {
  it("hears of another one by e-mail and SMS, at once", async () => {
    const set = await told("A1");
    await arrive([parcel("B2")]);
    expect(await readNotification(changed("B2"))).toMatchObject({
      status: "pending",
      order_number: "ORD-1",
      next_attempt_at: NOW,
    });
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("B2")]: SENT });
    const bodies = set.provider.asked.slice(-2).map(({ body }) => body);
    const mail = bodies.find((body) => body.startsWith("{"));
    const text = new URLSearchParams(bodies.find((body) => body !== mail)).get("Body");
    expect(mail).toContain("New tracking for your parcel");
    expect(mail).toContain("https://track.example/B2");
    expect(text).toContain("order ORD-1 has a new tracking number: B2 with BlueDart.");
    expect(`${mail ?? ""}${text ?? ""}`).not.toContain("A1");
  });

  it("hears of the first one where the message showed none", async () => {
    const set = await told(null);
    await arrive([parcel("A1")]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("A1")]: SENT });
  });

  it("hears of it where an order event lists it", async () => {
    const set = await told("A1");
    const listed = shipment("SHP-1", { status: "shipped", ...tracking("B2") });
    await arrive([event("order.completed", orderDetail("ORD-1", { shipments: [listed] }))]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("B2")]: SENT });
  });

  it("hears nothing where courier and link are not said any more", async () => {
    const set = await told("A1");
    const over = { ...tracking("A1"), courier_company_name: null, tracking_url: null };
    await arrive([event("shipment.updated", shipment("SHP-1", { status: "shipped", ...over }))]);
    await tellAll(set);
    expect(await ends()).toEqual({});
  });

  it("hears of another courier or link of the same number", async () => {
    const set = await told("A1");
    const over = { ...tracking("A1"), courier_company_name: "Delhivery" };
    await arrive([event("shipment.updated", shipment("SHP-1", { status: "shipped", ...over }))]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("A1")]: SENT });
  });

  it("hears of a link without a number", async () => {
    const set = await told("A1");
    const over = { ...tracking(null), tracking_url: "https://track.example/x/y" };
    await arrive([event("shipment.updated", shipment("SHP-1", { status: "shipped", ...over }))]);
    await tellAll(set);
    expect(await ends()).toEqual({
      "tracking_changed/SHP-1/https:%2F%2Ftrack.example%2Fx%2Fy/email": SENT,
    });
  });

  it("hears once of each airway bill, however often it comes back", async () => {
    const set = await told("A1");
    for (const awb of ["B2", "A1", "B2", "A1"]) {
      await arrive([parcel(awb)]);
      await tellAll(set);
    }
    expect(await ends()).toEqual({ [changed("A1")]: SENT, [changed("B2")]: SENT });
    expect(set.provider.asked).toHaveLength(6);
  });

  it("hears of it when what was sent is kept no more", async () => {
    const set = await told("A1");
    await env.DB.prepare("UPDATE notifications SET rendered = NULL").run();
    await arrive([parcel("B2")]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("B2")]: SENT });
  });
});

describe("nothing is told", () => {
  it("where no message about the parcel was rendered yet", async () => {
    await arrive([created(), parcel("A1")]);
    await arrive([parcel("B2")]);
    const set = stage();
    await tellAll(set);
    expect(await ends()).toEqual({});
    expect(set.provider.asked).toHaveLength(2);
    const texts = set.provider.asked.map(({ body }) => body).join();
    expect(texts).toContain("B2");
    expect(texts).not.toContain("A1");
  });

  it("where the tracking stays what it was, or comes back to what was shown", async () => {
    const set = await told("A1");
    await arrive([parcel("A1"), parcel("A1", "in_transit")]);
    expect(await ends()).toEqual({});
    await arrive([parcel("B2")]);
    await arrive([parcel("A1")]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("B2")]: AGAIN });
  });

  it("by an event that is older than what stands, or changes both ways within one batch", async () => {
    const older = parcel("OLD");
    await told("A1");
    await arrive([older]);
    await arrive([parcel("B2"), parcel("A1")]);
    expect(await ends()).toEqual({});
  });

  it("where there is nothing to follow any more", async () => {
    await told("A1");
    await arrive([parcel(null)]);
    expect(await ends()).toEqual({});
  });

  it("when history is applied again, or the order is rebuilt", async () => {
    const set = await told("A1");
    const second = parcel("B2");
    await arrive([second]);
    await tellAll(set);
    const before = await readNotifications();
    await env.DB.prepare("UPDATE shipments SET awb_no = 'wrong'").run();
    await rebuildOrder(env.DB, "ORD-1", { dryRun: false, now: NOW, defaults });
    await arrive([second]);
    expect(await readNotifications()).toEqual(before);
  });
});

describe("it is dropped", () => {
  it("when the tracking has changed again, and the last one is told", async () => {
    const set = await told("A1");
    for (const awb of ["B2", "C3"]) await arrive([parcel(awb)]);
    await tellAll(set);
    expect(await ends()).toEqual({ [changed("B2")]: AGAIN, [changed("C3")]: SENT });
  });

  it.each([
    ["shipment.delivered", "delivered"],
    ["shipment.cancelled", "cancelled"],
    ["shipment.updated", "return_to_origin"],
    ["shipment.updated", "lost"],
  ])("when nobody waits for the parcel any more: %s, %s", async (type, status) => {
    const set = await told("A1");
    await arrive([event(type, shipment("SHP-1", { status, ...tracking("B2") }))]);
    await tellAll(set);
    expect(await ends()).toEqual({
      [changed("B2")]: "suppressed: the parcel is no longer on its way",
    });
  });
});

describe("a message that is rendered while the tracking changes", () => {
  const EMAIL = "shipment_update/SHP-1/shipped/email";

  it("is not sent with the old one: its claim fails, and the next run shows the new one", async () => {
    await arrive([created(), parcel("A1")]);
    const [read] = (await loadDue(env.DB, [EMAIL], NOW)).rows;
    const shown = read?.facts.shipment;
    expect(shown?.awb_no).toBe("A1");
    await arrive([parcel("B2")]);
    const outgoing = {
      id: EMAIL,
      attempts: 0,
      recipient: "asha@example.com",
      orderNumber: "ORD-1",
      rendered: "{}",
      tracking: { shipmentId: "SHP-1", precedence: shown?.tracking_precedence ?? "" },
    };
    expect((await claim(env.DB, [outgoing], NOW)).ids.size).toBe(0);
    const set = stage();
    await tellAll(set);
    expect(await ends()).toEqual({});
    const row = await env.DB.prepare("SELECT rendered FROM notifications WHERE id = ?1")
      .bind(EMAIL)
      .first<Pick<DueRow, "rendered">>();
    expect(row?.rendered).toContain("https://track.example/B2");
  });
});

describe("a batch", () => {
  const patchesOf = (body: EventBody) =>
    foldPatches(
      interpret(
        { id: body.id ?? "", typeHint: null, receivedAt: NOW, payload: JSON.stringify(body) },
        options,
      ).patches,
    ).rows.shipments.values();

  it("in which no tracking changes writes nothing, and looks at each parcel alone", async () => {
    await told("A1");
    const [statement] = trackingStatements(env.DB, patchesOf(parcel("A1")), NOW, []);
    const result = await statement?.run();
    expect(result?.meta.rows_written).toBe(0);
    // The entry, the parcel and the two channels, but none of its messages.
    expect(result?.meta.rows_read).toBeLessThanOrEqual(4);
  });

  it("that says nothing of how a parcel is followed asks nothing", () => {
    expect(trackingStatements(env.DB, patchesOf(parcel(null)), NOW, [])).toEqual([]);
    expect(trackingStatements(env.DB, patchesOf(created()), NOW, [])).toEqual([]);
  });
});

describe("a person", () => {
  it("finds it on the order's page, in the list of its template, and in the timeline", async () => {
    const set = await told("A1");
    await arrive([parcel("B2")]);
    await tellAll(set);
    const ids = [changed("B2"), changed("B2", "sms")];
    const ofOrder = await listMessages(env.DB, { order: "ORD-1" }, { limit: 20 });
    expect(ofOrder.messages.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    const ofTemplate = await listMessages(env.DB, { template: "tracking_changed" }, { limit: 20 });
    expect(ofTemplate.messages.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const { results } = await env.DB.prepare(
      "SELECT detail FROM order_timeline WHERE what = 'notification tracking_changed' ORDER BY detail",
    ).all();
    expect(results).toEqual([{ detail: "email · sent" }, { detail: "sms · sent" }]);
  });
});
