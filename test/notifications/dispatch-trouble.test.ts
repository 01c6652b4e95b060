/** A run with problems in channels, leases and rows. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { LEASE_MS, PROVIDER_TIMEOUT_MS } from "../../src/limits";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import { resendMessage } from "../../src/store/outbox/message-list";
import { accepts, channelsConfig, cutsConnection, hangs, stage, impatientStage } from "./providers";
import {
  clearTables,
  NOW,
  readNotification,
  readNotifications,
  seedEvent,
  seedNotification,
  seedOrder,
  seedRefund,
  seedShipment,
} from "../support/rows";
import { precedence } from "../support/precedence";

const DAY_MS = 86_400_000;

beforeEach(clearTables);

async function seedConfirmations(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const order_number = `ORD-${number}`;
    await seedOrder({ order_number });
    await seedNotification({ id: `order_confirmed/${order_number}/email`, order_number });
  }
}

describe("a channel that is down", () => {
  it.each([401, 402, 403])("raises one alert, tries no more in this run: %i", async (status) => {
    await seedConfirmations(30);
    const { deps, provider } = stage((asked) =>
      asked.url.includes("/emails") ? new Response("", { status }) : accepts(asked),
    );
    await dispatchDue(deps);
    const rows = await readNotifications("channel = 'email'");
    expect(new Set(rows.map((row) => `${row.status} ${row.in_flight} ${row.error}`))).toEqual(
      new Set([`pending 0 ${status}`]),
    );
    expect(rows.every((row) => (row.next_attempt_at ?? "") > NOW)).toBe(true);
    const asked = provider.asked.filter((one) => one.url.includes("/emails"));
    expect(asked.length).toBeLessThanOrEqual(4);
    const alerts = await readNotifications("template = 'alert'");
    expect(alerts.map((row) => row.id)).toEqual(["alert/channel_down:email/2026-11-24T10/team"]);
  });

  it("is told to the team in the same run, and everything goes out once it is fixed", async () => {
    await seedConfirmations(10);
    let isDown = true;
    const { deps, provider, woken, advance } = stage((asked) =>
      isDown && asked.url.includes("/emails") ? new Response("", { status: 401 }) : accepts(asked),
    );
    await dispatchIds(["order_confirmed/ORD-1/email"], deps);
    const alert = "alert/channel_down:email/2026-11-24T10/team";
    expect(woken[0]).toEqual({ ids: [alert], delaySeconds: 0 });
    await dispatchIds([alert], deps);
    expect(await readNotification(alert)).toMatchObject({ status: "sent" });
    isDown = false;
    advance(60_000);
    await dispatchDue(deps);
    expect(await readNotifications("status <> 'sent'")).toEqual([]);
    const keys = provider.asked.flatMap((one) => one.headers.get("idempotency-key") ?? []);
    expect(new Set(keys).size).toBe(10);
  });

  it("raises no alert about an alert", async () => {
    await seedNotification(
      { id: "alert/dead_letter/2026-11-24T10/team" },
      { kind: "alert", alert: "dead_letter", text: "x" },
    );
    const { deps, advance } = stage(() => new Response("", { status: 403 }));
    for (let hour = 0; hour < 30; hour += 1) {
      await dispatchDue(deps);
      advance(3_600_000);
    }
    const rows = await readNotifications();
    expect(rows.map((row) => [row.id, row.status])).toEqual([
      ["alert/dead_letter/2026-11-24T10/team", "failed"],
    ]);
  });
});

describe("a provider that stalls", () => {
  it("holds up no other channel, and is left alone after three calls without an answer", async () => {
    await seedConfirmations(20);
    await seedRefund();
    await seedNotification({ id: "refund_failed/REF-1/team", subject_id: "REF-1" });
    const { deps, provider } = impatientStage((asked, request) =>
      asked.url.includes("/emails") ? hangs(asked, request) : accepts(asked),
    );
    await dispatchDue(deps);
    expect(await readNotification("refund_failed/REF-1/team")).toMatchObject({ status: "sent" });
    const asked = provider.asked.filter((one) => one.url.includes("/emails")).length;
    expect(asked).toBeLessThanOrEqual(6);
    const rows = await readNotifications("channel = 'email'");
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["pending"]));
    const alerts = await readNotifications("template = 'alert'");
    expect(alerts.map((row) => row.id)).toEqual(["alert/channel_down:email/2026-11-24T10/team"]);
  });

  it("costs few of the messages that cannot be repeated, and a person is told once", async () => {
    await seedOrder();
    for (let number = 1; number <= 40; number += 1) {
      const shipment_id = `SHP-${number}`;
      await seedShipment({ shipment_id });
      await seedNotification(
        { id: `shipment_update/${shipment_id}/out_for_delivery/sms`, subject_id: shipment_id },
        { kind: "shipment_status", status: "out_for_delivery" },
      );
    }
    const { deps } = stage((asked) =>
      asked.url.includes("/Messages.json") ? cutsConnection() : accepts(asked),
    );
    await dispatchDue(deps);
    const lost = await readNotifications("reason = 'outcome unknown'");
    expect(lost.length).toBeLessThanOrEqual(6);
    expect(await readNotifications("channel = 'sms' AND status = 'pending'")).toHaveLength(
      40 - lost.length,
    );
    const alerts = await readNotifications("template = 'alert'");
    expect(alerts.map((row) => [row.id, row.status])).toEqual([
      ["alert/channel_down:sms/2026-11-24T10/team", "sent"],
    ]);
  });

  it("starts no request that could outlive the lease", async () => {
    await seedConfirmations(40);
    const starts: number[] = [];
    const set = stage((asked) => {
      starts.push(set.deps.now().getTime() - Date.parse(NOW));
      set.advance(1_500);
      return accepts(asked);
    });
    await dispatchIds(
      (await readNotifications()).map((row) => row.id),
      { ...set.deps, timeoutMs: PROVIDER_TIMEOUT_MS },
    );
    // The three parallel requests also move the clock during a request.
    expect(Math.max(...starts)).toBeLessThanOrEqual(LEASE_MS - PROVIDER_TIMEOUT_MS);
    const rows = await readNotifications("status = 'pending'");
    expect(rows.length).toBe(40 - starts.length);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.in_flight === 0)).toBe(true);
  });

  it("is believed when it asks for a short pause, and the run goes on slower", async () => {
    await seedConfirmations(12);
    let calls = 0;
    const { deps, slept } = stage((asked) => {
      calls += 1;
      return calls === 1
        ? new Response("", { status: 429, headers: { "retry-after": "2" } })
        : accepts(asked);
    });
    await dispatchDue(deps);
    expect(Math.max(...slept)).toBeGreaterThanOrEqual(500);
    const rows = await readNotifications("status = 'pending'");
    expect(rows.map((row) => row.error)).toEqual(["429"]);
  });

  it("is believed when it asks for a long one: the rest is put back until then", async () => {
    await seedConfirmations(12);
    const { deps, provider } = stage(
      () => new Response("", { status: 429, headers: { "retry-after": "3600" } }),
    );
    await dispatchDue(deps);
    expect(provider.asked.length).toBeLessThanOrEqual(4);
    const rows = await readNotifications();
    expect(rows.every((row) => row.next_attempt_at === "2026-11-24T11:00:00.000Z")).toBe(true);
  });
});

describe("a message that became untrue between two attempts", () => {
  it("is dropped with what its last attempt met, since it may have been taken", async () => {
    await seedOrder();
    const id = "order_confirmed/ORD-1/email";
    await seedNotification({ id });
    const { deps, advance } = stage(cutsConnection);
    await dispatchDue(deps);
    await env.DB.prepare("UPDATE orders SET status = 'cancelled'").run();
    advance(60_000);
    await dispatchDue(deps);
    expect(await readNotification(id)).toMatchObject({
      status: "suppressed",
      reason: "the order is cancelled",
      error: "connection cut",
    });
  });
});

/** Another run takes over every row right after its claim, as if this run had stalled. */
function overtaken(db: D1Database): D1Database {
  let isClaimed = false;
  const batch = async <T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> => {
    const results = await db.batch<T>(statements);
    if (!isClaimed) await db.prepare("UPDATE notifications SET attempts = attempts + 1").run();
    isClaimed = true;
    return results;
  };
  return new Proxy(db, {
    get: (target, name) => {
      const member: unknown = name === "batch" ? batch : Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

describe("a run that has lost its rows to another", () => {
  it("sends nothing, since it could not store what it would say", async () => {
    await seedConfirmations(3);
    const { deps, provider } = stage();
    await dispatchDue({ ...deps, db: overtaken(env.DB) });
    expect(provider.asked).toHaveLength(0);
    const rows = await readNotifications();
    expect(rows.map((row) => [row.status, row.rendered])).toEqual(
      rows.map(() => ["pending", null]),
    );
  });
});

describe("a claim that was never finished", () => {
  const sms = "shipment_update/SHP-1/out_for_delivery/sms";
  const status = { kind: "shipment_status", status: "out_for_delivery" } as const;
  const sentBefore = JSON.stringify({
    firstAttemptAt: "2026-11-24T09:58:00.000Z",
    message: { channel: "sms", to: "+919812345678", text: "as first said" },
  });

  it("counts as outcome unknown where a request may have gone out and cannot be repeated", async () => {
    await seedOrder();
    await seedShipment();
    await seedNotification(
      { id: sms, subject_id: "SHP-1", in_flight: 1, attempts: 1, rendered: sentBefore },
      status,
    );
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(await readNotification(sms)).toMatchObject({
      status: "failed",
      reason: "outcome unknown",
      in_flight: 0,
    });
    expect(provider.asked).toHaveLength(0);
  });

  it("is simply sent where nothing was rendered, since then nothing went out", async () => {
    await seedOrder();
    await seedShipment();
    await seedNotification({ id: sms, subject_id: "SHP-1", in_flight: 1, attempts: 1 }, status);
    const { deps } = stage();
    await dispatchDue(deps);
    expect(await readNotification(sms)).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("is sent again under the same key by e-mail, with the words of the first time", async () => {
    await seedOrder();
    const id = "order_confirmed/ORD-1/email";
    const message = {
      channel: "email",
      template: "order_confirmed",
      to: "first@example.com",
      subject: "as first said",
      html: "<p>as first said</p>",
      text: "as first said",
    };
    const rendered = JSON.stringify({ firstAttemptAt: "2026-11-24T09:58:00.000Z", message });
    await seedNotification({ id, in_flight: 1, attempts: 1, rendered, recipient: message.to });
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(JSON.parse(provider.asked[0]?.body ?? "")).toMatchObject({
      to: "first@example.com",
      subject: "as first said",
    });
  });
});

async function seedForwards(count: number, first = 1): Promise<void> {
  for (let number = first; number < first + count; number += 1) {
    const id = `evt-${number}`;
    await seedEvent({ id });
    await seedNotification({ id: `forward/${id}/forward`, event_id: id });
  }
}

describe("a forward endpoint that answers 410", () => {
  it("gets no more events, in this run or a later one, until the row is sent again", async () => {
    await seedForwards(20);
    let isGone = true;
    const { deps, provider, advance } = stage((asked) =>
      isGone && asked.url.includes("forward.test")
        ? new Response("", { status: 410 })
        : accepts(asked),
    );
    await dispatchDue(deps);
    const failed = await readNotifications("channel = 'forward' AND status = 'failed'");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(4);
    expect(new Set(failed.map((row) => `${row.reason} ${row.recipient}`))).toEqual(
      new Set(["endpoint gone https://forward.test/hook"]),
    );
    const dropped = await readNotifications("channel = 'forward' AND status = 'suppressed'");
    expect(dropped.length).toBe(20 - failed.length);
    expect(new Set(dropped.map((row) => row.reason))).toEqual(new Set(["endpoint gone"]));
    expect(await readNotifications("template = 'alert'")).toHaveLength(1);

    advance(DAY_MS);
    await seedForwards(1, 100);
    const askedBefore = provider.asked.length;
    await dispatchIds(["forward/evt-100/forward"], deps);
    expect(provider.asked.length).toBe(askedBefore);
    expect(await readNotification("forward/evt-100/forward")).toMatchObject({
      status: "suppressed",
      reason: "endpoint gone",
    });

    isGone = false;
    const again = failed[0]?.id ?? "";
    expect(await resendMessage(env.DB, again, NOW)).toBe(true);
    await dispatchIds([again], deps);
    await seedForwards(1, 101);
    await dispatchIds(["forward/evt-101/forward"], deps);
    expect(await readNotification("forward/evt-101/forward")).toMatchObject({ status: "sent" });
  });

  it("is another one once FORWARD_URL has changed", async () => {
    await seedForwards(1);
    await dispatchDue(stage(() => new Response("", { status: 410 })).deps);
    await seedForwards(1, 2);
    const forward = {
      url: "https://other.test/hook",
      secret: channelsConfig.forward?.secret ?? "",
    };
    await dispatchDue(stage(accepts, { ...channelsConfig, forward }).deps);
    expect(await readNotification("forward/evt-2/forward")).toMatchObject({ status: "sent" });
  });
});

describe("forwarded bodies", () => {
  it("are the same bytes at every attempt, however deep, and larger than one slice together", async () => {
    const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
    const large = "x".repeat(1_000_000);
    for (let number = 1; number <= 12; number += 1) {
      const id = `evt-${number}`;
      const data = number === 1 ? deep : JSON.stringify(large);
      await seedEvent({ id, payload: `{"event_type":"order.created","data":${data}}` });
      await seedNotification({ id: `forward/${id}/forward`, event_id: id });
    }
    let calls = 0;
    const { deps, provider, advance } = stage((asked) => {
      calls += 1;
      return calls % 3 === 0 ? cutsConnection() : accepts(asked);
    });
    for (let run = 0; run < 8; run += 1) {
      await dispatchDue(deps);
      advance(120_000);
    }
    expect(await readNotifications("status <> 'sent'")).toEqual([]);
    const bodies = new Map<string, Set<string>>();
    for (const asked of provider.asked) {
      const id = asked.headers.get("webhook-id") ?? "";
      bodies.set(id, (bodies.get(id) ?? new Set()).add(asked.body));
    }
    expect([...bodies.values()].every((set) => set.size === 1)).toBe(true);
    expect([...(bodies.get("evt-1") ?? [])][0]).toBe(
      `{"type":"order.confirmed","timestamp":"2026-11-24T09:59:00.000Z","data":${deep}}`,
    );
  });

  it("fail where the body is no longer stored", async () => {
    await seedEvent({ payload: null });
    await seedNotification({ id: "forward/evt-1/forward" });
    await dispatchDue(stage().deps);
    expect(await readNotification("forward/evt-1/forward")).toMatchObject({
      status: "failed",
      reason: "body no longer stored",
    });
  });
});

const byParcel = (parcel: string): string => `review_request/shipment:${parcel}/email`;

async function seedParcel(parcel: string, order_number: string | null): Promise<void> {
  await seedShipment({ shipment_id: parcel, order_number, status: "delivered" });
  await seedNotification({ id: byParcel(parcel), order_number: null, subject_id: parcel });
}

describe("one message a refund, though it has two names", () => {
  const reference = "pay_1";
  const told = (refund: string): string => `refund_succeeded/${refund}/email`;

  async function seedName(refund_id: string, over: Record<string, unknown> = {}): Promise<void> {
    await seedRefund({ refund_id, payment_reference: reference, status: "success", ...over });
    await seedNotification({ id: told(refund_id), subject_id: refund_id });
  }

  it.each([
    ["both at once", false],
    ["one after the other was sent", true],
  ])("is told once: %s", async (_name, isLater) => {
    await seedOrder();
    await seedName("REF-1");
    const { deps, provider } = stage();
    if (isLater) await dispatchDue(deps);
    await seedName(reference);
    await Promise.all([dispatchDue(deps), dispatchDue(deps)]);
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    const rows = await readNotifications();
    expect(rows.map(({ status }) => status).toSorted()).toEqual(["sent", "suppressed"]);
    expect(rows.find(({ status }) => status === "suppressed")?.reason).toBe("already told");
  });

  it("is not told twice while the first attempt may have been taken", async () => {
    await seedOrder();
    await seedName(reference);
    const { deps, provider } = stage(cutsConnection);
    await dispatchDue(deps);
    await seedName("REF-1");
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    expect(await readNotification(told("REF-1"))).toMatchObject({ reason: "already told" });
  });

  it("is told once where neither name has an order, and not once it has succeeded", async () => {
    const none = { order_number: null, status: "failed" } as const;
    const failed = (refund: string): string => `refund_failed/${refund}/team`;
    for (const refund_id of ["REF-1", reference]) {
      await seedRefund({ refund_id, payment_reference: reference, ...none });
      const id = failed(refund_id);
      await seedNotification({ id, subject_id: refund_id, order_number: null });
    }
    const { deps, provider } = stage();
    await dispatchDue(deps);
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    await seedRefund({ refund_id: "pay_2", payment_reference: "pay_2", ...none });
    const later = { status: "success", status_precedence: precedence(NOW, "success", "evt-9") };
    await seedRefund({ refund_id: "REF-2", payment_reference: "pay_2", ...none, ...later });
    const about = { subject_id: "pay_2", order_number: null };
    await seedNotification({ id: failed("pay_2"), ...about });
    await dispatchDue(deps);
    expect(await readNotification(failed("pay_2"))).toMatchObject({
      status: "suppressed",
      reason: "the refund has succeeded",
    });
  });

  it("is told of each of two numbered ones, and of one with another amount", async () => {
    await seedOrder();
    await seedName("REF-1");
    await seedName("REF-2");
    await seedName(reference, { amount_micros: 5_000_000 });
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(3);
  });
});

describe("one review request an order", () => {
  const byOrder = "review_request/ORD-1/email";

  it("is asked for once, although several parcels of it were delivered", async () => {
    await seedOrder();
    await seedShipment({ status: "delivered" });
    await seedNotification({ id: byOrder, subject_id: "SHP-1" });
    await seedParcel("SHP-2", "ORD-1");
    await seedParcel("SHP-3", "ORD-1");
    const { deps, provider } = stage();
    await Promise.all([dispatchDue(deps), dispatchDue(deps)]);
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    const rows = await readNotifications();
    expect(rows.map((row) => row.status).toSorted()).toEqual(["sent", "suppressed", "suppressed"]);
    expect(rows.filter((row) => row.reason === "already asked")).toHaveLength(2);
    expect(new Set(rows.map((row) => row.order_number))).toEqual(new Set(["ORD-1"]));
  });

  it("is not asked twice after the first request has left the outbox", async () => {
    await seedOrder();
    await seedParcel("SHP-2", "ORD-1");
    await env.DB.prepare("INSERT INTO reported_facts VALUES (?1)").bind(byOrder).run();
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(0);
    expect(await readNotification(byParcel("SHP-2"))).toMatchObject({ reason: "already asked" });
  });

  it("is not asked twice while the first attempt may have been taken", async () => {
    await seedOrder();
    await seedParcel("SHP-2", "ORD-1");
    const { deps, provider } = stage(cutsConnection);
    await dispatchDue(deps);
    await seedParcel("SHP-3", "ORD-1");
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
    expect(await readNotification(byParcel("SHP-3"))).toMatchObject({
      status: "suppressed",
      reason: "already asked",
    });
  });

  it("waits for the order of a parcel that names none, and is asked once it is known", async () => {
    await seedOrder();
    await seedParcel("SHP-2", null);
    const { deps, advance } = stage();
    await dispatchDue(deps);
    expect(await readNotification(byParcel("SHP-2"))).toMatchObject({
      status: "pending",
      reason: "no order known",
    });
    await env.DB.prepare("UPDATE shipments SET order_number = 'ORD-1'").run();
    advance(60_000);
    await dispatchDue(deps);
    expect(await readNotification(byParcel("SHP-2"))).toMatchObject({
      status: "sent",
      reason: null,
      order_number: "ORD-1",
    });
  });
});

describe("a recipient that is not known", () => {
  it("is looked up at each attempt, and given up after a day", async () => {
    await seedOrder({ customer_email: null });
    const id = "order_confirmed/ORD-1/email";
    await seedNotification({ id });
    const { deps, provider, advance } = stage();
    const waited: number[] = [];
    for (let run = 0; run < 100; run += 1) {
      await dispatchDue(deps);
      const [row] = await readNotifications("status = 'pending'");
      if (row === undefined) break;
      waited.push(Date.parse(row.next_attempt_at ?? "") - Date.parse(NOW));
      advance(Date.parse(row.next_attempt_at ?? "") - deps.now().getTime());
    }
    expect(waited[0]).toBe(30_000);
    expect(waited.at(-1)).toBeGreaterThanOrEqual(DAY_MS);
    expect(waited.at(-2)).toBeLessThan(DAY_MS);
    expect(await readNotification(id)).toMatchObject({
      status: "suppressed",
      reason: "no e-mail address known",
    });
    expect(provider.asked).toHaveLength(0);
  });

  it("fails at once where the address cannot be used", async () => {
    await seedOrder({ customer_email: "a@example.com\r\nBcc: b@example.com" });
    const id = "order_confirmed/ORD-1/email";
    await seedNotification({ id });
    const { deps, provider } = stage();
    await dispatchDue(deps);
    expect(await readNotification(id)).toMatchObject({
      status: "failed",
      reason: "recipient not usable",
    });
    expect(provider.asked).toHaveLength(0);
  });
});

describe("a row that cannot be rendered", () => {
  it("costs nobody else their message, and a person is told", async () => {
    await seedConfirmations(2);
    await seedNotification({ id: "refund_failed/REF-9/email" });
    await env.DB.prepare(
      "UPDATE notifications SET template = 'order_cancelled', channel = 'sms' WHERE id LIKE 'refund%'",
    ).run();
    const { deps } = stage();
    await dispatchDue(deps);
    expect(await readNotifications("status = 'sent' AND channel = 'email'")).toHaveLength(2);
    expect(await readNotification("refund_failed/REF-9/email")).toMatchObject({
      status: "failed",
      reason: "could not be rendered",
    });
    expect(await readNotifications("template = 'alert'")).toHaveLength(1);
  });
});
