/** The lake: after the run of a night it has every order once, and so it stays while orders come and go by day. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { decodeTable } from "../../src/closed-orders/parquet";
import { closeFinished } from "../../src/closed-orders/closing";
import { continueNight } from "../../src/closed-orders/night";
import { erase } from "../../src/upkeep/erasure";
import { Breaker, faults } from "../faults/faulty";
import { archivedKeys, archiveOrders, putBackKeys } from "../support/closed-orders";
import { defaults } from "../support/defaults";
import { NOW } from "../support/queue";
import { row, rows } from "../support/receiver";
import { clearTables, seedOrder, seedPayment } from "../support/rows";
import { bucket, changed, emptyBucket } from "./aged";

beforeEach(async () => {
  await clearTables();
  await emptyBucket();
});

async function seed(...numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    await seedOrder({ order_number: number, status: "complete", status_precedence: "$1" });
    await seedPayment({
      payment_id: `PAY-${number}`,
      order_number: number,
      named_order: number,
      link_precedence: "$1",
      status_precedence: "$1",
    });
  }
}

const runAt = (now: string, over: object = {}): Promise<void> =>
  continueNight({
    db: env.DB,
    archive: bucket(),
    dedupeDays: 400,
    now: () => new Date(now),
    ...over,
  });

const night = async (): Promise<unknown> =>
  (await row("SELECT place->>'phase' AS phase FROM cursors WHERE name = 'lake'"))["phase"];

/** The keys that a query of `<folder>/**` finds, sorted. */
async function inLake(folder = "orders", column = "order_number"): Promise<readonly string[]> {
  const { objects } = await bucket().list({ prefix: `${folder}/` });
  const found: string[] = [];
  for (const { key } of objects) {
    const bytes = (await (await bucket().get(key))?.arrayBuffer()) ?? new ArrayBuffer();
    const rows = await decodeTable(bytes, folder);
    found.push(...rows.map((one) => String(one[column])));
  }
  return found.toSorted((a, b) => (a < b ? -1 : 1));
}

const NEXT = addMs(NOW, DAY_MS);

