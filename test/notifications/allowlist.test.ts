/** Outside production, only customers on the allowlist receive messages; all other messages are sent as usual. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config";
import { dispatchDue } from "../../src/notifications/dispatch";
import { claimDatabase } from "../../src/store/set-up/set-up";
import { resendMessage } from "../../src/store/outbox/message-list";
import { accepts, stage } from "./providers";
import {
  clearTables,
  NOW,
  readNotification,
  seedEvent,
  seedNotification,
  seedOrder,
  seedRefund,
} from "../support/rows";

const EMAIL = "order_confirmed/ORD-1/email";

beforeEach(clearTables);

function audienceOf(vars: Record<string, string>) {
  return parseConfig(vars).audience;
}

/** The dispatch with these vars. */
function stageWith(vars: Record<string, string>) {
  const set = stage(accepts);
  const { allowlist } = audienceOf(vars);
  return { ...set, deps: { ...set.deps, allowlist } };
}

const staging = (list?: string): Record<string, string> =>
  list === undefined
    ? { ENVIRONMENT: "staging" }
    : { ENVIRONMENT: "staging", MESSAGE_ALLOWLIST: list };

describe("the settings", () => {
  it("are production, and everybody, unless stated", () => {
    expect(audienceOf({})).toEqual({ environment: "production", allowlist: null });
    expect(audienceOf({ ENVIRONMENT: " Production " }).allowlist).toBeNull();
    expect(audienceOf({ MESSAGE_ALLOWLIST: "@shop.example" }).allowlist).toBeNull();
  });

  it("allow nobody outside production without a list", () => {
    expect(audienceOf(staging())).toEqual({ environment: "staging", allowlist: [] });
    expect(audienceOf(staging("  ")).allowlist).toEqual([]);
    expect(audienceOf({ ENVIRONMENT: "prod" }).allowlist).toEqual([]);
  });

  it("take an environment whose name is not usable for one that is not production", () => {
    const { audience, problems } = parseConfig({ ENVIRONMENT: "<production>" });
    expect(audience).toEqual({ environment: "unknown", allowlist: [] });
    expect(problems).toHaveLength(1);
  });

  it.each([5, ["staging"], { name: "staging" }, "production\u200b", "ＰＲＯＤＵＣＴＩＯＮ"])(
    "take %j for an environment that is not production, too",
    (ENVIRONMENT) => {
      const { audience, problems } = parseConfig({ ENVIRONMENT });
      expect(audience).toEqual({ environment: "unknown", allowlist: [] });
      expect(problems).toHaveLength(1);
    },
  );

  it.each(["@", "@com", "*", "@*.example", "@a.b@shop.example", "@shop.example;@x.example", "+91"])(
    "take no one from a list with %s",
    (entry) => {
      expect(audienceOf(staging(`@shop.example, ${entry}`)).allowlist).toEqual([]);
    },
  );

  it("read addresses, domains and numbers in any spelling", () => {
    const list = "Asha@Example.COM, @Shop.example ,+91 98123-45678,";
    expect(audienceOf(staging(list)).allowlist).toEqual([
      "asha@example.com",
      "@shop.example",
      "+919812345678",
    ]);
    expect(parseConfig(staging(list)).problems).toEqual([]);
  });

  it.each([
    "*",
    "@",
    "*@shop.example",
    "@*.example",
    "shop.example",
    "9812345678",
    "+91",
    "asha@example.com; @shop.example",
    "asha@example.com, nonsense",
    "asha@example.com @shop.example",
    ",",
  ])("allow nobody where one entry cannot be read, and say so: %s", (list) => {
    const { audience, problems } = parseConfig(staging(list));
    expect(audience.allowlist).toEqual([]);
    expect(problems.join()).toContain("MESSAGE_ALLOWLIST is not usable");
    expect(problems.join()).not.toContain(list.length > 1 ? list : "\u0000");
  });
});

