/**
 * The table of the design, line by line, on the whole path from event to provider: the same events in every order of
 * arrival (for up to three events, otherwise a selection), one by one, in one batch and all of them twice. Each time
 * the same messages are sent, and the same are dropped for the same reasons.
 */
import { forwardAll } from "../support/queue";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertAlerts } from "../../src/store/outbox/alerts";
import {
  dailyStatuses,
  notifiedStatuses,
} from "../../src/notifications/templates/shipment/notified-statuses";
import type { EventBody } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { arrive, arriveBare, endings, sweepMessages, tellAll } from "./arrivals";
import { type Asked, type Stage, stage } from "./providers";
import { clearTables, NOW, readNotification } from "../support/rows";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A time on the day of NOW, which is at ten o'clock. */
const at = (time: string): string => `2026-11-24T${time}:00.000Z`;

let count = 0;

/** An event at that time; payments, refunds and shipments name their order unless `over` does. */
function event(
  type: string,
  time: string | undefined,
  data: Record<string, unknown>,
  over: Partial<EventBody> = { order_number: "ORD-1" },
): EventBody {
  count += 1;
  const id = `evt_${count}`;
  const created_at = time === undefined ? undefined : at(time);
  return { id, event_type: type, created_at, ...over, data };
}

const order = (type: string, time: string, over: Record<string, unknown> = {}): EventBody =>
  event(`order.${type}`, time, orderDetail("ORD-1", { status: undefined, ...over }), {});
const created = (over: Record<string, unknown> = {}): EventBody => order("created", "08:00", over);
const cancelled = (time: string, over: Record<string, unknown> = {}): EventBody =>
  order("cancelled", time, over);
const paid = (time: string, id = "PAY-1", over: Record<string, unknown> = {}): EventBody =>
  event("payment.success", time, payment(id, { payment_date: at(time), ...over }));
const failed = (time: string, id = "PAY-1", over: Record<string, unknown> = {}): EventBody =>
  event("payment.failed", time, payment(id, { payment_date: at(time), ...over }));
const refundOf = (kind: string, time: string, over: Record<string, unknown> = {}): EventBody =>
  event(`payment.refund.${kind}`, time, refund("REF-1", over));
const parcel = (status: string, time: string, id = "SHP-1", over = {}): EventBody =>
  event("shipment.updated", time, shipment(id, { status }), over);
const delivered = (time: string, id = "SHP-1", over?: Partial<EventBody>): EventBody =>
  event("shipment.delivered", time, shipment(id), over);
const linked = { order_number: "ORD-1" };

const SENT = "sent";
const drop = (reason: string): string => `suppressed: ${reason}`;

interface Scene {
  readonly says: string;
  readonly events: readonly EventBody[];
  /** Every row except `refund_due`, which follows from state and may never have been written. */
  readonly ends: Readonly<Record<string, string>>;
  /** The result of refund_due; "never": it is not sent, and a row, if there is one, has this reason. */
  readonly refundDue?: "sent" | "never";
}

const both = (id: string, end: string): Record<string, string> => ({
  [`${id}/email`]: end,
  [`${id}/sms`]: end,
});
const CONFIRMED = "order_confirmed/ORD-1/email";
const CANCELLED = "order_cancelled/ORD-1/email";
const REVIEW = "review_request/ORD-1/email";
const failure = (time: string, end: string, id = "PAY-1"): Record<string, string> =>
  both(`payment_failed/${id}/${at(time)}`, end);
const daily: ReadonlySet<string> = dailyStatuses;
const update = (status: string, end: string, id = "SHP-1"): Record<string, string> =>
  both(`shipment_update/${id}/${status}${daily.has(status) ? "/2026-11-24" : ""}`, end);

const PAID = payment("PAY-1", { payment_status: "success", payment_date: at("08:10") });
const MOVED_ON = drop("the payment has moved on");

