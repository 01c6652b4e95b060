/** The migration changes each row of version 0.2 in the same way as the code does. */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { subjects } from "../../src/events/catalog";
import { escapeId, isPrecedence } from "../../src/projection/precedence";
import { registersOf02, renewPrecedence, renewRow } from "../../src/projection/precedence-0-2";
import { entities, type Entity, entityNames, type Value } from "../../src/projection/registers";
import { withPrecedences } from "../../src/projection/shared-precedence";
import { isToReread, isToRenew } from "../../src/store/upgrade-0-2/written-by-0-2";
import { migrateOn, migrateUpTo } from "../support/migrations";
import { rows } from "../support/receiver";

const seed = Number(env.TEST_SEED);
const MIGRATION = "0013";
const ROWS = 150;

const id = fc.oneof(
  { weight: 6, arbitrary: fc.uuid().map((text) => `evt_${text}`) },
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "%", "a b", "ä/ü", "ID%20", "x".repeat(600), "€".repeat(200)),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 600 }) },
);
const time = fc.oneof(
  { weight: 1, arbitrary: fc.constant("0000-00-00T00:00:00.000Z") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "1999-12-31T23:59:59.999Z",
      "2000-01-01T00:00:00.000Z",
      "2000-01-01T00:00:00.001Z",
      "2138-12-31T23:59:59.999Z",
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .date({ min: new Date("1999-01-01"), max: new Date("2139-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
);
const oldPrecedence = fc
  .tuple(time, fc.integer({ min: 0, max: 13 }), id)
  .map(([at, rank, text]) => `${at} ${String(rank).padStart(2, "0")} ${escapeId(text)}`);
const ranks = { orders: 4, payments: 5, refunds: 4, shipments: 13 } as const;
const oldOn = (entity: Entity, register: string) => {
  const max = register === "snapshot_payment" ? ranks.payments : ranks[entity];
  return fc
    .tuple(time, fc.integer({ min: 0, max }), id)
    .map(([at, rank, text]) => `${at} ${String(rank).padStart(2, "0")} ${escapeId(text)}`);
};

const statuses = [
  null,
  "confirmed",
  "awaiting_shipment",
  "partially_shipped",
  "shipped",
  "complete",
  "cancelled",
  "lost",
  "on_the_moon",
  "pending",
  "failed",
  "success",
  "settled",
  "refund_initiated",
  "approved",
  "processing",
  "in_transit",
  "delivered",
];

/** A possible row of version 0.2: registers that were never set, and registers that one event has set together. */
function oldRow(entity: Entity): fc.Arbitrary<Record<string, Value>> {
  const registers = registersOf02(entity);
  return fc
    .record({
      status: fc.constantFrom(...statuses),
      snapshot: fc.constantFrom(...statuses),
      texts: fc.tuple(...registers.map((register) => oldOn(entity, register))),
      kinds: fc.array(fc.constantFrom("own", "the status's", "none"), {
        minLength: registers.length,
        maxLength: registers.length,
      }),
    })
    .map(({ status, snapshot, texts, kinds }) => {
      const precedences = registers.map((register, index) => {
        const isSame = kinds[index] === "the status's" && register !== "snapshot_payment";
        const text = isSame ? texts[0] : texts[index];
        return [`${register}_precedence`, kinds[index] === "none" ? "" : (text ?? "")] as const;
      });
      const extra = entity === "orders" ? { snapshot_payment_status: snapshot } : {};
      return { status, ...extra, ...Object.fromEntries(precedences) };
    });
}

async function insert(table: string, list: readonly Record<string, Value>[]): Promise<void> {
  const columns = Object.keys(list[0] ?? {});
  const cells = columns.map((_, index) => `value->>${String(index)}`);
  await env.DB.prepare(
    `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${cells.join(", ")} FROM json_each(?1)`,
  )
    .bind(JSON.stringify(list.map((row) => columns.map((column) => row[column]))))
    .run();
}

const stored = { received_at: "", status: "processed", body_sha256: "" };

beforeEach(() => migrateUpTo(MIGRATION));

describe("the migration of precedences", () => {
  for (const entity of entityNames) {
    it(`makes of ${entity} what the code makes of them`, async () => {
      const { key } = entities[entity];
      const list = fc
        .sample(oldRow(entity), { seed, numRuns: ROWS })
        .map((row, index) => Object.assign(row, { [key]: String(index), updated_at: "" }));
      await insert(entity, list);
      await migrateOn();
      const after = await rows(`SELECT * FROM ${entity}`);
      const byKey = new Map(after.map((row) => [row[key], row]));
      for (const before of list) {
        const row = withPrecedences(byKey.get(before[key] ?? "") ?? {});
        const texts = registersOf02(entity).map((register) => row[`${register}_precedence`]);
        expect(texts, `seed ${String(seed)}`).toEqual(renewRow(entity, before));
      }
      expect(await rows(`SELECT 1 FROM ${entity} WHERE ${isToRenew[entity]}`)).toEqual([]);
    });
  }

  it("renews what events claim, on the scale of their subject", async () => {
    const texts = fc.sample(oldPrecedence, { seed, numRuns: ROWS });
    // A rank outside the scale was never written.
    const list = texts.flatMap((text, index) =>
      subjects
        .filter((subject) => Number(text.slice(25, 27)) <= ranks[`${subject}s`])
        .map((subject) => ({
          ...stored,
          id: `${subject} ${String(index)}`,
          subject,
          status_precedence: text,
          form: "envelope",
          payload: "{}",
        })),
    );
    await insert("webhook_events", list);
    await migrateOn();
    const after = await rows("SELECT id, status_precedence FROM webhook_events");
    const byId = new Map(after.map((row) => [row["id"], row["status_precedence"]]));
    for (const { id: key, subject, status_precedence: text } of list) {
      const renewed = renewPrecedence(text, subject);
      expect(isPrecedence(renewed)).toBe(true);
      expect(byId.get(key), `${text}, seed ${String(seed)}`).toBe(renewed);
    }
    expect(await rows(`SELECT 1 FROM webhook_events WHERE ${isToReread}`)).toEqual([]);
  });

  it("renews what messages about failed payments wait for, and no others", async () => {
    const at = "2026-11-24T10:00:00.000Z";
    const old = `${at} 02 evt_1`;
    const context = JSON.stringify({ kind: "payment_failure", precedence: old, paymentDate: null });
    const common = { channel: "email", due_at: at, created_at: at, context };
    await insert("notifications", [
      { id: "payment_failed/P/1/email", template: "payment_failed", status: "pending", ...common },
      { id: "payment_failed/P/2/email", template: "payment_failed", status: "sent", ...common },
    ]);
    await migrateOn();
    expect(
      await rows(
        "SELECT context->>'precedence' AS p, context->>'kind' AS kind FROM notifications ORDER BY id",
      ),
    ).toEqual([
      { p: renewPrecedence(old, "payment"), kind: "payment_failure" },
      { p: old, kind: "payment_failure" },
    ]);
  });

  it("holds nothing against rows that stand because ids were compared, where bodies are purged", async () => {
    const events = ["a", "b", "c", "d"].map((name) => ({
      ...stored,
      id: name,
      subject: "order",
      subject_id: "A",
      status_precedence: `2026-11-24T10:00:00.000Z 02 ${name}`,
      form: "envelope",
    }));
    await insert("webhook_events", events);
    await insert("orders", [
      {
        order_number: "A",
        status: "confirmed",
        status_precedence: events.at(-1)?.status_precedence ?? "",
        updated_at: "",
      },
    ]);
    await migrateOn();
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
  });

  it("leaves no helper behind, and migrates an empty database", async () => {
    await migrateOn();
    const tables = await rows("SELECT name FROM sqlite_master WHERE type = 'table'");
    const names = tables.map(({ name }) => name);
    for (const helper of ["old_precedences", "powers", "renewed", "ranks", "statuses"]) {
      expect(names).not.toContain(helper);
    }
  });
});
