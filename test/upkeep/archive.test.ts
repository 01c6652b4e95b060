/** The archive: its content, that no body is removed before it is archived, and the restore. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { startRebuild } from "../../src/store/state/rebuild-progress";
import { loadSystemStatus } from "../../src/store/overview";
import { countStretch } from "../../src/store/inbox/counts";
import { listObjects, readObject } from "../../src/upkeep/archive";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { restore } from "../../src/upkeep/restore";
import { Breaker } from "../faults/faulty";
import { type Row, rows } from "../support/receiver";
import {
  bucket,
  changed,
  clearAll,
  days,
  purgeAt,
  RECEIVED_AT,
  settle,
  stored,
  told,
  type SentEvent,
} from "./aged";
import { defaults } from "../support/defaults";

beforeEach(clearAll);

/** An hour after the expiry of events received at RECEIVED_AT. */
const EXPIRED_AT = addMs(days(RECEIVED_AT, 90), 3_600_000);

const archive = (): { readonly archive: R2Bucket } => ({ archive: bucket() });

async function objects() {
  return (await listObjects(bucket(), "", 1_000)).objects;
}

/** The payload of every archived event, by id. */
async function archived(): Promise<ReadonlyMap<string, string>> {
  const lines = new Map<string, string>();
  for (const { name } of await objects()) {
    const object = await readObject(bucket(), name);
    for (const { id, payload } of object?.events ?? []) lines.set(id, payload);
  }
  return lines;
}

const restored = (now: string, over: object = {}) =>
  restore({ db: env.DB, archive: bucket(), now: () => new Date(now) }, { dry_run: false, ...over });

describe("bodies on their way out", () => {
  it("stand in an object a day, with a manifest beside it that says how many and what hash", async () => {
    const [first, second] = [told(), told()];
    const third = told({ data: { order_number: "ß✓\n" } });
    const events = [first, second, third];
    await settle([first, RECEIVED_AT], [second, addMs(RECEIVED_AT, 1)]);
    await settle([third, days(RECEIVED_AT, 1)]);
    const report = await purgeAt(days(EXPIRED_AT, 1), archive());
    expect(report).toMatchObject({ bodies: 3, archived: 3 });
    const found = await objects();
    expect(found.map(({ day, events: count }) => [day, count])).toEqual([
      ["2026-03-01", 2],
      ["2026-03-02", 1],
    ]);
    expect(await archived()).toEqual(
      new Map(events.map((event) => [event.id, JSON.stringify(event)])),
    );
    const [object] = found;
    const manifest = await bucket().get(`${object?.name ?? ""}.manifest.json`);
    const gz = await bucket().get(`${object?.name ?? ""}.ndjson.gz`);
    const bytes = (await gz?.arrayBuffer()) ?? new ArrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    expect(await manifest?.json()).toEqual({
      object: `${object?.name ?? ""}.ndjson.gz`,
      day: "2026-03-01",
      events: 2,
      bytes: bytes.byteLength,
      sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      first_id: first.id,
      last_id: second.id,
    });
    expect(await stored(first.id)).toMatchObject({ payload: null, archived: 1 });
    expect(await rows("SELECT * FROM archive_writes")).toEqual([]);
  });

  it("wait an hour for others of their day, unless they are many", async () => {
    await settle([told(), RECEIVED_AT]);
    expect(await purgeAt(addMs(EXPIRED_AT, -1), archive())).toMatchObject({
      archived: 0,
      bodies: 0,
    });
    await settle([told(), addMs(RECEIVED_AT, 600_000)]);
    // Bodies that have waited are archived together with newer ones.
    expect(await purgeAt(EXPIRED_AT, archive())).toMatchObject({ archived: 2 });
    const many = Array.from({ length: 1_005 }, () => told({ event_type: "unknown" }));
    await settle(...many.map((event) => [event, days(RECEIVED_AT, 1)] as const));
    expect(await purgeAt(days(days(RECEIVED_AT, 90), 1), archive())).toMatchObject({
      archived: 1_000,
    });
  });

  it("of what was never applied are kept too, when their row goes", async () => {
    const odd = told({ data: "none" });
    await settle([odd, RECEIVED_AT]);
    expect(await purgeAt(days(EXPIRED_AT, 100), archive())).toMatchObject({ archived: 0 });
    expect(await purgeAt(days(EXPIRED_AT, 312), archive())).toMatchObject({ archived: 1, rows: 1 });
    expect(await archived()).toEqual(new Map([[odd.id, JSON.stringify(odd)]]));
  });
});

