/** Answers that come in part or not at all: what is known of them counts, and nothing is sent on a guess. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { dispatchIds } from "../../src/notifications/dispatch";
import {
  clearTables,
  NOW,
  readNotification,
  seedNotification,
  seedOrder,
  seedShipment,
} from "../support/rows";
import { accepts, type Answering, impatientStage, stage } from "./providers";

const EMAIL = "order_confirmed/ORD-1/email";
const SMS = "shipment_update/SHP-1/shipped/sms";
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  await clearTables();
  await seedOrder();
  await seedShipment({ status: "shipped" });
  await seedNotification({ id: EMAIL });
  await seedNotification(
    { id: SMS, subject_id: "SHP-1" },
    { kind: "shipment_status", status: "shipped" },
  );
});

/** Only this address gets the answer. */
const at =
  (part: string, answer: Answering): Answering =>
  (asked, request) =>
    asked.url.includes(part) ? answer(asked, request) : accepts(asked);

describe("an answer whose body never ends", () => {
  /** The status and the first byte come at once, and then nothing; it ends like a real body when it is aborted. */
  const stalls =
    (status: number): Answering =>
    (_asked, { signal }) => {
      const start = (body: ReadableStreamDefaultController): void => {
        body.enqueue(new TextEncoder().encode("{"));
        signal.addEventListener("abort", () => body.error(new Error("The operation was aborted")));
      };
      return new Response(new ReadableStream({ start }), { status });
    };

  it.each([
    [SMS, "/Messages.json", 201, "sent", null],
    [SMS, "/Messages.json", 503, "pending", "503"],
    [SMS, "/Messages.json", 400, "failed", "400"],
    [EMAIL, "/emails", 200, "sent", null],
    [EMAIL, "/emails", 429, "pending", "429"],
    [EMAIL, "/emails", 422, "failed", "422"],
  ])("counts by its status: %s, %s %i", async (id, part, code, status, error) => {
    const { deps } = impatientStage(at(part, stalls(code)));
    await dispatchIds([id], deps);
    const row = await readNotification(id);
    expect(row).toMatchObject({ status, error, unanswered: 0 });
    expect(row?.reason).not.toBe("outcome unknown");
  });
});

describe("an e-mail whose outcome was never recorded", () => {
  const message = {
    channel: "email",
    template: "order_confirmed",
    to: "first@example.com",
    subject: "as first said",
    html: "<p>as first said</p>",
    text: "as first said",
  };

  it.each([
    [22, "sent", null],
    [26, "failed", "outcome unknown"],
  ])("%i hours ago is %s: the provider knows its key for a day", async (hours, status, reason) => {
    const firstAttemptAt = addMs(NOW, -hours * HOUR_MS);
    const rendered = JSON.stringify({ firstAttemptAt, message });
    await env.DB.prepare(
      "UPDATE notifications SET in_flight = 1, attempts = 1, rendered = ?1 WHERE id = ?2",
    )
      .bind(rendered, EMAIL)
      .run();
    const { deps } = stage();
    await dispatchIds([EMAIL], deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status, reason });
  });
});

describe("a provider that asks for a pause", () => {
  it("does not delay the first retry of other channels", async () => {
    const { deps, woken } = stage((asked) =>
      asked.url.includes("/emails")
        ? new Response("{}", { status: 429, headers: { "retry-after": "55" } })
        : new Response("{}", { status: 503 }),
    );
    await dispatchIds([EMAIL, SMS], deps);
    expect(woken).toEqual([{ ids: [SMS], delaySeconds: 30 }]);
  });

  it("gets it although its channel counts as down: a quota for a day", async () => {
    const answer = { name: "daily_quota_exceeded" };
    const headers = { "retry-after": "3600" };
    const { deps } = stage(at("/emails", () => Response.json(answer, { status: 429, headers })));
    await dispatchIds([EMAIL], deps);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "pending",
      next_attempt_at: addMs(NOW, HOUR_MS),
    });
  });
});

describe("a message that has waited for something", () => {
  const REVIEW = "review_request/ORD-1/email";

  it("is in time although its channel is down when the wait is over", async () => {
    const since = addMs(NOW, -120 * HOUR_MS);
    await env.DB.exec("UPDATE shipments SET status = 'delivered'");
    const waited = { due_at: since, created_at: since, next_attempt_at: addMs(NOW, -60_000) };
    await seedNotification({
      id: REVIEW,
      subject_id: "SHP-1",
      reason: "a parcel is still to be delivered",
      ...waited,
    });
    const others = Array.from(
      { length: 100 },
      (_, n) => `order_confirmed/ORD-1-${String(n)}/email`,
    );
    for (const id of others) await seedNotification({ id });
    let isDown = true;
    const { deps, advance } = stage((asked) =>
      isDown && asked.url.includes("/emails")
        ? new Response("{}", { status: 401 })
        : accepts(asked),
    );
    await dispatchIds([...others, REVIEW], deps);
    expect(await readNotification(REVIEW)).toMatchObject({ status: "pending", attempts: 0 });
    isDown = false;
    advance(60_000);
    await dispatchIds([REVIEW], deps);
    expect(await readNotification(REVIEW)).toMatchObject({ status: "sent" });
  });
});