describe("the lake", () => {
  it("has every order once after each night, whatever was archived or brought back by day", async () => {
    await seed("A", "B", "C");
    await archiveOrders(["A"]);
    await runAt(NOW);
    expect(await night()).toBe("done");
    expect(await inLake()).toEqual(["A", "B", "C"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B", "PAY-C"]);
    expect(await rows("SELECT state FROM closed_files")).toEqual([{ state: "placed" }]);
    // By day it stays what it is.
    await archiveOrders(["B"]);
    await putBackKeys(["o:A"]);
    await seed("D");
    expect(await inLake()).toEqual(["A", "B", "C"]);
    await runAt(addMs(NOW, 3_600_000));
    expect(await inLake()).toEqual(["A", "B", "C"]);
    await runAt(NEXT);
    expect(await inLake()).toEqual(["A", "B", "C", "D"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B", "PAY-C", "PAY-D"]);
    const { objects } = await bucket().list({ prefix: "waiting/" });
    expect(objects).toEqual([]);
    await putBackKeys(["o:B"]);
    expect(await rows("SELECT order_number FROM orders ORDER BY 1")).toHaveLength(4);
  });

  it("has every order once if one is brought back while the copy is made", async () => {
    await seed("A", "B", "C");
    await archiveOrders(["A"]);
    let calls = 0;
    const archive = new Proxy(bucket(), {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        return async (...given: unknown[]): Promise<unknown> => {
          const isFirstCopy =
            property === "put" && String(given[0]).startsWith("waiting/orders/closed=living");
          if (isFirstCopy) calls += 1;
          if (isFirstCopy && calls === 1) await putBackKeys(["o:A"]);
          return (await value.apply(target, given)) as unknown;
        };
      },
    });
    await runAt(NOW, { archive });
    expect(calls).toBe(1);
    // Brought back after its page of orders was read, and before that of payments.
    expect(await inLake()).toEqual(["A", "B", "C"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B", "PAY-C"]);
    await runAt(NEXT);
    expect(await inLake()).toEqual(["A", "B", "C"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B", "PAY-C"]);
  });

  it(
    "is complete after a night that was cut off at any of its calls",
    { timeout: 120_000 },
    async () => {
      const prepare = async (): Promise<void> => {
        await clearTables();
        await emptyBucket();
        await seed("A", "B", "C");
        await archiveOrders(["A"]);
        await archiveOrders(["B"]);
        await putBackKeys(["o:B"]);
      };
      await prepare();
      const sound = new Breaker();
      await runAt(NOW, { db: sound.database(env.DB), archive: sound.bucket(bucket()) });
      expect(sound.calls.length).toBeGreaterThan(30);
      // A long run breaks each call, the normal one every twelfth, from another one on each time.
      const stride = Number(env.TEST_RUNS) > 1_000 ? 1 : 12;
      console.info(`the lake, cut off: every ${String(stride)}th call, seed ${env.TEST_SEED}`);
      for (let call = Number(env.TEST_SEED) % stride; call < sound.calls.length; call += stride) {
        for (const fault of faults.filter((one) => one.startsWith("fails"))) {
          await prepare();
          const breaker = new Breaker({ call, fault });
          const broken = { db: breaker.database(env.DB), archive: breaker.bucket(bucket()) };
          await runAt(NOW, broken).catch(() => null);
          // A day later: the objects of a file that was being written are deleted, too.
          await runAt(NOW);
          await runAt(NEXT);
          expect(
            await inLake(),
            `call ${String(call)} (${sound.calls[call] ?? ""}) ${fault}`,
          ).toEqual(["A", "B", "C"]);
          await putBackKeys(["o:A"]);
          expect(await rows("SELECT order_number FROM orders")).toHaveLength(3);
        }
      }
    },
  );

  it("is written again once a person was erased", async () => {
    await seed("A");
    await runAt(NOW);
    const text = async (): Promise<string> => {
      const { objects } = await bucket().list({ prefix: "orders/" });
      const all = await Promise.all(
        objects.map(async ({ key }) =>
          new TextDecoder().decode(await (await bucket().get(key))?.arrayBuffer()),
        ),
      );
      return all.join();
    };
    expect(await text()).toContain("Asha Rao");
    await env.DB.prepare("INSERT INTO order_contacts VALUES ('email:asha@example.com', 'A')").run();
    const at = addMs(NOW, 60_000);
    const deps = { db: env.DB, archive: bucket(), defaults, now: () => new Date(at) };
    await erase({ ...deps, putBack: putBackKeys }, ["email:asha@example.com"]);
    await runAt(addMs(at, 60_000));
    expect(await text()).not.toContain("Asha Rao");
    expect(await inLake()).toEqual(["A"]);
  });

  it("loses keys and persons of an order two years after it was archived, and keeps the order", async () => {
    await seed("A", "B");
    await env.DB.prepare("INSERT INTO order_contacts VALUES ('email:asha@example.com', 'A')").run();
    await archiveOrders(["A"]);
    await runAt(NOW);
    await runAt(addMs(NOW, 729 * DAY_MS));
    expect(await archivedKeys()).toEqual(["m:PAY-A", "o:A"]);
    await runAt(addMs(NOW, 731 * DAY_MS));
    expect(await archivedKeys()).toEqual([]);
    expect(await rows("SELECT * FROM order_contacts")).toEqual([]);
    expect(await inLake()).toEqual(["A", "B"]);
    const names = await inLake("orders", "customer_name");
    expect(names).toEqual(["(erased)", "Asha Rao"]);
    // Nothing is left to do for it the night after.
    await runAt(addMs(NOW, 732 * DAY_MS));
    expect(await inLake()).toEqual(["A", "B"]);
    expect(await rows("SELECT state FROM closed_files")).toEqual([{ state: "expired" }]);
  });
});

/** The archive that does this once before an object whose key begins so is written. */
function before(prefix: string, work: () => Promise<unknown>): R2Bucket {
  let isDone = false;
  return changed("put", async (...given) => {
    if (!isDone && given[0].startsWith(prefix)) {
      isDone = true;
      await work();
    }
    return await bucket().put(...given);
  });
}

describe("a night with files that cannot be read", () => {
  /** Does this with the objects of the file of an order. */
  async function damage(order: string, work: (key: string) => Promise<unknown>): Promise<void> {
    const { name } = await row(
      "SELECT f.name FROM archived_keys k JOIN closed_files f ON f.id = k.file_id WHERE k.key = ?1",
      `o:${order}`,
    );
    const { objects } = await bucket().list();
    const ofFile = String(name).split("/")[1] ?? "";
    const keys = objects.map(({ key }) => key).filter((key) => key.includes(ofFile));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) await work(key);
  }
  const remove = (key: string): Promise<unknown> => bucket().delete(key);
  const alerts = () => rows("SELECT status, context FROM notifications WHERE about = 'alert'");

  it("leaves them as they are, places the others, tells the team, and lets archiving go on", async () => {
    const orders = ["A", "B", "C", "D", "E", "F", "G", "H"];
    await seed(...orders, "LIVING");
    for (const order of orders) await archiveOrders([order]);
    const kept = new Map<string, ArrayBuffer>();
    await damage("B", async (key) => {
      kept.set(key, (await (await bucket().get(key))?.arrayBuffer()) ?? new ArrayBuffer());
      await bucket().put(key, "something else");
    });
    for (const order of ["A", "H"]) await damage(order, remove);
    await runAt(NOW);
    expect(await night()).toBe("done");
    expect(await inLake()).toEqual(["C", "D", "E", "F", "G", "LIVING"]);
    expect(await archivedKeys()).toContain("o:A");
    const told = await alerts();
    expect(told.map(({ status }) => status)).toEqual(["pending"]);
    expect(String(told[0]?.["context"])).toMatch(/is missing|its hash differs/);
    expect(await archiveOrders(["LIVING"])).toBe(1);
    // Each night tries again.
    for (const [key, bytes] of kept) await bucket().put(key, bytes);
    await runAt(NEXT);
    expect(await night()).toBe("done");
    expect(await inLake()).toEqual(["B", "C", "D", "E", "F", "G", "LIVING"]);
    expect(await alerts()).toHaveLength(2);
  });

  it("copies an order that was brought back from one, once", async () => {
    await seed("A", "B");
    await archiveOrders(["A", "B"]);
    await runAt(NOW);
    await putBackKeys(["o:A"]);
    await damage("B", async (key) => {
      if (key.startsWith("payments/")) await remove(key);
    });
    await seed("NEW");
    await runAt(NEXT);
    expect(await night()).toBe("done");
    expect(await inLake()).toEqual(["A", "B", "NEW"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-NEW"]);
  });

  it("keeps the keys of one that expires", async () => {
    await seed("A", "B");
    await archiveOrders(["A"]);
    await archiveOrders(["B"]);
    await runAt(NOW);
    await damage("A", remove);
    await runAt(addMs(NOW, 731 * DAY_MS));
    expect(await night()).toBe("done");
    expect(await archivedKeys()).toEqual(["m:PAY-A", "o:A"]);
    expect(await alerts()).toHaveLength(1);
  });
});

describe("a night beside other runs", () => {
  /** Two objects of the copy. */
  async function seedMany(): Promise<void> {
    await env.DB.prepare(
      `INSERT INTO orders (order_number, status, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
SELECT printf('O-%05d', i), 'complete', ?1 FROM n`,
    )
      .bind(NOW)
      .run();
  }

  it.each([
    "waiting/orders/closed=living/00001",
    "waiting/payments/closed=living",
    "orders/closed=living",
  ])(
    "has every order once if the next run of the cron begins at %s",
    { timeout: 60_000 },
    async (prefix) => {
      await seedMany();
      await seed("A", "B");
      await runAt(NOW);
      let isBegun = false;
      const archive = before(prefix, async () => {
        isBegun = true;
        await runAt(addMs(NEXT, 60_000));
      });
      await runAt(NEXT, { archive });
      await runAt(addMs(NEXT, 120_000));
      expect(isBegun).toBe(true);
      expect(await night()).toBe("done");
      expect(await inLake()).toHaveLength(2_502);
      expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B"]);
    },
  );

  it("has every order once if it is cut off while it deletes what the copy was made of", async () => {
    await seedMany();
    const archive = new Proxy(bucket(), {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        if (property !== "delete") return value.bind(target) as unknown;
        return async (keys: string | string[]): Promise<void> => {
          await target.delete([keys].flat().slice(0, 1));
          throw new Error("cut off");
        };
      },
    });
    await expect(runAt(NOW, { archive })).rejects.toThrow("cut off");
    const { objects } = await bucket().list({ prefix: "waiting/orders/closed=living/" });
    expect(objects).toHaveLength(1);
    await runAt(addMs(NOW, 60_000));
    expect(await night()).toBe("done");
    expect(await inLake()).toHaveLength(2_500);
  });

  it("writes nothing once another run has taken it over, and is continued at once otherwise", async () => {
    await seed("A");
    const takeOver = "UPDATE cursors SET position = position + 1 WHERE name = 'lake'";
    const archive = before("waiting/payments/closed=living", () => env.DB.prepare(takeOver).run());
    await runAt(NOW, { archive });
    const at = "SELECT place->>'table' AS \"table\" FROM cursors WHERE name = 'lake'";
    expect(await row(at)).toEqual({ table: 1 });
    await runAt(addMs(NOW, 60_000));
    expect(await night()).toBe("copy");
    // A run lasts 15 minutes at most.
    await runAt(addMs(NOW, 16 * 60_000));
    expect(await night()).toBe("done");
  });

  it("loses no row of an order whose archiving began before it", async () => {
    await seed("A", "B");
    const longAgo = addMs(NOW, -200 * DAY_MS);
    for (const table of ["orders", "payments"]) {
      await env.DB.prepare(`UPDATE ${table} SET updated_at = ?1`).bind(longAgo).run();
    }
    await env.DB.prepare("UPDATE orders SET paid_micros = 1").run();
    const close = (archive: R2Bucket): Promise<number> =>
      closeFinished({ db: env.DB, archive, orderDays: 120, now: () => new Date(NOW) });
    // The night has placed its files when the rows are about to leave.
    let closing = Promise.resolve(-1);
    let goOn = (): void => undefined;
    const isCopying = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const isWriting = new Promise<void>((resolve) => {
      closing = close(
        before("waiting/", async () => {
          resolve();
          await isCopying;
        }),
      );
    });
    await isWriting;
    await runAt(NOW, {
      archive: before("waiting/orders/closed=living", async () => {
        goOn();
        await closing;
      }),
    });
    expect(await closing).toBe(0);
    expect(await inLake()).toEqual(["A", "B"]);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B"]);
    // They are not passed over until the next round.
    expect(await close(bucket())).toBe(2);
    await runAt(NEXT);
    expect(await inLake("payments", "payment_id")).toEqual(["PAY-A", "PAY-B"]);
  });

  it("keeps the contacts and keys of an order that is brought back while its file expires", async () => {
    await seed("A", "B");
    await env.DB.prepare(
      "INSERT INTO order_contacts VALUES ('email:asha@example.com', 'A'), ('email:asha@example.com', 'B')",
    ).run();
    await archiveOrders(["A", "B"]);
    await runAt(NOW);
    const archive = before("orders/closed=2026", () => putBackKeys(["o:A"]));
    await runAt(addMs(NOW, 731 * DAY_MS), { archive });
    expect(await rows("SELECT order_number FROM order_contacts")).toEqual([{ order_number: "A" }]);
    expect(await archivedKeys()).toEqual([]);
    expect(await rows("SELECT state FROM closed_files WHERE state <> 'dropped'")).toEqual([
      { state: "expired" },
    ]);
    expect(await inLake()).toEqual(["A", "B"]);
    const names = await inLake("orders", "customer_name");
    expect(names.filter((name) => name === "(erased)")).toHaveLength(1);
  });
});

describe("a page of the copy", () => {
  it("has few rows where rows are large, and no row is lost", { timeout: 60_000 }, async () => {
    const numbers = Array.from({ length: 12 }, (_, at) => `L-${String(at + 10)}`);
    await seed(...numbers);
    await env.DB.prepare("UPDATE orders SET metadata = json_object('note', ?1)")
      .bind("x".repeat(1_000_000))
      .run();
    await runAt(NOW);
    expect(await inLake()).toEqual(numbers);
    const { objects } = await bucket().list({ prefix: "orders/closed=living/" });
    const counts = await Promise.all(
      objects.map(async ({ key }) => {
        const bytes = (await (await bucket().get(key))?.arrayBuffer()) ?? new ArrayBuffer();
        return (await decodeTable(bytes, "orders")).length;
      }),
    );
    expect(counts).toEqual([4, 4, 4]);
  });
});