/** R2 with each call going through the breaker. */
function brokenBucket(breaker: Breaker): R2Bucket {
  return new Proxy(bucket(), {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) =>
        breaker.run(
          `R2 ${String(property)}`,
          async () => (await value.apply(target, given)) as unknown,
        );
    },
  });
}

/** Every body is in the inbox or in the archive, and every row exists. */
async function expectNothingLost(events: readonly SentEvent[]): Promise<void> {
  const inbox = await rows("SELECT id, payload, archived FROM webhook_events");
  const held = await archived();
  for (const event of events) {
    const stored = inbox.find(({ id }) => id === event.id);
    const body = stored?.["payload"] ?? held.get(event.id);
    expect(body, `${event.id} is lost`).toBe(JSON.stringify(event));
    expect(stored?.["archived"] === 1 || stored?.["payload"] !== null).toBe(true);
  }
  expect(inbox).toHaveLength(events.length);
}

describe("a purge that is cut off", () => {
  it("at any of its calls, before it or after, loses nothing and is finished by the next", async () => {
    const prepare = async (): Promise<readonly SentEvent[]> => {
      await clearAll();
      const events = [told()];
      await settle(...events.map((event) => [event, RECEIVED_AT] as const));
      return events;
    };
    const purgeThrough = async (breaker: Breaker): Promise<void> => {
      const through = { db: breaker.database(env.DB), archive: brokenBucket(breaker) };
      await purgeAt(EXPIRED_AT, through).catch(() => undefined);
    };
    const sound = new Breaker();
    await prepare();
    await purgeThrough(sound);
    const calls = sound.calls.length;
    for (let call = 0; call < calls; call += 1) {
      for (const fault of ["fails before", "fails after"] as const) {
        const events = await prepare();
        const breaker = new Breaker({ call, fault });
        await purgeThrough(breaker);
        await expectNothingLost(events);
        await purgeAt(EXPIRED_AT, archive());
        await expectNothingLost(events);
        const where = `${fault} ${breaker.calls[call] ?? ""}`;
        expect(
          await rows("SELECT id FROM webhook_events WHERE payload IS NOT NULL"),
          where,
        ).toEqual([]);
        expect(await rows("SELECT * FROM archive_writes"), where).toEqual([]);
        const [object, ...others] = await objects();
        expect(object?.events, where).toBe(1);
        expect(others, where).toEqual([]);
        const manifest = await bucket().get(`${object?.name ?? ""}.manifest.json`);
        expect(await manifest?.json(), where).toMatchObject({ sha256: object?.sha256 });
      }
    }
    expect(calls).toBeGreaterThan(12);
  }, 60_000);

  it.each([
    ["head", "before", "is written by another run"],
    ["head", "after", "is written by another run"],
    ["put", "before", "was written by another run"],
  ] as const)(
    "and stands still at %s, %s it, while another finishes, cannot touch what that one wrote",
    async (method, when, error) => {
      const [event, late] = [told(), told({ data: "none" })];
      await settle([told(), addMs(RECEIVED_AT, -1)], [late, RECEIVED_AT], [event, RECEIVED_AT]);
      const gate = Promise.withResolvers<undefined>();
      const begun = Promise.withResolvers<undefined>();
      const wait = async (): Promise<void> => {
        begun.resolve(undefined);
        await gate.promise;
      };
      const slow = changed(method, async (...given) => {
        if (when === "before") await wait();
        const done: unknown = await Reflect.apply(bucket()[method], bucket(), given);
        if (when === "after") await wait();
        return done;
      });
      const first = purgeAt(EXPIRED_AT, { archive: slow }).then(
        () => "done",
        (failure: unknown) => String(failure),
      );
      await begun.promise;
      // For the other run this event has expired; for the first it had not.
      await env.DB.prepare("UPDATE webhook_events SET status = 'ignored' WHERE id = ?1")
        .bind(late.id)
        .run();
      expect(await purgeAt(EXPIRED_AT, archive())).toMatchObject({ archived: 3, bodies: 3 });
      const written = await objects();
      gate.resolve(undefined);
      const ended = await first;
      expect(await objects()).toEqual(written);
      expect((await archived()).size).toBe(3);
      expect(ended).toContain(error);
    },
  );

  it("leaves an object without what has to be replayed meanwhile", async () => {
    const [event, again] = [told(), told({ event_type: "unknown" })];
    await settle([again, RECEIVED_AT], [event, RECEIVED_AT]);
    await expect(
      purgeAt(EXPIRED_AT, {
        archive: changed("get", () => Promise.reject(new Error("R2 is down"))),
      }),
    ).rejects.toThrow("R2 is down");
    await env.DB.prepare("UPDATE webhook_events SET status = 'received'").run();
    expect(await purgeAt(EXPIRED_AT, archive())).toMatchObject({ archived: 0 });
    expect((await objects()).map(({ events: count }) => count)).toEqual([0]);
    expect(await rows("SELECT * FROM archive_writes")).toEqual([]);
    expect(await rows("SELECT id FROM webhook_events WHERE payload IS NULL")).toEqual([]);
  });

  it("does not remove what cannot be read back as it was written", async () => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    const corrupting = changed("get", async (key) => {
      const { customMetadata = {} } = (await bucket().head(key)) ?? {};
      await bucket().put(key, "something else", { customMetadata });
      return await bucket().get(key);
    });
    await expect(purgeAt(EXPIRED_AT, { archive: corrupting })).rejects.toThrow("its hash differs");
    expect(await stored(event.id)).toMatchObject({ payload: JSON.stringify(event), archived: 0 });
    await purgeAt(EXPIRED_AT, archive());
    expect(await archived()).toEqual(new Map([[event.id, JSON.stringify(event)]]));
  });
});

