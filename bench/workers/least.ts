/**
 * The least that makes an event durable in D1 and passes it on: verify, read the id, share an INSERT and a sendBatch
 * with the requests that wait at the same time. It shows the most that a receiver can reach on this machine: it
 * identifies, counts, erases and reports nothing.
 */
import {
  GROUP_APART_MS,
  GROUP_LOOK_MS,
  GROUP_MAX_CHARACTERS,
  GROUP_MAX_EVENTS,
  GROUP_MAX_WRITES,
} from "../../src/limits";
import { gather } from "../../src/receiver/gather";
import { followTogether } from "../../src/receiver/shared-writes";
import { sendTexts } from "../../src/store/inbox/queue";
import { verified } from "./verify";

interface LeastEnv {
  readonly CE_WEBHOOK_SECRET: string;
  readonly DB: D1Database;
  readonly EVENTS: Queue;
  /** Set if nothing must be sent. */
  readonly STORE_ONLY?: string;
}

interface Item {
  readonly id: string;
  readonly cells: string;
  readonly payload: string;
}

function insertSql(events: number): string {
  const pairs = Array.from({ length: events }, (_, row) => `(?${2 * row + 1}, ?${2 * row + 2})`);
  return `INSERT OR IGNORE INTO naive_events (id, event_type, received_at, status, payload)
    SELECT value->>0, value->>1, value->>2, 'received', payload
    FROM (WITH events(value, payload) AS (VALUES ${pairs.join(", ")}) SELECT * FROM events)`;
}

function openInbox({ DB, EVENTS, STORE_ONLY }: LeastEnv) {
  const push = followTogether<string>((messages) => sendTexts(EVENTS, messages), Date.now);
  const store = async (items: readonly Item[]): Promise<readonly true[]> => {
    const values = items.flatMap(({ cells, payload }) => [cells, payload]);
    await DB.prepare(insertSql(items.length))
      .bind(...values)
      .run();
    return items.map(() => true);
  };
  return gather<Item, true>({
    together: store,
    after: async (items) => {
      if (STORE_ONLY === undefined) await push(items.map(({ payload }) => payload));
    },
    alone: async (item) => {
      await store([item]);
      return true;
    },
    keyOf: ({ id }) => id,
    sizeOf: ({ payload }) => payload.length,
    maxSize: GROUP_MAX_CHARACTERS,
    maxItems: GROUP_MAX_EVENTS,
    apartMs: GROUP_APART_MS,
    maxWrites: GROUP_MAX_WRITES,
    lookEveryMs: GROUP_LOOK_MS,
  });
}

let inbox: ReturnType<typeof openInbox> | null = null;

export default {
  async fetch(request: Request, env: LeastEnv, context: ExecutionContext): Promise<Response> {
    const body = await verified(request, env.CE_WEBHOOK_SECRET);
    if (body === null) return Response.json({ error: "Invalid signature" }, { status: 401 });
    const payload = new TextDecoder().decode(body);
    const event = JSON.parse(payload) as { readonly id: string; readonly event_type: string };
    const { id } = event;
    const cells = JSON.stringify([id, event.event_type, new Date().toISOString()]);
    inbox ??= openInbox(env);
    const background = (work: Promise<unknown>): void => context.waitUntil(work);
    await inbox(
      { id, cells, payload },
      { background, patienceMs: 1_000, nowMs: Date.now, isAwaited: () => true },
    );
    return Response.json({ received: true, id, duplicate: false });
  },
};
