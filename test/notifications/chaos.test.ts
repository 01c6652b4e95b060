/**
 * A third of all calls fail, in every possible way; runs overlap; D1 fails before and after commits. The providers
 * remember keys as the real ones do. The seed is in the name of each run.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type DispatchDeps, dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import { accepts, type Asked, hangs, stage } from "./providers";
import {
  clearTables,
  readNotifications,
  seedEvent,
  seedNotification,
  seedOrder,
  seedShipment,
} from "../support/rows";

const ORDERS = 20;

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The identity of a message for its provider: the key if the provider has keys, otherwise every request is new. */
function identityOf(asked: Asked): string {
  const key = asked.headers.get("idempotency-key") ?? asked.headers.get("webhook-id");
  return key ?? `${asked.url} ${asked.body}`;
}

function takesKeys(asked: Asked): boolean {
  return asked.headers.has("idempotency-key") || asked.headers.has("webhook-id");
}

/** The real D1, which sometimes fails, before a batch or after its commit. */
function brittle(db: D1Database, random: () => number): D1Database {
  const batch = async <T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> => {
    const roll = random();
    if (roll < 0.04) throw new Error("Network connection lost.");
    const results = await db.batch<T>(statements);
    if (roll < 0.08) throw new Error("Network connection lost.");
    return results;
  };
  return new Proxy(db, {
    get: (target, name) => {
      const member: unknown = name === "batch" ? batch : Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

async function seedFacts(): Promise<readonly string[]> {
  const ids: string[] = [];
  const status = { kind: "shipment_status", status: "shipped" } as const;
  for (let number = 1; number <= ORDERS; number += 1) {
    const order_number = `ORD-${number}`;
    const shipment = `SHP-${number}`;
    const event = `evt-${number}`;
    await seedOrder({ order_number });
    await seedShipment({ shipment_id: shipment, order_number, status: "shipped" });
    await seedEvent({ id: event });
    const about = { order_number, subject_id: shipment, event_id: event };
    ids.push(
      await seedNotification({ ...about, id: `order_confirmed/${order_number}/email` }),
      await seedNotification({ ...about, id: `shipment_update/${shipment}/shipped/sms` }, status),
      await seedNotification({ ...about, id: `shipment_cancelled/${shipment}/team` }),
      await seedNotification({ ...about, id: `forward/${event}/forward` }),
    );
  }
  return ids;
}

beforeEach(clearTables);

describe("with a third of all calls failing, overlapping runs and a brittle D1", () => {
  it.each([1, 20_261_124, Math.floor(Math.random() * 2 ** 31)])(
    "every fact is accepted once and none twice (seed %i)",
    async (seed) => {
      const random = mulberry(seed);
      const ids = await seedFacts();
      const accepted = new Map<string, { times: number; body: string }>();
      let calls = 0;
      let failures = 0;

      const take = (asked: Asked): Response => {
        const identity = identityOf(asked);
        const known = accepted.get(identity);
        if (known !== undefined && takesKeys(asked)) {
          // Recognised as the same message: answered like the first time, not sent twice.
          return known.body === asked.body
            ? accepts(asked)
            : Response.json({ name: "invalid_idempotent_request" }, { status: 409 });
        }
        accepted.set(identity, { times: (known?.times ?? 0) + 1, body: asked.body });
        return accepts(asked);
      };
      const set = stage(async (asked, request) => {
        calls += 1;
        if (random() >= 1 / 3) return take(asked);
        failures += 1;
        const kind = Math.floor(random() * 6);
        if (kind === 0) return new Response("", { status: 500 });
        if (kind === 1) return new Response("", { status: 429, headers: { "retry-after": "1" } });
        if (kind === 2) return new Response("", { status: 403 });
        if (kind === 3) throw new Error("Network connection lost.");
        // Accepted, but the answer is lost: cut off, or too late.
        take(asked);
        if (kind === 4) throw new Error("Network connection lost.");
        return hangs(asked, request);
      });
      const deps: DispatchDeps = {
        ...set.deps,
        random,
        db: brittle(env.DB, random),
        timeoutMs: 15,
      };
      const some = (): readonly string[] => ids.filter(() => random() < 0.3);

      let rounds = 0;
      for (; rounds < 400; rounds += 1) {
        await Promise.allSettled([
          dispatchDue(deps),
          dispatchIds(some(), deps),
          dispatchIds(some(), deps),
        ]);
        set.advance(61_000);
        const left = await readNotifications("status = 'pending' AND template <> 'alert'");
        if (left.length === 0) break;
      }

      const rows = await readNotifications("template <> 'alert'");
      expect([...accepted.values()].filter((one) => one.times > 1)).toEqual([]);
      const ends = rows.map((row) => {
        const end = `${row.status}, ${row.reason}`;
        const mayBeUnknown = /\/(sms|team)$/.test(row.id) && end === "failed, outcome unknown";
        return mayBeUnknown ? "as it should" : end.replace("sent, null", "as it should");
      });
      expect(new Set(ends)).toEqual(new Set(["as it should"]));
      const keys = [...accepted.keys()].filter((key) => /^(order_confirmed\/|evt-)/.test(key));
      expect(keys).toHaveLength(2 * ORDERS);
      const counts = { calls, failures, rounds, accepted: accepted.size };
      expect(counts.failures / counts.calls).toBeGreaterThan(0.1);
      const unknown = rows.filter((row) => row.reason === "outcome unknown").length;
      // oxlint-disable-next-line eslint/no-console -- the figures of the run, with its seed
      console.info(JSON.stringify({ seed, ...counts, rows: rows.length, unknown }));
    },
    60_000,
  );
});