const scenes: Readonly<Record<string, readonly Scene[]>> = {
  order_confirmed: [
    {
      says: "is sent, however far the order has come",
      events: [created(), order("confirmed", "08:10"), order("completed", "09:00")],
      ends: { [CONFIRMED]: SENT },
    },
    {
      says: "is dropped once the order is cancelled, which is told",
      events: [order("confirmed", "08:10"), cancelled("09:00")],
      ends: { [CONFIRMED]: drop("the order is cancelled"), [CANCELLED]: SENT },
    },
    {
      says: "is sent where the cancellation has no time, and so ranks below the confirmation",
      events: [order("confirmed", "08:10"), { ...cancelled("09:00"), created_at: undefined }],
      ends: { [CONFIRMED]: SENT, [CANCELLED]: SENT },
    },
  ],
  order_cancelled: [
    {
      says: "is sent even where a later event has confirmed the order again",
      events: [cancelled("08:10"), order("confirmed", "09:00")],
      ends: { [CONFIRMED]: SENT, [CANCELLED]: SENT },
    },
  ],
  refund_due: [
    {
      says: "is sent for a cancelled order that was paid",
      events: [created(), paid("08:10"), cancelled("09:00")],
      ends: { [CANCELLED]: SENT },
      refundDue: "sent",
    },
    {
      says: "is dropped when all is paid back before its hour",
      events: [
        paid("08:10"),
        cancelled("09:00"),
        refundOf("success", "09:10", { refund_amount: 1201.92 }),
      ],
      ends: { [CANCELLED]: SENT, "refund_succeeded/REF-1/email": SENT },
      refundDue: "never",
    },
    {
      says: "is sent when only a part is paid back",
      events: [paid("08:10"), cancelled("09:00"), refundOf("success", "09:10")],
      ends: { [CANCELLED]: SENT, "refund_succeeded/REF-1/email": SENT },
      refundDue: "sent",
    },
    {
      says: "is dropped when what is refundable is paid back, though more was paid",
      events: [
        paid("08:10"),
        cancelled("09:00", { cancellation_refund_details: { refundable_amount: 200.1 } }),
        refundOf("success", "09:10"),
      ],
      ends: { [CANCELLED]: SENT, "refund_succeeded/REF-1/email": SENT },
      refundDue: "never",
    },
    {
      says: "is sent when the refund has failed",
      events: [paid("08:10"), cancelled("09:00"), refundOf("failed", "09:10")],
      ends: { [CANCELLED]: SENT, "refund_failed/REF-1/team": SENT },
      refundDue: "sent",
    },
    {
      says: "is not made where nothing was paid",
      events: [created(), failed("08:10"), cancelled("09:00")],
      ends: { [CANCELLED]: SENT, ...failure("08:10", drop("the order is cancelled")) },
      refundDue: "never",
    },
    {
      says: "is dropped when a later event takes the cancellation back",
      events: [paid("08:10"), cancelled("09:00"), order("confirmed", "09:30")],
      ends: { [CANCELLED]: SENT, [CONFIRMED]: SENT },
      refundDue: "never",
    },
  ],
  payment_failed: [
    {
      says: "is sent by e-mail and SMS",
      events: [created(), failed("08:10")],
      ends: failure("08:10", SENT),
    },
    {
      says: "is dropped where the payment has succeeded under its other name",
      events: [
        created(),
        failed("08:10", "REF-9", { amount: 500 }),
        paid("08:20", "PAY-1", { amount: 500, payment_reference_number: "REF-9" }),
      ],
      ends: failure("08:10", MOVED_ON, "REF-9"),
    },
    {
      says: "is sent where a later order event lists the same failure by its date",
      events: [
        created(),
        failed("08:10"),
        order("confirmed", "08:20", {
          payment_status: "failed",
          payments: [payment("PAY-1", { payment_status: "failed", payment_date: at("08:10") })],
        }),
      ],
      ends: { ...failure("08:10", SENT), [CONFIRMED]: SENT },
    },
    {
      says: "is sent where a later order event lists the same failure without a date",
      events: [
        created(),
        failed("08:10"),
        order("confirmed", "08:20", {
          payments: [payment("PAY-1", { payment_status: "failed", payment_date: undefined })],
        }),
      ],
      ends: { ...failure("08:10", SENT), [CONFIRMED]: SENT },
    },
    {
      says: "is dropped where a later order event lists another failure",
      events: [
        created(),
        failed("08:10"),
        order("confirmed", "08:20", {
          payments: [payment("PAY-1", { payment_status: "failed", payment_date: at("08:15") })],
        }),
      ],
      ends: {
        ...failure("08:10", drop("the payment has failed again since")),
        [CONFIRMED]: SENT,
      },
    },
    {
      says: "is told of the last failure only",
      events: [created(), failed("08:10"), failed("08:20")],
      ends: {
        ...failure("08:10", drop("the payment has failed again since")),
        ...failure("08:20", SENT),
      },
    },
    {
      says: "is told once where two events tell of one failure",
      events: [
        created(),
        failed("08:10"),
        failed("08:10", "PAY-1", { payment_date: undefined }),
        failed("08:10", "PAY-1", { amount: 1201.93 }),
      ],
      ends: failure("08:10", SENT),
    },
    {
      says: "is told once where two events tell of one failure and an order event lists it",
      events: [
        created(),
        failed("08:10"),
        failed("08:10", "PAY-1", { payment_date: undefined }),
        order("confirmed", "08:20", {
          payments: [payment("PAY-1", { payment_status: "failed", payment_date: undefined })],
        }),
      ],
      ends: { ...failure("08:10", SENT), [CONFIRMED]: SENT },
    },
    {
      says: "is dropped once it is tried again",
      events: [
        created(),
        failed("08:10"),
        event("payment.retried", "08:20", payment("PAY-1", { payment_date: undefined })),
      ],
      ends: failure("08:10", MOVED_ON),
    },
    {
      says: "is told of a failure after a retry",
      events: [
        created(),
        event("payment.retried", "08:20", payment("PAY-1", { payment_date: undefined })),
        failed("08:30"),
      ],
      ends: failure("08:30", SENT),
    },
    {
      says: "is dropped once the order is paid by the same payment",
      events: [created(), failed("08:10"), paid("08:20")],
      ends: failure("08:10", drop("the order is paid")),
    },
    {
      says: "is dropped once the payment has succeeded, known to belong to an order or not",
      events: [
        event("payment.failed", "08:10", payment("PAY-1", { payment_date: at("08:10") }), {}),
        event("payment.success", "08:20", payment("PAY-1", { payment_date: at("08:20") }), {}),
      ],
      ends: failure("08:10", MOVED_ON),
    },
    {
      says: "is dropped once the order is paid by another payment",
      events: [created(), failed("08:10"), paid("08:20", "PAY-2")],
      ends: failure("08:10", drop("the order is paid")),
    },
    {
      says: "is dropped once an order event lists another payment as paid",
      events: [
        failed("08:10"),
        order("confirmed", "08:20", { payments: [{ ...PAID, request_number: "PAY-2" }] }),
      ],
      ends: { ...failure("08:10", drop("the order is paid")), [CONFIRMED]: SENT },
    },
    {
      says: "is dropped once the order is cancelled",
      events: [created(), failed("08:10"), cancelled("08:20")],
      ends: { ...failure("08:10", drop("the order is cancelled")), [CANCELLED]: SENT },
    },
    {
      says: "without a time counts by its event",
      events: [
        created(),
        {
          ...event("payment.failed", undefined, payment("PAY-9", { payment_date: undefined })),
          id: "evt_timeless",
        },
      ],
      ends: both("payment_failed/PAY-9/evt_timeless", SENT),
    },
    {
      says: "finds its order through an order event that lists the payment",
      events: [
        event("payment.failed", "08:10", payment("PAY-1", { payment_date: at("08:10") }), {}),
        created({ payments: [payment("PAY-1", { payment_status: "pending" })] }),
      ],
      ends: failure("08:10", SENT),
    },
    {
      says: "waits a day for an order that never comes",
      events: [event("payment.failed", "08:10", payment("PAY-1"), {})],
      ends: failure("08:10", drop("no order known")),
    },
  ],
  refund_succeeded: [
    {
      says: "is sent, whatever else is said of the refund",
      events: [
        created(),
        refundOf("initiated", "08:50"),
        refundOf("success", "09:00"),
        refundOf("failed", "09:10"),
      ],
      ends: { "refund_succeeded/REF-1/email": SENT, "refund_failed/REF-1/team": SENT },
    },
  ],
  refund_failed: [
    {
      says: "is sent while the refund has not succeeded",
      events: [created(), refundOf("failed", "09:00"), refundOf("initiated", "09:10")],
      ends: { "refund_failed/REF-1/team": SENT },
    },
    {
      says: "is dropped once it has",
      events: [created(), refundOf("failed", "09:00"), refundOf("success", "09:10")],
      ends: {
        "refund_failed/REF-1/team": drop("the refund has succeeded"),
        "refund_succeeded/REF-1/email": SENT,
      },
    },
    {
      says: "is sent for a refund of no known order",
      events: [event("payment.refund.failed", "09:00", refund("REF-1"), {})],
      ends: { "refund_failed/REF-1/team": SENT },
    },
  ],
  shipment_update: [
    ...notifiedStatuses.map((status) => ({
      says: `is sent while the shipment is ${status}`,
      events: [created(), parcel(status, "09:00", "SHP-1", linked)],
      ends: update(status, SENT),
    })),
    {
      says: "is told of the last of three statuses only",
      events: [
        created(),
        parcel("shipped", "09:00", "SHP-1", linked),
        parcel("in_transit", "09:10", "SHP-1", linked),
        parcel("out_for_delivery", "09:20", "SHP-1", linked),
      ],
      ends: {
        ...update("shipped", drop("the shipment has moved on")),
        ...update("in_transit", drop("the shipment has moved on")),
        ...update("out_for_delivery", SENT),
      },
    },
    {
      says: "is told of attempts on two days, each while the parcel stands as attempted",
      events: [
        created(),
        {
          ...parcel("delivery_attempted", "09:00", "SHP-1", linked),
          created_at: "2026-11-23T09:00:00.000Z",
        },
        parcel("out_for_delivery", "06:00", "SHP-1", linked),
        parcel("delivery_attempted", "09:00", "SHP-1", linked),
      ],
      ends: {
        ...both("shipment_update/SHP-1/delivery_attempted/2026-11-23", SENT),
        ...update("out_for_delivery", drop("the shipment has moved on")),
        ...update("delivery_attempted", SENT),
      },
    },
    {
      says: "is dropped once the parcel is delivered",
      events: [created(), parcel("out_for_delivery", "09:00", "SHP-1", linked), delivered("09:30")],
      ends: { ...update("out_for_delivery", drop("the shipment has moved on")), [REVIEW]: SENT },
    },
    {
      says: "is dropped once the parcel is cancelled",
      events: [
        created(),
        parcel("shipped", "09:00", "SHP-1", linked),
        event("shipment.cancelled", "09:30", shipment("SHP-1")),
      ],
      ends: {
        ...update("shipped", drop("the shipment has moved on")),
        "shipment_cancelled/SHP-1/team": SENT,
      },
    },
    {
      says: "is dropped once an order event lists the parcel further on",
      events: [
        parcel("shipped", "09:00"),
        order("completed", "09:30", { shipments: [shipment("SHP-1", { status: "delivered" })] }),
      ],
      ends: update("shipped", drop("the shipment has moved on")),
    },
    {
      says: "is sent where an order event lists the parcel as it is, and so finds its customer",
      events: [
        parcel("shipped", "09:00"),
        order("completed", "09:30", { shipments: [shipment("SHP-1", { status: "shipped" })] }),
      ],
      ends: update("shipped", SENT),
    },
  ],
  review_request: [
    {
      says: "is sent once for two delivered parcels",
      events: [created(), delivered("09:00"), delivered("09:30", "SHP-2")],
      ends: { [REVIEW]: SENT },
    },
    {
      says: "is dropped where one of two parcels came back",
      events: [
        created(),
        delivered("09:00"),
        delivered("09:05", "SHP-2"),
        parcel("return_to_origin", "09:30", "SHP-1", linked),
      ],
      ends: {
        [REVIEW]: drop("a parcel is lost or on its way back"),
        ...update("return_to_origin", SENT),
      },
    },
    {
      says: "is dropped where one of two parcels is lost",
      events: [created(), delivered("09:00"), parcel("lost", "09:30", "SHP-2", linked)],
      ends: {
        [REVIEW]: drop("a parcel is lost or on its way back"),
        ...update("lost", SENT, "SHP-2"),
      },
    },
    {
      says: "waits where one of two parcels is still on its way",
      events: [created(), delivered("09:00"), parcel("in_transit", "09:30", "SHP-2", linked)],
      ends: {
        [REVIEW]: "pending: a parcel is still to be delivered",
        ...update("in_transit", SENT, "SHP-2"),
      },
    },
    {
      says: "is sent where the other parcel is cancelled",
      events: [
        created(),
        delivered("09:00"),
        event("shipment.cancelled", "09:30", shipment("SHP-2")),
      ],
      ends: { [REVIEW]: SENT, "shipment_cancelled/SHP-2/team": SENT },
    },
    {
      says: "is dropped where no parcel is delivered any more",
      events: [created(), delivered("09:00"), parcel("return_to_origin", "09:30", "SHP-1", linked)],
      ends: {
        [REVIEW]: drop("no shipment is delivered any more"),
        ...update("return_to_origin", SENT),
      },
    },
    {
      says: "is sent for a parcel that an order event links",
      events: [
        delivered("09:00", "SHP-1", {}),
        order("completed", "09:30", { shipments: [shipment("SHP-1", { status: "delivered" })] }),
      ],
      ends: { "review_request/shipment:SHP-1/email": SENT },
    },
    {
      says: "waits a day for the order of a parcel that nothing links",
      events: [created(), delivered("09:00", "SHP-7", {})],
      ends: { "review_request/shipment:SHP-7/email": drop("no order known") },
    },
    {
      says: "is dropped where the order is cancelled",
      events: [created(), delivered("09:00"), cancelled("09:30")],
      ends: { [REVIEW]: drop("the order is cancelled"), [CANCELLED]: SENT },
    },
    {
      says: "is dropped where the order is wholly refunded",
      events: [
        created(),
        paid("08:10"),
        delivered("09:00"),
        refundOf("success", "09:30", { refund_amount: 1201.92 }),
      ],
      ends: { [REVIEW]: drop("the order is refunded"), "refund_succeeded/REF-1/email": SENT },
    },
    {
      says: "is sent where a part of it is refunded",
      events: [created(), paid("08:10"), delivered("09:00"), refundOf("success", "09:30")],
      ends: { [REVIEW]: SENT, "refund_succeeded/REF-1/email": SENT },
    },
  ],
  shipment_cancelled: [
    {
      says: "is sent, whatever becomes of the shipment",
      events: [
        created(),
        event("shipment.cancelled", "09:00", shipment("SHP-1")),
        parcel("in_transit", "09:30", "SHP-1", linked),
      ],
      ends: { "shipment_cancelled/SHP-1/team": SENT, ...update("in_transit", SENT) },
    },
  ],
};

function ordersOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length > 3) {
    const back = list.toReversed();
    return [
      list,
      back,
      [...list.slice(2), ...list.slice(0, 2)],
      [...back.slice(1), ...back.slice(0, 1)],
    ];
  }
  if (list.length <= 1) return [list];
  return list.flatMap((first, index) =>
    ordersOf(list.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}

type Arriving = readonly (readonly EventBody[])[];

/** Each order one by one; the first in one batch; the last with everything twice. */
function arrivalsOf(events: readonly EventBody[]): readonly Arriving[] {
  const orders = ordersOf(events);
  const oneByOne = orders.map((list) => list.map((event) => [event]));
  const back = events.toReversed();
  return [...oneByOne, [events], [back, events, back]];
}

/** The sent messages: one entry per request, by key if the channel has keys. */
function keysOf(asked: readonly Asked[]): readonly string[] {
  return asked.flatMap((one) => one.headers.get("idempotency-key") ?? []).toSorted();
}

const isRefundDue = (id: string): boolean => id.startsWith("refund_due/");

async function expectScene(scene: Scene, arriving: Arriving): Promise<void> {
  await clearTables();
  for (const batch of arriving) await arrive(batch);
  const set = stage();
  await tellAll(set);
  const ended = await endings();
  const due = Object.entries(ended).filter(([id]) => isRefundDue(id));
  const others = Object.entries(ended).filter(([id]) => !isRefundDue(id));
  const story = arriving.map((batch) => batch.map((one) => one.event_type).join("+")).join(", ");
  expect(Object.fromEntries(others), story).toEqual(scene.ends);
  const dueEnds = due.map(([, end]) => end);
  // It follows from state: if it was never true in this order of arrival, there is no row.
  const never = dueEnds.length === 0 ? [] : [drop("no refund is outstanding")];
  expect(dueEnds, story).toEqual(scene.refundDue === "sent" ? [SENT] : never);
  // The requests to the provider are exactly those recorded as sent.
  const sent = Object.entries(ended).flatMap(([id, end]) => (end === SENT ? [id] : []));
  expect(set.provider.asked).toHaveLength(sent.length);
  expect(keysOf(set.provider.asked)).toEqual(sent.filter((id) => id.endsWith("/email")));
}

describe.each(Object.entries(scenes))("%s", (_template, list) => {
  it.each(list)("$says", async (scene) => {
    for (const arriving of arrivalsOf(scene.events)) await expectScene(scene, arriving);
  });
});

describe("a failed payment of an order that no event has told of yet", () => {
  it("waits until it is known what there is to pay, and is sent: a part is still open", async () => {
    await clearTables();
    const set = stage();
    const rest = failed("08:30", "PAY-2");
    await arrive([paid("08:10"), rest], { now: NOW, forwardTo: [] });
    await sweepMessages(set.deps);
    const id = `payment_failed/PAY-2/${at("08:30")}/email`;
    expect(await readNotification(id)).toMatchObject({ status: "pending" });
    const total = { grand_total: 9_000, to_be_paid: 9_000 };
    await arrive([created(total)], { now: NOW, forwardTo: [] });
    await tellAll(set);
    expect(await readNotification(id)).toMatchObject({ status: "sent" });
  });
});

describe("a failed payment of an order whose events state no status", () => {
  const told = orderDetail("ORD-1", { status: undefined });
  const untold = { ...told, grand_total: undefined, to_be_paid: undefined };
  const FAILED = `payment_failed/PAY-1/${at("08:10")}/email`;

  async function endOf(bare: Record<string, unknown>, events: readonly EventBody[] = []) {
    await clearTables();
    await arrive([failed("08:10"), ...events]);
    await arriveBare("bare", { ...bare, order_date: at("08:00") });
    await tellAll(stage());
    return (await endings())[FAILED];
  }

  it.each([
    ["is paid by its own word", { ...told, payment_status: "success" }, []],
    ["is paid, as is all that is known of it", { ...untold, payment_status: "success" }, []],
    ["is paid by another payment", told, [paid("08:20", "PAY-2")]],
  ])("is dropped where it %s", async (_, bare, events) => {
    expect(await endOf(bare, events)).toBe(drop("the order is paid"));
  });

  it("is sent where it is not paid", async () => {
    expect(await endOf(told)).toBe(SENT);
  });
});

describe("a review request after an old delivery and a new one", () => {
  const past = event(
    "shipment.delivered",
    undefined,
    shipment("SHP-1", { modified_at: "2026-10-01" }),
  );
  const fresh = delivered("09:30", "SHP-2");

  it.each([
    ["old first", [past, fresh]],
    ["new first", [fresh, past]],
  ])("is sent, whichever arrives first: %s", async (_, events) => {
    await clearTables();
    await arrive([created()]);
    for (const one of events) await arrive([one]);
    await tellAll(stage());
    expect((await endings())[REVIEW]).toBe(SENT);
  });

  it("is not sent after old ones alone", async () => {
    await clearTables();
    await arrive([created()]);
    await arrive([past]);
    await tellAll(stage());
    expect((await endings())[REVIEW]).toBe(drop("too old"));
  });
});

describe("refund_due, by state and by the clock", () => {
  const id = "refund_due/ORD-1/team";
  const inFiftyNineMinutes = 59 * 60_000;

  async function cancelledOrder(): Promise<Stage> {
    await clearTables();
    await arrive([paid("08:10"), cancelled("09:00")]);
    return stage();
  }

  it("is not sent before its hour, then says how much is due", async () => {
    const set = await cancelledOrder();
    await tellAll(set, inFiftyNineMinutes);
    expect(await readNotification(id)).toMatchObject({ status: "pending", attempts: 0 });
    set.advance(HOUR_MS);
    await tellAll(set);
    expect(await readNotification(id)).toMatchObject({ status: "sent" });
    const said = set.provider.asked.at(-1)?.body ?? "";
    expect(said).toContain("₹1,201.92 is still to be paid back");
    expect(said).toContain("https://hooks.shop.example/console/orders/ORD-1");
  });

  it("says what is left when a part came back within the hour", async () => {
    const set = await cancelledOrder();
    await tellAll(set, inFiftyNineMinutes);
    await arrive([refundOf("success", "10:30")]);
    await tellAll(set);
    expect(set.provider.asked.map((one) => one.body).join()).toContain("₹1,001.82 is still");
  });

  it("is dropped when all came back within the hour, though it was outstanding before", async () => {
    const set = await cancelledOrder();
    await tellAll(set, inFiftyNineMinutes);
    await arrive([refundOf("success", "10:30", { refund_amount: 1201.92 })]);
    await tellAll(set);
    expect((await endings())[id]).toBe(drop("no refund is outstanding"));
  });
});

describe("refund_failed of a refund with two names", () => {
  it("is dropped where it has gone through under the other one", async () => {
    await clearTables();
    const listed = [payment("PAY-1", { payment_status: "success", amount: 500 })];
    const twin = { payment_reference_number: "ref_PAY-1", refund_amount: 500 };
    await arrive([cancelled("08:00", { grand_total: 500, payments: listed })]);
    await arrive([refundOf("failed", "08:30", twin)]);
    await arrive([refundOf("success", "09:00", { ...twin, request_number: undefined })]);
    await tellAll(stage());
    expect((await endings())["refund_failed/REF-1/team"]).toBe(drop("the refund has succeeded"));
  });
});

describe("review_request, by the clock", () => {
  it("waits in D1 for its day, and asks what is true then", async () => {
    await clearTables();
    await arrive([created(), delivered("09:00")]);
    expect((await readNotification(REVIEW)).next_attempt_at).toBe("2026-11-25T09:00:00.000Z");
    const set = stage();
    await tellAll(set, 22 * HOUR_MS);
    expect(set.provider.asked).toHaveLength(0);
    await arrive([cancelled("12:00")]);
    await tellAll(set);
    expect((await endings())[REVIEW]).toBe(drop("the order is cancelled"));
  });

  const twoParcels = async (): Promise<Stage> => {
    await clearTables();
    const listed = [shipment("SHP-1"), shipment("SHP-2", { status: "packed" })];
    await arrive([created({ shipments: listed }), delivered("09:00")]);
    return stage();
  };
  const later = (days: number, time: string): string => `2026-11-${24 + days}T${time}:00.000Z`;

  it("comes a day after the last parcel, however the deliveries arrive", async () => {
    const last: EventBody = { ...delivered("09:00", "SHP-2"), created_at: later(1, "07:00") };
    const first = delivered("09:00");
    for (const arriving of [
      [first, last],
      [last, first],
    ]) {
      await twoParcels();
      for (const one of arriving) await arrive([one]);
      expect((await readNotification(REVIEW)).next_attempt_at).toBe(later(2, "07:00"));
    }
    await arrive([{ ...last, id: "evt_again", created_at: later(1, "06:00") }]);
    expect((await readNotification(REVIEW)).next_attempt_at).toBe(later(2, "07:00"));
  });

  it("waits for the second parcel and is not too old when that comes a week later", async () => {
    const set = await twoParcels();
    await tellAll(set, 6 * DAY_MS);
    expect(set.provider.asked).toHaveLength(0);
    const waiting = await readNotification(REVIEW);
    expect(waiting).toMatchObject({
      status: "pending",
      reason: "a parcel is still to be delivered",
      attempts: 0,
    });
    const now = set.deps.now().toISOString();
    // Reported only by the order: no event of the parcel itself moves the request.
    const both = ["SHP-1", "SHP-2"].map((id) => shipment(id, { status: "delivered" }));
    const done: EventBody = {
      ...order("completed", "09:00", { shipments: both }),
      created_at: now,
    };
    await arrive([done], { now });
    await tellAll(set, 9 * DAY_MS);
    expect((await endings())[REVIEW]).toBe(SENT);
    expect(set.provider.asked).toHaveLength(1);
  });

  it("asks ever less often, and not for ever", async () => {
    const set = await twoParcels();
    const asked: string[] = [];
    for (let run = 0; run < 200; run += 1) {
      const { status, next_attempt_at: at } = await readNotification(REVIEW);
      if (status !== "pending" || at === null) break;
      asked.push(at);
      set.advance(Date.parse(at) - set.deps.now().getTime());
      await sweepMessages(set.deps);
    }
    expect(asked.slice(0, 4)).toEqual([
      later(1, "09:00"),
      later(1, "10:00"),
      later(1, "11:00"),
      later(1, "13:00"),
    ]);
    expect(asked.length).toBeLessThan(70);
    expect((await endings())[REVIEW]).toBe(drop("a parcel was never delivered"));
  });

  it("is asked once for three parcels whose order becomes known in three ways", async () => {
    const events = [
      delivered("09:00", "SHP-1", {}),
      delivered("09:01", "SHP-2", {}),
      delivered("09:02", "SHP-3"),
      order("completed", "09:30", {
        shipments: [shipment("SHP-1"), shipment("SHP-2", { status: "delivered" })],
      }),
    ];
    for (const arriving of arrivalsOf(events)) {
      await clearTables();
      for (const batch of arriving) await arrive(batch);
      const set = stage();
      await tellAll(set);
      const ends = Object.values(await endings()).toSorted();
      expect(ends).toEqual([SENT, drop("already asked"), drop("already asked")]);
      expect(set.provider.asked).toHaveLength(1);
    }
  });
});

describe("forward", () => {
  it("passes on every event of the 14, whatever it changes, and nothing else", async () => {
    const events = [
      created(),
      order("confirmed", "08:10"),
      order("confirmed", "08:05"),
      { ...event("cart.updated", "08:00", {}), id: "evt_unknown" },
      { ...created({ grand_total: "9" }), id: "evt_quarantined" },
    ];
    for (const arriving of arrivalsOf(events)) {
      await clearTables();
      for (const batch of arriving) await arrive(batch, { forwardTo: forwardAll });
      const set = stage();
      await tellAll(set);
      const forwards = Object.keys(await endings()).filter((id) => id.startsWith("forward/"));
      expect(forwards).toEqual(
        events
          .slice(0, 3)
          .map((one) => `forward/${one.id}/forward`)
          .toSorted(),
      );
      const ids = set.provider.asked.flatMap((one) => one.headers.get("webhook-id") ?? []);
      expect(ids.toSorted()).toEqual(
        events
          .slice(0, 3)
          .map((one) => one.id ?? "")
          .toSorted(),
      );
    }
  });
});

describe("alert", () => {
  it("is sent whatever the tables say, once a kind and hour", async () => {
    await clearTables();
    for (const _ of [1, 2]) await insertAlerts(env.DB, [{ kind: "x", text: "look" }], NOW);
    const set = stage();
    await tellAll(set);
    expect(await endings()).toEqual({ "alert/x/2026-11-24T10/team": SENT });
    expect(set.provider.asked).toHaveLength(1);
  });
});

describe("NOTIFY_MAX_AGE_HOURS", () => {
  const old = [
    order("confirmed", "08:00"),
    failed("08:10"),
    parcel("in_transit", "08:20", "SHP-1", { order_number: "ORD-2" }),
    refundOf("failed", "08:30"),
    { ...delivered("08:40", "SHP-2"), id: "evt_delivered" },
    { ...cancelled("08:50"), id: "evt_other", data: orderDetail("ORD-2", { status: undefined }) },
  ];
  const late = 72 * HOUR_MS;
  const received = new Date(Date.parse(NOW) + late).toISOString();

  async function endsWith(notifyMaxAgeMs: number | null): Promise<Record<string, string>> {
    await clearTables();
    await arrive(old, { now: received });
    const set = stage();
    set.advance(late);
    await tellAll({ ...set, deps: { ...set.deps, notifyMaxAgeMs } }, late + 5 * DAY_MS);
    return await endings();
  }

  it("drops what customers would hear too late, and nothing of the team's", async () => {
    expect(await endsWith(late)).toEqual({
      [CONFIRMED]: drop("too old"),
      ...failure("08:10", drop("too old")),
      ...update("in_transit", drop("too old")),
      "refund_failed/REF-1/team": SENT,
      "order_cancelled/ORD-2/email": drop("too old"),
      // Due a day after the delivery, so it is not too old yet.
      [REVIEW]: SENT,
    });
  });

  it("leaves out what happened more than 30 days ago and states no time, limit or none", async () => {
    await clearTables();
    const data = orderDetail("ORD-1", { status: "confirmed", order_date: "2026-09-01T10:00:00Z" });
    await arrive([{ ...order("confirmed", "08:00"), created_at: undefined, data }], {
      now: received,
    });
    const set = stage();
    set.advance(late);
    await tellAll({ ...set, deps: { ...set.deps, notifyMaxAgeMs: null } }, late + DAY_MS);
    expect(await endings()).toEqual({ [CONFIRMED]: drop("too old") });
  });

  it("is no limit where it is 0", async () => {
    const ends = await endsWith(null);
    expect(new Set(Object.values(ends))).toEqual(new Set([SENT]));
    expect(Object.keys(ends)).toHaveLength(8);
  });

  it("counts from the receipt where an event has no time", async () => {
    await clearTables();
    const timeless = { ...order("confirmed", "08:00"), created_at: undefined };
    await arrive([timeless], { now: received });
    const set = stage();
    set.advance(late);
    await tellAll(set, 2 * late);
    expect(await endings()).toEqual({ [CONFIRMED]: SENT });
  });
});
