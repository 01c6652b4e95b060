/**
 * The admin API: what scripts, the command line and the console ask for. Its routes are a table
 * (api-route.ts), which is described in OpenAPI as it stands.
 */
import { type Context, Hono } from "hono";
import { contactOf } from "../projection/contacts";
import { explainOrder } from "../projection/explain";
import { type EventRow, listEvents } from "../store/event-list";
import { keysOf, loadHistory, loadRows } from "../store/history";
import { deleteTestEvent, listTroubled } from "../store/inspection";
import { listMessages, loadMessage, type MessageRow } from "../store/message-list";
import { loadTimeline } from "../store/order-detail";
import { listOrders, type OrderRow } from "../store/order-list";
import { countByType, loadChannels, loadVerifiedBy } from "../store/overview";
import { loadChanges, loadRebuild, startRebuild } from "../store/rebuild-progress";
import { listReplayable, type ReplayFilter } from "../store/waiting";
import { type ApiRoute, asking, plain, taking } from "./api-route";
import { type EventView, viewEvent } from "./event-view";
import { checkHealth } from "./health";
import { maskName, maskRecipient } from "./mask";
import { metricsText } from "./metrics";
import { describeApi } from "./openapi";
import { problem } from "./problem";
import {
  answers,
  eventsQuery,
  notificationsQuery,
  ordersQuery,
  rebuildBody,
  replayBody,
} from "./shapes";
import { type AdminConfig, mayUseApi } from "./sign-in";

/** What a person may know about the set-up: which secrets are set, never their values. */
export interface Settings {
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly channels: Readonly<Record<string, boolean>>;
  readonly problems: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
}

export interface AdminApiDeps {
  readonly db: D1Database;
  readonly admin: AdminConfig;
  readonly settings: Settings;
  readonly now: () => Date;
  /** Takes settled events again; returns the ids of those that could be. */
  readonly replay: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
  /** Sends a settled message once more; false where it is pending already, or unknown. */
  readonly sendAgain: (id: string) => Promise<boolean>;
}

const TROUBLED_MAX = 100;
const CHANGES_MAX = 1_000;
const TIMELINE_MAX = 1_000;
/** The latest events that are looked at for which secret verified them. */
export const VERIFIED_WINDOW = 1_000;
/** What `doctor` sends to see an event stored, and removes again; the Worker ignores it. */
export const TEST_EVENT_TYPE = "receiver.test";

type Route = ApiRoute<AdminApiDeps>;

function withoutPlace(row: EventRow): Omit<EventRow, "event_row"> {
  const { event_row: _, ...event } = row;
  return event;
}

export function maskMessage<T extends MessageRow>(message: T): T {
  return { ...message, recipient: maskRecipient(message.recipient) };
}

export function maskOrder(order: OrderRow): OrderRow {
  return {
    ...order,
    customer_name: maskName(order.customer_name),
    customer_email: maskRecipient(order.customer_email),
    customer_phone: maskRecipient(order.customer_phone),
  };
}

function eventAnswer({ event, notes, outcome, changed, lost, messages }: EventView): object {
  const { outbox: _, status_precedence: __, push_at: ___, pushes: ____, ...stored } = event;
  return {
    ...stored,
    notes,
    outcome,
    changed: changed.map(({ entity, key, register }) => ({ entity, row_key: key, register })),
    lost: lost.map(({ entity, key, register, comparison, against }) => ({
      entity,
      row_key: key,
      register,
      to: against,
      why: comparison,
    })),
    notifications: messages,
  };
}

const noOrder = (number: string): string => `No event has named the order ${number}`;
const noEvent = "There is no event with this id";
const noMessage = "There is no notification with this id";

