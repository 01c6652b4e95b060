/** The cost of a page of all orders. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { listAllOrders, type OrderFilter } from "../../../src/store/worklists/all-orders";
import { clearTables } from "../../support/rows";

const ORDERS = 20_000;

/** A database that counts the rows read by statements with bound values. */
function counting(read: (rows: number) => void): D1Database {
  const prepare = (sql: string) => ({
    bind: (...values: unknown[]) => {
      const all = async () => {
        const answer = await env.DB.prepare(sql)
          .bind(...values)
          .all();
        read(answer.meta.rows_read);
        return answer;
      };
      return { all, first: async () => (await all()).results[0] ?? null };
    },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as much of it as a list uses
  return { prepare } as unknown as D1Database;
}

beforeAll(async () => {
  await clearTables();
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO orders (order_number, status, order_date, updated_at)
     SELECT printf('M-%05d', i), 'confirmed',
       strftime('%Y-%m-%dT%H:%M:%fZ', '2026-06-01', '-' || i || ' minutes'), '' FROM n`,
  )
    .bind(ORDERS)
    .run();
});

describe("a page of orders by when they were placed", () => {
  it.each([
    ["newest", {}],
    ["oldest", {}],
    ["newest", { status: "lost" }],
    ["oldest", { status: "lost" }],
    [
      "newest",
      { status: "lost", from: "2026-05-01T00:00:00.000Z", to: "2026-05-31T12:00:00.000Z" },
    ],
  ] as const)("reads as much behind many others, %s first, of %o", async (sort, filter) => {
    const pages: number[] = [];
    let after: string | undefined;
    for (let page = 0; page < 9; page += 1) {
      let rows = 0;
      const db = counting((read) => {
        rows += read;
      });
      const asked: OrderFilter = filter;
      // oxlint-disable-next-line eslint/no-await-in-loop -- a page begins where the one before ends
      const { next } = await listAllOrders(db, asked, sort, { limit: 100, after });
      pages.push(rows);
      after = next ?? undefined;
    }
    expect(Math.max(...pages)).toBeLessThan((pages[0] ?? 0) + 100);
  });
});
