/**
 * A second Worker beside the receiver under test, with the same database: it runs SQL and fires the cron. Miniflare's
 * own access to both takes several calls, of which some block this process.
 */
import type { Miniflare } from "miniflare";
import * as z from "zod";

interface Statement {
  readonly sql: string;
  readonly values?: readonly (string | number)[];
}

export interface SideDoor {
  /** The rows of each statement. Several statements are one transaction. */
  readonly run: (statements: readonly Statement[]) => Promise<readonly unknown[]>;
  readonly fireCron: () => Promise<void>;
}

const NAME = "side-door";

const contents = `
const run = async (db, statements) => {
  const prepared = statements.map(({ sql, values = [] }) => db.prepare(sql).bind(...values));
  const answers = prepared.length === 1 ? [await prepared[0].all()] : await db.batch(prepared);
  return answers.map(({ results }) => results);
};
export default {
  async fetch(request, { DB, WORKER }) {
    try {
      const { statements, cron } = await request.json();
      const rows = cron === undefined ? await run(DB, statements) : [await WORKER.scheduled({ cron })];
      return Response.json({ rows });
    } catch (error) {
      return Response.json({ failure: error.message });
    }
  },
};`;

const answer = z.union([
  z.object({ rows: z.array(z.unknown()) }),
  z.object({ failure: z.string() }),
]);

/** The options of the Worker, beside a Worker of this name. */
export function sideDoorOptions(worker: string, database: string, compatibilityDate: string) {
  return {
    name: NAME,
    modules: [{ type: "ESModule" as const, path: "side-door.js", contents }],
    compatibilityDate,
    compatibilityFlags: ["service_binding_extra_handlers"],
    d1Databases: { DB: { id: database } },
    serviceBindings: { WORKER: worker },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

export async function openSideDoor(miniflare: Miniflare): Promise<SideDoor> {
  const url = await miniflare.unsafeGetDirectURL(NAME);
  const ask = async (asked: object): Promise<readonly unknown[]> => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(asked) });
    const told = answer.parse(await response.json());
    if ("failure" in told) throw new Error(told.failure);
    return told.rows;
  };
  return {
    run: (statements) => ask({ statements }),
    async fireCron() {
      const [ended] = await ask({ cron: "* * * * *" });
      const { outcome } = z.object({ outcome: z.string() }).parse(ended);
      if (outcome !== "ok") throw new Error(`the cron ended as ${outcome}`);
    },
  };
}
