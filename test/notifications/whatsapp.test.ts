/** WhatsApp in addition to SMS: the content template, its variables, and the result of a message without one. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { setupsOf } from "../../src/notifications/channels/setup";
import { createChannels } from "../../src/notifications/channels";
import { dispatchDue } from "../../src/notifications/dispatch";
import { saveSetting } from "../../src/store/shop/settings";
import { channelsConfig, noChannels, stage } from "./providers";
import {
  clearTables,
  FAILURE_PRECEDENCE,
  NOW,
  readNotification,
  seedNotification,
  seedOrder,
  seedPayment,
  seedShipment,
} from "../support/rows";

const PARCEL = "shipment_update/SHP-1/out_for_delivery/whatsapp";
const FAILED = "payment_failed/PAY-1/x/whatsapp";
const sid = (digit: string): string => `HX${digit.repeat(32)}`;
const by = { changed_at: NOW, changed_by: "a" };

beforeEach(clearTables);

const approve = (text: string, value: string): Promise<void> =>
  saveSetting(env.DB, { name: `whatsapp_content_sid.${text}`, value, ...by });

/** The form that Twilio received. */
async function send(id: string): Promise<Record<string, string> | null> {
  const { deps, provider } = stage();
  if (id === PARCEL) {
    const context = { kind: "shipment_status", status: "out_for_delivery" };
    await seedNotification({ id, subject_id: "SHP-1" }, context);
  } else {
    const failure = { precedence: FAILURE_PRECEDENCE, paymentDate: null };
    await seedNotification({ id, subject_id: "PAY-1" }, { kind: "payment_failure", ...failure });
  }
  await dispatchDue(deps);
  const [asked] = provider.asked;
  return asked === undefined ? null : Object.fromEntries(new URLSearchParams(asked.body));
}

describe("a WhatsApp message", () => {
  it("about a parcel names the content template of its status, and the variables", async () => {
    await seedOrder();
    await seedShipment();
    await approve("shipment_update.shipped.en", sid("1"));
    await approve("shipment_update.out_for_delivery.en", sid("2"));
    const form = await send(PARCEL);
    expect(form).toMatchObject({ To: "whatsapp:+919812345678", ContentSid: sid("2") });
    expect(JSON.parse(form?.["ContentVariables"] ?? "")).toEqual({
      "1": "Meera Handlooms",
      "2": "ORD-1",
      "3": "Delhivery",
      "4": "1234567890",
      "5": "https://www.delhivery.com/track/package/1234567890",
    });
    expect(await readNotification(PARCEL)).toMatchObject({ status: "sent" });
  });

  it("says - for what is not known, and makes no link of a name", async () => {
    await seedOrder();
    await seedShipment({ courier: "evil.example\n", awb_no: null });
    await approve("shipment_update.out_for_delivery.en", sid("2"));
    const said: Record<string, string> = JSON.parse(
      (await send(PARCEL))?.["ContentVariables"] ?? "",
    );
    expect(said).toMatchObject({ "4": "-", "5": "-" });
    expect(said["3"]).not.toMatch(/evil\.example|\n/);
  });

  it("is in the language of the order where there is one, and else in English", async () => {
    await approve("payment_failed.en", sid("3"));
    await seedOrder({ metadata: '{"language":"hi-IN"}' });
    await seedPayment();
    expect(await send(FAILED)).toMatchObject({ ContentSid: sid("3") });
    await env.DB.exec("DELETE FROM notifications");
    await approve("payment_failed.hi", sid("4"));
    const form = await send(FAILED);
    expect(form).toMatchObject({ ContentSid: sid("4") });
    expect(JSON.parse(form?.["ContentVariables"] ?? "")).toMatchObject({ "3": "₹4,998.00" });
  });

  it("without an approved template is suppressed, and can be sent once there is one", async () => {
    await seedOrder();
    await seedPayment();
    expect(await send(FAILED)).toBeNull();
    expect(await readNotification(FAILED)).toMatchObject({
      status: "suppressed",
      reason: "no approved template",
      recipient: "+919812345678",
    });
  });
});

describe("a shop that has WhatsApp alone", () => {
  it("has no SMS that is set up in part, since both share an account", () => {
    const config = { ...noChannels, whatsapp: channelsConfig.whatsapp };
    const connected = createChannels(config, {
      fetch: () => Promise.reject(),
      now: () => new Date(),
    });
    const stated = new Set(["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "WHATSAPP_FROM"]);
    expect(setupsOf(connected, stated)).toMatchObject({
      sms: { state: "off" },
      whatsapp: { state: "on" },
    });
    const none = createChannels(noChannels, {
      fetch: () => Promise.reject(),
      now: () => new Date(),
    });
    expect(setupsOf(none, new Set(["TWILIO_ACCOUNT_SID"]))).toMatchObject({
      sms: { state: "incomplete" },
      whatsapp: { state: "off" },
    });
  });
});
