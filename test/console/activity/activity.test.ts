/** The activity log: each action with its actor, and no personal data of customers. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { noteFailedSignIn } from "../../../src/console/activity/note";
import { listActivity, saveActivity } from "../../../src/store/activity/activity";
import { purgeOld } from "../../../src/upkeep/retention";
import { event } from "../../support/events";
import { orderDetail } from "../../support/models";
import { apply, fetchWith, rows } from "../../support/receiver";

const ORIGIN = "https://receiver.test";
const ADMIN = { ADMIN_TOKEN: "let-me-in" };
let cookie = "";

async function post(path: string, form: Record<string, string | readonly string[]>) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form))
    for (const one of [value].flat()) body.append(name, one);
  const headers = { origin: ORIGIN, cookie };
  return await fetchWith(
    ADMIN,
    new Request(`${ORIGIN}${path}`, { method: "POST", body, headers, redirect: "manual" }),
  );
}

async function api(method: string, path: string, body?: object, token = "let-me-in") {
  const init = {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return await fetchWith(ADMIN, new Request(`${ORIGIN}/api/admin${path}`, init));
}

const latest = async () => {
  const [row] = (await listActivity(env.DB, 1)).rows;
  return row === undefined ? null : [row.who, row.what, row.about, row.times];
};

beforeAll(async () => {
  await apply(
    event("order.confirmed", orderDetail("ACT-1"), { id: "act-1" }),
    event("order.created", { order_number: "ACT-2", grand_total: "x" }, { id: "act-2" }),
    ...["act-3", "act-4", "act-5"].map((id) =>
      event("order.created", { order_number: id, grand_total: "x" }, { id }),
    ),
  );
  const signedIn = await post("/console/sign-in", { token: "let-me-in" });
  cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
});

describe("what is done in the console", () => {
  it("is there with who signed in", async () => {
    expect(await latest()).toEqual(["Admin token", "signed_in", null, 1]);
    await post("/console/replay", { event: "act-2" });
    expect(await latest()).toEqual(["Admin token", "replayed", "act-2", 1]);
    await post("/console/replay", { event: ["act-3", "act-4"] });
    expect(await latest()).toEqual(["Admin token", "replayed", "2", 2]);
    await post("/console/quiet-until", { until: "2026-01-01T00:00:00Z" });
    expect(await latest()).toEqual([
      "Admin token",
      "quiet_until_set",
      "2026-01-01T00:00:00.000Z",
      1,
    ]);
    await post("/console/quiet-until/take-back", {});
    expect(await latest()).toEqual(["Admin token", "quiet_until_removed", null, 1]);
  });

  it("is not there where nothing was done", async () => {
    const before = await rows("SELECT * FROM activity");
    await post("/console/replay", { event: "no-such-event" });
    await post("/console/send-again", { message: "no/such/message" });
    await post("/console/quiet-until", { until: "no time" });
    await api("POST", "/replay", { ids: ["act-5"], dry_run: true });
    await api("POST", "/erasures", { email: "asha@example.com", dry_run: true });
    await api("POST", "/rebuilds", { dry_run: true });
    await api("GET", "/orders");
    expect(await rows("SELECT * FROM activity")).toEqual(before);
  });
});

describe("what a script does", () => {
  it.each([
    ["POST", "/replay", { ids: ["act-5"] }, ["admin API", "replayed", "act-5", 1]],
    ["POST", "/rebuilds", { order_number: "ACT-1" }, ["admin API", "rebuild_started", "2", 1]],
    ["POST", "/quiet-until", { until: null }, ["admin API", "quiet_until_removed", null, 1]],
    ["POST", "/channels/sms/forget", undefined, ["admin API", "channel_forgotten", "sms", 1]],
    ["POST", "/exports", { email: "nobody@mail.example" }, ["admin API", "exported", null, 1]],
    ["POST", "/erasures", { email: "nobody@mail.example" }, ["admin API", "erased", "1", 1]],
    ["PUT", "/settings/name", { value: "Meera" }, ["admin API", "setting_changed", "name", 1]],
    ["DELETE", "/settings/name", undefined, ["admin API", "setting_changed", "name", 1]],
    [
      "PUT",
      "/switches",
      { template: "order_received", channel: "email", is_on: true },
      ["admin API", "message_switched", "order_received email on", 1],
    ],
    [
      "PUT",
      "/texts/en/order_confirmed.heading",
      { text: "Thanks" },
      ["admin API", "text_changed", "en order_confirmed.heading", 1],
    ],
    [
      "POST",
      "/texts/en/order_confirmed.heading/restore",
      { version: 1 },
      ["admin API", "text_changed", "en order_confirmed.heading", 1],
    ],
    ["POST", "/imports", { order_number: "ACT-9" }, ["admin API", "imported", null, 1]],
  ] as const)("is there as the admin API: %s %s", async (method, path, body, expected) => {
    expect((await api(method, path, body)).status).toBeLessThan(300);
    expect(await latest()).toEqual(expected);
  });

  it("is listed by the API and the page, page after page", async () => {
    const first = await (
      await api("GET", "/activity?limit=2")
    ).json<{ activity: unknown[]; next_cursor: string }>();
    expect(first.activity).toHaveLength(2);
    const second = await api("GET", `/activity?limit=2&cursor=${first.next_cursor}`);
    expect(await second.json()).not.toMatchObject({ activity: first.activity });
    const page = new Request(`${ORIGIN}/console/activity`, { headers: { cookie } });
    const text = await (await fetchWith(ADMIN, page)).text();
    for (const said of [
      "Signed in",
      "Replayed 2 events",
      "Erased a person",
      "/console/people?erasure=1",
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toContain("nobody@mail.example");
  });
});

describe("failed sign-ins", () => {
  it("are counted in one row an hour, whatever was tried", async () => {
    // Writes the counts of other files in this isolate first; the next failure is then due to be written at once.
    await noteFailedSignIn({ db: env.DB, now: () => new Date(Date.now() + 3_600_000) });
    await env.DB.exec("DELETE FROM activity");
    await post("/console/sign-in", { token: "wrong" });
    await api("GET", "/orders", undefined, "wrong too");
    const failed = await rows("SELECT who, times FROM activity WHERE what = 'sign_in_failed'");
    // The second failure is written together with the next one that is due.
    expect(failed).toEqual([{ who: "", times: 1 }]);
  });
});

describe("retention", () => {
  it("purges what is older than bodies are kept", async () => {
    await env.DB.exec("DELETE FROM activity");
    await saveActivity(env.DB, { who: "admin API", what: "restored" }, "2026-01-01T00:00:00.000Z");
    await saveActivity(env.DB, { who: "admin API", what: "resent" }, new Date().toISOString());
    const deps = {
      db: env.DB,
      archive: null,
      days: 90,
      dedupeDays: 400,
      maxBytes: 10e9,
      now: () => new Date(),
    };
    await purgeOld(deps);
    expect(await rows("SELECT what FROM activity")).toEqual([{ what: "resent" }]);
  });
});
