/** The team is alerted if deliveries are refused and no valid one arrives, or if none arrives at all. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { loadArrivals } from "../../src/store/inbox/arrivals";
import { saveRefusals } from "../../src/store/inbox/refusals";
import { alertsAbout } from "../../src/upkeep/watch/deliveries";
import { calmEnv, fireCron } from "../faults/drive";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { receiveOnly, rows } from "../support/receiver";
import { clearTables } from "../support/rows";

const NOW = "2026-11-24T10:30:00.000Z";
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const refusal = (reason: string, deliveries = 3) => ({ reason, deliveries, last_at: NOW });
const ago = (minutes: number): string => addMs(NOW, -minutes * MINUTE_MS);

function kindsOf(
  lastReceivedAt: string | null,
  reasons: readonly string[],
  silenceMs: number | null = null,
): readonly string[] {
  const refused = reasons.map((reason) => refusal(reason));
  const arrivals = { last_received_at: lastReceivedAt, refused };
  return alertsAbout(arrivals, NOW, silenceMs).map(({ kind }) => kind);
}

describe("wrong signatures", () => {
  it("alert where nothing authentic came within the hour, or ever", () => {
    expect(kindsOf(ago(61), ["wrong signature"])).toEqual(["wrong_signatures"]);
    expect(kindsOf(null, ["wrong signature"])).toEqual(["wrong_signatures"]);
    expect(kindsOf(null, ["malformed signature", "no signature"])).toEqual(["wrong_signatures"]);
  });

  it("do not where authentic events come beside them", () => {
    expect(kindsOf(ago(60), ["wrong signature"])).toEqual([]);
    expect(kindsOf(ago(0), ["wrong signature", "malformed signature"])).toEqual([]);
  });

  it("are told apart from what a sender of events would not do, or another secret not help", () => {
    const others = ["no signature", "too large", "empty", "not text", "cut off"];
    expect(kindsOf(ago(300), others)).toEqual([]);
    expect(kindsOf(ago(300), [])).toEqual([]);
  });

  it("are counted in the alert, which says what to look at", () => {
    const refused = [refusal("wrong signature", 312), refusal("no signature", 9)];
    const [alert] = alertsAbout({ last_received_at: ago(90), refused }, NOW, null);
    expect(alert?.text).toContain("(312 wrong signature)");
    expect(alert?.text).toContain(ago(90));
    expect(alert?.text).toContain("CE_WEBHOOK_SECRET");
  });
});

describe("silence", () => {
  it("alerts once nothing authentic has come for so long", () => {
    expect(kindsOf(ago(6 * 60), [], 6 * HOUR_MS)).toEqual([]);
    expect(kindsOf(ago(6 * 60 + 1), [], 6 * HOUR_MS)).toEqual(["silence"]);
    expect(kindsOf(ago(31), [], HOUR_MS / 2)).toEqual(["silence"]);
  });

  it("is none where it is switched off, and none before the first event", () => {
    expect(kindsOf(ago(100_000), [])).toEqual([]);
    expect(kindsOf(null, [], HOUR_MS)).toEqual([]);
  });

  it("comes beside the alert of wrong signatures", () => {
    expect(kindsOf(ago(120), ["wrong signature"], HOUR_MS)).toEqual([
      "wrong_signatures",
      "silence",
    ]);
  });
});

describe("what came last", () => {
  it("is the latest receipt, also where an older one was stored after it", async () => {
    await clearTables();
    expect(await loadArrivals(env.DB, NOW)).toEqual({ last_received_at: null, refused: [] });
    const insert = env.DB.prepare(
      "INSERT INTO webhook_events (id, event_type, received_at, status, body_sha256) VALUES (?1, ?2, ?3, 'ignored', '0')",
    );
    await env.DB.batch([insert.bind("a", "t", ago(5)), insert.bind("b", "t", ago(50))]);
    expect((await loadArrivals(env.DB, NOW)).last_received_at).toBe(ago(5));
    // The doctor signs with the receiver's own secret, so its event proves nothing about the sender's.
    await insert.bind("c", "receiver.test", ago(1)).run();
    expect((await loadArrivals(env.DB, NOW)).last_received_at).toBe(ago(5));
  });
});

describe("the cron", () => {
  const alerts = async () =>
    (await rows("SELECT id FROM notifications WHERE template = 'alert'")).map(({ id }) =>
      String(id).replace(/\/20\d\d-.*/, ""),
    );
  const withSilence = (hours: string) => ({ ...calmEnv, SILENCE_ALERT_HOURS: hours });
  const refuse = async (reason: string): Promise<void> => {
    const at = new Date().toISOString();
    await saveRefusals(env.DB, [{ hour: at.slice(0, 13), reason, deliveries: 3, last_at: at }]);
  };
  const ageEvents = async (time: string) =>
    await env.DB.prepare("UPDATE webhook_events SET received_at = ?1").bind(time).run();

  beforeEach(async () => {
    await clearTables();
    await env.DB.exec("DELETE FROM refused_deliveries");
  });

  it("raises one alert, however often it runs within the hour", async () => {
    await refuse("wrong signature");
    await fireCron(calmEnv);
    await fireCron(calmEnv);
    expect(await alerts()).toEqual(["alert/wrong_signatures"]);
  });

  it("raises none beside authentic traffic", async () => {
    await refuse("wrong signature");
    await receiveOnly(event("order.created", orderDetail("WATCH-1")));
    await fireCron(calmEnv);
    expect(await alerts()).toEqual([]);
  });

  it("alerts of silence where that is set, and never where the receiver is retired", async () => {
    await receiveOnly(event("order.created", orderDetail("WATCH-2")));
    await ageEvents(addMs(new Date().toISOString(), -2 * HOUR_MS));
    await fireCron(calmEnv);
    await fireCron(withSilence("0"));
    await fireCron(withSilence("2.5"));
    const retired = { RECEIVER_RETIRED: "true" };
    await fireCron({ ...withSilence("1.5"), ...retired });
    expect(await alerts()).toEqual([]);
    await fireCron(withSilence("1.5"));
    await fireCron(withSilence("1.5"));
    expect(await alerts()).toEqual(["alert/silence"]);
  });
});
