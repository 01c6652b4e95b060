/**
 * The Worker: `fetch` receives, `queue` applies and notifies, `scheduled` sweeps. Wiring only: each
 * room is handed what it needs and nothing else.
 */
import { type Context, Hono } from "hono";
import { type Config, loadConfig } from "./config";
import { consumeEvents, type ConsumerDeps } from "./consumer/consumer";
import { buryEvents } from "./consumer/dead-letters";
import { errorText, log } from "./log";
import { type ReceiverDeps, receiverRoutes } from "./receiver/route";
import { applyBatch } from "./store/apply";
import {
  admitAndRead,
  failEvents,
  noteFailedTry,
  recordConflicts,
  saveReceived,
} from "./store/inbox";
import { sendTexts } from "./store/queue";
import { deferPush, listWaiting } from "./store/waiting";
import { sweep } from "./upkeep/sweep";

const clock = (): Date => new Date();
const nowIso = (): string => clock().toISOString();

/** Read once per isolate; what could not be used is said once, in the log. */
const reported = new WeakSet<Config>();
function configOf(env: Env): Config {
  const config = loadConfig(env);
  if (!reported.has(config)) {
    reported.add(config);
    for (const message of config.problems) log.warn("config", { message });
  }
  return config;
}

function receiverDeps(c: Context<{ Bindings: Env }>): ReceiverDeps {
  const { env } = c;
  return {
    config: configOf(env).receipt,
    now: clock,
    save: (event) => saveReceived(env.DB, event),
    reportConflict: () => Promise.resolve(),
    push: (message) => env.EVENTS.send(message, { contentType: "text" }),
    background: (work) => c.executionCtx.waitUntil(work),
  };
}

function consumerDeps(env: Env): ConsumerDeps {
  return {
    options: configOf(env).outbox,
    random: Math.random,
    admitAndRead: (missing, queries) => admitAndRead(env.DB, missing, queries),
    apply: (batch) => applyBatch(env.DB, batch, nowIso()),
    noteFailedTry: (id, error) => noteFailedTry(env.DB, id, error),
    reportConflicts: (conflicts) => recordConflicts(env.DB, conflicts),
    wake: (ids) => sendTexts(env.NOTIFICATIONS, [JSON.stringify({ ids })]),
  };
}

const app = new Hono<{ Bindings: Env }>();
app.get("/health", (c) => c.json({ status: "ok" }));
app.route("/", receiverRoutes(receiverDeps));
app.notFound((c) => c.json({ error: "Not found" }, 404));
app.onError((error, c) => {
  log.error("unexpected", { path: c.req.path, error: errorText(error) });
  return c.json({ error: "Something went wrong; send it again" }, 503, { "Retry-After": "30" });
});

export default {
  fetch: app.fetch,

  async queue(batch, env): Promise<void> {
    switch (batch.queue) {
      case "ce-events":
        return await consumeEvents(batch.messages, consumerDeps(env));
      case "ce-events-dlq":
        return await buryEvents(batch.messages, {
          random: Math.random,
          admit: async (events) => {
            await admitAndRead(env.DB, events, []);
          },
          fail: (ids) => failEvents(env.DB, ids, nowIso()),
          alert: () => Promise.resolve(),
        });
      default:
        log.error("queue_unknown", { queue: batch.queue });
        batch.ackAll();
    }
  },

  async scheduled(_controller, env): Promise<void> {
    await sweep({
      listWaiting: (limit) => listWaiting(env.DB, nowIso(), limit),
      push: (messages) => sendTexts(env.EVENTS, messages),
      deferPush: (ids) => deferPush(env.DB, ids, nowIso()),
      dispatch: () => Promise.resolve(),
    });
  },
} satisfies ExportedHandler<Env>;
