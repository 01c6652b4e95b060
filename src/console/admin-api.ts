/**
 * The admin API: what scripts and the console ask for. Health, one event, an order with its
 * explanation, replay of dead letters and quarantined events, rebuilds.
 */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { explainOrder } from "../projection/explain";
import { keysOf, loadHistory, loadRows } from "../store/history";
import { listTroubled, loadEvent, loadHealth } from "../store/inspection";
import { loadChanges, loadRebuild, startRebuild } from "../store/rebuild-progress";
import { listReplayable, type ReplayFilter } from "../store/waiting";
import { problem } from "./problem";
import { type AdminConfig, mayUseApi } from "./sign-in";

export interface AdminApiDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly now: () => Date;
  /** Takes settled events again; returns the ids of those that could be. */
  readonly replay: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
}

const LIST_MAX = 100;
const REPLAY_MAX = 1_000;
const CHANGES_MAX = 1_000;

const replayBody = z
  .strictObject({
    ids: z.array(z.string()).min(1).max(REPLAY_MAX).optional(),
    status: z.enum(["failed", "quarantined", "ignored"]).optional(),
    dry_run: z.boolean().default(false),
  })
  .refine(({ ids, status }) => ids !== undefined || status !== undefined, {
    message: "give ids, a status, or both",
  });

const time = z.iso.datetime({ offset: false, precision: 3 });
const rebuildBody = z.strictObject({
  order_number: z.string().min(1).optional(),
  event_type: z.string().min(1).optional(),
  from: time.optional(),
  to: time.optional(),
  dry_run: z.boolean().default(false),
});

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

async function parseBody<T>(c: Context, shape: z.ZodType<T>): Promise<Parsed<T>> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    return { ok: false, detail: "The body is not JSON" };
  }
  const parsed = shape.safeParse(body);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, detail: z.prettifyError(parsed.error) };
}

async function replay(c: Context, deps: AdminApiDeps): Promise<Response> {
  const body = await parseBody(c, replayBody);
  if (!body.ok) return problem(c, 400, body.detail);
  const { ids, status, dry_run: dryRun } = body.value;
  const filter = {
    ...(ids === undefined ? {} : { ids }),
    ...(status === undefined ? {} : { status }),
  };
  if (dryRun) {
    const matching = await listReplayable(deps.db, filter, REPLAY_MAX);
    return c.json({ dry_run: true, count: matching.length, ids: matching });
  }
  const replayed = await deps.replay(filter, REPLAY_MAX);
  return c.json({ dry_run: false, count: replayed.length, ids: replayed });
}

async function startRebuilding(c: Context, deps: AdminApiDeps): Promise<Response> {
  const body = await parseBody(c, rebuildBody);
  if (!body.ok) return problem(c, 400, body.detail);
  const { order_number: orderNumber, event_type: eventType, from, to, dry_run } = body.value;
  const filter = {
    ...(orderNumber === undefined ? {} : { orderNumber }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const rebuild = await startRebuild(deps.db, filter, dry_run, deps.now().toISOString());
  return c.json(rebuild, 202);
}

async function showOrder(c: Context, deps: AdminApiDeps): Promise<Response> {
  const number = c.req.param("number") ?? "";
  const rows = await loadRows(deps.db, number);
  if (rows.length === 0) return problem(c, 404, `No event has named the order ${number}`);
  const history = await loadHistory(deps.db, number, keysOf(rows));
  return c.json(explainOrder(number, rows, history));
}

async function showRebuild(c: Context, deps: AdminApiDeps): Promise<Response> {
  const rebuild = await loadRebuild(deps.db, Number(c.req.param("id")));
  if (rebuild === null) return problem(c, 404, "There is no such rebuild");
  return c.json({ ...rebuild, changes: await loadChanges(deps.db, rebuild.id, CHANGES_MAX) });
}

/** The routes under /api/admin; 401 for whoever may not, whatever the path. */
export function adminApi<E extends object>(
  depsOf: (c: Context<{ Bindings: E }>) => AdminApiDeps,
): Hono<{ Bindings: E }> {
  const api = new Hono<{ Bindings: E }>({ strict: false });
  api.use("*", async (c, next) => {
    if (!(await mayUseApi(c, depsOf(c).admin))) {
      return problem(
        c,
        401,
        "Send ADMIN_TOKEN as a bearer token, or come through Cloudflare Access",
      );
    }
    c.header("cache-control", "no-store");
    await next();
    return undefined;
  });
  api.get("/health", async (c) => c.json(await loadHealth(depsOf(c).db)));
  api.get("/troubled", async (c) => c.json({ events: await listTroubled(depsOf(c).db, LIST_MAX) }));
  api.get("/events/:id", async (c) => {
    const event = await loadEvent(depsOf(c).db, c.req.param("id"));
    return event === null ? problem(c, 404, "There is no event with this id") : c.json(event);
  });
  api.get("/orders/:number/explain", (c) => showOrder(c, depsOf(c)));
  api.post("/replay", (c) => replay(c, depsOf(c)));
  api.post("/rebuilds", (c) => startRebuilding(c, depsOf(c)));
  api.get("/rebuilds/:id", (c) => showRebuild(c, depsOf(c)));
  api.all("*", (c) => problem(c, 404, "The admin API has nothing here"));
  return api;
}
