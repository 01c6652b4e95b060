/** Messages that a person has switched off are not sent, and those that would wake people wait until the morning. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dispatchDue } from "../../src/notifications/dispatch";
import { isSwitchedOn, templates } from "../../src/notifications/templates";
import { resendMessage } from "../../src/store/outbox/message-list";
import { saveSetting } from "../../src/store/shop/settings";
import { saveSwitch } from "../../src/store/shop/switches";
import { stage } from "./providers";
import {
  clearTables,
  NOW,
  readNotification,
  seedNotification,
  seedOrder,
  seedShipment,
} from "../support/rows";

const HOUR_MS = 3_600_000;
const EMAIL = "order_confirmed/ORD-1/email";
const SMS = "shipment_update/SHP-1/out_for_delivery/sms";
const by = { changed_at: NOW, changed_by: "asha@shop.example" };
const status = { kind: "shipment_status", status: "out_for_delivery" };

beforeEach(async () => {
  await clearTables();
  await seedOrder();
  await seedShipment();
});

const turn = (template: string, channel: string, is_on: 0 | 1): Promise<void> =>
  saveSwitch(env.DB, { template, channel, is_on, ...by });

/** A message that is due at NOW, which is 15:30 in Kolkata. */
function seedSms(): Promise<string> {
  return seedNotification({ id: SMS, subject_id: "SHP-1" }, status);
}

describe("a message that is switched off", () => {
  it("is suppressed when its turn comes, on that channel alone, and sent once it is on", async () => {
    const { deps, provider } = stage();
    await seedNotification({ id: EMAIL });
    await seedSms();
    await turn("order_confirmed", "email", 0);
    await turn("shipment_update", "email", 0);
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "switched off",
      recipient: "asha@example.com",
    });
    expect(await readNotification(SMS)).toMatchObject({ status: "sent" });
    await turn("order_confirmed", "email", 1);
    await seedNotification({ id: "order_confirmed/ORD-2/email" });
    await dispatchDue(deps);
    expect(await readNotification("order_confirmed/ORD-2/email")).toMatchObject({ status: "sent" });
    expect(provider.asked).toHaveLength(2);
  });

  it("goes out where a person sends it again", async () => {
    const { deps } = stage();
    await seedNotification({ id: EMAIL });
    await turn("order_confirmed", "email", 0);
    await dispatchDue(deps);
    expect(await resendMessage(env.DB, EMAIL, NOW)).toBe(true);
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", reason: null });
  });

  it("says that it is untrue rather than off", async () => {
    const { deps } = stage();
    await env.DB.prepare("UPDATE orders SET status = 'cancelled'").run();
    await seedNotification({ id: EMAIL });
    await turn("order_confirmed", "email", 0);
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({ reason: "the order is cancelled" });
  });

  it("is never an alert or a forward, whatever a row says", () => {
    const off = { template: "alert", channel: "team", is_on: 0 };
    expect(isSwitchedOn("alert", "team", [off])).toBe(true);
    expect(isSwitchedOn("order_confirmed", "email", [off])).toBe(
      templates.order_confirmed.isOnByDefault !== false,
    );
  });
});

describe("quiet hours", () => {
  const inKolkata = (own = stage()) => {
    const shop = { ...own.deps.shop, timeZone: "Asia/Kolkata" };
    return { ...own, deps: { ...own.deps, shop } };
  };

  it("hold an SMS back until the morning, and no e-mail", async () => {
    const { deps, advance, provider } = inKolkata();
    advance(7 * HOUR_MS);
    await seedSms();
    await seedNotification({ id: EMAIL });
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
    expect(await readNotification(SMS)).toMatchObject({
      status: "pending",
      reason: "quiet hours",
      next_attempt_at: "2026-11-25T02:30:00.000Z",
    });
    advance(9.5 * HOUR_MS);
    await dispatchDue(deps);
    expect(await readNotification(SMS)).toMatchObject({ status: "sent", reason: null });
    expect(provider.asked).toHaveLength(2);
  });

  it("make no message too old, and drop one that has become untrue", async () => {
    const { deps, advance } = inKolkata();
    const strict = { ...deps, notifyMaxAgeMs: 8 * HOUR_MS };
    advance(7 * HOUR_MS);
    await seedSms();
    const other = "shipment_update/SHP-2/out_for_delivery/sms";
    await seedShipment({ shipment_id: "SHP-2" });
    await seedNotification({ id: other, subject_id: "SHP-2" }, status);
    await dispatchDue(strict);
    await env.DB.prepare(
      "UPDATE shipments SET status = 'delivered' WHERE shipment_id = 'SHP-2'",
    ).run();
    advance(10 * HOUR_MS);
    await dispatchDue(strict);
    expect(await readNotification(SMS)).toMatchObject({ status: "sent" });
    expect(await readNotification(other)).toMatchObject({
      status: "suppressed",
      reason: "the shipment has moved on",
    });
  });

  it("are those that a person has set, and none without STORE_TIME_ZONE", async () => {
    const own = inKolkata();
    await saveSetting(env.DB, { name: "quiet_hours_from", value: "15:00", ...by });
    await seedSms();
    await dispatchDue(own.deps);
    expect(await readNotification(SMS)).toMatchObject({ reason: "quiet hours" });
    await clearTables();
    await seedOrder();
    await seedShipment();
    await saveSetting(env.DB, { name: "quiet_hours_from", value: "00:00", ...by });
    await seedSms();
    await dispatchDue(stage().deps);
    expect(await readNotification(SMS)).toMatchObject({ status: "sent" });
  });

  it("do not stop a person", async () => {
    const { deps, advance } = inKolkata();
    advance(7 * HOUR_MS);
    await seedSms();
    await env.DB.prepare("UPDATE notifications SET resends = 1").run();
    await dispatchDue(deps);
    expect(await readNotification(SMS)).toMatchObject({ status: "sent" });
  });
});