const routes: readonly Route[] = [
  plain(
    {
      method: "get",
      path: "/health",
      summary: "How the inbox is, in figures",
      answer: answers.health,
    },
    async ({ c, deps }) => c.json(await checkHealth(deps.db, deps.now())),
  ),
  plain(
    {
      method: "get",
      path: "/metrics",
      summary: "The same, and more, in the text format of Prometheus",
    },
    async ({ c, deps }) => {
      const { db } = deps;
      const [health, events, channels] = await Promise.all([
        checkHealth(db, deps.now()),
        countByType(db),
        loadChannels(db),
      ]);
      const type = "text/plain; version=0.0.4; charset=utf-8";
      return c.body(metricsText(health, events, channels), 200, { "content-type": type });
    },
  ),
  plain(
    {
      method: "get",
      path: "/troubled",
      summary: "Quarantined events and dead letters, newest first",
      answer: answers.object,
    },
    async ({ c, deps }) => c.json({ events: await listTroubled(deps.db, TROUBLED_MAX) }),
  ),
  asking(
    {
      method: "get",
      path: "/events",
      summary: "Events, newest first; with `after` what came since, oldest first",
      answer: answers.events,
    },
    eventsQuery,
    async ({ c, deps, query }) => {
      const { limit, cursor, after, ...filter } = query;
      const page = await listEvents(deps.db, filter, {
        limit,
        before: cursor === undefined ? undefined : Number(cursor),
        after: after === undefined ? undefined : Number(after),
      });
      const reached = page.next ?? page.latest;
      return c.json({
        events: page.events.map(withoutPlace),
        next_cursor: after !== undefined || page.next === null ? null : String(page.next),
        latest_cursor: String(after === undefined ? page.latest : reached),
      });
    },
  ),
  plain(
    {
      method: "get",
      path: "/events/{id}",
      summary: "One event: body, what it changed and lost to, its notifications",
      answer: answers.event,
    },
    async ({ c, deps, part }) => {
      const view = await viewEvent(deps.db, part("id"));
      return view === null ? problem(c, 404, noEvent) : c.json(eventAnswer(view));
    },
  ),
  plain(
    {
      method: "delete",
      path: "/events/{id}",
      summary: `Removes a test event (type ${TEST_EVENT_TYPE}); no other`,
      status: 204,
    },
    async ({ c, deps, part }) => {
      const removed = await deleteTestEvent(deps.db, part("id"), TEST_EVENT_TYPE);
      const why = `Only events of type ${TEST_EVENT_TYPE} that are ignored can be removed`;
      return removed ? c.body(null, 204) : problem(c, 409, why);
    },
  ),
  taking(
    {
      method: "post",
      path: "/replay",
      summary: "Takes failed, quarantined or ignored events again; count them first by dry_run",
      answer: answers.replay,
    },
    replayBody,
    async ({ c, deps, body }) => {
      const { limit, dry_run, ...filter } = body;
      const ids = dry_run
        ? await listReplayable(deps.db, filter, limit)
        : await deps.replay(filter, limit);
      return c.json({ dry_run, count: ids.length, ids, more: ids.length === limit });
    },
  ),
  asking(
    {
      method: "get",
      path: "/orders",
      summary: "Orders by number, e-mail address or phone number; without q, of the latest events",
      answer: answers.orders,
    },
    ordersQuery,
    async ({ c, deps, query: { q, limit, cursor } }) => {
      const search = q === undefined ? null : { q: q.trim(), contact: contactOf(q) };
      const page = await listOrders(deps.db, search, { limit, after: cursor });
      return c.json({ orders: page.orders.map(maskOrder), next_cursor: page.next });
    },
  ),
  plain(
    {
      method: "get",
      path: "/orders/{number}",
      summary: "One order with its payments, refunds and shipments",
      answer: answers.order,
    },
    async ({ c, deps, part }) => {
      const number = part("number");
      const rows = await loadRows(deps.db, number);
      const of = (entity: string): readonly object[] =>
        rows.filter((row) => row.entity === entity).map(({ columns }) => columns);
      const own = (entity: string): readonly object[] =>
        rows
          .filter((row) => row.entity === entity && row.columns["order_number"] === number)
          .map(({ columns }) => columns);
      const [order] = of("orders");
      if (order === undefined) return problem(c, 404, noOrder(number));
      return c.json({
        order,
        payments: own("payments"),
        refunds: own("refunds"),
        shipments: own("shipments"),
      });
    },
  ),
  plain(
    {
      method: "get",
      path: "/orders/{number}/explain",
      summary: "Why the order looks as it does: which event set each field, and which lost",
      answer: answers.object,
    },
    async ({ c, deps, part }) => {
      const number = part("number");
      const rows = await loadRows(deps.db, number);
      if (rows.length === 0) return problem(c, 404, noOrder(number));
      const history = await loadHistory(deps.db, number, keysOf(rows));
      return c.json(explainOrder(number, rows, history));
    },
  ),
  plain(
    {
      method: "get",
      path: "/orders/{number}/timeline",
      summary: "Events, milestones and notifications of an order, oldest first",
      answer: answers.timeline,
    },
    async ({ c, deps, part }) => {
      const number = part("number");
      const entries = await loadTimeline(deps.db, number, TIMELINE_MAX);
      return entries.length === 0 ? problem(c, 404, noOrder(number)) : c.json({ entries });
    },
  ),
  asking(
    {
      method: "get",
      path: "/notifications",
      summary: "Notifications, newest first",
      answer: answers.notifications,
    },
    notificationsQuery,
    async ({ c, deps, query: { limit, cursor, ...filter } }) => {
      const page = await listMessages(deps.db, filter, { limit, before: cursor });
      return c.json({ notifications: page.messages.map(maskMessage), next_cursor: page.next });
    },
  ),
  plain(
    {
      method: "get",
      path: "/notifications/{id}",
      summary: "One notification, with what was sent",
      answer: answers.notification,
    },
    async ({ c, deps, part }) => {
      const message = await loadMessage(deps.db, part("id"));
      return message === null ? problem(c, 404, noMessage) : c.json(message);
    },
  ),
  plain(
    {
      method: "post",
      path: "/notifications/{id}/send-again",
      summary: "Sends a settled notification once more, if it is still true",
      answer: answers.sendAgain,
    },
    async ({ c, deps, part }) => {
      const id = part("id");
      if (await deps.sendAgain(id)) return c.json({ id, status: "pending" });
      const known = await loadMessage(deps.db, id);
      return known === null
        ? problem(c, 404, noMessage)
        : problem(c, 409, "It is pending: it will be sent without being asked for again");
    },
  ),
  taking(
    {
      method: "post",
      path: "/rebuilds",
      summary: "Starts a rebuild of rows from their stored events; dry_run only reports",
      status: 202,
      answer: answers.object,
    },
    rebuildBody,
    async ({ c, deps, body }) => {
      const { order_number: orderNumber, event_type: eventType, from, to, dry_run } = body;
      const filter = {
        ...(orderNumber === undefined ? {} : { orderNumber }),
        ...(eventType === undefined ? {} : { eventType }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      return c.json(await startRebuild(deps.db, filter, dry_run, deps.now().toISOString()), 202);
    },
  ),
  plain(
    {
      method: "get",
      path: "/rebuilds/{id}",
      summary: "How far a rebuild is, and what it changed",
      answer: answers.object,
    },
    async ({ c, deps, part }) => {
      const rebuild = await loadRebuild(deps.db, Number(part("id")));
      if (rebuild === null) return problem(c, 404, "There is no such rebuild");
      return c.json({ ...rebuild, changes: await loadChanges(deps.db, rebuild.id, CHANGES_MAX) });
    },
  ),
  plain(
    {
      method: "get",
      path: "/settings",
      summary: "Which secrets and channels are set, which secret verified the latest events",
      answer: answers.settings,
    },
    async ({ c, deps }) => {
      const [health, verifiedBy] = await Promise.all([
        checkHealth(deps.db, deps.now()),
        loadVerifiedBy(deps.db, VERIFIED_WINDOW),
      ]);
      const { last_sweep_at } = health;
      return c.json({ ...deps.settings, verified_by: verifiedBy, last_sweep_at });
    },
  ),
  plain(
    {
      method: "get",
      path: "/openapi.json",
      summary: "This description",
      answer: answers.object,
    },
    async ({ c, deps }) => {
      const server = new URL("/api/admin", c.req.url).href;
      const version = deps.settings.versions["receiver"] ?? "";
      return await Promise.resolve(c.json(describeApi(routes, server, version)));
    },
  ),
];

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
  for (const one of routes) {
    const path = one.path.replaceAll(/\{(\w+)\}/g, ":$1");
    api.on(one.method.toUpperCase(), path, (c) => one.serve(c, depsOf(c)));
  }
  api.all("*", (c) => problem(c, 404, "The admin API has nothing here"));
  return api;
}