describe("outside production", () => {
  async function outcomeWith(list: string | undefined, id = EMAIL) {
    await clearTables();
    await seedOrder({ customer_email: "Asha@Example.com" });
    await seedNotification({ id, subject_id: "ORD-1" });
    // A template that every order has, on both channels.
    await env.DB.prepare("UPDATE notifications SET template = 'order_cancelled'").run();
    const { deps, provider } = stageWith(staging(list));
    await dispatchDue(deps);
    const { status, reason } = await readNotification(id);
    return { status, reason, asked: provider.asked.length };
  }
  const refused = { status: "suppressed", reason: "not on the allowlist", asked: 0 };

  it.each([undefined, "", "nonsense", "@other.example", "ha@example.com", "@ample.com"])(
    "nobody gets a customer's e-mail who is not on it: %s",
    async (list) => {
      expect(await outcomeWith(list)).toEqual(refused);
    },
  );

  it.each(["asha@example.com", "ASHA@EXAMPLE.COM", "@example.com", "@shop.example, @EXAMPLE.com"])(
    "somebody on it does: %s",
    async (list) => {
      expect(await outcomeWith(list)).toEqual({ status: "sent", reason: null, asked: 1 });
    },
  );

  it("does not take a domain for those below it", async () => {
    expect(await outcomeWith("@com")).toEqual(refused);
    await clearTables();
    await seedOrder({ customer_email: "asha@mail.example.com" });
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stageWith(staging("@example.com"));
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(0);
  });

  it("compares numbers as they are dialled", async () => {
    await seedOrder();
    const seed = async (): Promise<void> => {
      await env.DB.prepare("DELETE FROM notifications").run();
      await seedNotification(
        { id: "shipment_update/SHP-1/shipped/sms", subject_id: null },
        { kind: "none" },
      );
      await env.DB.prepare("UPDATE notifications SET template = 'order_cancelled'").run();
    };
    await seed();
    const other = stageWith(staging("+91 98123 45679"));
    await dispatchDue(other.deps);
    expect((await readNotification("shipment_update/SHP-1/shipped/sms")).reason).toBe(
      "not on the allowlist",
    );
    await seed();
    const same = stageWith(staging("+91 (98123) 45678"));
    await dispatchDue(same.deps);
    // This template has no SMS: that the run gets this far shows that the recipient is allowed.
    expect((await readNotification("shipment_update/SHP-1/shipped/sms")).reason).toBe(
      "could not be rendered",
    );
  });

  it("shows to whom it would have gone, and a person who resends it does not get around it", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stageWith(staging());
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      recipient: "asha@example.com",
    });
    expect(await resendMessage(env.DB, EMAIL, NOW)).toBe(true);
    await dispatchDue(deps);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "not on the allowlist",
      resends: 1,
    });
    expect(provider.asked).toHaveLength(0);
  });

  it("holds for what was rendered before it, too", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    let isDown = true;
    const set = stage((asked) => (isDown ? new Response("", { status: 503 }) : accepts(asked)));
    await dispatchDue(set.deps);
    isDown = false;
    set.advance(60_000);
    await dispatchDue({ ...set.deps, allowlist: [] });
    expect(await readNotification(EMAIL)).toMatchObject({ reason: "not on the allowlist" });
    expect(set.provider.asked).toHaveLength(1);
  });

  it("holds everything but the team's messages in the database of another environment", async () => {
    await seedOrder();
    await seedEvent();
    await seedNotification({ id: EMAIL });
    await seedNotification({ id: "forward/evt-1/forward" });
    await seedNotification(
      { id: "alert/dead_letter/2026-11-24T10/team", subject_id: null },
      { kind: "alert", alert: "dead_letter", text: "evt-9 failed" },
    );
    await claimDatabase(env.DB, "staging");
    const { deps, provider, advance } = stage(accepts);
    expect(await dispatchDue(deps)).toMatchObject({ sent: 1, suppressed: 0, failed: 0 });
    expect(provider.asked.map(({ url }) => url)).toEqual(["https://slack.test/services/T/B/X"]);
    const reason = "database of another environment";
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", reason });
    // The Worker of that environment continues, by its own rules; so does one whose name was corrected.
    advance(3_600_000);
    await dispatchDue({ ...deps, environment: "staging", allowlist: ["asha@example.com"] });
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", reason: null });
    expect(provider.asked).toHaveLength(3);
  });

  it("leaves the team, alerts and forwards alone", async () => {
    await seedOrder({ status: "cancelled", paid_micros: 5_000_000 });
    await seedRefund({ status: "failed" });
    await seedEvent();
    await seedNotification({ id: "refund_due/ORD-1/team" });
    await seedNotification({ id: "refund_failed/REF-1/team", subject_id: "REF-1" });
    await seedNotification({ id: "forward/evt-1/forward" });
    await seedNotification(
      { id: "alert/dead_letter/2026-11-24T10/team", subject_id: null },
      { kind: "alert", alert: "dead_letter", text: "evt-9 failed" },
    );
    const { deps } = stageWith(staging());
    const report = await dispatchDue(deps);
    expect(report).toMatchObject({ sent: 4, suppressed: 0, failed: 0 });
  });
});