async function state(): Promise<readonly Row[]> {
  return await rows("SELECT order_number, status, status_precedence, items FROM orders ORDER BY 1");
}

describe("restoring", () => {
  it("puts bodies back beside their rows and makes purged rows again, none to be taken anew", async () => {
    const items = [{ product_name: "Saree", quantity: 1 }];
    const events = [1, 2, 3].map((n) =>
      told({
        data: { order_number: `ORD-R${String(n)}`, status: "confirmed", order_items: items },
      }),
    );
    const large = told({ event_type: "unknown", note: "é".repeat(400_000) });
    await settle(...[...events, large].map((event) => [event, RECEIVED_AT] as const));
    await countStretch(env.DB, days(RECEIVED_AT, 1), days(RECEIVED_AT, 1));
    const before = await rows("SELECT rowid AS place, * FROM webhook_events ORDER BY rowid");
    const rowsBefore = await state();
    await purgeAt(EXPIRED_AT, archive());
    const over = days(RECEIVED_AT, 403);
    const fresh = told();
    await settle([fresh, over]);
    await purgeAt(over, archive());
    expect((await rows("SELECT id FROM webhook_events")).map(({ id }) => id)).toEqual([fresh.id]);

    expect(await restored(over, { dry_run: true })).toMatchObject({ events: 4, recreated: 0 });
    const report = await restored(over);
    expect(report.failed).toEqual([]);
    expect(report).toMatchObject({ objects: 1, recreated: 4, put_back: 0, next_cursor: null });
    const back = await rows(
      "SELECT rowid AS place, * FROM webhook_events WHERE id <> ?1 ORDER BY rowid",
      fresh.id,
    );
    // At their old positions, so no run counts or sweeps them again.
    const bodyBack = { outbox: null, archived: 1, keep_until: days(over, 7) };
    expect(back).toEqual(before.map((row) => ({ ...row, ...bodyBack })));
    expect((await loadSystemStatus(env.DB, RECEIVED_AT)).totals?.events).toBe(5);

    // A rebuild makes the same rows of them as before.
    await env.DB.batch([env.DB.prepare("DELETE FROM orders WHERE order_number LIKE 'ORD-R%'")]);
    await startRebuild(env.DB, { to: days(RECEIVED_AT, 1) }, false, over);
    while ((await continueRebuild(env.DB, over, defaults)) !== null) {
      // Each call processes some slices.
    }
    const again = (await state()).filter(({ order_number: n }) => String(n).startsWith("ORD-R"));
    expect(again).toEqual(rowsBefore);

    // They stay for a week, and are then removed without being archived again.
    expect((await purgeAt(addMs(days(over, 7), -1), archive())).rows).toBe(0);
    expect(await purgeAt(days(over, 7), archive())).toMatchObject({ rows: 4, archived: 0 });
  });

  it("into a database that was made anew gives each event a place", async () => {
    const events = [told(), told(), told()];
    await settle(...events.map((event) => [event, RECEIVED_AT] as const));
    await purgeAt(EXPIRED_AT, archive());
    await env.DB.batch([env.DB.prepare("DELETE FROM webhook_events")]);
    const fresh = told();
    await settle([fresh, EXPIRED_AT]);
    expect((await stored(fresh.id))?.["place"]).toBe(1);
    expect(await restored(EXPIRED_AT)).toMatchObject({ recreated: 3, failed: [] });
    const places = await rows("SELECT rowid AS place FROM webhook_events ORDER BY 1");
    expect(places.map(({ place }) => place)).toEqual([1, 2, 3, 4]);
  });

  it("does not take back that an event was applied after it had been archived", async () => {
    const event = told({ event_type: "coupon.created" });
    await settle([event, RECEIVED_AT]);
    await purgeAt(EXPIRED_AT, archive());
    expect(await restored(EXPIRED_AT)).toMatchObject({ put_back: 1 });
    // A replay, with code that knows the type.
    await env.DB.prepare("UPDATE webhook_events SET status = 'processed', error = NULL").run();
    await purgeAt(days(EXPIRED_AT, 8), archive());
    expect(await restored(days(EXPIRED_AT, 8))).toMatchObject({ put_back: 1 });
    expect(await stored(event.id)).toMatchObject({ status: "processed", error: null });
  });

  it("of a stored row gives back the body alone, once", async () => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    const before = await stored(event.id);
    await purgeAt(EXPIRED_AT, archive());
    expect(await restored(EXPIRED_AT)).toMatchObject({ put_back: 1, recreated: 0 });
    expect(await stored(event.id)).toEqual({
      ...before,
      archived: 1,
      keep_until: days(EXPIRED_AT, 7),
    });
    expect(await restored(EXPIRED_AT)).toMatchObject({ put_back: 0, recreated: 0 });
    expect(await purgeAt(days(EXPIRED_AT, 7), archive())).toMatchObject({ bodies: 1, archived: 0 });
  });

  it("takes the days asked for, some objects at a time", async () => {
    const at = (n: number): string => days(RECEIVED_AT, n);
    for (let n = 0; n < 14; n += 1) await settle([told(), at(n)]);
    await purgeAt(days(EXPIRED_AT, 14), archive());
    const first = await restored(EXPIRED_AT, { from: "2026-03-03" });
    expect(first).toMatchObject({ objects: 10, put_back: 10 });
    const rest = await restored(EXPIRED_AT, { from: "2026-03-03", cursor: first.next_cursor });
    expect(rest).toMatchObject({ objects: 2, put_back: 2, next_cursor: null });
    const days13 = await restored(EXPIRED_AT, { from: "2026-03-01", to: "2026-03-02" });
    expect(days13).toMatchObject({ objects: 2, put_back: 2, next_cursor: null });
  });

  it("names an object that is not what was written, and restores the others", async () => {
    await settle([told(), RECEIVED_AT]);
    await settle([told(), days(RECEIVED_AT, 1)]);
    await purgeAt(days(EXPIRED_AT, 1), archive());
    const [object] = await objects();
    const key = `${object?.name ?? ""}.ndjson.gz`;
    const { customMetadata = {} } = (await bucket().head(key)) ?? {};
    await bucket().put(key, "broken", { customMetadata });
    const report = await restored(EXPIRED_AT);
    expect(report).toMatchObject({ put_back: 1 });
    expect(report.failed).toEqual([
      { object: object?.name, error: expect.stringContaining("hash differs") as unknown },
    ]);
  });
});
