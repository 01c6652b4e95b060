/** The lake: after the run of a night it has every order once, and so it stays while orders come and go by day. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { decodeTable } from "../../src/closed-orders/parquet";
import { continueNight } from "../../src/closed-orders/night";
import { erase } from "../../src/upkeep/erasure";
import { Breaker, faults } from "../faults/faulty";
import { archivedKeys, archiveOrders, putBackKeys } from "../support/closed-orders";
import { defaults } from "../support/defaults";
import { NOW } from "../support/queue";
import { row, rows } from "../support/receiver";
import { clearTables, seedOrder, seedPayment } from "../support/rows";
import { bucket, emptyBucket } from "./aged";

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
      // A long run breaks each call, the normal one every fifth.
      const stride = Number(env.TEST_RUNS) > 1_000 ? 1 : 5;
      for (let call = 0; call < sound.calls.length; call += stride) {
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
